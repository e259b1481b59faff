"""Each license is there in full, in the author's name, and without a year."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.template import LICENSES

AUTHOR = "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS} O'Brien"

# A sentence from the beginning and one from the end of each.
SENTENCES = {
    "MIT": (
        "Permission is hereby granted, free of charge",
        "DEALINGS IN THE\nSOFTWARE.",
    ),
    "BSD-3-Clause": ("Redistribution and use in source", "POSSIBILITY OF SUCH DAMAGE."),
    "Apache-2.0": ("Version 2.0, January 2004", "limitations under the License."),
    "GPL-3.0-or-later": ("Version 3, 29 June 2007", "licenses/why-not-lgpl.html>."),
    "Proprietary": ("All rights reserved.", "ARISING FROM THE SOFTWARE OR ITS USE."),
}
NAMES_THE_AUTHOR = {"MIT", "BSD-3-Clause", "Proprietary"}


def test_every_license_is_tried() -> None:
    assert set(LICENSES) == set(SENTENCES)


@pytest.mark.parametrize("name", LICENSES)
def test_the_license_is_whole(name: str, baked: Callable[..., Path]) -> None:
    text = license_of(baked(license=name, author_name=AUTHOR))
    beginning, end = SENTENCES[name]

    assert beginning in text[:400]
    assert text.endswith(f"{end}\n")


@pytest.mark.parametrize("name", LICENSES)
def test_the_author_stands_where_the_license_names_one(
    name: str, baked: Callable[..., Path]
) -> None:
    text = license_of(baked(license=name, author_name=AUTHOR))

    assert (f"Copyright (c) {AUTHOR}\n" in text) == (name in NAMES_THE_AUTHOR)


@pytest.mark.parametrize("name", sorted(NAMES_THE_AUTHOR))
def test_no_year_that_an_update_would_change(
    name: str, baked: Callable[..., Path]
) -> None:
    text = license_of(baked(license=name, author_name=AUTHOR))

    assert not re.search(r"\b(19|20)\d\d\b", text)


def license_of(project: Path) -> str:
    return (project / "LICENSE").read_text(encoding="utf-8")
