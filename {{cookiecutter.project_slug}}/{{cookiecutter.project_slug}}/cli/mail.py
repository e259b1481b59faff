"""Look after the outbox."""

import click

from .. import mail
from ..config import settings
from .database import DatabaseGroup

group = DatabaseGroup("mail", help="Look after the mails in the outbox.")


@group.command()
def retry() -> None:
    """Send every mail in the outbox now, those given up among them."""
    if not settings().can_mail:
        click.echo("MAIL_URL is none: no mail is sent.")
        return
    problem = why_not_from_here()
    if problem:
        raise click.ClickException(problem)
    mail.revive()
    done, failed = mail.deliver()
    click.echo(f"{done} dealt with, {failed} failed")
    if failed:
        raise click.ClickException("Some mails were not sent: see the log above.")


def why_not_from_here() -> str | None:
    """Say why no mail can be sent from here, or None: a link has to reach its owner alone."""
    if settings().public_url is None:
        return "PUBLIC_URL is missing: links are made from it."
    # The console would show links to whoever runs the command, and to nobody else.
    if settings().mail_server.scheme in {"console", "none"}:
        return "MAIL_URL names no mail server to send by."
    return None
