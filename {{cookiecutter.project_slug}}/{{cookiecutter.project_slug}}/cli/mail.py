"""Look after the outbox."""

import click

from .. import mail
from ..config import settings
from .database import DatabaseGroup

group = DatabaseGroup("mail", help="Look after the mails in the outbox.")


@group.command()
def retry() -> None:
    """Send every mail in the outbox now, those given up among them."""
    need_public_url()
    mail.revive()
    done, failed = mail.deliver()
    click.echo(f"{done} dealt with, {failed} failed")
    if failed:
        raise click.ClickException("Some mails were not sent: see the log above.")


def need_public_url() -> None:
    """Refuse before a mail is begun that could not be finished."""
    if settings().public_url is None:
        raise click.ClickException("PUBLIC_URL is missing: links are made from it.")
