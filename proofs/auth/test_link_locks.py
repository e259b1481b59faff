"""Links are locked in the order of their ids: another order can deadlock (PostgreSQL)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text

from my_flask_app.auth import accounts, links
from my_flask_app.auth.links import Link
from my_flask_app.core.db import db, now
from my_flask_app.models import User

from ...support.http import EMAIL
from ...support.sql import rows, run_sql
from ..support.sql import other_writer, until_it_waits


def use(last: Link, user: User) -> None:
    assert links.use(last)


def revoke(last: Link, user: User) -> None:
    links.revoke(user, since=now())


def delete_account(last: Link, user: User) -> None:
    assert accounts.delete(user)


@pytest.mark.parametrize("work", [use, revoke, delete_account])
def test_the_first_is_waited_for_before_another_is_held(
    app: Flask, user: str, work: Callable[[Link, User], None]
) -> None:
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite has one writer")
        for _ in range(2):
            links.create("another", EMAIL, accounts.find(EMAIL))
    first, last = (row["id"] for row in rows(app, "SELECT id FROM links ORDER BY id"))
    # PostgreSQL moves an updated row, so it scans this row last from now on.
    run_sql(app, "UPDATE links SET purpose = purpose WHERE id = :id", id=first)

    def run() -> None:
        with app.app_context():
            link, owner = db.session.get(Link, last), accounts.find(EMAIL)
            assert link
            assert owner
            work(link, owner)
            db.session.commit()

    lock_first = f"SELECT id FROM links WHERE id = {first} FOR UPDATE"
    with ThreadPoolExecutor(max_workers=1) as thread, other_writer(app, lock_first) as other:
        working = thread.submit(run)
        with app.app_context():
            until_it_waits(working, other)
            with db.engine.begin() as connection:
                free = text("SELECT id FROM links ORDER BY id FOR UPDATE SKIP LOCKED")
                assert connection.scalars(free).all() == [last]
        other.rollback()
        working.result()
    assert not rows(app, "SELECT id FROM links")
