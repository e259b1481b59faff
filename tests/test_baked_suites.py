"""Every variant passes its own tests, its own linter and its own type checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from .baking import Baker
from .own_tests import Forks
from .running import must
from .running import run_in
from .template import AUTHS
from .template import LANGUAGES
from .template import VARIANTS

pytestmark = pytest.mark.app

NAMED = [
    ("session", "Eve's Lantern Analytics", "eve_s_lantern_analytics"),
    ("cookie", "日本語のアプリ", "ri_ben_yu_noahuri"),
]
variants = pytest.mark.parametrize(("auth", "language"), VARIANTS)


@pytest.mark.parametrize(("auth", "name", "slug"), NAMED)
def test_its_own_tests_pass(
    auth: str,
    name: str,
    slug: str,
    bake: Baker,
    env: dict[str, str],
    app_python: Path,
) -> None:
    """Whatever its name: those here hold words of the tests, or no Latin letter."""
    project = bake(auth=auth, project_name=name)
    assert project.name == slug
    pytest_ = (app_python, "-m", "pytest", "-q", "-p", "no:cacheprovider")

    assert " passed" in must(run_in(project, *pytest_, env=env))


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("auth", AUTHS)
def test_its_own_tests_of_languages_pass_in_each_other_one(
    auth: str, language: str, bake: Baker, forks: Forks
) -> None:
    """It changes words and nothing else: these are enough for it."""
    forks.must(bake(auth=auth, language=language), "tests/test_i18n.py")


@pytest.mark.long
@pytest.mark.parametrize("auth", AUTHS)
def test_its_own_tests_run_nearly_every_line(
    auth: str, bake: Baker, env: dict[str, str], app_python: Path
) -> None:
    """As `make cover` there does; to count takes as long again as the tests."""
    pytest_ = (app_python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--cov")

    assert "Required test coverage" in must(run_in(bake(auth=auth), *pytest_, env=env))


@variants
def test_ruff_finds_nothing(
    auth: str, language: str, bake: Baker, env: dict[str, str], app_python: Path
) -> None:
    check_style(bake(auth=auth, language=language), env, app_python)


@pytest.mark.parametrize("slug", ["a", "z" * 40])
@pytest.mark.parametrize("auth", ["session", "cookie"])
def test_ruff_finds_nothing_whatever_the_names(
    slug: str, auth: str, bake: Baker, env: dict[str, str], app_python: Path
) -> None:
    """The length of the slug, and its place in the alphabet, must not show."""
    name = "\N{CYRILLIC CAPITAL LETTER ES}'" + " long" * 60
    check_style(
        bake(project_slug=slug, auth=auth, project_name=name, description=name),
        env,
        app_python,
    )


def check_style(project: Path, env: dict[str, str], python: Path) -> None:
    for arguments in (["check"], ["format", "--check"]):
        must(run_in(project, python, "-m", "ruff", *arguments, "--no-cache", env=env))
