"""Help users who have lost their second factor and its recovery codes."""

import click

from ...auth import operators
from ...cli.users import find_user
from ...core import mail
from ...core.db import db
from . import store


@click.command("reset-second-factor")
@click.argument("email")
def reset(email: str) -> None:
    """Turn off the second factor of an account, and end its sessions."""
    user = find_user(email)
    if not store.is_set_up(user):
        raise click.ClickException(f"{user.email} has no second factor.")
    operators.drop_factors(user)
    mail.notify(user, "second_factor_reset")
    db.session.commit()
    click.echo(f"{user.email} no longer has a second factor; all its sessions have ended.")
