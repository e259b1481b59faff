"""The log has one line of JSON for each event, with the id of its request."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from ...conftest import MakeApp
from ...core import test_errors
from ...core.test_errors import entries
from ...support.http import PASSWORD, Browser

WRONG = "not the one, but long enough"
NAMED = {"X-Request-ID": "abc-123_4.5"}


log = test_errors.log


def test_an_event_is_a_line_that_machines_can_read(
    client: Browser, user: str, log: StringIO
) -> None:
    answer = client.login(password=WRONG)
    (entry,) = entries(log)
    assert entry["event"] == "login_failed"
    assert entry["address"] == "127.0.0.1"
    assert entry["levelname"] == "INFO"
    assert entry["message"].startswith("login_failed user=")
    assert entry["request"] == answer.headers["X-Request-ID"]
    said_at = datetime.fromisoformat(entry["timestamp"])
    assert said_at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - said_at) < timedelta(minutes=1)


def test_each_request_has_a_name_of_its_own(client: Browser, user: str, log: StringIO) -> None:
    answers = [client.login(password=WRONG), client.login()]
    names = [answer.headers["X-Request-ID"] for answer in answers]
    assert len(set(names)) == 2
    assert [entry["request"] for entry in entries(log)] == names


@pytest.mark.parametrize(("proxies", "taken"), [(0, False), (1, True)])
def test_a_request_id_is_accepted_only_from_a_trusted_proxy(
    configure: MakeApp, user: str, log: StringIO, proxies: int, taken: bool
) -> None:
    browser = Browser(configure(trusted_proxies=proxies))
    browser.post("/auth/login", data={"email": user, "password": WRONG}, headers=NAMED)
    assert (entries(log)[-1]["request"] == "abc-123_4.5") is taken


@pytest.mark.parametrize("name", ["short", "with space", "x" * 65, "línea-ñandú", '"},{"a":"'])
def test_an_invalid_request_id_is_not_accepted(
    configure: MakeApp, user: str, log: StringIO, name: str
) -> None:
    browser = Browser(configure(trusted_proxies=1))
    data = {"email": user, "password": WRONG}
    answer = browser.post("/auth/login", data=data, environ_overrides={"HTTP_X_REQUEST_ID": name})
    assert name not in {answer.headers["X-Request-ID"], entries(log)[-1]["request"]}


def test_text_from_outside_stays_on_its_line(client: Browser, user: str, log: StringIO) -> None:
    forged = 'x"}\r\n{"event": "login"}\x1b[2J\u2028'
    said = {"HTTP_SEC_FETCH_SITE": forged, "HTTP_USER_AGENT": forged, "HTTP_ORIGIN": forged}
    client.post("/auth/logout", environ_overrides=said)
    client.login(f"{forged}@example.com", PASSWORD)
    # And a view of the owner that logs its input.
    client.application.logger.warning("sent: %s", forged)
    found = entries(log)
    assert len(found) == 2
    assert all("event" not in entry for entry in found)
    assert log.getvalue().isascii()
