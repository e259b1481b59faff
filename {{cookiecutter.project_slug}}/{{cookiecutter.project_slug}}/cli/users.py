"""Manage accounts from the command line, and read the audit trail."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select, update

from ..auth import accounts, browsers, operators, passwords
from ..auth.parts import all_parts
from ..auth.sessions import active_sessions
from ..config import settings
from ..core import addresses, audit, mail, names, user_agents
from ..core.audit import Event, printable
from ..core.db import db
from ..models import User
from .database import DatabaseGroup, database_needed
from .mail import need_mail_server, send_own

MOST_EVENTS = 100_000

group = DatabaseGroup("user", help="Manage accounts.")


@group.command()
@click.argument("email")
@click.option("--name", required=True, help="The user's name on pages.")
def create(email: str, name: str) -> None:
    """Create an account; the password is asked for, or read from standard input."""
    address = read_address(email)
    if accounts.find(address) is not None:
        raise taken(address)
    db.session.commit()
    try:
        name = names.normalise(name)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    password = _password()
    problem = passwords.weakness(password, email=address, name=name)
    if problem is not None:
        raise click.ClickException(problem)
    user = User(
        email=address,
        name=name,
        password_hash=passwords.hash_password(password),
        language=settings().language,
    )
    if not accounts.add(user, "created_by_operator"):
        raise taken(address)
    db.session.commit()
    click.echo(f"{address} can log in now.")


@group.command()
@click.argument("email")
def disable(email: str) -> None:
    """Disable an account and end its sessions."""
    user = find_user(email)
    operators.disable(user)
    db.session.commit()
    click.echo(f"{user.email} is disabled; all its sessions have ended.")


@group.command()
@click.argument("email")
def enable(email: str) -> None:
    """Enable a disabled account again."""
    user = find_user(email)
    operators.enable(user)
    db.session.commit()
    click.echo(f"{user.email} can log in again.")


@group.command("delete")
@click.argument("email")
def delete_user(email: str) -> None:
    """Delete an account for good; the audit trail keeps events without a name."""
    user = find_user(email)
    try:
        deleted = accounts.delete(user)
    except accounts.AccountInUse as problem:
        raise click.ClickException(str(problem)) from None
    if not deleted:
        raise click.ClickException("The password has just been changed: check, and try again.")
    db.session.commit()
    click.echo(f"{user.email} is deleted.")


@group.command()
@click.argument("email")
def reset(email: str) -> None:
    """Mail a link for a new password to the account's address."""
    # A link and no password: the operator never learns or sets one.
    need_mail_server()
    user = find_user(email)
    if user.disabled_at is not None:
        raise click.ClickException(f"{user.email} is disabled: enable it first.")
    mail.notify(user, "reset")
    audit.record("reset_started_by_operator", user)
    db.session.commit()
    send_own()
    click.echo(f"A link for a new password went to {user.email}.")


@group.command("end-sessions")
@click.argument("email", required=False)
@click.option("--all", "everybody", is_flag=True, help="End those of every account.")
def end_all_sessions(email: str | None, everybody: bool) -> None:
    """End all sessions of an account, or of everybody."""
    if (email is None) != everybody:
        raise click.UsageError("Give either an address or --all.")
    user = find_user(email) if email is not None else None
    if user is not None:
        operators.end_all_sessions(user)
    else:
        # Each session of either kind stores the epoch it began in (ASVS 7.4.5).
        db.session.execute(update(User).values(session_epoch=User.session_epoch + 1))
        browsers.forget(None, keep_current=False)
        audit.record("sessions_ended_by_operator")
    db.session.commit()
    click.echo(f"All sessions of {user.email if user else 'everybody'} have ended.")


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


def find_user(email: str) -> User:
    """Return the user with that address, locked until the next commit, or exit with one line."""
    address = read_address(email)
    found = accounts.find(address)
    # The user may be acting too. Lock the account before what belongs to it: another order can
    # deadlock.
    user = accounts.lock(found.id) if found else None
    if user is None:
        raise click.ClickException(f"There is no account with {address}.")
    return user


def read_address(text: str) -> str:
    """Return an address as accounts store it, or exit with one line."""
    address = addresses.normalise(text)
    if address is None:
        raise click.ClickException(f"{printable(text)} is not an e-mail address.")
    return address


def taken(address: str) -> click.ClickException:
    """Return the error for an address that has an account."""
    return click.ClickException(f"{address} already has an account.")


def print_rows(rows: Iterable[Sequence[object]]) -> None:
    """Print each row on a line, its values separated by tabs."""
    lines = ["\t".join(map(_text, row)) for row in rows]
    # Hold no lock while the operator reads in a pager: SQLite has one writer.
    db.session.rollback()
    for line in lines:
        click.echo(line)


def _password() -> str:
    if sys.stdin.isatty():
        typed = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return str(typed)
    return sys.stdin.readline().rstrip("\r\n")


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


def _details(event: Event) -> str:
    return " ".join(f"{name}={value}" for name, value in event.detail.items())


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    # A name or a browser must not inject a tab or a line break.
    return "-" if value is None else printable(str(value)) or "-"
