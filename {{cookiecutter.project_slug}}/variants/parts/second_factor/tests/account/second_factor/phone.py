"""The things of a user with a second factor: a phone with an app, and recovery codes."""

import re
from dataclasses import dataclass

import pyotp
from flask import Flask
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.account.second_factor import codes, encryption
from {{ cookiecutter.project_slug }}.account.second_factor.store import SecondFactor
from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.core.db import db, now

from ...support.http import EMAIL, PASSWORD, Browser

PAGE = "/account/second-factor"
ARRIVING = "/auth/second-factor"
RECOVERY_CODE = "[a-z2-7]{4}(?:-[a-z2-7]{4}){5}"


@dataclass
class Phone:
    """An authenticator app that runs on the tests' clock."""

    secret: str
    recovery_codes: list[str]

    def code(self, *, steps_ahead: int = 0) -> str:
        """Return the current code, or one some half minutes earlier or later."""
        totp = pyotp.TOTP(self.secret)
        return totp.generate_otp(totp.timecode(now()) + steps_ahead)

    def wrong_code(self) -> str:
        """Return six digits that this phone does not show around now."""
        shown = {self.code(steps_ahead=steps) for steps in range(-2, 3)}
        return next(code for code in map(str, range(100_000, 100_006)) if code not in shown)


def equip(app: Flask, email: str = EMAIL) -> Phone:
    """Give an account a second factor without the page; no code is used yet."""
    secret = pyotp.random_base32()
    with app.app_context():
        user = accounts.find(email)
        assert user is not None
        encrypted = encryption.encrypt(secret.encode(), owner=user.public_id)
        db.session.merge(SecondFactor(user_id=user.id, secret=encrypted, since=now(), last_step=0))
        made = codes.renew_recovery_codes(user)
        db.session.commit()
    return Phone(secret, made)


def secret_on(page: TestResponse) -> str:
    """Return the key that the page shows to type into the app."""
    (shown,) = re.findall("<code>([A-Z2-7 ]+)</code>", page.text)
    return str(shown).replace(" ", "")


def recovery_codes_on(page: TestResponse) -> list[str]:
    return re.findall(f"<code>({RECOVERY_CODE})</code>", page.text)


def switch_on(client: Browser) -> Phone:
    """Set up a second factor on the page, as a signed-in user."""
    phone = Phone(secret_on(client.get(PAGE)), [])
    done = client.post(PAGE, data={"code": phone.code()})
    assert done.status_code == 200
    phone.recovery_codes = recovery_codes_on(done)
    return phone


def give_password(client: Browser, password: str = PASSWORD, **more: str) -> None:
    """Log in up to the page that asks for a code."""
    answer = client.login(password=password, **more)
    assert (answer.status_code, answer.location) == (303, ARRIVING)


def give_code(client: Browser, code: str) -> TestResponse:
    return client.post(ARRIVING, data={"code": code})
