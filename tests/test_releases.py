"""CHANGELOG.md names each release with its commit, and marks what came since."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from . import releases
from .releases import RELEASES
from .releases import SECTIONS
from .template import PROJECT

PYPROJECT = f"{PROJECT.name}/pyproject.toml"


def release_in(text: str) -> str:
    return str(tomllib.loads(text)["tool"]["cookiecutter-flask-auth"]["release"])


def test_a_baked_project_knows_the_newest_release(baked: Callable[..., Path]) -> None:
    text = (baked() / "pyproject.toml").read_text(encoding="utf-8")

    assert release_in(text) == RELEASES[0].version


def test_the_newest_stands_first_and_none_twice() -> None:
    numbers = [tuple(map(int, release.version.split("."))) for release in RELEASES]

    assert numbers
    assert numbers == sorted(set(numbers), reverse=True)


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.version)
def test_each_names_the_commit_that_it_was(release: releases.Release) -> None:
    try:
        releases.git("merge-base", "--is-ancestor", release.commit, "HEAD")
    except CalledProcessError:
        pytest.fail(f"{release.commit} of {release.version} does not lead to HEAD")
    then = releases.git("show", f"{release.commit}:{PYPROJECT}")

    assert release_in(then) == release.version


def test_each_entry_after_the_first_release_has_one_mark() -> None:
    later = [section for section in SECTIONS if section is not RELEASES[-1]]
    for section in later:
        assert section.entries, f"nothing under {section.version}"
        for entry in section.entries:
            assert releases.mark_of(entry), f"{section.version}: {entry}"


@pytest.mark.parametrize(
    ("entry", "mark"),
    [
        ("**Security**: a hole.", "Security"),
        ("**Template only**: a test\n  that is longer.", "Template only"),
        ("A hole, without a mark.", None),
        ("See **Security**: a hole.", None),
        ("**Security**: a hole. **Take it**: another.", None),
        ("**Perhaps**: not a mark.", None),
    ],
)
def test_a_missing_or_second_mark_is_noticed(entry: str, mark: str | None) -> None:
    text = f"# Log\n\n- **Take it**: legend.\n\n## 0.2.0 (2027-01-01)\n\n- {entry}\n"
    (release,) = releases.read(f"{text}- **As you like**: next.\n")
    first, second = release.entries

    assert releases.mark_of(first) == mark
    assert releases.mark_of(second) == "As you like"
