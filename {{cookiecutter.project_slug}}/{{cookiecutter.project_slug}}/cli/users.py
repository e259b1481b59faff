"""Manage accounts from the command line."""

import sys

import click

from ..auth import accounts, operators, passwords
from ..config import settings
from ..core import addresses, audit, names
from ..core.db import db
from ..models import User
from .database import DatabaseGroup

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
    if not accounts.delete(user):
        raise click.ClickException("The password has just been changed: check, and try again.")
    db.session.commit()
    click.echo(f"{user.email} is deleted.")


def find_user(email: str) -> User:
    """Return the user with that address, or exit with one line."""
    address = read_address(email)
    user = accounts.find(address)
    if user is None:
        raise click.ClickException(f"There is no account with {address}.")
    return user


def read_address(text: str) -> str:
    """Return an address as accounts store it, or exit with one line."""
    address = addresses.normalise(text)
    if address is None:
        raise click.ClickException(f"{audit.printable(text)} is not an e-mail address.")
    return address


def taken(address: str) -> click.ClickException:
    """Return the error for an address that has an account."""
    return click.ClickException(f"{address} already has an account.")


def _password() -> str:
    if sys.stdin.isatty():
        typed = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return str(typed)
    return sys.stdin.readline().rstrip("\r\n")
