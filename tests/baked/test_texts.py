"""A text that nobody marked for translation, or nobody translated, is found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.own_tests import Forks

TESTS = "tests/proofs/core/test_translated_pages.py"


@pytest.mark.app
@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ('{{ _("Log in") }}', "Log in", "Log in"),
        ("<footer>", '<footer><a href="/">Imprint</a>', "Imprint"),
    ],
)
def test_a_text_that_is_left_unmarked_turns_the_proofs_red(
    old: str,
    new: str,
    left: str,
    proved: Callable[[str], Path],
    tmp_path: Path,
    forks: Forks,
) -> None:
    project = tmp_path / "project"
    shutil.copytree(proved("session"), project)
    base = project / "my_flask_app" / "templates" / "base.html"
    marked = base.read_text(encoding="utf-8")
    assert old in marked
    base.write_text(marked.replace(old, new), encoding="utf-8")

    status, said = forks.run(project, "-x", TESTS)
    assert status == 1
    assert f"['{left}'] stands on a Portuguese page" in said
