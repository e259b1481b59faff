"""Answers of a replay or configuration file are checked like those at a prompt."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ..support.baking import CommandLine
from ..support.running import must
from ..support.running import run_in
from ..support.running import tail
from ..support.template import PROJECT
from ..support.template import ROOT
from ..support.template import SLUG
from ..support.template import tree

DEFAULTS = {
    "project_name": "My Flask App",
    "project_slug": SLUG,
    "description": "A Flask app with accounts.",
    "author_name": "Your Name",
    "author_email": "you@example.com",
    "auth": "session",
    "parts": "standard",
    "language": "en",
    "license": "MIT",
}


def replay(folder: Path, **answers: object) -> Path:
    file = folder / "replay.json"
    file.write_text(json.dumps({"cookiecutter": {**DEFAULTS, **answers}}))
    return file


@pytest.mark.parametrize(
    ("key", "answer", "sentence"),
    [
        ("auth", "jwt", "auth must be one of session, cookie"),
        ("auth", None, "auth must be one of session, cookie"),
        ("auth", "../../..", "auth must be one of session, cookie"),
        ("parts", "data, webauthn", "parts must be all, none, or names from standard"),
        ("parts", None, "parts must be all, none, or names from standard"),
        ("parts", ["data"], "parts must be all, none, or names from standard"),
        ("parts", "../../license", "parts must be all, none, or names from standard"),
        ("language", "pt-BR", "language must be one of en, pt_BR"),
        ("license", "MIT license", "license must be one of MIT, BSD-3-Clause"),
        ("author_name", None, "author_name must not be empty"),
        ("description", ["a", "b"], "description must not be empty"),
        ("project_slug", None, "project_slug must be of a-z"),
        ("author_email", {"a": 1}, "author_email must be one e-mail address"),
    ],
)
def test_a_replayed_answer_is_refused_and_the_project_stays(
    key: str,
    answer: object,
    sentence: str,
    baked: Callable[..., Path],
    cookiecutter: CommandLine,
    tmp_path: Path,
    thorough: bool,
) -> None:
    file = replay(tmp_path, **{key: answer})
    project = tmp_path / SLUG

    if thorough or answer is None:
        fresh = cookiecutter.run(tmp_path, "--replay-file", str(file))
        assert fresh.returncode != 0
        assert fresh.stderr.startswith(sentence), tail(fresh)
        assert not project.exists()

    shutil.copytree(baked(), project)
    before = tree(project)
    over = cookiecutter.run(tmp_path, "-f", "--replay-file", str(file))
    assert over.returncode != 0
    assert over.stderr.startswith(sentence), tail(over)
    assert "Traceback" not in over.stderr
    assert tree(project) == before


def test_good_answers_are_replayed(tmp_path: Path, cookiecutter: CommandLine) -> None:
    file = replay(tmp_path, auth="cookie", license="Proprietary")
    must(cookiecutter.run(tmp_path, "--replay-file", str(file)))

    assert (tmp_path / SLUG / "LICENSE").is_file()


@pytest.mark.parametrize("folder", ["variants/license/MIT", "variants/parts/data"])
def test_without_the_folder_of_an_answer_nothing_is_removed(
    folder: str, baked: Callable[..., Path], cookiecutter: CommandLine, tmp_path: Path
) -> None:
    template, project = tmp_path / "template", tmp_path / SLUG
    hidden = shutil.ignore_patterns(".*")
    shutil.copytree(ROOT / "hooks", template / "hooks")
    shutil.copytree(PROJECT, template / PROJECT.name, ignore=hidden)
    shutil.copy(ROOT / "cookiecutter.json", template)
    shutil.rmtree(template / PROJECT.name / folder)
    shutil.copytree(baked(), project)

    bake = replace(cookiecutter, template=template)
    done = bake.run(tmp_path, "--no-input", "-f")

    assert done.returncode != 0
    assert f"The template has no folder {folder}." in done.stderr
    assert "Copyright" in (project / "LICENSE").read_text("utf-8")
    assert (project / SLUG / "account" / "data" / "__init__.py").is_file()


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ("project_name: ~", "project_name must not be empty"),
        ("author_name: ~", "author_name must not be empty"),
        ("project_name: 3.5", "project_slug must be of a-z, 0-9 and _"),
        ("parts: ~", "parts must be all, none, or names from standard"),
        ("parts: no", "parts must be all, none, or names from standard"),
    ],
)
def test_a_value_that_is_no_text_is_refused_in_one_sentence(
    context: str, sentence: str, cookiecutter: CommandLine, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"default_context:\n  {context}\n")
    done = cookiecutter.run(tmp_path, "--no-input", "--config-file", str(config))

    assert done.returncode != 0
    assert done.stderr.startswith(sentence), tail(done)
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [config]


@pytest.mark.parametrize(
    ("written", "name", "slug"),
    [("yes", "True", "true"), ("App 2048", "App 2048", "app_2048")],
)
def test_yaml_that_reads_as_something_else_than_text_bakes(
    written: str, name: str, slug: str, cookiecutter: CommandLine, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"default_context:\n  project_name: {written}\n")
    must(cookiecutter.run(tmp_path, "--no-input", "--config-file", str(config)))

    assert f'APP_NAME = "{name}"' in (tmp_path / slug / slug / "config.py").read_text()


def test_text_that_the_terminal_could_not_decode_is_refused_for_that(
    tmp_path: Path, env: dict[str, str]
) -> None:
    ascii_ = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "cookiecutter", str(ROOT), "--no-input"]
    name = os.fsencode("project_name=A\N{LATIN SMALL LETTER C WITH CEDILLA}o")
    done = run_in(tmp_path, *command, os.fsdecode(name), env={**env, **ascii_})

    assert done.returncode != 0
    assert "project_name cannot be read in this terminal's encoding" in done.stderr
    assert "set LC_ALL=C.UTF-8" in done.stderr
