"""Every variant passes its own tests, its own linter and its own type checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from .baking import Baker
from .environment import CACHE
from .running import must
from .running import run_in
from .running import tail
from .template import AUTHS
from .template import VARIANTS

pytestmark = pytest.mark.app

# The second language changes words and nothing else: its own tests are enough for it.
SUITES = [
    (auth, language, [] if language == "en" else ["tests/test_i18n.py"])
    for auth, language in VARIANTS
]

variants = pytest.mark.parametrize(("auth", "language"), VARIANTS)


def test_mypy_finds_nothing_in_any_variant(
    bake: Baker, env: dict[str, str], app_python: Path
) -> None:
    """One after the other and with one cache: most of the time goes to libraries."""
    mypy = [str(app_python), "-m", "mypy", "--cache-dir", str(CACHE / "mypy")]
    done = [
        run_in(bake(auth=auth, language=language), *mypy, env=env)
        for auth, language in VARIANTS
    ]

    failures = "\n\n".join(tail(one) for one in done if one.returncode != 0)
    assert not failures, failures


@pytest.mark.parametrize(("auth", "language", "chosen"), SUITES)
def test_its_own_tests_pass(
    auth: str,
    language: str,
    chosen: list[str],
    bake: Baker,
    env: dict[str, str],
    app_python: Path,
) -> None:
    project = bake(auth=auth, language=language)
    pytest_ = (app_python, "-m", "pytest", "-q", "-p", "no:cacheprovider")

    assert " passed" in must(run_in(project, *pytest_, *chosen, env=env))


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
