"""Look into a cookie."""

import sys

import click

from ..auth.sessions import explain as kind
from ..config import COOKIE_PREFIX
from ..core.i18n import gettext as _
from .database import DatabaseGroup

MAX_LENGTH = 8192

group = DatabaseGroup("sessions", help="Look into sessions.")


@group.command()
def explain() -> None:
    """Say what a cookie holds, what the server holds for it, and when it ends.

    Paste the cookie's value, or all that stands behind "Cookie:", or give it on
    standard input: as an argument it would stay in your shell's history. What is
    secret in it is shown by its first letters alone.
    """
    for name, text in _cookies(_typed()).items():
        found = kind.explain(name, text)
        click.echo(f"{name}={found.shown}")
        click.echo(_("The server takes it.") if found.is_live else _("The server refuses it."))
        for title, facts in found.sections():
            click.echo(f"\n{title}")
            for fact in facts:
                click.echo(f"  {fact.name:<14}{fact.value}\n{'':16}{fact.meaning}")
            if not facts:
                click.echo(f"  {_('Nothing.')}")
        click.echo()


def _typed() -> str:
    if sys.stdin.isatty():
        return str(click.prompt(_("Cookie"), hide_input=True))
    return sys.stdin.read(MAX_LENGTH)


def _cookies(text: str) -> dict[str, str]:
    """Return those of ours by their short names, whichever kind of start set them."""
    text = text.strip().removeprefix("Cookie:")
    if "=" not in text:
        text = f"{COOKIE_PREFIX}{kind.COOKIES[0]}={text}"
    pairs = [pair.strip().removeprefix("__Host-").partition("=") for pair in text.split(";")]
    ours = {f"{COOKIE_PREFIX}{name}": name for name in kind.COOKIES}
    found = {ours[name]: value.strip() for name, _, value in pairs if name in ours}
    if not any(found.values()):
        raise click.ClickException(_("There is no cookie of this app in it."))
    return found
