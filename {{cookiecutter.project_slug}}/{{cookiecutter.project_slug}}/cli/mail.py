"""Manage the outbox."""

import click

from ..config import settings
from ..core import mail
from ..core.mail import outbox
from .database import DatabaseGroup

group = DatabaseGroup("mail", help="Manage the mails in the outbox.")


@group.command()
def retry() -> None:
    """Send every mail in the outbox now, including those given up."""
    if not settings().can_mail:
        click.echo("MAIL_URL is none: no mail is sent.")
        return
    problem = mail.why_not_here()
    if problem:
        raise click.ClickException(problem)
    outbox.revive()
    done, failed = mail.deliver()
    click.echo(f"{done} dealt with, {failed} failed")
    if failed:
        raise click.ClickException("Some mails were not sent: see the log above.")
