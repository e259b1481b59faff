"""Draw what a terminal showed as a page that a browser can photograph."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from tests.support.template import ROOT
from tests.support.terminal import converse

COLUMNS = 80
PAGE = """<!doctype html>
<meta charset="utf-8">
<style>
{stylesheet}
body {{ margin: 0; background: {background}; color: {foreground}; }}
pre {{ display: inline-block; margin: 0; padding: 20px 24px; }}
pre {{ font: 13px/1.45 "DejaVu Sans Mono", monospace; }}
</style>
<pre>{code}</pre>
"""


def baking(folder: Path, env: Mapping[str, str], answers: list[str]) -> str:
    """Bake as somebody does who answers the questions; return the page."""
    command = [sys.executable, "-m", "cookiecutter", str(ROOT)]
    coloured = {**env, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    shown = converse(command, folder, coloured, answers)
    # What is typed ends its line; where the folder lies is nobody's business.
    shown = shown.replace(str(folder), "/home/ana").strip("\n")
    return page(f"$ cookiecutter gh:ORG/cookiecutter-flask-auth\n{shown}")


def page(shown: str) -> str:
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(shown))
    return console.export_html(theme=MONOKAI, code_format=PAGE)
