"""Bake projects: in this process for speed, or by the real command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Protocol

import pytest
from cookiecutter import generate
from cookiecutter.environment import StrictEnvironment
from cookiecutter.main import cookiecutter
from jinja2 import Environment
from jinja2 import Template

from .running import Run
from .running import must
from .running import run_in
from .template import QUESTIONS
from .template import ROOT
from .template import SLUG


class Result(Protocol):
    """What pytest-cookies returns, as far as it is safe to ask."""

    exception: Exception | None
    exit_code: int
    project_path: Path


class Cookies(Protocol):
    """The fixtures of pytest-cookies, which has no types of its own."""

    def bake(self, extra_context: Mapping[str, str]) -> Result: ...


# Where a test says nothing else, so that every part is tested.
ALL_PARTS = {"parts": "all"}


class Baker:
    """Bake in this process; cookiecutter ignores a misspelt question, this does not."""

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies

    def __call__(self, **answers: str) -> Path:
        """Return the folder of a new project."""
        result = self.try_(**answers)
        if result.exception is not None:
            raise result.exception
        return result.project_path

    def try_(self, **answers: str) -> Result:
        check_questions(answers)
        return self._cookies.bake(extra_context=ALL_PARTS | answers)


class Rebaker:
    """Bake over a project, in this process; cookiecutter keeps its own in `home`."""

    def __init__(self, home: Path) -> None:
        self._config = home / "cookiecutter.yaml"
        self._config.write_text(
            f"cookiecutters_dir: '{home}'\nreplay_dir: '{home}'\n", encoding="utf-8"
        )

    def __call__(self, project: Path, *, skip: bool, **answers: str) -> None:
        """Do what --overwrite-if-exists does, and --skip-if-file-exists."""
        check_questions(answers)
        cookiecutter(
            str(ROOT),
            no_input=True,
            extra_context=ALL_PARTS | answers,
            output_dir=str(project.parent),
            overwrite_if_exists=True,
            skip_if_file_exists=skip,
            config_file=str(self._config),
        )


@dataclass
class Place:
    """A path to fill in, after a beginning that differs in each bake."""

    beginning: str
    rest: Template

    def render(self, **context: object) -> str:
        return self.beginning + self.rest.render(**context)


@contextmanager
def compiling_once() -> Iterator[None]:
    """Let the bakes of this process share what is found out about the template.

    To compile it with Jinja, the paths of each project too, and to look which files are
    text would be most of a bake.
    """
    original: Callable[..., CodeType] = Environment.compile
    from_string: Callable[..., Template] = Environment.from_string
    compiled: dict[tuple[object, ...], CodeType] = {}

    def compile_once(environment: Environment, *given: object) -> CodeType:
        key = (*environment.extensions, *given)
        if key not in compiled:
            compiled[key] = original(environment, *given)
        return compiled[key]

    def fill_in(environment: Environment, text: str) -> Template | Place:
        if not Path(text).is_absolute():
            return from_string(environment, text)
        beginning, brace, rest = text.partition("{")
        return Place(beginning, from_string(environment, brace + rest))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StrictEnvironment, "compile", compile_once)
        patch.setattr(StrictEnvironment, "from_string", fill_in)
        patch.setattr(generate, "is_binary", cache(generate.is_binary))
        yield


@dataclass(frozen=True)
class CommandLine:
    """Bake as a user does, by the `cookiecutter` command."""

    env: Mapping[str, str]
    template: Path | str = ROOT
    run_in: Run = run_in

    def within(self, **variables: str) -> CommandLine:
        """Return the same in an environment with other variables."""
        return replace(self, env={**self.env, **variables})

    def __call__(self, folder: Path, *flags: str, **answers: str) -> Path:
        """Return the folder of the project, new or baked over."""
        must(self.run(folder, "--no-input", *flags, **answers))
        return folder / answers.get("project_slug", SLUG)

    def run(
        self, folder: Path, *flags: str, stdin: str = "", **answers: str
    ) -> subprocess.CompletedProcess[str]:
        check_questions(answers)
        given = [f"{key}={answer}" for key, answer in answers.items()]
        command = [sys.executable, "-m", "cookiecutter", *flags]
        command += [str(self.template), *given]
        return self.run_in(folder, *command, env=self.env, stdin=stdin)


def check_questions(answers: Mapping[str, str]) -> None:
    """Refuse a misspelt question: the bake would quietly take the default instead."""
    unknown = set(answers) - QUESTIONS
    assert not unknown, f"cookiecutter.json does not ask for {sorted(unknown)}"
