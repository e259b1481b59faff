"""Every text of the template can be translated; those of an owner need not be."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.own_tests import Forks
from ..support.template import ALIKE

# A text that nobody marked is in no catalogue: the project's own tests leave it alone.
READS = "untranslated|assert_in_portuguese"
STRICT = """

def untranslated(words: str) -> list[str]:
    lines = {line.strip() for line in words.splitlines()} - NAMES - {''}
    return [line for line in lines if not _catalogue()[0].fullmatch(line)]
"""


@pytest.mark.app
@pytest.mark.parametrize("auth", ALIKE)
def test_no_text_of_ours_is_left_unmarked(
    auth: str, proved: Callable[[str], Path], tmp_path: Path, forks: Forks
) -> None:
    project = tmp_path / "project"
    shutil.copytree(proved(auth), project)
    reader = project / "tests" / "proofs" / "support" / "html.py"
    with reader.open("a", encoding="utf-8") as file:
        file.write(STRICT)
    readers = [
        path
        for path in (project / "tests").glob("**/test_*.py")
        if re.search(READS, path.read_text("utf-8"))
    ]
    assert len(readers) > 10

    forks.must(project, *readers)


@pytest.mark.app
def test_a_text_of_an_owner_may_be_left_unmarked(
    proved: Callable[[str], Path], tmp_path: Path, forks: Forks
) -> None:
    project = tmp_path / "project"
    shutil.copytree(proved("session"), project)
    base = project / "my_flask_app" / "templates" / "base.html"
    marked = base.read_text(encoding="utf-8")
    base.write_text(marked.replace("<footer>", '<footer><a href="/">Imprint</a>'))

    forks.must(project, "tests/proofs/core/test_translated_pages.py")
    base.write_text(marked.replace('{{ _("Log in") }}', "Log in"))
    status, said = forks.run(project, "tests/proofs/core/test_translated_pages.py")
    assert status == 1
    assert "['Log in'] stands in English on a Portuguese page" in said
