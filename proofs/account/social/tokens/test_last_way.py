"""A token of a program opens no page, so it is no way to log in."""

from flask import Flask

from .....support.http import Browser
from .....support.sql import rows
from ..test_last_way import paths_to_disconnect
from ..trips import CONFIRM, arrive


def test_a_token_of_a_program_is_no_way_to_log_in(trusting: Flask, ana: Browser) -> None:
    arrive(ana, CONFIRM)
    made = ana.post("/account/tokens", data={"name": "x", "access": "read", "days": "30"})
    assert made.status_code < 400
    assert rows(trusting, "SELECT id FROM api_tokens")
    assert ana.post(*paths_to_disconnect(ana)).status_code == 403
