"""`flask secret rotate` changes the key in one step, as docs/keys.md says, and loses nothing."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from my_flask_app.auth.parts import Part
from my_flask_app.config import Settings
from my_flask_app.core.db import db
from my_flask_app.models import User

from ...cli import test_secret
from ...cli.test_secret import done
from ...support.cli import Site
from ...support.http import EMAIL
from ...support.parts import use_parts

keys = test_secret.keys

BOB = "bob@example.com"
NOBODY_KNOWS = "a key that is nowhere: 0123456789_abcdefghijkl"


def refused(site: Site, *args: str, **variables: str) -> str:
    """Return the error sentence of a command."""
    result = site.run(*args, **variables)
    assert result.exit_code == 1
    *others, last = result.output.splitlines()
    assert last.startswith("Error: ")
    assert not any(line.startswith("Traceback") for line in others)
    return last.removeprefix("Error: ")


def test_with_settings_that_stop_the_app_a_new_key_is_the_cure(site: Site) -> None:
    site.file.write_text("SECRET_KEY=short\n")
    assert done(site, "secret", "rotate") == "Wrote a new key. Start the app.\n"
    assert site.start()


def test_without_a_database_rotate_gives_no_traceback_and_loses_no_key(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[str]] = []

    def reencrypt(keys: Sequence[str]) -> tuple[int, list[str]]:
        found = db.session.scalars(select(User.id)).all()
        given.append([*keys])
        return len(found), []

    use_parts(monkeypatch, Part(order=1, reencrypt=reencrypt))
    old_key = site.key
    empty = f"sqlite:///{site.folder}/empty.sqlite"
    assert "`flask db upgrade`" in refused(site, "secret", "rotate", DATABASE_URL=empty)
    assert site.fallbacks == (old_key,)
    done(site, "secret", "rotate", DATABASE_URL=settings.database_url)
    assert given[-1][-1] == old_key


def test_an_unreadable_secret_is_named_and_stops_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(1, [EMAIL, BOB]), (2, []), (3, [BOB])]
    parts = [Part(order=1, reencrypt=lambda keys, one=one: one) for one in found]  # type: ignore[misc]
    use_parts(monkeypatch, Part(order=0), *parts)
    result = site.run("secret", "rotate")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "6 re-encrypted. Restart the app now.",
        f"Error: What is encrypted for {EMAIL}, {BOB} cannot be read: put its key back into "
        "SECRET_KEY_FALLBACKS, or let the user set it up again.",
    ]


def test_rotate_says_what_to_do_if_the_key_is_not_in_the_file(
    site: Site, keys: list[list[str]]
) -> None:
    key = site.key
    site.file.unlink()
    assert refused(site, "secret", "rotate", SECRET_KEY=key) == (
        "The key does not come from .env. Set a new SECRET_KEY where it comes from, add the "
        "old one to SECRET_KEY_FALLBACKS, restart the app, and run this command again."
    )
    given = {"SECRET_KEY": NOBODY_KNOWS, "SECRET_KEY_FALLBACKS": key}
    assert done(site, "secret", "rotate", **given).startswith("4 re-encrypted.")
    assert keys == [[NOBODY_KNOWS, key]] * 2
    assert site.start(SECRET_KEY=NOBODY_KNOWS)
    assert not site.file.exists()
