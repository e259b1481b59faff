"""`flask secret rotate` changes the key in one step, as docs/keys.md says: nothing is lost."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from {{ cookiecutter.project_slug }}.auth import accounts, links
from {{ cookiecutter.project_slug }}.auth.parts import Part
from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.models import User

from .browser import EMAIL, PASSWORD, Browser
from .factoring import use_parts
from .inside import rows
from .served_site import Site, commands, moved

PLANNED, LEAK = 1, 2
BOB = "bob@example.com"
NOBODY_KNOWS = "a key that is nowhere: 0123456789_abcdefghijkl"


def done(site: Site, *args: str, **variables: str) -> str:
    result = site.run(*args, **variables)
    assert result.exit_code == 0, result.output
    return result.output


def refused(site: Site, *args: str, **variables: str) -> str:
    """Return the one sentence of a command that will not do it."""
    result = site.run(*args, **variables)
    assert result.exit_code == 1
    *others, last = result.output.splitlines()
    assert last.startswith("Error: ")
    assert not any(line.startswith("Traceback") for line in others)
    return last.removeprefix("Error: ")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Let two parts encrypt something; return the keys that they are given."""
    given: list[list[str]] = []

    def reencrypt(keys: Sequence[str]) -> tuple[int, list[str]]:
        given.append([*keys])
        return 2, []

    use_parts(monkeypatch, *(Part(order=order, reencrypt=reencrypt) for order in (1, 2)))
    return given


def test_a_planned_change_logs_nobody_out_and_loses_nothing(
    site: Site, keys: list[list[str]]
) -> None:
    (rotate,) = commands("keys.md", PLANNED)
    old = site.start()
    client = Browser(old)
    client.login(remember="y")
    old_key = site.key

    assert done(site, *rotate[1:]) == "4 encrypted anew. Restart the app now.\n"
    assert site.fallbacks == (old_key,)
    assert keys == [[site.key, old_key]] * 2
    # Not restarted yet: nobody is logged out.
    assert client.is_signed_in()

    new = site.start()
    assert moved(client, new).is_signed_in()
    later = Browser(new)
    later.login(remember="y")
    # Once the longest session has ended, its owner takes the old key out.
    site.file.write_text(f"SECRET_KEY={site.key}\n")
    last = site.start()
    assert moved(later, last).is_signed_in()


def test_after_a_leak_all_that_the_old_key_signed_is_dead(
    site: Site, keys: list[list[str]]
) -> None:
    old = site.start()
    client = Browser(old)
    client.login(remember="y")
    with old.app_context():
        link = f"/auth/reset/{links.create('reset', EMAIL, accounts.find(EMAIL))}"
    opened = Browser(old)
    assert opened.get(link).location == "/auth/reset/finish"
    leaked = site.key

    for command in commands("keys.md", LEAK):
        assert site.follow(command).exit_code == 0
    assert site.key != leaked
    assert keys[0] == [site.key, leaked]
    assert not site.fallbacks

    new = site.start()
    assert not moved(client, new).is_signed_in()
    # Nor would the old key help, were it accepted once more.
    assert not client.is_signed_in()
    assert Browser(new).get(link).status_code == 410
    form = {"password": f"another {PASSWORD}"}
    for browser in (opened, moved(opened, new)):
        assert browser.post("/auth/reset/finish", data=form).status_code == 410
    assert rows(new, "SELECT kind FROM events")[-1] == {"kind": "sessions_ended_by_operator"}
    client = Browser(new)
    client.login()
    assert client.is_signed_in()


def test_with_settings_that_stop_the_app_a_new_key_is_the_cure(site: Site) -> None:
    site.file.write_text("SECRET_KEY=short\n")
    assert done(site, "secret", "rotate") == "Wrote a new key. Start the app.\n"
    assert site.start()


def test_a_database_that_is_away_is_no_traceback_and_no_key_is_lost(
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


def test_what_cannot_be_read_is_named_and_holds_nothing_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(1, [EMAIL, BOB]), (2, []), (3, [BOB])]
    parts = [Part(order=1, reencrypt=lambda keys, one=one: one) for one in found]  # type: ignore[misc]
    use_parts(monkeypatch, Part(order=0), *parts)
    result = site.run("secret", "rotate")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "6 encrypted anew. Restart the app now.",
        f"Error: What is encrypted for {EMAIL}, {BOB} cannot be read: put its key back into "
        "SECRET_KEY_FALLBACKS, or let the user set it up again.",
    ]


def test_where_the_key_does_not_come_from_the_file_it_says_what_to_do(
    site: Site, keys: list[list[str]]
) -> None:
    key = site.key
    site.file.unlink()
    assert refused(site, "secret", "rotate", SECRET_KEY=key) == (
        "The key does not come from .env. Set a new SECRET_KEY where it comes from, add the "
        "old one to SECRET_KEY_FALLBACKS, restart the app, and run this command again."
    )
    given = {"SECRET_KEY": NOBODY_KNOWS, "SECRET_KEY_FALLBACKS": key}
    assert done(site, "secret", "rotate", **given).startswith("4 encrypted anew.")
    assert keys == [[NOBODY_KNOWS, key]] * 2
    assert site.start(SECRET_KEY=NOBODY_KNOWS)
    assert not site.file.exists()
