"""Set up a second factor: a secret for the app, a code in return, recovery codes once."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.account.second_factor import codes

from ...acting import copy_of, handles
from ...browser import EMAIL, PASSWORD, Browser
from ...inside import rows, run_sql
from ...letters import letters
from .phone import PAGE, Phone, recovery_codes_on, secret_on, switch_on


@pytest.fixture
def owner(client: Browser, user: str) -> Browser:
    """Return a browser that the account's owner is signed in with."""
    client.login()
    return client


def kinds(app: Flask) -> list[str]:
    found = rows(app, "SELECT kind FROM events ORDER BY id")
    return [row["kind"] for row in found if row["kind"] not in {"login", "session_rotated"}]


def state(app: Flask) -> dict[str, object]:
    found = rows(app, "SELECT secret, since, last_step FROM second_factors")
    return found[0] if found else {}


def test_the_account_page_leads_to_it(owner: Browser) -> None:
    assert f'href="{PAGE}"' in owner.get("/account/").text


def test_a_code_of_the_app_switches_it_on(app: Flask, owner: Browser) -> None:
    phone = switch_on(owner)
    assert state(app)["secret"]
    assert len(set(phone.recovery_codes)) == 10
    # 120 random bits each: a slow hash would add nothing.
    assert {len(code.replace("-", "")) for code in phone.recovery_codes} == {24}
    assert kinds(app) == ["second_factor_on"]
    assert owner.is_signed_in()
    page = owner.get(PAGE).text
    assert "10 recovery codes left" in page
    # Neither is ever shown again.
    assert not any(code in page for code in phone.recovery_codes)
    assert phone.secret not in page.replace(" ", "")


@pytest.mark.parametrize("spell", ["{}", " {} ", "{0[0]} {0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}"])
def test_spaces_and_dashes_do_not_matter(owner: Browser, spell: str) -> None:
    phone = Phone(secret_on(owner.get(PAGE)), [])
    done = owner.post(PAGE, data={"code": spell.format(phone.code())})
    assert len(recovery_codes_on(done)) == 10


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "\u00bd" * 6, "\0", "9" * 9999]
)
def test_what_is_no_code_leaves_all_as_it_is(app: Flask, owner: Browser, typed: str) -> None:
    secret = secret_on(owner.get(PAGE))
    refused = owner.post(PAGE, data={"code": typed})
    assert refused.status_code == 422
    # The same secret: it may be in the app by now.
    assert secret_on(refused) == secret
    assert state(app) == {}
    assert kinds(app) == []


def test_a_wrong_code_is_refused_and_the_right_one_taken_afterwards(owner: Browser) -> None:
    phone = Phone(secret_on(owner.get(PAGE)), [])
    refused = owner.post(PAGE, data={"code": phone.wrong_code()})
    assert refused.status_code == 422
    assert "the clock of your phone may be wrong" in refused.text
    assert owner.post(PAGE, data={"code": phone.code()}).status_code == 200


def test_the_secret_waits_half_an_hour_for_its_code(
    clock: TimeMachineFixture, owner: Browser
) -> None:
    first = Phone(secret_on(owner.get(PAGE)), [])
    clock.shift(30 * 60 - 1)
    owner.post("/auth/confirm", data={"password": PASSWORD})
    assert secret_on(owner.get(PAGE)) == first.secret
    clock.shift(1)
    refused = owner.post(PAGE, data={"code": first.code()})
    assert refused.status_code == 422
    assert secret_on(refused) != first.secret


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_to_look_at_the_page_changes_nothing(app: Flask, owner: Browser, method: str) -> None:
    phone = Phone(secret_on(owner.get(PAGE)), [])
    shown = owner.open(PAGE, method=method, data={"code": phone.code()})
    assert shown.status_code == 200
    assert state(app) == {}


def test_a_second_click_keeps_what_the_first_has_done(app: Flask, owner: Browser) -> None:
    phone = switch_on(owner)
    before = state(app)
    again = owner.post(PAGE, data={"code": phone.code()})
    assert again.status_code == 200
    assert not recovery_codes_on(again)
    assert state(app) == before
    assert kinds(app) == ["second_factor_on"]


def test_a_reset_under_way_leaves_no_second_factor_of_a_thiefs_behind(
    app: Flask, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone(secret_on(owner.get(PAGE)), [])

    def reset_meanwhile(secret: str, typed: str) -> int:
        run_sql(app, "UPDATE users SET session_epoch = session_epoch + 1")
        return 1

    monkeypatch.setattr(codes, "matching_step", reset_meanwhile)
    refused = owner.post(PAGE, data={"code": phone.code()})
    assert (refused.status_code, refused.location) == (303, PAGE)
    assert state(app) == {}
    assert letters(app) == []


def test_switching_on_ends_every_other_session(app: Flask, owner: Browser) -> None:
    other = Browser(app)
    other.login()
    thief = copy_of(owner)
    switch_on(owner)
    assert owner.is_signed_in()
    assert not other.is_signed_in()
    assert not thief.is_signed_in()
    assert len(handles(app)) == 1
    (notice,) = letters(app)
    assert notice["To"] == EMAIL
    assert "Two-factor authentication is on." in notice.get_content()
