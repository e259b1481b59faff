"""Switching it off and new recovery codes require a recent password and code; operators can help."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ...support.accounts import add_user, copy_of, handles
from ...support.cli import run
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import letters
from ...support.sql import rows
from .phone import ARRIVING, PAGE, Phone, equip, give_code, give_password

BOB = "bob@example.com"
JSON = {"Accept": "application/json"}
each_change = pytest.mark.parametrize("path", [f"{PAGE}/off", f"{PAGE}/codes"])


@pytest.fixture
def phone(app: Flask, user: str) -> Phone:
    return equip(app)


@pytest.fixture
def owner(client: Browser, phone: Phone) -> Browser:
    """Return a browser in which the user is signed in with both factors."""
    give_password(client)
    give_code(client, phone.code())
    return client


def kinds(app: Flask) -> list[str]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def has_second_factor(app: Flask) -> bool:
    return bool(rows(app, "SELECT user_id FROM second_factors"))


def test_without_its_second_factor_an_account_needs_only_the_password(
    app: Flask, owner: Browser
) -> None:
    done = owner.post(f"{PAGE}/off")
    assert (done.status_code, done.location) == (303, PAGE)
    assert "Two-factor authentication is off." in owner.get(PAGE).text
    assert not has_second_factor(app)
    assert rows(app, "SELECT * FROM recovery_codes") == []
    assert Browser(app).login().location == "/"
    assert "second_factor_off" in kinds(app)
    (notice,) = letters(app)
    assert notice["To"] == EMAIL
    assert "Two-factor authentication is off." in notice.get_content()


@each_change
def test_each_change_ends_other_sessions_and_rotates_this_one(
    app: Flask, owner: Browser, phone: Phone, path: str
) -> None:
    other, half_way = Browser(app), Browser(app)
    give_password(other)
    give_code(other, phone.recovery_codes[0])
    give_password(half_way)
    thief = copy_of(owner)
    owner.post(path)
    assert owner.is_signed_in()
    assert not other.is_signed_in()
    assert not thief.is_signed_in()
    assert len(handles(app)) == 1
    assert half_way.get(ARRIVING).location == "/auth/login"


@each_change
def test_each_change_leaves_the_recovery_codes_of_other_users(
    app: Flask, owner: Browser, path: str
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    of_bob, bob = equip(app, BOB), Browser(app)
    assert owner.post(path).status_code in {200, 303}
    bob.login(BOB)
    assert give_code(bob, of_bob.recovery_codes[0]).status_code == 303
    assert bob.is_signed_in()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", PAGE), ("POST", PAGE), ("POST", f"{PAGE}/off"), ("POST", f"{PAGE}/codes")],
)
def test_each_change_requires_a_password_and_code_of_the_last_ten_minutes(
    app: Flask,
    owner: Browser,
    phone: Phone,
    clock: TimeMachineFixture,
    method: str,
    path: str,
) -> None:
    clock.shift(601)
    asked = owner.open(path, method=method)
    assert asked.status_code == 303
    assert asked.location.startswith("/auth/confirm")
    assert owner.open(path, method=method, headers=JSON).status_code == 403
    assert has_second_factor(app)
    assert "second_factor_off" not in kinds(app)
    owner.post("/auth/confirm", data={"password": PASSWORD})
    assert owner.get(PAGE).status_code == 303
    owner.post("/auth/confirm", data={"password": PASSWORD, "code": phone.code()})
    assert owner.get(PAGE).status_code == 200


def test_a_reset_leaves_the_second_factors_of_other_users(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    for email in (EMAIL, BOB):
        equip(app, email)
    run(app, "reset-second-factor", EMAIL)
    for table in ("second_factors", "recovery_codes"):
        left = rows(app, f"SELECT DISTINCT email FROM users JOIN {table} ON user_id = users.id")
        assert left == [{"email": BOB}]
