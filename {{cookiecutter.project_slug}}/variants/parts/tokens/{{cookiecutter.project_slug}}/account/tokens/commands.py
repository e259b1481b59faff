"""List and end API tokens from the command line."""

from collections.abc import Sequence

import click

from ...cli.database import DatabaseGroup
from ...cli.users import find_user, print_rows
from ...core import mail
from ...core.db import db
from . import store

group = DatabaseGroup("token", help="List and end API tokens.")


@group.command("list")
@click.argument("email")
def list_tokens(email: str) -> None:
    """List an account's tokens: handle, access, made, ends, last used, from where, name."""
    print_rows(_columns(token) for token in store.valid_of(find_user(email)))


@group.command()
@click.argument("email")
@click.argument("handle")
def end(email: str, handle: str) -> None:
    """End a token of an account; the user is told by mail."""
    user = find_user(email)
    name = store.end(user, handle)
    if name is None:
        raise click.ClickException(f"{user.email} has no such token: see flask token list.")
    mail.report(user, "token_revoked", "tokens_changed", name=name)
    db.session.commit()
    click.echo(f"The token of {user.email} no longer works.")


def _columns(token: store.ApiToken) -> Sequence[object]:
    access = "write" if token.can_write else "read"
    times = token.created_at, token.ends_at, token.used_at
    return token.handle, access, *times, token.used_address, token.name
