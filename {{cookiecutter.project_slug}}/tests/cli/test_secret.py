"""`flask secret` creates and rotates the key, in a file that no other user can read."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from stat import S_IMODE

import pytest
from click.testing import Result
from dotenv import dotenv_values, set_key
from flask import Flask

from {{ cookiecutter.project_slug }}.auth import accounts, links
from {{ cookiecutter.project_slug }}.auth.parts import Part
from {{ cookiecutter.project_slug }}.cli import secret
from {{ cookiecutter.project_slug }}.core.environ import Environ

from ..support.cli import Site, commands, moved
from ..support.http import EMAIL, PASSWORD, Browser
from ..support.parts import use_parts
from ..support.sql import rows

OLD = "the key of yesterday: 0123456789 abcdefghij".replace(" ", "_")
OLDER = "the key of last year: zyxwvutsrq 9876543210".replace(" ", "_")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")

PLANNED, LEAK = 1, 2


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of a .env that does not exist yet."""
    for name in ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "SECRET_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(secret, "ENV_FILE", tmp_path / ".env")
    return tmp_path / ".env"


def run(app: Flask, command: str) -> Result:
    return app.test_cli_runner().invoke(args=["secret", command])


def read(file: Path) -> Environ:
    """Return the file as the app would read it."""
    return Environ({name: text or "" for name, text in dotenv_values(file).items()})


def test_new_writes_a_key_that_the_app_accepts(app: Flask, file: Path) -> None:
    done = run(app, "new")
    assert done.exit_code == 0
    key = read(file).secret_key()
    assert len(key) == 64
    assert key not in done.output
    file.unlink()
    run(app, "new")
    assert read(file).secret_key() != key


@posix
@pytest.mark.parametrize("umask", [0o022, 0o000, 0o077])
def test_other_users_cannot_read_the_new_file(app: Flask, file: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        run(app, "new")
    finally:
        os.umask(before)
    assert S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", f"SECRET_KEY={OLD}\n"])
def test_new_never_changes_an_existing_file(app: Flask, file: Path, text: str) -> None:
    file.write_text(text)
    done = run(app, "new")
    assert done.exit_code == 1
    assert done.output == (
        "Error: .env already exists. `flask secret rotate` puts a new key into it.\n"
    )
    assert file.read_text() == text


def test_rotate_makes_the_old_key_the_first_fallback(app: Flask, file: Path) -> None:
    file.write_text(f"SECRET_KEY={OLD}\nSECRET_KEY_FALLBACKS={OLDER}\n")
    done = run(app, "rotate")
    assert done.exit_code == 0
    assert read(file).fallback_keys() == (OLD, OLDER)
    assert read(file).secret_key() not in (OLD, OLDER)
    assert read(file).secret_key() not in done.output


@pytest.mark.parametrize("letter", [",", " #", "'", '"', "\\", "$", "`", "\n"])
def test_rotate_refuses_a_key_that_a_list_cannot_hold(app: Flask, file: Path, letter: str) -> None:
    key = f"k9xT7pQm2RzL8wYb{letter}4NcF6hJd3GsA5eUi"
    set_key(file, "SECRET_KEY", key, quote_mode="never" if letter == "," else "always")
    before = file.read_text()
    done = run(app, "rotate")
    assert done.exit_code == 1
    assert "docs/keys.md" in done.output
    assert file.read_text() == before


def test_rotate_refuses_a_fallback_that_a_list_cannot_hold(app: Flask, file: Path) -> None:
    before = f"SECRET_KEY={OLD}\nSECRET_KEY_FALLBACKS='k9xT7pQm2RzL8wYb #4NcF6hJd3GsA5eUi'\n"
    file.write_text(before)
    assert run(app, "rotate").exit_code == 1
    assert file.read_text() == before


@posix
def test_rotate_keeps_the_place_and_the_owner_of_the_file(
    app: Flask, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a file written by root would belong to root, and the app could not read it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(f"SECRET_KEY={OLD}\n")
    file.symlink_to(elsewhere)
    owners: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda path, uid, gid: owners.append((uid, gid)))
    run(app, "rotate")
    assert file.is_symlink()
    assert read(elsewhere).fallback_keys() == (OLD,)
    assert owners == [(elsewhere.stat().st_uid, elsewhere.stat().st_gid)]


def done(site: Site, *args: str, **variables: str) -> str:
    result = site.run(*args, **variables)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Add two parts that encrypt data; return the keys that they receive."""
    given: list[list[str]] = []

    def reencrypt(keys: Sequence[str]) -> tuple[int, list[str]]:
        given.append([*keys])
        return 2, []

    use_parts(monkeypatch, *(Part(order=order, reencrypt=reencrypt) for order in (1, 2)))
    return given


def test_a_planned_rotation_logs_no_user_out_and_loses_nothing(
    site: Site, keys: list[list[str]]
) -> None:
    (rotate,) = commands("keys.md", PLANNED)
    old = site.start()
    client = Browser(old)
    client.login(remember="y")
    old_key = site.key

    assert done(site, *rotate[1:]) == "4 re-encrypted. Restart the app now.\n"
    assert site.fallbacks == (old_key,)
    assert keys == [[site.key, old_key]] * 2
    # Before the restart, every user stays signed in.
    assert client.is_signed_in()

    new = site.start()
    assert moved(client, new).is_signed_in()
    later = Browser(new)
    later.login(remember="y")
    # After the longest session has expired, the owner of the app removes the old key.
    site.file.write_text(f"SECRET_KEY={site.key}\n")
    last = site.start()
    assert moved(later, last).is_signed_in()


def test_after_a_leak_everything_the_old_key_signed_is_revoked(
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
    # An app that still accepts the old key refuses the session too.
    assert not client.is_signed_in()
    assert Browser(new).get(link).status_code == 410
    form = {"password": f"another {PASSWORD}"}
    for browser in (opened, moved(opened, new)):
        assert browser.post("/auth/reset/finish", data=form).status_code == 410
    (event,) = rows(new, "SELECT user_id FROM events WHERE kind = 'sessions_ended_by_operator'")
    assert event["user_id"] is None
    client = Browser(new)
    client.login()
    assert client.is_signed_in()
