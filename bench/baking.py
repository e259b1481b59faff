"""Measure one bake, beside a template of one file and beside cookiecutter-django."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from time import perf_counter

from tests.support.template import AUTHS
from tests.support.template import ROOT

from . import report
from . import rounds
from .stage import Outcome
from .stage import Stage

ROUNDS = 12
ONE_FILE = "a template of one file"
DJANGO = "cookiecutter-django, no hook"
VARIABLE = "COOKIECUTTER_DJANGO"
MISSING = f"{VARIABLE} names no work tree of cookiecutter-django. It was left out."
HEAD = ("", "files", "seconds", "of one file", "of cookiecutter-django")


def measure(stage: Stage) -> Iterator[Outcome]:
    """Bake each in each round, as a user does, by the command line."""
    bakes: dict[str, Callable[..., Path]] = {
        ONE_FILE: partial(_bake, stage, _one_file(stage.folder))
    }
    for auth in AUTHS:
        bakes[f"ours, auth={auth}"] = partial(_bake, stage, ROOT, f"auth={auth}")
    django = os.environ.get(VARIABLE, "")
    if (Path(django) / "cookiecutter.json").is_file():
        # Its hook resolves its dependencies over the network; ours all run.
        options = ("--accept-hooks=no",)
        bakes[DJANGO] = partial(_bake, stage, Path(django), *options)
    files = {title: _count(bake()) for title, bake in bakes.items()}
    seen = rounds.interleave(
        {title: partial(_time, bake) for title, bake in bakes.items()}, ROUNDS
    )
    rows = []
    for title, seconds in seen.items():
        of_one = rounds.spread(rounds.ratios(seconds, seen[ONE_FILE]))
        beside = seen.get(DJANGO)
        of_django = rounds.spread(rounds.ratios(seconds, beside)) if beside else ""
        cells = (str(files[title]), f"{median(seconds):.2f}", of_one, of_django)
        rows.append((title, *cells))
    skipped = "" if DJANGO in seen else f"\n{MISSING}"
    yield Outcome(report.table(HEAD, rows) + skipped)


def _one_file(folder: Path) -> Path:
    """Make about the least template there can be."""
    template = folder / "one-file"
    inside = template / "{{cookiecutter.project_slug}}"
    inside.mkdir(parents=True)
    answers = {"project_slug": "my_flask_app"}
    (template / "cookiecutter.json").write_text(json.dumps(answers))
    (inside / "README.md").write_text("# {{ cookiecutter.project_slug }}\n")
    return template


def _bake(stage: Stage, template: Path, *arguments: str) -> Path:
    folder = Path(mkdtemp(dir=stage.folder))
    options = [argument for argument in arguments if argument.startswith("--")]
    answers = [argument for argument in arguments if argument not in options]
    subprocess.run(
        [
            *(sys.executable, "-m", "cookiecutter", "--no-input", *options),
            *("--output-dir", str(folder), str(template), *answers),
        ],
        env=stage.env,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return folder


def _time(bake: Callable[..., Path]) -> float:
    start = perf_counter()
    folder = bake()
    seconds = perf_counter() - start
    shutil.rmtree(folder)
    return seconds


def _count(folder: Path) -> int:
    return sum(file.is_file() for file in folder.rglob("*"))
