"""Mails that a signed-in user requests are limited for each IP address, but never delayed."""

from flask import Flask

from my_flask_app.core.environ import Rate

from ....account.email.conftest import BOB, START
from ....conftest import MakeApp
from ....support.http import EMAIL, Browser
from ....support.mail import letters
from ....support.sql import rows

NOBODY = "nobody@example.com"


def test_address_change_mails_are_limited_for_each_ip_address(
    configure: MakeApp, user: str
) -> None:
    client = Browser(configure(mails_per_address=Rate(5, 3600)))
    client.login()
    asked = [NOBODY, NOBODY, NOBODY, BOB, "c@example.com", "d@example.com"]
    found = [client.post(START, data={"email": email}).status_code for email in asked]
    assert found == [200, 200, 200, 200, 200, 429]
    assert rows(client.application, "SELECT * FROM outbox WHERE recipient = 'd@example.com'") == []


def test_mails_of_a_user_are_counted_apart_from_those_of_visitors(app: Flask, user: str) -> None:
    client = Browser(app)
    client.login()
    letters(app)
    for _ in range(3):
        client.post(START, data={"email": NOBODY})
        Browser(app).post("/auth/reset", data={"email": EMAIL})
    # Each visitor asked once before any mail was sent.
    assert sorted(letter["To"] for letter in letters(app)) == [EMAIL, *[NOBODY] * 3]
    client.post(START, data={"email": NOBODY})
    assert len(letters(app)) == 1
