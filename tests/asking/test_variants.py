"""Two bakes differ where an overlay says so, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.template import AUTHS
from ..support.template import LANGUAGES
from ..support.template import PARTS
from ..support.template import SLUG
from ..support.template import files_of
from ..support.template import overlay
from ..support.template import template_files
from ..support.template import tree


def differing(one: Path, two: Path) -> set[str]:
    ones, twos = tree(one), tree(two)
    return {p for p in ones.keys() | twos.keys() if ones.get(p) != twos.get(p)}


def overlay_paths(question: str, answers: list[str]) -> set[str]:
    return {path for answer in answers for path in overlay(question, answer)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_session_and_cookie_differ_in_the_overlay_alone(
    language: str, baked: Callable[..., Path]
) -> None:
    session = baked(auth="session", language=language)
    cookie = baked(auth="cookie", language=language)

    found = differing(session, cookie)
    assert f"{SLUG}/auth/sessions/__init__.py" in found
    assert found == overlay_paths("auth", AUTHS)


@pytest.mark.parametrize("auth", AUTHS)
def test_languages_differ_in_the_overlay_and_where_the_language_is_written(
    auth: str, baked: Callable[..., Path]
) -> None:
    en = baked(auth=auth, language="en")
    pt_br = baked(auth=auth, language="pt_BR")
    written = {
        path
        for path, source in files_of(PARTS).items()
        if b"cookiecutter.language" in source.read_bytes()
    }

    found = differing(en, pt_br)
    assert f"{SLUG}/config.py" in written
    assert found == overlay_paths("language", LANGUAGES) | written


@pytest.mark.parametrize("auth", AUTHS)
def test_a_bake_holds_the_overlay_of_its_answer(
    auth: str, baked: Callable[..., Path]
) -> None:
    """Compared with the source: a wrong variant would pass every other test."""
    project = baked(auth=auth)
    other = next(answer for answer in AUTHS if answer != auth)

    for path, source in overlay("auth", auth).items():
        expected = source.read_text(encoding="utf-8")
        expected = expected.replace("{{ cookiecutter.project_slug }}", SLUG)
        assert (project / path).read_text(encoding="utf-8") == expected
    for path in overlay("auth", other).keys() - overlay("auth", auth).keys():
        assert not (project / path).exists()


def test_no_overlay_hides_a_common_file_but_the_one_that_says_what_is_missing() -> None:
    hidden = overlay_paths("auth", AUTHS) & template_files().keys()

    assert hidden == {f"{SLUG}/auth/sessions/__init__.py"}
    assert overlay_paths("language", LANGUAGES).isdisjoint(template_files())
