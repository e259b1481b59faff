"""Delete expired rows in small batches, safely alongside logins and other purges."""

import time

from sqlalchemy import ColumnElement, Connection, delete, inspect, select

from . import Base, db

BATCH = 500


def delete_expired(
    connection: Connection, table: type[Base], over: ColumnElement[bool], most: int
) -> int:
    """Delete at most `most` expired rows; return how many.

    PostgreSQL skips rows that another transaction holds: two transactions that delete the
    same rows in another order could deadlock.
    """
    (key,) = inspect(table).primary_key
    free = select(key).where(over).limit(most).with_for_update(skip_locked=True).cte()
    swept = delete(table).where(key.in_(select(free))).returning(key)
    return len(connection.execute(swept).all())


def delete_all_expired(table: type[Base], over: ColumnElement[bool]) -> int:
    """Delete all expired rows, one transaction per batch; return how many."""
    total, count = 0, BATCH
    while count == BATCH:
        began = time.monotonic()
        with db.engine.begin() as connection:
            count = delete_expired(connection, table, over, BATCH)
        total += count
        # SQLite has no queue for its one writer: waiting connections retry now and then.
        # So leave the lock free for as long as this batch took.
        time.sleep(time.monotonic() - began)
    return total
