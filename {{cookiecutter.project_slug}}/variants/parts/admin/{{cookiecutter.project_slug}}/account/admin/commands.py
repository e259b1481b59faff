"""Invite people and give roles at the command line: so the first admin gets the role."""

import click

from ...auth import accounts
from ...cli.mail import need_mail_server, send_own
from ...cli.users import find_user, read_address, taken
from ...core import mail
from ...core.db import db
from . import invitations, roles

NONE = "none"


@click.command()
@click.argument("email")
@click.option("--role", type=click.Choice([*roles.ROLES]), help="The role of the new account.")
def invite(email: str, role: str | None) -> None:
    """Mail an invitation to register, which works while registration is closed."""
    need_mail_server()
    address = read_address(email)
    if accounts.find(address) is not None:
        raise taken(address)
    invitations.invite(address, role)
    db.session.commit()
    send_own()
    click.echo(f"An invitation went to {address}; it works for {invitations.LIFETIME.days} days.")


@click.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([*roles.ROLES, NONE]))
def change_role(email: str, role: str) -> None:
    """Give an account a role, or take it away; it counts from the next request on."""
    user = find_user(email)
    accounts.lock(user.id)
    roles.set_role(user, None if role == NONE else role)
    mail.notify(user, "account_changed", change="role")
    db.session.commit()
    click.echo(f"{user.email} has {'no role' if role == NONE else f'the role {role}'} now.")
