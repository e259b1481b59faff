"""A user never loses the last way to log in, whatever is removed at the same time."""

import re

from flask import Flask

from ....account.social.provider import Provider
from ....support.http import Browser
from ....support.sql import rows, run_sql
from .trips import BOB, CONFIRM, CONNECT, CONNECTIONS, arrive, at_once, connections


def paths_to_disconnect(browser: Browser) -> list[str]:
    return re.findall(rf'action="({CONNECTIONS}/\w+/remove)"', browser.get(CONNECTIONS).text)


def test_two_tabs_do_not_remove_both_ways_to_log_in(
    trusting: Flask, ana: Browser, provider: Provider
) -> None:
    arrive(ana, CONFIRM)
    provider.claims = dict(BOB)
    arrive(ana, CONNECT)
    first, second = paths_to_disconnect(ana)
    tabs = [Browser(trusting), Browser(trusting)]
    for tab in tabs:
        tab.keep(ana.cookies())
    statuses = at_once(lambda: tabs[0].post(first), lambda: tabs[1].post(second))
    assert statuses == [303, 403]
    assert len(connections(trusting)) == 1


def test_a_provider_that_the_operator_removed_is_no_way_to_log_in(
    ana: Browser, trusting: Flask, provider: Provider
) -> None:
    arrive(ana, CONFIRM)
    provider.claims = dict(BOB)
    arrive(ana, CONNECT)
    gone = "UPDATE social_connections SET issuer = 'https://gone.example', provider = 'gone' "
    run_sql(trusting, f"{gone} WHERE subject = :subject", subject=BOB["sub"])
    (row,) = rows(trusting, "SELECT public_id FROM social_connections WHERE subject = '1001'")
    assert "gone: bob@example.com" in ana.get(CONNECTIONS).text
    assert ana.post(f"{CONNECTIONS}/{row['public_id']}/remove").status_code == 403
