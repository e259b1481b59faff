"""Baking over a project keeps its key and whatever its owner added."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.baking import Rebaker
from ..support.template import AUTHS
from ..support.template import SLUG
from ..support.template import overlay
from ..support.template import tree

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


def copy(project: Path, folder: Path) -> Path:
    return Path(shutil.copytree(project, folder / project.name))


def add_files(project: Path, paths: list[str]) -> None:
    for path in paths:
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine\n")


def only_in(auth: str, other: str) -> list[str]:
    """Return the paths that one overlay brings and the other does not."""
    return sorted(overlay("auth", auth).keys() - overlay("auth", other).keys())


@pytest.fixture
def bake_over(home: Path) -> Rebaker:
    return Rebaker(home)


@pytest.fixture(params=[False, True], ids=["overwrite", "skip"])
def skip(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def project(baked: Callable[..., Path], tmp_path: Path) -> Path:
    """Return a project with the default answers, to be baked over."""
    return copy(baked(), tmp_path)


@pytest.fixture(params=[AUTHS, AUTHS[::-1]], ids="-to-".join)
def old_and_new(request: pytest.FixtureRequest) -> tuple[str, str]:
    old, new = request.param
    return old, new


@pytest.mark.parametrize("auth", AUTHS)
def test_the_key_stays_byte_for_byte(
    auth: str, skip: bool, project: Path, bake_over: Rebaker
) -> None:
    env = project / ".env"
    env.write_bytes(env.read_bytes() + b"PUBLIC_URL=https://mine.example\r\n")
    before = env.read_bytes(), env.stat().st_mode, env.stat().st_mtime_ns

    bake_over(project, skip=skip, auth=auth)

    assert (env.read_bytes(), env.stat().st_mode, env.stat().st_mtime_ns) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows needs a privilege for links")
def test_a_link_to_a_key_elsewhere_is_not_followed(
    skip: bool, project: Path, tmp_path: Path, bake_over: Rebaker
) -> None:
    env = project / ".env"
    env.unlink()
    env.symlink_to(tmp_path / "not-mounted")

    bake_over(project, skip=skip)

    assert env.is_symlink()
    assert not env.exists()


@pytest.mark.parametrize("auth", AUTHS)
def test_added_files_stay(
    auth: str, skip: bool, project: Path, bake_over: Rebaker
) -> None:
    add_files(project, ADDED)

    bake_over(project, skip=skip, auth=auth)

    assert {path: (project / path).read_text() for path in ADDED} == dict.fromkeys(
        ADDED, "mine\n"
    )


def test_a_file_that_only_shares_its_name_with_the_other_kind_stays(
    old_and_new: tuple[str, str],
    skip: bool,
    baked: Callable[..., Path],
    tmp_path: Path,
    bake_over: Rebaker,
) -> None:
    auth, other = old_and_new
    paths = only_in(other, auth)
    project = copy(baked(auth=auth), tmp_path)
    add_files(project, paths)

    bake_over(project, skip=skip, auth=auth)

    assert paths
    assert {(project / path).read_text() for path in paths} == {"mine\n"}


def test_the_other_kind_of_auth_takes_the_place_of_the_first(
    old_and_new: tuple[str, str],
    skip: bool,
    baked: Callable[..., Path],
    tmp_path: Path,
    bake_over: Rebaker,
) -> None:
    old, new = old_and_new
    project = copy(baked(auth=old), tmp_path)

    bake_over(project, skip=skip, auth=new)

    assert only_in(old, new)
    assert tree(project) == tree(baked(auth=new))


def test_an_edited_file_of_the_old_kind_is_left_to_its_owner(
    old_and_new: tuple[str, str],
    baked: Callable[..., Path],
    tmp_path: Path,
    bake_over: Rebaker,
) -> None:
    old, new = old_and_new
    project = copy(baked(auth=old), tmp_path)
    edited = project / only_in(old, new)[0]
    edited.write_text("mine\n")

    bake_over(project, skip=False, auth=new)

    assert edited.read_text() == "mine\n"


def test_language_and_license_change_too(
    skip: bool, project: Path, bake_over: Rebaker, baked: Callable[..., Path]
) -> None:
    """With `-s`, what the project has outside of the overlays stays."""
    answers = {"language": "pt_BR", "license": "Proprietary"}
    expected = tree(baked(**answers))
    overlaid = {
        path
        for question, answer in answers.items()
        for path in overlay(question, answer)
    }
    assert {"README.md", "LICENSE", "docs/guide.md", "docs/sessions.md"} <= overlaid

    bake_over(project, skip=skip, **answers)

    found = tree(project)
    assert found.keys() == expected.keys()
    changed = overlaid if skip else found.keys()
    assert {p: found[p] for p in changed} == {p: expected[p] for p in changed}
