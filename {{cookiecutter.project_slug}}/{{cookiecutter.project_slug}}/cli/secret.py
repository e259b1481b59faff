"""Make and rotate the secret key. The only commands that run without one."""

import os
import secrets
from pathlib import Path

import click
from dotenv import dotenv_values, set_key
from flask.cli import AppGroup

from ..environ import ConfigError, check_key

ENV_FILE = Path(__file__).parent.parent.parent / ".env"
KEY_BYTES = 48
KEYS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")

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
    except OSError as error:
        raise _unwritable(error) from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"SECRET_KEY={_new_key()}\n")
    click.echo("Wrote .env with a new key. Keep it out of version control.")


@group.command(with_appcontext=False)
def rotate() -> None:
    """Put a new key into .env; the old one stays valid as a fallback."""
    if not ENV_FILE.exists():
        raise click.ClickException("There is no .env. `flask secret new` makes one.")
    values = dotenv_values(ENV_FILE)
    # The real environment wins over .env, so a new key there would not be used.
    overridden = any(os.environ.get(name, values.get(name)) != values.get(name) for name in KEYS)
    if overridden or os.environ.get("SECRET_KEY_FILE") or values.get("SECRET_KEY_FILE"):
        raise click.ClickException(
            "The key does not come from .env: set a new SECRET_KEY where it comes "
            "from, and add the old one to SECRET_KEY_FALLBACKS."
        )
    old = [key.strip() for name in KEYS for key in (values.get(name) or "").split(",")]
    # A key that is no good as a fallback either would stop the start once more.
    kept = ",".join(key for key in old if _is_good(key))
    try:
        # The fallback first: cut off in between, the old key is still good.
        set_key(ENV_FILE, "SECRET_KEY_FALLBACKS", kept, quote_mode="never")
        set_key(ENV_FILE, "SECRET_KEY", _new_key(), quote_mode="never")
    except OSError as error:
        raise _unwritable(error) from None
    click.echo(
        "Wrote a new key; the old one is a fallback now. Restart the app. When "
        "the longest session is over, empty SECRET_KEY_FALLBACKS and restart again."
    )


def _new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def _is_good(key: str) -> bool:
    try:
        return bool(check_key("SECRET_KEY", key))
    except ConfigError:
        return False


def _unwritable(error: OSError) -> click.ClickException:
    return click.ClickException(f".env cannot be written: {error.strerror}.")
