"""In a terminal what to do next stands out, unless somebody wants it plain."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ..support.template import QUESTIONS
from ..support.template import ROOT
from ..support.template import SLUG
from ..support.terminal import converse

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no pseudo-terminals"
)
GREEN = "\x1b[1;32m"


def bake(folder: Path, env: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", "cookiecutter", str(ROOT)]
    return converse(command, folder, env, [""] * len(QUESTIONS))


def start(folder: Path) -> str:
    return f"cd {shlex.quote(str(folder / SLUG))} && make run"


def test_what_to_do_next_stands_out(tmp_path: Path, env: dict[str, str]) -> None:
    shown = bake(tmp_path, {**env, "TERM": "xterm-256color"})

    assert f"Next: {GREEN}{start(tmp_path)}" in shown


@pytest.mark.parametrize("wish", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_who_wants_no_colours_gets_none(
    wish: dict[str, str], tmp_path: Path, env: dict[str, str]
) -> None:
    shown = bake(tmp_path, {**env, "TERM": "xterm", **wish})

    assert f"Next: {start(tmp_path)}" in shown
    assert GREEN not in shown
