"""Any request to any page, by any user, gets a response with our headers and never a 500.

With `HYPOTHESIS_PROFILE=long` it runs for minutes with new requests each time, and shows the
smallest request that fails.
"""

import os
import re

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, note, settings

from ...conftest import MakeApp
from ...support.http import LOCALHOST, ORIGIN, set_cookies
from ...support.mail import letters
from ..support.fuzz import Door, Kept, Load, Stranger, Survey, links_in, loads, survey

# Drawing a request takes longer than sending it.
DOORS_AT_ONCE = 5
# A busy machine is no failure.
BUSY = [HealthCheck.too_slow]
LONG = settings(max_examples=2_000, database=None, deadline=None, suppress_health_check=BUSY)
# The same in every run: what was green stays green until the code changes.
QUICK = settings(LONG, max_examples=3, derandomize=True, phases=[Phase.generate])
IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
look = LONG if IS_LONG else QUICK


class Thrower(Stranger):
    """Send the drawn requests to endpoints, and leave no trace."""

    def __init__(self, app: Flask, *, origin: str) -> None:
        super().__init__(app, origin=origin)
        self._kept = Kept(app)

    def try_doors(self, known: Survey, doors: list[Door]) -> None:
        @look
        @given(loads(known))
        def throw(load: Load) -> None:
            for door in doors:
                self.throw(load, door)

        throw()

    def throw(self, load: Load, door: Door) -> None:
        """Send one request, and follow the links in the page and in the mails."""
        path = re.sub("<[^>]*>", lambda _: load.piece, door.rule)
        note(f"{door.method} {path}")
        environ = {"QUERY_STRING": load.query, **load.headers}
        answer = self.ask(path, environ, method=door.method, cookies=load.cookies, data=load.body)
        jar = load.cookies | {cookie.name: cookie.value for cookie in set_cookies(answer)}
        if (answer.location or "").startswith("/"):
            self.ask(answer.location, cookies=jar)
        if door.method == "GET":
            return
        for letter in letters(self.app):
            for link in links_in(letter):
                self._open(link, load, jar)
        self._kept.put_back()

    def _open(self, link: str, load: Load, jar: dict[str, str]) -> None:
        """Open a mailed link, and send the form that it leads to."""
        answer = self.ask(link, cookies=jar)
        jar = jar | {cookie.name: cookie.value for cookie in set_cookies(answer)}
        page = answer.location or link
        self.ask(page, cookies=jar)
        self.ask(page, load.headers, method="POST", cookies=jar, data=load.body)


@pytest.mark.parametrize("development", [False, True], ids=["served", "in development"])
@pytest.mark.usefixtures("user", "clock")
# On Python 3.14, Hypothesis 6 warns of a generator of its own.
@pytest.mark.filterwarnings("ignore:It looks like `register_random`")
def test_nothing_that_is_sent_breaks_anything(configure: MakeApp, development: bool) -> None:
    origin = LOCALHOST if development else ORIGIN
    app = configure(development=development, public_url=origin, trusted_proxies=1)
    known = survey(app, origin, yours=IS_LONG)
    thrower = Thrower(app, origin=origin)
    for first in range(0, len(known.doors), DOORS_AT_ONCE):
        thrower.try_doors(known, known.doors[first : first + DOORS_AT_ONCE])
