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
DATA = Path(PROJECT.name, "variants", "parts", "data", PROJECT.name, "account", "data")
PAGE = DATA / "templates" / "data" / "delete.html"


def catalogues(template: Template) -> dict[Path, str]:
    folder = template.folder
    return {
        file.relative_to(folder): file.read_text(encoding="utf-8")
        for file in folder.rglob("messages.po")
    }


def say(template: Template, text: str) -> None:
    """Put a text into a page of a part."""
    page = template.folder / PAGE
    block = "{% block main %}"
    keeping_up.replace(page, block, f'{block}<p>{{{{ _("{text}") }}}}</p>')


def test_a_new_text_of_a_part_arrives_in_its_catalogue_alone(
    template: Template, tmp_path: Path, app_python: Path, cookiecutter: CommandLine
) -> None:
    before = catalogues(template)
    new = "Brand new words"
    say(template, new)

    bake = replace(cookiecutter, template=template.folder)
    lacking = update(bake, tmp_path, app_python.parent)
    assert lacking == [(DATA / NAME, f'"{new}"')]
    after = catalogues(template)
    data = after.pop(DATA / NAME)
    before_data = before.pop(DATA / NAME)
    assert after == before
    entries = texts(data)
    assert entries.pop(f'msgid "{new}"\n').endswith('msgstr ""')
    assert entries == texts(before_data)


def test_a_text_that_moves_keeps_its_translation(
    template: Template, tmp_path: Path, app_python: Path, cookiecutter: CommandLine
) -> None:
    """Even into a part that has no catalogue yet."""
    (template.folder / DATA / NAME).unlink()
    core = texts(catalogues(template)[Path(PROJECT.name, PROJECT.name, NAME)])
    say(template, "You are logged in.")

    bake = replace(cookiecutter, template=template.folder)
    lacking = update(bake, tmp_path, app_python.parent)
    assert {catalogue for catalogue, _ in lacking} == {DATA / NAME}
    moved = 'msgid "You are logged in."\n'
    assert texts(catalogues(template)[DATA / NAME])[moved] == core[moved]
