"""Change the address of an account: proved by mail, asked for by its owner alone."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth.guards import is_public
from {{ cookiecutter.project_slug }}.core.environ import MailServer

from ...acting import change_password, copy_of, end_everywhere
from ...browser import EMAIL, PASSWORD, Browser
from ...conftest import MakeApp
from ...inside import rows
from ...letters import ask_for_link, letters, link_in
from ...people import add_user, change_user
from ...reading import needs_portuguese
from .changing import BOB, FINISH, NEW, START, change_address, open_link_to


@pytest.fixture
def ana(client: Browser, user: str) -> Browser:
    """Return a browser in which the owner of the account is signed in."""
    client.login()
    return client


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users ORDER BY id")]


def test_a_new_address_replaces_the_old_one(ana: Browser) -> None:
    page = ana.get(START)
    assert page.status_code == 200
    assert 'autocomplete="email"' in page.text
    opened = ana.get(ask_for_link(ana, START, NEW))
    assert (opened.status_code, opened.location) == (303, FINISH)
    assert NEW in ana.get(FINISH).text
    assert addresses(ana.application) == [EMAIL]
    done = ana.post(FINISH)
    assert (done.status_code, done.location) == (303, "/account/")
    shown = ana.get("/account/").text
    assert "Your address is changed." in shown
    assert NEW in shown
    ana.logout()
    assert ana.login(EMAIL).status_code == 422
    assert ana.login(NEW).status_code == 303


def test_an_address_is_kept_in_lower_case(ana: Browser) -> None:
    ana.post(START, data={"email": f" {NEW.upper()}"})
    (letter,) = letters(ana.application)
    ana.get(link_in(letter))
    ana.post(FINISH)
    assert addresses(ana.application) == [NEW]


@pytest.mark.parametrize("email", ["", "nobody", "a@b@example.com", f"{'a' * 250}@example.com"])
def test_what_is_no_address_is_refused(ana: Browser, email: str) -> None:
    refused = ana.post(START, data={"email": email})
    assert refused.status_code == 422
    assert 'id="email-error"' in refused.text
    assert not letters(ana.application)


def test_it_ends_the_other_sessions_and_gives_this_one_a_new_token(
    app: Flask, ana: Browser
) -> None:
    elsewhere = Browser(app)
    elsewhere.login(remember="y")
    open_link_to(ana)
    stolen = copy_of(ana)
    ana.post(FINISH)
    assert ana.is_signed_in()
    assert not stolen.is_signed_in()
    assert not elsewhere.is_signed_in()


@needs_portuguese
def test_the_old_address_is_told_in_the_language_of_the_account(app: Flask, ana: Browser) -> None:
    open_link_to(ana)
    with app.app_context():
        change_user(EMAIL, language="pt_BR")
    ana.post(FINISH)
    (notice,) = letters(app)
    assert notice["To"] == EMAIL
    assert notice["Subject"].endswith("foi alterado")
    # Not where the account went: the mailbox may be a former employer's.
    assert NEW not in notice.get_content()


def test_the_audit_trail_knows_that_it_changed_and_no_address(app: Flask, ana: Browser) -> None:
    change_address(ana)
    (event,) = rows(app, "SELECT * FROM events WHERE kind = 'email_changed'")
    assert "example.com" not in str(event)


@pytest.mark.parametrize("path", [START, FINISH])
def test_the_password_is_asked_for_when_it_was_given_long_ago(
    ana: Browser, clock: TimeMachineFixture, path: str
) -> None:
    open_link_to(ana)
    clock.shift(601)
    for method in ("GET", "POST"):
        asked = ana.open(path, method=method, data={"email": BOB})
        assert (asked.status_code, asked.location.partition("?")[0]) == (303, "/auth/confirm")
    assert not letters(ana.application)
    # The link opened before is still there afterwards.
    ana.post("/auth/confirm", data={"password": PASSWORD})
    assert ana.post(FINISH).status_code == 303


def test_somebody_else_cannot_confirm_a_mail_that_went_astray(app: Flask, ana: Browser) -> None:
    link = open_link_to(ana, BOB)
    with app.app_context():
        add_user("stranger@example.com", name="Stranger")
    stranger = Browser(app)
    for path in (link, FINISH):
        assert stranger.get(path).location.startswith("/auth/login")
    stranger.login("stranger@example.com")
    stranger.get(link)
    assert stranger.get(FINISH).status_code == 410
    assert stranger.post(FINISH).status_code == 410
    assert addresses(app) == [EMAIL, "stranger@example.com"]
    assert ana.post(FINISH).status_code == 303


def test_a_link_works_once_and_looking_at_it_does_not_count(ana: Browser) -> None:
    link = open_link_to(ana)
    assert ana.head(link).status_code == 303
    assert ana.get(FINISH).status_code == 200
    assert ana.post(FINISH).status_code == 303
    for again in (ana.get(link), ana.get(FINISH), ana.post(FINISH)):
        assert again.status_code == 410
        assert f'href="{START}"' in again.text


def test_a_link_is_good_for_half_an_hour(ana: Browser, clock: TimeMachineFixture) -> None:
    link = open_link_to(ana)
    clock.shift(timedelta(minutes=29))
    ana.post("/auth/confirm", data={"password": PASSWORD})
    assert ana.get(FINISH).status_code == 200
    clock.shift(60)
    assert ana.get(link).status_code == 410
    assert ana.post(FINISH).status_code == 410


def test_the_token_leaves_the_address_bar_at_once(ana: Browser) -> None:
    token = open_link_to(ana).rpartition("/")[2]
    assert token not in ana.get(FINISH).text
    assert token not in "".join(ana.jar().values())


def test_a_new_password_voids_the_link(ana: Browser) -> None:
    link = open_link_to(ana)
    assert change_password(ana) == 303
    assert ana.post(FINISH).status_code == 410
    assert ana.get(link).status_code == 410


def test_a_new_password_voids_a_mail_that_is_still_to_be_written(app: Flask, ana: Browser) -> None:
    ana.post(START, data={"email": NEW})
    assert change_password(ana) == 303
    (notice,) = letters(app)
    assert notice["To"] == EMAIL


def test_a_changed_address_voids_what_was_asked_for_before(app: Flask, ana: Browser) -> None:
    other = ask_for_link(ana, START, BOB)
    reset = ask_for_link(Browser(app), "/auth/reset", EMAIL)
    change_address(ana)
    assert ana.get(other).status_code == 410
    assert ana.get(reset).status_code == 410


def test_a_disabled_account_changes_nothing(app: Flask, ana: Browser) -> None:
    link = open_link_to(ana)
    app.test_cli_runner().invoke(args=["user", "disable", EMAIL])
    app.test_cli_runner().invoke(args=["user", "enable", EMAIL])
    ana.login()
    assert ana.get(link).status_code == 410


def test_a_link_opens_only_what_it_was_sent_for(app: Flask, ana: Browser) -> None:
    tokens = {
        "/auth/reset": ask_for_link(ana, "/auth/reset", EMAIL),
        "/auth/register": ask_for_link(ana, "/auth/register", BOB),
        START: ask_for_link(ana, START, NEW),
    }
    for start in (*tokens, f"{START}/undo"):
        for purpose, link in tokens.items():
            token = link.rpartition("/")[2]
            status = ana.get(f"{start}/{token}").status_code
            assert status == (303 if start == purpose else 410), (start, purpose)


def test_a_made_up_token_opens_nothing(ana: Browser) -> None:
    for path in (START, f"{START}/undo"):
        for token in ("x", "..", "%00", "%F0%9F%98%80", "%ff", "x" * 2000, "finish%20"):
            assert ana.get(f"{path}/{token}").status_code == 410, token


def test_every_mail_that_is_asked_for_leaves_at_once(ana: Browser) -> None:
    statuses = [ana.post(START, data={"email": NEW}).status_code for _ in range(6)]
    assert statuses == [200] * 6
    assert len(letters(ana.application)) == 6


def test_without_mail_addresses_stay(ana: Browser, configure: MakeApp) -> None:
    assert START in ana.get("/account/").text
    mute = Browser(configure(mail_server=MailServer("none")))
    mute.login()
    assert START not in mute.get("/account/").text
    for path in (START, f"{START}/x", FINISH, f"{START}/undo/x", f"{START}/undo"):
        assert mute.get(path).status_code == 403
    assert mute.post(START, data={"email": NEW}).status_code == 403


def test_the_way_back_alone_is_open_to_visitors(app: Flask, client: Browser) -> None:
    with app.app_context():
        ours = {name for name in app.view_functions if name.startswith("email.")}
        assert {name for name in ours if is_public(name)} == {"email.open_undo", "email.undo"}
    for path in (START, f"{START}/x", FINISH):
        assert client.get(path).location.startswith("/auth/login")


def test_sessions_ended_everywhere_void_the_link(app: Flask, ana: Browser) -> None:
    link = open_link_to(ana)
    end_everywhere(app)
    ana.login()
    assert ana.get(link).status_code == 410
