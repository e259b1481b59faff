"""Create and rotate the secret key. The only commands that run without one."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

import click
from dotenv import dotenv_values, set_key
from flask import current_app

from ..auth.parts import all_parts
from ..config import settings
from ..core.environ import ConfigError, check_key
from .database import DatabaseGroup

ENV_FILE = Path(__file__).parent.parent.parent / ".env"
KEY_BYTES = 48
KEYS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")
# In an unquoted list, these would cut a key short or change it.
CHANGED_BY_ENV = frozenset(",'\"`\\#$\r\n")

group = DatabaseGroup("secret", help="Create and rotate the secret key.")


@group.command(with_appcontext=False)
def new() -> None:
    """Write a .env file with a new key, unless there is one."""
    try:
        # Create it private: other users must not read it, not even before a chmod.
        descriptor = os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(
            ".env already exists. `flask secret rotate` puts a new key into it."
        ) from None
    except OSError as error:
        raise _unwritable(error) from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"SECRET_KEY={_new_key()}\n")
    click.echo("Wrote .env with a new key. Keep it out of version control.")


@group.command()
def rotate() -> None:
    """Put a new key into .env, keep the old one as a fallback, and re-encrypt everything.

    Restart the app at once: until then it cannot read what the new key encrypted.
    See docs/keys.md.
    """
    # Refused settings stop the app: a new key may fix that, and nothing is encrypted yet.
    is_refused = "problem" in current_app.extensions
    if _comes_from_env_file():
        keys = _put_new_key()
    elif not is_refused and settings().secret_key_fallbacks:
        keys = [settings().secret_key, *settings().secret_key_fallbacks]
    else:
        raise click.ClickException(
            "The key does not come from .env. Set a new SECRET_KEY where it comes from, add the "
            "old one to SECRET_KEY_FALLBACKS, restart the app, and run this command again."
        )
    if is_refused:
        click.echo("Wrote a new key. Start the app.")
        return
    done = [part.reencrypt(keys) for part in all_parts() if part.reencrypt]
    click.echo(f"{sum(count for count, _ in done)} re-encrypted. Restart the app now.")
    unreadable = sorted({email for _, emails in done for email in emails})
    if unreadable:
        raise click.ClickException(
            f"What is encrypted for {', '.join(unreadable)} cannot be read: put its key back into "
            "SECRET_KEY_FALLBACKS, or let the user set it up again."
        )


def _put_new_key() -> list[str]:
    """Write a new key into .env; return the keys, the new one first."""
    if not ENV_FILE.exists():
        raise click.ClickException("There is no .env. `flask secret new` makes one.")
    values = _env_values()
    current, former = (values.get(name) or "" for name in KEYS)
    # Drop a key that is refused as a fallback too: it would stop the next start.
    kept = [key for key in (current, *map(str.strip, former.split(","))) if _is_good(key)]
    if not CHANGED_BY_ENV.isdisjoint("".join(kept)):
        raise click.ClickException(
            "A key contains a comma, a quote, a backslash, #, $ or a line break, which the list "
            "of keys in .env cannot hold. See docs/keys.md."
        )
    made = _new_key()
    # The fallback first: if this is interrupted in between, the old key is still valid.
    _write(SECRET_KEY_FALLBACKS=",".join(kept), SECRET_KEY=made)
    return [made, *kept]


def _comes_from_env_file() -> bool:
    """Tell whether the app reads its key from .env: the real environment wins over it."""
    values = _env_values()
    if os.environ.get("SECRET_KEY_FILE") or values.get("SECRET_KEY_FILE"):
        return False
    return all(os.environ.get(name, values.get(name)) == values.get(name) for name in KEYS)


def _env_values() -> dict[str, str | None]:
    try:
        return dotenv_values(ENV_FILE)
    except UnicodeDecodeError:
        raise click.ClickException(".env is not UTF-8: save it as UTF-8.") from None


def _write(**values: str) -> None:
    try:
        owner = ENV_FILE.stat()
        for name, value in values.items():
            set_key(ENV_FILE, name, value, quote_mode="never", follow_symlinks=True)
        # Rewritten by root, the file would belong to root, and the app could not read it.
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
