"""Baking over a project keeps its key and whatever its owner added."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .baking import CommandLine
from .template import AUTHS
from .template import SLUG
from .template import overlay
from .template import tree

FLAGS = [["--overwrite-if-exists"], ["--overwrite-if-exists", "--skip-if-file-exists"]]

# Beside the template's own files, wherever one would put more; among them folders whose
# names the template uses for a moment.
ADDED = [
    "notes.txt",
    "variants/mine.py",
    f"{SLUG}/shop/views.py",
    f"{SLUG}/auth/mine.py",
    f"{SLUG}/static/mine.css",
    f"{SLUG}/templates/mine.html",
    "tests/test_mine.py",
]


def add_files(project: Path, paths: list[str]) -> None:
    for path in paths:
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine\n")


def only_in(auth: str, other: str) -> list[str]:
    """Return the paths that one overlay brings and the other does not."""
    return sorted(overlay("auth", auth).keys() - overlay("auth", other).keys())


@pytest.fixture(params=FLAGS, ids=["overwrite", "skip"])
def flags(request: pytest.FixtureRequest) -> list[str]:
    chosen: list[str] = request.param
    return chosen


@pytest.fixture(params=[AUTHS, AUTHS[::-1]], ids="-to-".join)
def old_and_new(request: pytest.FixtureRequest) -> tuple[str, str]:
    old, new = request.param
    return old, new


@pytest.mark.parametrize("auth", AUTHS)
def test_the_key_stays_byte_for_byte(
    auth: str, flags: list[str], tmp_path: Path, cookiecutter: CommandLine
) -> None:
    env = cookiecutter(tmp_path) / ".env"
    env.write_bytes(env.read_bytes() + b"PUBLIC_URL=https://mine.example\r\n")
    before = env.read_bytes(), env.stat().st_mode, env.stat().st_mtime_ns

    cookiecutter(tmp_path, *flags, auth=auth)

    assert (env.read_bytes(), env.stat().st_mode, env.stat().st_mtime_ns) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows needs a privilege for links")
def test_a_link_to_a_key_elsewhere_is_not_followed(
    flags: list[str], tmp_path: Path, cookiecutter: CommandLine
) -> None:
    env = cookiecutter(tmp_path) / ".env"
    env.unlink()
    env.symlink_to(tmp_path / "not-mounted")

    cookiecutter(tmp_path, *flags)

    assert env.is_symlink()
    assert not env.exists()


@pytest.mark.parametrize("auth", AUTHS)
def test_added_files_stay(
    auth: str, flags: list[str], tmp_path: Path, cookiecutter: CommandLine
) -> None:
    project = cookiecutter(tmp_path)
    add_files(project, ADDED)

    cookiecutter(tmp_path, *flags, auth=auth)

    assert {path: (project / path).read_text() for path in ADDED} == dict.fromkeys(
        ADDED, "mine\n"
    )


def test_a_file_that_only_shares_its_name_with_the_other_kind_stays(
    old_and_new: tuple[str, str],
    flags: list[str],
    tmp_path: Path,
    cookiecutter: CommandLine,
) -> None:
    auth, other = old_and_new
    paths = only_in(other, auth)
    project = cookiecutter(tmp_path, auth=auth)
    add_files(project, paths)

    cookiecutter(tmp_path, *flags, auth=auth)

    assert paths
    assert {(project / path).read_text() for path in paths} == {"mine\n"}


def test_the_other_kind_of_auth_takes_the_place_of_the_first(
    old_and_new: tuple[str, str],
    flags: list[str],
    tmp_path: Path,
    cookiecutter: CommandLine,
) -> None:
    old, new = old_and_new
    project = cookiecutter(tmp_path, auth=old)
    (tmp_path / "fresh").mkdir()
    fresh = cookiecutter(tmp_path / "fresh", auth=new)

    cookiecutter(tmp_path, *flags, auth=new)

    assert only_in(old, new)
    assert tree(project) == tree(fresh)


def test_an_edited_file_of_the_old_kind_is_left_to_its_owner(
    old_and_new: tuple[str, str], tmp_path: Path, cookiecutter: CommandLine
) -> None:
    old, new = old_and_new
    edited = cookiecutter(tmp_path, auth=old) / only_in(old, new)[0]
    edited.write_text("mine\n")

    cookiecutter(tmp_path, "--overwrite-if-exists", auth=new)

    assert edited.read_text() == "mine\n"


def test_language_and_license_change_too(
    flags: list[str], tmp_path: Path, cookiecutter: CommandLine
) -> None:
    project = cookiecutter(tmp_path)
    readme, license_ = project / "README.md", project / "LICENSE"
    english = readme.read_text(encoding="utf-8")

    cookiecutter(tmp_path, *flags, language="pt_BR", license="Proprietary")

    assert readme.read_text(encoding="utf-8") != english
    assert "All rights reserved." in license_.read_text(encoding="utf-8")
