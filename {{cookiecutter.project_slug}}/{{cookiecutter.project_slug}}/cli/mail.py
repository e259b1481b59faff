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
    need_mail_server()
    outbox.revive()
    done, failed = mail.deliver()
    click.echo(f"{done} dealt with, {failed} failed")
    if failed:
        raise click.ClickException("Some mails were not sent: see the log above.")


def need_mail_server() -> None:
    """Exit with one line unless commands can send mails."""
    problem = mail.why_not_here()
    if problem:
        raise click.ClickException(problem)


def send_own() -> None:
    """Send the mails that this command has committed, or exit with one line."""
    if not mail.deliver_own():
        raise click.ClickException("The mail server did not accept the mail: see the log above.")
