"""The key: made once, in one file, seen by nobody, and never touched again."""

from __future__ import annotations

import os
import re
import shlex
import stat
from pathlib import Path

import pytest

from ..support.baking import Baker
from ..support.baking import CommandLine
from ..support.running import must
from ..support.running import run_in
from ..support.template import AUTHS
from ..support.template import NOT_ASKED


def key_of(project: Path) -> str:
    found = re.findall(r"(?m)^SECRET_KEY=(.*)$", (project / ".env").read_text())
    assert len(found) == 1
    return str(found[0])


def quoted(path: str) -> str:
    return f'"{path}"' if os.name == "nt" else shlex.quote(path)


def files_with(text: str, *folders: Path) -> list[Path]:
    return [
        file
        for folder in folders
        for file in folder.rglob("*")
        if file.is_file() and text.encode() in file.read_bytes()
    ]


def test_cookiecutter_is_given_nothing_to_compute_but_the_folder() -> None:
    """It keeps whatever it computes in clear: no key may ever be made there."""
    assert NOT_ASKED == {"__prompts__", "_copy_without_render", "_new_lines"}


@pytest.mark.parametrize("auth", AUTHS)
def test_two_bakes_have_two_long_keys(auth: str, bake: Baker) -> None:
    one, two = key_of(bake(auth=auth)), key_of(bake(auth=auth))

    assert one != two
    for key in (one, two):
        # Nothing that a shell, dotenv and compose would read differently.
        assert re.fullmatch(r"[A-Za-z0-9_-]{64}", key)


def test_the_key_stands_in_one_file(
    tmp_path: Path, cookiecutter: CommandLine, home: Path
) -> None:
    """Not in the project, not in cookiecutter's replay, not in what a hook leaves."""
    scratch = home / "scratch"
    scratch.mkdir()
    places = {"TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
    project = cookiecutter.within(**places)(tmp_path)

    assert files_with("My Flask App", home), "cookiecutter keeps its answers somewhere"
    assert files_with("project_slug", scratch), "and leaves the rendered hooks behind"
    assert files_with(key_of(project), tmp_path, home) == [project / ".env"]


def test_the_hooks_say_three_lines_and_not_the_key(
    tmp_path: Path, cookiecutter: CommandLine
) -> None:
    done = cookiecutter.run(tmp_path, "--no-input", auth="cookie")
    project = tmp_path / "my_flask_app"

    assert done.stderr == ""
    assert done.stdout.isascii()
    made, start, then = done.stdout.splitlines()
    assert "signed cookies" in made
    assert start.startswith(f"Next: cd {quoted(str(project))}")
    assert ("&& make run" in start) == (os.name != "nt")
    assert "http://localhost:5000" in then
    assert key_of(project) not in done.stdout


def test_where_there_is_no_make_they_say_what_it_would_do(
    tmp_path: Path, cookiecutter: CommandLine
) -> None:
    # Slashes alone: Windows writes them the other way.
    bare = cookiecutter.within(PATH=str(tmp_path))
    said = bare.run(tmp_path, "--no-input").stdout.replace("\\", "/")

    assert "make run" not in said
    programs = "Scripts" if os.name == "nt" else "bin"
    assert f".venv/{programs}/pip install --no-deps --require-hashes" in said
    assert f".venv/{programs}/flask run --debug\n" in said


def test_they_speak_the_language_that_was_chosen_on_any_console(
    tmp_path: Path, env: dict[str, str]
) -> None:
    for encoding, wanted in (("utf-8", "sess\u00f5es"), ("ascii", "sess?es")):
        console = CommandLine({**env, "PYTHONIOENCODING": encoding})
        answers = {"language": "pt_BR", "project_slug": encoding.replace("-", "")}
        done = console.run(tmp_path, "--no-input", **answers)

        assert done.returncode == 0, done.stderr
        assert wanted in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_only_the_owner_can_read_the_key(bake: Baker) -> None:
    mode = (bake() / ".env").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def test_git_never_sees_the_key(
    tmp_path: Path, cookiecutter: CommandLine, env: dict[str, str]
) -> None:
    project = cookiecutter(tmp_path)
    must(run_in(project, "git", "init", "--quiet", env=env))
    must(run_in(project, "git", "add", "--all", env=env))
    committed = must(run_in(project, "git", "ls-files", env=env)).splitlines()
    found = run_in(project, "git", "grep", "--cached", key_of(project), env=env)

    assert ".env.example" in committed
    assert ".env" not in committed
    assert (found.returncode, found.stdout) == (1, "")


def test_the_committed_example_has_no_key(bake: Baker) -> None:
    example = (bake() / ".env.example").read_text()

    assert re.findall(r"(?m)^[^#\n].*$", example) == ["SECRET_KEY="]
