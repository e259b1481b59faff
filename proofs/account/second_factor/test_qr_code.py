"""The page shows the secret as text and as a QR code, within the Content-Security-Policy."""

import re

import pyotp
import pytest
import segno
from flask import Flask

from my_flask_app.account.second_factor import codes

from ....account.second_factor.phone import PAGE, secret_on
from ....conftest import MakeApp
from ....support.http import APP_NAME, EMAIL, Browser


def test_the_page_shows_a_secret_for_eyes_and_for_cameras(ana: Browser) -> None:
    page = ana.get(PAGE)
    secret = secret_on(page)
    # 160 random bits.
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    assert "<svg" in page.text
    # The Content-Security-Policy of pages blocks both.
    assert not re.search(r"<svg[^>]*style|style=|<script", page.text.partition("<main")[2])
    assert secret not in page.request.url
    assert secret not in str(page.headers)


def test_the_qr_code_says_what_the_page_says(ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def remember(uri: str) -> segno.QRCode:
        drawn.append(uri)
        return segno.make(uri, micro=False)

    monkeypatch.setattr(segno, "make_qr", remember)
    secret = secret_on(ana.get(PAGE))
    read = pyotp.parse_uri(drawn[0])
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer) == (secret, EMAIL, APP_NAME[:64])


@pytest.mark.parametrize("letter", ["a", " ", "\N{GRINNING FACE}"])
def test_a_long_name_fits_into_a_qr_code(configure: MakeApp, letter: str) -> None:
    address = f"{'a' * 64}@{'b' * 61}.{'c' * 61}.{'d' * 61}.com"
    with configure(app_name=letter * 1000).app_context():
        assert "<svg" in codes.draw("A" * 32, address)


def test_the_qr_code_is_black_on_white_in_dark_mode_too(ana: Browser) -> None:
    page = ana.get(PAGE).text
    assert 'fill="#fff"' in page
    assert 'stroke="#000"' in page


def test_each_secret_is_its_own(app: Flask, user: str) -> None:
    secrets = set()
    for _ in range(3):
        browser = Browser(app)
        browser.login()
        secrets.add(secret_on(browser.get(PAGE)))
    assert len(secrets) == 3
    # As long as the output of the hash, 160 bits (RFC 4226).
    assert {len(secret) for secret in secrets} == {32}
