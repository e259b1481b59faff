"""Make and rotate the secret key. The only commands that run without one."""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import click
from dotenv import dotenv_values, set_key
from flask import current_app
from sqlalchemy import update

from .. import events, vault
from ..auth.limits import longest_life
from ..db import db
from ..environ import ConfigError, check_key
from ..models import User
from .database import DatabaseGroup

ENV_FILE = Path(__file__).parent.parent.parent / ".env"
KEY_BYTES = 48
KEYS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")
# Written without quotes in a list, these would cut a key short or change it.
CHANGED_BY_ENV = frozenset(",'\"`\\#$\r\n")

group = DatabaseGroup("secret", help="Make and rotate the secret key.")


@group.command(with_appcontext=False)
def new() -> None:
    """Write a .env file with a new key, where there is none."""
    try:
        # Nobody else may read it, not even between its making and a chmod.
        descriptor = os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(
            ".env exists already. `flask secret rotate` puts a new key into it."
        ) from None
    except OSError as error:
        raise _unwritable(error) from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"SECRET_KEY={_new_key()}\n")
    click.echo("Wrote .env with a new key. Keep it out of version control.")


@group.command()
@click.option("--reencrypt", is_flag=True, help="Encrypt everything anew, under the new key.")
@click.option("--end-sessions", is_flag=True, help="After a leak, with --reencrypt: end all.")
@click.option("--finish", is_flag=True, help="Take the old keys out of .env.")
def rotate(reencrypt: bool, end_sessions: bool, finish: bool) -> None:
    """Put a new key into .env; the old one stays valid until the last step.

    After a restart comes --reencrypt, after the longest session --finish. See docs/keys.md.
    """
    if (end_sessions and not reencrypt) or (finish and reencrypt):
        raise click.ClickException("--end-sessions goes with --reencrypt, and --finish alone.")
    if not reencrypt and not finish:
        return _put_new_key()
    # The app does not start with these settings, and only it knows the database.
    if "problem" in current_app.extensions:
        raise click.ClickException(current_app.extensions["problem"])
    return _reencrypt(end_sessions) if reencrypt else _drop_old_keys()


def _put_new_key() -> None:
    values = _read(
        "set a new SECRET_KEY where it comes from, add the old one to SECRET_KEY_FALLBACKS, "
        "restart the app, and run `flask secret rotate --reencrypt`."
    )
    current, former = (values.get(name) or "" for name in KEYS)
    # A key that is no good as a fallback either would stop the start once more.
    kept = [key for key in (current, *map(str.strip, former.split(","))) if _is_good(key)]
    if not CHANGED_BY_ENV.isdisjoint("".join(kept)):
        raise click.ClickException(
            "A key has a comma, a quote, a backslash, #, $ or a line break, which do not stay as "
            "they are in the list of keys that this writes into .env. See docs/keys.md."
        )
    # The fallback first: cut off in between, the old key is still good.
    _write(SECRET_KEY_FALLBACKS=",".join(kept), SECRET_KEY=_new_key())
    click.echo(
        "Wrote a new key; the old one is a fallback now. Restart the app, then run "
        "`flask secret rotate --reencrypt`."
    )


def _reencrypt(end_sessions: bool) -> None:
    if end_sessions:
        # Both kinds of session carry the epoch they began in, and so do mailed links.
        db.session.execute(update(User).values(session_epoch=User.session_epoch + 1))
        events.record("every_session_ended")
        db.session.commit()
    count, unreadable = vault.reseal_all()
    days = -(-longest_life() // timedelta(days=1))
    wait = f"{days} days after the restart, when the longest session is over"
    when = "Every session has ended: now" if end_sessions else f"Not before {wait}"
    click.echo(f"{count} re-encrypted. {when}, run `flask secret rotate --finish`.")
    if unreadable:
        raise click.ClickException(
            f"The second factor of {', '.join(unreadable)} cannot be read: put its key back "
            "into SECRET_KEY_FALLBACKS, or let its owner set up another."
        )


def _drop_old_keys() -> None:
    count = vault.count_under_old_keys()
    if count:
        raise click.ClickException(
            f"{count} still encrypted under an old key: run `flask secret rotate --reencrypt` first."
        )
    _read("empty SECRET_KEY_FALLBACKS where it comes from, and restart the app.")
    _write(SECRET_KEY_FALLBACKS="")
    click.echo("The old keys are gone from .env. Restart the app.")


def _read(by_hand: str) -> dict[str, str | None]:
    """Return what stands in .env; refuse where the key is not there, saying what to do instead."""
    values = dotenv_values(ENV_FILE)
    # The real environment wins over .env, so a new key there would not be used.
    overridden = any(os.environ.get(name, values.get(name)) != values.get(name) for name in KEYS)
    if overridden or os.environ.get("SECRET_KEY_FILE") or values.get("SECRET_KEY_FILE"):
        raise click.ClickException(f"The key does not come from .env: {by_hand}")
    if not ENV_FILE.exists():
        raise click.ClickException("There is no .env. `flask secret new` makes one.")
    return values


def _write(**values: str) -> None:
    try:
        owner = ENV_FILE.stat()
        for name, value in values.items():
            set_key(ENV_FILE, name, value, quote_mode="never", follow_symlinks=True)
        # Written anew by root it would be root's, and the app could not read it.
        if os.name == "posix":
            with suppress(PermissionError):
                os.chown(ENV_FILE, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise _unwritable(error) from None


def _new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def _is_good(key: str) -> bool:
    try:
        return bool(check_key("SECRET_KEY", key))
    except ConfigError:
        return False


def _unwritable(error: OSError) -> click.ClickException:
    return click.ClickException(f".env cannot be written: {error.strerror}.")
