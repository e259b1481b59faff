"""`make strings` here carries the translations of a project back to the template."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ..support import keeping_up
from ..support.baking import CommandLine
from ..support.catalogues import texts
from ..support.catalogues import update
from ..support.keeping_up import Template
from ..support.template import PROJECT

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(shutil.which("make") is None, reason="needs make"),
]
NAME = "translations/pt_BR/LC_MESSAGES/messages.po"
PARTS = Path(PROJECT.name, "variants", "parts")
DATA, SESSIONS = (
    PARTS / part / PROJECT.name / "account" / part for part in ("data", "sessions")
)


def catalogues(template: Template) -> dict[Path, str]:
    folder = template.folder
    return {
        file.relative_to(folder): file.read_text(encoding="utf-8")
        for file in folder.rglob("messages.po")
    }


def say(page: Path, text: str) -> None:
    """Put a text into a page of a part."""
    block = "{% block main %}"
    keeping_up.replace(page, block, f'{block}<p>{{{{ _("{text}") }}}}</p>')


def test_each_text_arrives_in_the_catalogue_of_its_part(
    template: Template, tmp_path: Path, app_python: Path, cookiecutter: CommandLine
) -> None:
    """A new one comes alone, one that moved brings its translation."""
    before = catalogues(template)
    new, moved = "Brand new words", "You are logged in."
    say(template.folder / DATA / "templates/data/delete.html", new)
    say(template.folder / SESSIONS / "templates/sessions/list.html", moved)
    (template.folder / SESSIONS / NAME).unlink()

    bake = replace(cookiecutter, template=template.folder)
    lacking = update(bake, tmp_path, app_python.parent)
    assert {catalogue for catalogue, _ in lacking} == {DATA / NAME, SESSIONS / NAME}
    assert (DATA / NAME, f'"{new}"') in lacking
    after = catalogues(template)
    core = texts(before[Path(PROJECT.name, PROJECT.name, NAME)])
    entry = f'msgid "{moved}"\n'
    assert texts(after.pop(SESSIONS / NAME))[entry] == core[entry]
    data = texts(after.pop(DATA / NAME))
    assert data.pop(f'msgid "{new}"\n').endswith('msgstr ""')
    assert data == texts(before.pop(DATA / NAME))
    del before[SESSIONS / NAME]
    assert after == before
