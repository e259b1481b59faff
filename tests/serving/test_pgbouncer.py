"""The app works behind a PgBouncer that pools by transaction, as the document says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..support.pgbouncer import PgBouncer
from ..support.postgres import Postgres
from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.site import TWO_WORKERS
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

BROWSERS, PAGES = 2, 40


@pytest.fixture
def pool(baked: Callable[..., Path], database_server: Postgres) -> Iterator[PgBouncer]:
    document = baked(auth="cookie") / "docs" / "going-live.md"
    text = document.read_text(encoding="utf-8").partition("\n## PgBouncer\n")[2]
    (said,) = re.findall(r"(?ms)^```ini\n(.*?)^```$", text.partition("\n## ")[0])
    pool = PgBouncer(database_server.port, said)
    yield pool
    pool.close()


def test_pages_and_logins_share_its_connections(
    open_site: OpenSite, database_server: Postgres, pool: PgBouncer
) -> None:
    site = open_site("cookie")
    straight = {**SERVED, "DATABASE_URL": database_server.new_database("pooled")}
    site.flask("db", "upgrade", **straight)
    site.add_account(straight)
    url = f"{pool.url('pooled')}?prepare_threshold=none"
    # Each worker names its prepared statements as the other one does.
    port = site.serve({**SERVED, "DATABASE_URL": url}, TWO_WORKERS).port

    # What reads and commits; the driver forgets its statements where one rolls back.
    def browse(number: int) -> Counter[int]:
        visitor = Visitor(port)
        answers = [visitor.login(EMAIL, PASSWORD)]
        answers += [visitor.get("/account/") for _ in range(PAGES)]
        return Counter(answer.status for answer in answers)

    with ThreadPoolExecutor(BROWSERS) as browsers:
        for answers in browsers.map(browse, range(BROWSERS)):
            assert answers == {303: 1, 200: PAGES}
