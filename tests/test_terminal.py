"""In a terminal the questions read well, and what to do next stands out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from .template import QUESTIONS
from .template import ROOT

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
GREEN = "\x1b[1;32m"


def bake_in_terminal(folder: Path, env: Mapping[str, str]) -> str:
    """Answer every question with Return; give back all that the terminal showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cookiecutter", str(ROOT)]
    with subprocess.Popen(
        command, cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, b"\n" * len(QUESTIONS))
        shown = b""
        while True:
            try:
                more = os.read(ours, 4096)
            except OSError:  # Linux says so when nobody writes any more
                break
            if not more:
                break
            shown += more
    os.close(ours)
    assert process.returncode == 0, shown.decode()
    return shown.decode().replace("\r\n", "\n")


def test_what_to_do_next_stands_out(tmp_path: Path, env: dict[str, str]) -> None:
    shown = bake_in_terminal(tmp_path, {**env, "TERM": "xterm-256color"})

    assert f'Next: {GREEN}cd "{tmp_path / "my_flask_app"}" && make run' in shown


@pytest.mark.parametrize("wish", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_who_wants_no_colours_gets_none(
    wish: dict[str, str], tmp_path: Path, env: dict[str, str]
) -> None:
    shown = bake_in_terminal(tmp_path, {**env, "TERM": "xterm", **wish})

    assert f'Next: cd "{tmp_path / "my_flask_app"}" && make run' in shown
    assert GREEN not in shown
