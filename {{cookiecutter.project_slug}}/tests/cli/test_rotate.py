"""`flask secret rotate` changes the key in one step, as docs/keys.md says, and loses nothing."""

from collections.abc import Sequence

import pytest

from {{ cookiecutter.project_slug }}.auth import accounts, links
from {{ cookiecutter.project_slug }}.auth.parts import Part

from ..support.cli import Site, commands, moved
from ..support.http import EMAIL, PASSWORD, Browser
from ..support.parts import use_parts
from ..support.sql import rows

PLANNED, LEAK = 1, 2


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
    assert rows(new, "SELECT kind FROM events")[-1] == {"kind": "sessions_ended_by_operator"}
    client = Browser(new)
    client.login()
    assert client.is_signed_in()
