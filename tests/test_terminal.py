"""In a terminal what to do next stands out, unless somebody wants it plain."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from .template import QUESTIONS
from .template import ROOT
from .terminal import converse

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no pseudo-terminals"
)
GREEN = "\x1b[1;32m"


def bake(folder: Path, env: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", "cookiecutter", str(ROOT)]
    return converse(command, folder, env, [""] * len(QUESTIONS))


def test_what_to_do_next_stands_out(tmp_path: Path, env: dict[str, str]) -> None:
    shown = bake(tmp_path, {**env, "TERM": "xterm-256color"})

    assert f'Next: {GREEN}cd "{tmp_path / "my_flask_app"}" && make run' in shown


@pytest.mark.parametrize("wish", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_who_wants_no_colours_gets_none(
    wish: dict[str, str], tmp_path: Path, env: dict[str, str]
) -> None:
    shown = bake(tmp_path, {**env, "TERM": "xterm", **wish})

    assert f'Next: cd "{tmp_path / "my_flask_app"}" && make run' in shown
    assert GREEN not in shown
