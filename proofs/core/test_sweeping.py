"""Expired rows are deleted in small batches, safely alongside logins and other purges."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert

from my_flask_app.core.db import cleanup, db, now
from my_flask_app.core.throttle import Throttle

from ...support.http import Browser
from ...support.sql import rows, statements
from ..support.sql import other_writer

OVER = 25
FEW = 4
LEFT = "SELECT key FROM throttles"


@pytest.fixture
def filled(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return an app with expired counters and a live one, and with small batches."""
    monkeypatch.setattr(cleanup, "BATCH", FEW)
    day = timedelta(days=1)
    counters = [{"key": f"{number}", "ends_at": now() - day} for number in range(OVER)]
    counters.append({"key": "live", "ends_at": now() + day})
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(insert(Throttle).values(count=1), counters)
    return app


def purge(app: Flask) -> int:
    """Purge the counters as `flask purge` does; return how many were deleted."""
    with app.app_context():
        return cleanup.delete_all_expired(Throttle, Throttle.ends_at <= now())


def test_each_batch_is_small_and_a_transaction_of_its_own(filled: Flask) -> None:
    with statements(filled) as run:
        assert purge(filled) == OVER
    batches = [number for number, text in enumerate(run) if "DELETE FROM throttles" in text]
    assert len(batches) == OVER // FEW + 1
    if db_is_sqlite(filled):
        assert all(run[number - 1] == "BEGIN IMMEDIATE" for number in batches)
    assert rows(filled, LEFT) == [{"key": "live"}]


def test_concurrent_purges_delete_each_row_once_and_delay_no_login(
    filled: Flask, user: str
) -> None:
    with ThreadPoolExecutor(3) as threads:
        purges = [threads.submit(purge, filled) for _ in range(2)]
        logins = [threads.submit(lambda: Browser(filled).login().status_code) for _ in range(8)]
        assert {login.result() for login in logins} == {303}
        assert sum(one.result() for one in purges) == OVER
    assert {"key": "live"} in rows(filled, LEFT)


def test_rows_locked_by_another_process_are_skipped(filled: Flask) -> None:
    if db_is_sqlite(filled):
        pytest.skip("SQLite has one writer: the rest waits")
    with other_writer(filled, "DELETE FROM throttles WHERE key = '7'"):
        assert purge(filled) == OVER - 1
    assert {row["key"] for row in rows(filled, LEFT)} == {"7", "live"}


def db_is_sqlite(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "sqlite"
