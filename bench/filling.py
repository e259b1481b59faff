"""Fill a project's tables with people who are all logged in, past the app, in bulk."""

from __future__ import annotations

from time import time

from .client import USER_AGENT
from .databases import Database
from .server import NAME

# Half of them, evenly strewn: the even ones.
HALF = 2
DAYS_KEPT = 100


def email(number: int) -> str:
    return f"person{number}@example.com"


def fill(database: Database, auth: str, count: int) -> None:
    """Give so many people an account like Ada's, a session and the event of its login.

    All is as old as the run, but was seen last in an hour's time: so no session
    becomes due for the write that notes it, in the midst of a measurement.
    """
    people, now = database.people(count), database.hours_hence(0)
    database.do(f"""
        INSERT INTO users (id, public_id, email, name, language, password_hash,
                           session_epoch, created_at)
        {people}
        SELECT n, md5(CAST(n AS text)), 'person' || n || '@example.com', '{NAME}', 'en',
               (SELECT password_hash FROM users WHERE id = 1), 0, {now}
        FROM people""")
    detail = (
        '\'{"session": "\' || md5(\'session \' || n) || \'", "epoch": 0, '
        f'"login_at": {int(time())}, "remembered": false}}\''
    )
    database.do(f"""
        INSERT INTO events (at, kind, user_id, address, client, detail)
        {people}
        SELECT {now}, 'login', n, '127.0.0.1', '{USER_AGENT}', {database.json(detail)}
        FROM people""")
    fill_seam = _fill_sessions if auth == "session" else _fill_ended
    fill_seam(database, count)
    database.settle()


def age(database: Database, auth: str) -> None:
    """Let half of it be over: what purge looks for."""
    long_ago = database.hours_hence(-24 * DAYS_KEPT)
    # Each sign-in's event goes with it.
    database.do(f"UPDATE events SET at = {long_ago} WHERE user_id % {HALF} = 0")
    if auth == "session":
        database.do(
            f"UPDATE sessions SET created_at = {long_ago}, seen_at = {long_ago}"
            f" WHERE user_id % {HALF} = 0"
        )
    else:
        # Hexadecimal digits: half of them.
        database.do(f"UPDATE ended_sessions SET ends_at = {long_ago} WHERE sid < '8'")
    database.settle()


def _fill_sessions(database: Database, count: int) -> None:
    database.do(f"""
        INSERT INTO sessions (token_hash, handle, user_id, epoch, data, remembered,
                              created_at, authenticated_at, seen_at, address, client)
        {database.people(count)}
        SELECT {database.sha256("'token-' || n")}, md5('session-' || n), n, 0, '{{}}',
               1 = 0, {database.hours_hence(0)}, {database.hours_hence(0)},
               {database.hours_hence(1)}, '127.0.0.1', '{USER_AGENT}'
        FROM people""")


def _fill_ended(database: Database, count: int) -> None:
    """As many sessions that were ended early: what each request has to look through."""
    database.do(f"""
        INSERT INTO ended_sessions (sid, ends_at)
        {database.people(count)}
        SELECT md5('ended-' || n), {database.hours_hence(24 * 20)} FROM people""")
