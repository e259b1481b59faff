"""Delete what is over, a few rows at a time, beside logins and others who sweep."""

import time

from sqlalchemy import ColumnElement, Connection, delete, inspect, select

from . import Base, db

BATCH = 500


def delete_expired(
    connection: Connection, table: type[Base], over: ColumnElement[bool], most: int
) -> int:
    """Delete at most so many rows that are over; return how many.

    PostgreSQL passes by the rows that somebody else holds: two who delete the same
    rows in another order would each wait for the other, and one of them fail.
    """
    (key,) = inspect(table).primary_key
    free = select(key).where(over).limit(most).with_for_update(skip_locked=True).cte()
    swept = delete(table).where(key.in_(select(free))).returning(key)
    return len(connection.execute(swept).all())


def delete_all_expired(table: type[Base], over: ColumnElement[bool]) -> int:
    """Delete all rows that are over, each batch by itself; return how many."""
    total, count = 0, BATCH
    while count == BATCH:
        began = time.monotonic()
        with db.engine.begin() as connection:
            count = delete_expired(connection, table, over, BATCH)
        total += count
        # SQLite has no queue for its one writer: those who wait try again now and then.
        # So leave it free for as long as this batch took.
        time.sleep(time.monotonic() - began)
    return total
