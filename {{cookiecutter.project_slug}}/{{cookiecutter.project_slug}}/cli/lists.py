"""List accounts, their sessions and the audit trail: one per line, separated by tabs."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from ..auth.parts import all_parts
from ..auth.sessions import active_sessions
from ..core import user_agents
from ..core.audit import Event, printable
from ..core.db import db
from ..models import User
from .database import database_needed
from .users import find_user, group

MOST_EVENTS = 100_000


@group.command("list")
@click.argument("email", required=False)
def list_users(email: str | None) -> None:
    """List all accounts: address, creation time, enabled or disabled, name.

    With an address: the details of that account, and its live sessions (first seen,
    last seen, address, browser).
    """
    if email is not None:
        return print_rows(_facts(find_user(email)))
    columns = select(User.email, User.created_at, User.disabled_at, User.name)
    print_rows(
        (email, since, "disabled" if disabled_at else "enabled", name)
        for email, since, disabled_at, name in db.session.execute(columns.order_by(User.email))
    )


def _facts(user: User) -> list[Sequence[object]]:
    logins = select(Event).where(Event.user_id == user.id, Event.kind == "login")
    last = db.session.scalars(logins.order_by(Event.id.desc()).limit(1)).first()
    sessions = [
        ("session", one.first_seen, one.last_seen, one.address, user_agents.describe(one.client))
        for one in active_sessions(user)
    ]
    return [
        ("address", user.email),
        ("name", user.name),
        ("language", user.language),
        ("since", user.created_at),
        ("disabled", user.disabled_at or "no"),
        *(fact for part in all_parts() if part.facts for fact in part.facts(user)),
        ("last login", last and last.at),
        ("from", last and f"{last.address} {user_agents.describe(last.client)}"),
        *sessions,
    ]


@click.command("events")
@click.option("--user", "email", metavar="EMAIL", help="Only events of one account.")
@click.option("--kind", help="Only one kind, such as login_failed.")
@click.option("--limit", type=click.IntRange(1, MOST_EVENTS), default=50, show_default=True)
@with_appcontext
@database_needed()
def events_command(email: str | None, kind: str | None, limit: int) -> None:
    """List the latest events: when, what, whose, from which address, details, browser."""
    wanted = select(Event, User.email).outerjoin(User, User.id == Event.user_id)
    if email is not None:
        wanted = wanted.where(Event.user_id == find_user(email).id)
    if kind is not None:
        wanted = wanted.where(Event.kind == kind)
    print_rows(
        (event.at, event.kind, owner, event.address, _details(event), event.client)
        for event, owner in db.session.execute(wanted.order_by(Event.id.desc()).limit(limit))
    )


def _details(event: Event) -> str:
    return " ".join(f"{name}={value}" for name, value in event.detail.items())


def print_rows(rows: Iterable[Sequence[object]]) -> None:
    """Print each row on a line, its values separated by tabs."""
    lines = ["\t".join(map(_text, row)) for row in rows]
    # Hold no lock while the operator reads in a pager: SQLite has one writer.
    db.session.rollback()
    for line in lines:
        click.echo(line)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    # A name or a browser must not inject a tab or a line break.
    return "-" if value is None else printable(str(value)) or "-"
