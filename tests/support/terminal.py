"""Answer questions in a real terminal, and keep all that it shows."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path

from .server import DEADLINE_SECONDS

COLOUR = re.compile(r"\x1b\[[\d;]*m")


def converse(
    command: list[str], folder: Path, env: Mapping[str, str], answers: Iterable[str]
) -> str:
    """Give each answer when it is asked for; return what was shown, colours and all."""
    if sys.platform == "win32":
        raise OSError("Windows has no pseudo-terminals")
    import pty

    ours, theirs = pty.openpty()
    waiting = iter(answers)
    shown = b""
    with subprocess.Popen(
        command, cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        while more := _read(ours, process):
            shown += more
            if COLOUR.sub("", shown.decode(errors="replace")).endswith(": "):
                os.write(ours, next(waiting).encode() + b"\n")
    os.close(ours)
    text = shown.decode().replace("\r\n", "\n")
    assert process.returncode == 0, text
    return text


def _read(terminal: int, process: subprocess.Popen[bytes]) -> bytes:
    # A question that wraps where it ends is not seen as one: fail instead of waiting.
    if not select.select([terminal], [], [], DEADLINE_SECONDS)[0]:
        process.kill()
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when nobody writes any more
        return b""
