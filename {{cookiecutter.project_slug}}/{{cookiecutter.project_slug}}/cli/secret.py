"""Make and rotate the secret key. The only commands that run without one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click
from dotenv import dotenv_values
from dotenv import set_key
from flask.cli import AppGroup

ENV_FILE = Path(__file__).parent.parent.parent / ".env"
KEY_BYTES = 48

group = AppGroup("secret", help="Make and rotate the secret key.")


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
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"SECRET_KEY={_new_key()}\n")
    click.echo("Wrote .env with a new key. Keep it out of version control.")


@group.command(with_appcontext=False)
def rotate() -> None:
    """Put a new key into .env; the old one stays valid as a fallback."""
    if not ENV_FILE.exists():
        raise click.ClickException("There is no .env. `flask secret new` makes one.")
    values = dotenv_values(ENV_FILE)
    old = values.get("SECRET_KEY") or ""
    if os.environ.get("SECRET_KEY", old) != old or os.environ.get("SECRET_KEY_FILE"):
        raise click.ClickException(
            "The key does not come from .env: set a new SECRET_KEY where it comes "
            "from, and add the old one to SECRET_KEY_FALLBACKS."
        )
    fallbacks = [old, *(values.get("SECRET_KEY_FALLBACKS") or "").split(",")]
    kept = ",".join(key.strip() for key in fallbacks if key.strip())
    # The fallback first: cut off in between, the old key is still good.
    set_key(ENV_FILE, "SECRET_KEY_FALLBACKS", kept, quote_mode="never")
    set_key(ENV_FILE, "SECRET_KEY", _new_key(), quote_mode="never")
    click.echo(
        "Wrote a new key; the old one is a fallback now. Restart the app. When "
        "the longest session is over, empty SECRET_KEY_FALLBACKS and restart again."
    )


def _new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)
