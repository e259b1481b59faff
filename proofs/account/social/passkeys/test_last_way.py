"""A passkey is a way to log in too, and the last one of either kind stays."""

import pytest
from flask import Flask

from .....account.passkeys.authenticator import Authenticator, add, log_in
from .....support.http import Browser
from .....support.sql import rows
from ..test_last_way import paths_to_disconnect
from ..trips import CONFIRM, arrive, at_once, connections


def test_a_passkey_and_a_connection_are_not_both_removed(trusting: Flask, ana: Browser) -> None:
    arrive(ana, CONFIRM)
    device = Authenticator()
    assert add(ana, device).status_code == 201
    (row,) = rows(trusting, "SELECT public_id FROM passkeys")
    passkey, (connection,) = (
        f"/account/passkeys/{row['public_id']}/remove",
        paths_to_disconnect(ana),
    )
    tabs = [Browser(trusting), Browser(trusting)]
    for tab in tabs:
        tab.keep(ana.cookies())
    statuses = at_once(lambda: tabs[0].post(passkey), lambda: tabs[1].post(connection))
    assert statuses == [303, 403]
    other = Browser(trusting)
    if connections(trusting):
        arrive(other)
    else:
        log_in(other, device)
    assert other.is_signed_in()


@pytest.mark.parametrize("what", ["passkey", "connection"])
def test_the_only_way_to_log_in_is_not_removed(trusting: Flask, ana: Browser, what: str) -> None:
    arrive(ana, CONFIRM)
    assert add(ana, Authenticator()).status_code == 201
    (row,) = rows(trusting, "SELECT public_id FROM passkeys")
    ways = {"passkey": f"/account/passkeys/{row['public_id']}/remove"}
    (ways["connection"],) = paths_to_disconnect(ana)
    last = ways.pop(what)
    assert ana.post(ways.popitem()[1]).status_code == 303
    refused = ana.post(last)
    assert refused.status_code == 403
    assert "This is your only way to log in." in refused.text
