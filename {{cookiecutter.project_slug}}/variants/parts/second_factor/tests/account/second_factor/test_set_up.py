"""A user sets up a second factor: secret, first code, recovery codes."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.account.second_factor import codes

from ...support.http import Browser
from ...support.mail import letters
from ...support.sql import rows, run_sql
from .phone import PAGE, Phone, secret_on, switch_on


@pytest.fixture
def owner(client: Browser, user: str) -> Browser:
    """Return a browser in which the user is signed in."""
    client.login()
    return client


def kinds(app: Flask) -> list[str]:
    found = rows(app, "SELECT kind FROM events ORDER BY id")
    return [row["kind"] for row in found if row["kind"] not in {"login", "session_rotated"}]


def state(app: Flask) -> dict[str, object]:
    found = rows(app, "SELECT secret, since, last_step FROM second_factors")
    return found[0] if found else {}


def test_the_account_page_links_to_the_second_factor(owner: Browser) -> None:
    assert f'href="{PAGE}"' in owner.get("/account/").text


def test_a_code_of_the_app_switches_the_second_factor_on(app: Flask, owner: Browser) -> None:
    phone = switch_on(owner)
    assert state(app)["secret"]
    assert len(set(phone.recovery_codes)) == 10
    # 120 random bits each, so a slow hash would add nothing.
    assert {len(code.replace("-", "")) for code in phone.recovery_codes} == {24}
    assert kinds(app) == ["second_factor_on"]
    assert owner.is_signed_in()
    page = owner.get(PAGE).text
    assert "10 recovery codes left" in page
    # The page never shows them again.
    assert not any(code in page for code in phone.recovery_codes)
    assert phone.secret not in page.replace(" ", "")


def test_a_wrong_code_is_refused_and_the_right_one_still_accepted(owner: Browser) -> None:
    phone = Phone(secret_on(owner.get(PAGE)), [])
    refused = owner.post(PAGE, data={"code": phone.wrong_code()})
    assert refused.status_code == 422
    assert "the clock of your phone may be wrong" in refused.text
    assert owner.post(PAGE, data={"code": phone.code()}).status_code == 200


def test_a_password_reset_during_set_up_discards_the_second_factor(
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
