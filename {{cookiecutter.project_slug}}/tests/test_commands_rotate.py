"""`flask secret rotate` changes the key in steps, as docs/keys.md says: nothing is lost."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }} import accounts, links

from .browser import EMAIL, PASSWORD, Browser
from .inside import rows, run_sql
from .sealing import SEALED, opens, seal
from .served_site import Site, commands, moved

PLANNED, LEAK = 1, 2
NOBODY_KNOWS = "a key that is nowhere: 0123456789_abcdefghijkl"
ALONE = "--end-sessions goes with --reencrypt, and --finish alone."


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


def test_both_documents_name_the_same_commands() -> None:
    for section in (PLANNED, LEAK):
        named = commands("keys.md", section)
        assert len(named) == 3
        assert named == commands("chaves.md", section)


def test_a_planned_change_logs_nobody_out_and_loses_nothing(site: Site) -> None:
    rotate, reencrypt, finish = commands("keys.md", PLANNED)
    old = site.start()
    seal(old)
    client = Browser(old)
    client.login(remember="y")
    old_key = site.key

    assert done(site, *rotate) == (
        "Wrote a new key; the old one is a fallback now. Restart the app, then run "
        "`flask secret rotate --reencrypt`.\n"
    )
    assert site.fallbacks == (old_key,)
    # Not restarted yet: it goes on as before.
    assert client.is_signed_in()
    assert opens(old)

    new = site.start()
    assert opens(new)
    assert moved(client, new).is_signed_in()

    assert refused(site, *finish) == (
        "1 still encrypted under an old key: run `flask secret rotate --reencrypt` first."
    )
    assert done(site, *reencrypt) == (
        "1 re-encrypted. Not before 30 days after the restart, when the longest session "
        "is over, run `flask secret rotate --finish`.\n"
    )
    assert opens(new)
    assert done(site, *reencrypt).startswith("0 re-encrypted.")
    assert site.fallbacks == (old_key,)

    later = Browser(new)
    later.login(remember="y")
    assert done(site, *finish) == "The old keys are gone from .env. Restart the app.\n"
    assert not site.fallbacks
    last = site.start()
    assert opens(last)
    assert moved(later, last).is_signed_in()


def test_after_a_leak_all_that_the_old_key_signed_is_dead(site: Site) -> None:
    old = site.start()
    seal(old)
    client = Browser(old)
    client.login(remember="y")
    with old.app_context():
        link = f"/auth/reset/{links.mint('reset', EMAIL, accounts.find(EMAIL))}"
    opened = Browser(old)
    assert opened.get(link).location == "/auth/reset/finish"
    leaked = site.key

    said = [done(site, *command) for command in commands("keys.md", LEAK)]
    assert said[1] == (
        "1 re-encrypted. Every session has ended: now, run `flask secret rotate --finish`.\n"
    )
    assert said[2] == "The old keys are gone from .env. Restart the app.\n"
    assert site.key != leaked
    assert not site.fallbacks

    new = site.start()
    assert opens(new)
    assert not moved(client, new).is_signed_in()
    # Nor would the old key help, were it accepted once more.
    assert not client.is_signed_in()
    assert Browser(new).get(link).status_code == 410
    form = {"password": f"another {PASSWORD}"}
    for browser in (opened, moved(opened, new)):
        assert browser.post("/auth/reset/finish", data=form).status_code == 410
    assert rows(new, "SELECT kind FROM events")[-1] == {"kind": "every_session_ended"}
    client = Browser(new)
    client.login()
    assert client.is_signed_in()


def test_the_wait_is_as_long_as_the_settings_let_a_session_live(site: Site) -> None:
    said = done(site, "secret", "rotate", "--reencrypt", REMEMBER_ABSOLUTE_SECONDS="90001")
    assert "Not before 2 days after the restart" in said


@pytest.mark.parametrize(
    "options",
    [["--end-sessions"], ["--reencrypt", "--finish"], ["--end-sessions", "--finish"]],
)
def test_steps_that_do_not_go_together_are_refused(site: Site, options: list[str]) -> None:
    before = site.file.read_text()
    assert refused(site, "secret", "rotate", *options) == ALONE
    assert site.file.read_text() == before
    assert rows(site.start(), "SELECT kind FROM events") == []


@pytest.mark.parametrize("option", ["--reencrypt", "--finish"])
def test_with_settings_that_will_not_do_only_the_first_step_runs(site: Site, option: str) -> None:
    site.file.write_text("SECRET_KEY=short\n")
    assert refused(site, "secret", "rotate", option).startswith("SECRET_KEY is too short")
    done(site, "secret", "rotate")
    assert done(site, "secret", "rotate", option)


@pytest.mark.parametrize("option", ["--reencrypt", "--finish"])
def test_a_database_that_is_away_is_no_traceback(site: Site, option: str) -> None:
    empty = f"sqlite:///{site.folder}/empty.sqlite"
    said = refused(site, "secret", "rotate", option, DATABASE_URL=empty)
    assert "`flask db upgrade`" in said


def test_what_cannot_be_read_is_named_and_holds_nothing_up(site: Site, app: Flask) -> None:
    rotate, reencrypt, finish = commands("keys.md", PLANNED)
    seal(site.start())
    run_sql(app, f"UPDATE users SET totp_secret = :gone WHERE email = '{EMAIL}'", gone=SEALED)
    done(site, *rotate)
    assert refused(site, *reencrypt) == (
        f"The second factor of {EMAIL} cannot be read: put its key back into "
        "SECRET_KEY_FALLBACKS, or let its owner set up another."
    )
    assert opens(site.start())
    done(site, *finish)


def test_where_the_key_does_not_come_from_the_file_it_says_what_to_do(site: Site) -> None:
    rotate, reencrypt, finish = commands("keys.md", PLANNED)
    seal(site.start())
    key = site.key
    site.file.unlink()
    given = {"SECRET_KEY": key}
    assert refused(site, *rotate, **given) == (
        "The key does not come from .env: set a new SECRET_KEY where it comes from, add the old "
        "one to SECRET_KEY_FALLBACKS, restart the app, and run `flask secret rotate --reencrypt`."
    )
    given = {"SECRET_KEY": NOBODY_KNOWS, "SECRET_KEY_FALLBACKS": key}
    assert "under an old key" in refused(site, *finish, **given)
    assert done(site, *reencrypt, **given).startswith("1 re-encrypted.")
    assert refused(site, *finish, **given) == (
        "The key does not come from .env: empty SECRET_KEY_FALLBACKS where it comes from, "
        "and restart the app."
    )
    assert opens(site.start(SECRET_KEY=NOBODY_KNOWS))
    assert not site.file.exists()
