"""Help users who are locked out. The operator never learns or sets a password."""

import click
from sqlalchemy import delete, update

from ..auth import operators
from ..auth.browsers import KnownBrowser
from ..core import audit, mail
from ..core.db import db
from ..models import User
from .users import find_user, group


@group.command()
@click.argument("email")
def reset(email: str) -> None:
    """Mail a link for a new password to the account's address."""
    problem = mail.why_not_here()
    if problem:
        raise click.ClickException(problem)
    user = find_user(email)
    if user.disabled_at is not None:
        raise click.ClickException(f"{user.email} is disabled: enable it first.")
    mail.notify(user, "reset")
    audit.record("reset_started_by_operator", user)
    db.session.commit()
    if not mail.deliver_own():
        raise click.ClickException("The mail server did not accept the mail: see the log above.")
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
        db.session.execute(delete(KnownBrowser))
        audit.record("sessions_ended_by_operator")
    db.session.commit()
    click.echo(f"All sessions of {user.email if user else 'everybody'} have ended.")
