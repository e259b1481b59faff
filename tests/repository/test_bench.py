"""What the bench serves is what its document has rows for."""

from __future__ import annotations

from bench.competitors import COMPETITORS
from bench.starting import STARTERS

from ..support.template import ROOT

DOCUMENT = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")


def test_each_app_has_a_row() -> None:
    for app in (*COMPETITORS, *STARTERS):
        assert f"\n| {app.title} " in DOCUMENT, app.title


def test_there_are_no_more_sites_than_rows_of_pages() -> None:
    sites = {file.stem for file in (ROOT / "bench" / "sites").glob("*.py")}
    assert len(sites - {"__init__"}) <= len(COMPETITORS)
