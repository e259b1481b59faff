"""Every variant passes its own tests, its own linter and its own type checker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..support import proofs
from ..support.baking import Baker
from ..support.own_tests import Forks
from ..support.running import must
from ..support.running import run_in
from ..support.template import ANSWERS
from ..support.template import AUTHS
from ..support.template import LANGUAGES
from ..support.template import VARIANTS

pytestmark = pytest.mark.app

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")

variants = pytest.mark.parametrize(
    ("auth", "language"),
    [
        pytest.param(*one, marks=[] if one in ANSWERS else pytest.mark.long)
        for one in VARIANTS
    ],
)
auths = pytest.mark.parametrize("auth", AUTHS)
NAMED = [
    ("session", "standard", "Eve's Lantern Analytics", "eve_s_lantern_analytics"),
    ("cookie", "standard", "日本語のアプリ", "ri_ben_yu_noahuri"),
    ("session", "none", "Ana", "ana"),
    pytest.param("cookie", "none", "Ana", "ana", marks=pytest.mark.long),
]


@pytest.mark.parametrize(("auth", "parts", "name", "slug"), NAMED)
def test_its_own_tests_pass(
    auth: str,
    parts: str,
    name: str,
    slug: str,
    bake: Baker,
    env: dict[str, str],
    app_python: Path,
) -> None:
    """Whatever its name: those here hold words of the tests, or no Latin letter."""
    project = bake(auth=auth, parts=parts, project_name=name)
    assert project.name == slug

    assert " passed" in must(run_in(project, app_python, *PYTEST, env=env))


@pytest.mark.parametrize(
    ("auth", "proofs"),
    [
        (AUTHS[0], ""),
        # All that differs in the other kind.
        *((auth, "auth/sessions") for auth in AUTHS[1:]),
        *(pytest.param(auth, "", marks=pytest.mark.long) for auth in AUTHS[1:]),
    ],
)
def test_the_proofs_hold(
    auth: str,
    proofs: str,
    proved: Callable[[str], Path],
    env: dict[str, str],
    app_python: Path,
) -> None:
    command = (app_python, *PYTEST, f"tests/proofs/{proofs}")
    # What the shell of its owner may have.
    exported = {**env, "FLASK_DEBUG": "1", "SOCIAL_PROVIDERS": "acme"}

    assert " passed" in must(run_in(proved(auth), *command, env=exported))


@pytest.mark.parametrize("language", LANGUAGES[1:])
@auths
def test_its_own_tests_of_languages_pass_in_each_other_one(
    auth: str, language: str, bake: Baker, forks: Forks
) -> None:
    """It changes words and nothing else: these are enough for it."""
    forks.must(bake(auth=auth, language=language), "tests/core/test_i18n.py")


@pytest.mark.long
@auths
def test_suite_and_proofs_run_nearly_every_line(
    auth: str, proved: Callable[[str], Path], env: dict[str, str], app_python: Path
) -> None:
    """To count takes as long again as the tests."""
    counted = ("--cov", "--cov-fail-under=95")

    said = must(run_in(proved(auth), app_python, *PYTEST, *counted, env=env))
    assert "Required test coverage" in said


@variants
def test_ruff_finds_nothing(
    auth: str, language: str, bake: Baker, env: dict[str, str], app_python: Path
) -> None:
    project = bake(auth=auth, language=language)
    proofs.lay(project, auth)
    check_style(project, env, app_python)


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
