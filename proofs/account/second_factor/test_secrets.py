"""No secret is in clear in the database, the log, mails or cookies."""

import re
from base64 import b32decode, b64encode

import pytest
from flask import Flask
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from ....account.second_factor.phone import ARRIVING, PAGE, Phone, recovery_codes_on, secret_on
from ....support.http import Browser, set_cookies
from ....support.mail import letters
from ....support.sql import everything_stored


def test_the_secret_itself_is_in_no_header_and_no_address(client: Browser, user: str) -> None:
    client.login()
    page = client.get(PAGE)
    assert secret_on(page) not in f"{page.headers}{page.request.url}"
    assert page.headers["Cache-Control"] == "no-store"
    done = client.post(PAGE, data={"code": Phone(secret_on(page), []).code()})
    assert done.headers["Cache-Control"] == "no-store"


def test_secrets_and_codes_are_stored_nowhere_in_clear(
    app: Flask,
    client: Browser,
    user: str,
    clock: TimeMachineFixture,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    answers: list[TestResponse] = []

    def post(path: str, code: str) -> TestResponse:
        answers.append(client.post(path, data={"code": code}))
        return answers[-1]

    answers.append(client.login())
    answers.append(client.get(PAGE))
    phone = Phone(secret_on(answers[-1]), [])
    # Until its code is confirmed, the secret is in the session.
    stored = everything_stored(app)
    used = [phone.wrong_code(), phone.code()]
    for code in used:
        post(PAGE, code)
    phone.recovery_codes = recovery_codes_on(answers[-1])
    stored += everything_stored(app)

    for code in (phone.wrong_code(), phone.recovery_codes[0]):
        answers.append(client.login())
        assert post(ARRIVING, code).status_code in {303, 422}
    clock.shift(30)
    answers.append(client.login())
    used.append(phone.code())
    assert post(ARRIVING, used[-1]).status_code == 303
    stored += everything_stored(app)

    mailed = "".join(str(letter) for letter in letters(app))
    cookies = b"".join(cookie.readable for answer in answers for cookie in set_cookies(answer))
    kept = b"\n".join([stored, mailed.encode(), caplog.text.encode(), cookies])
    for secret in (phone.secret, *phone.recovery_codes):
        plain = secret.replace("-", "").encode()
        # Sessions write bytes in base64; the phone app decodes the base32.
        for spelt in (secret.encode(), plain, b64encode(plain), b32decode(plain.upper())):
            assert spelt not in kept
    for code in used:
        assert not re.search(rf"(?<![0-9a-f]){code}(?![0-9a-f])".encode(), mailed.encode())
        assert code not in caplog.text
