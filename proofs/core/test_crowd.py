"""Many logins at once exhaust neither the memory nor the threads for other pages."""

from contextlib import ExitStack

from werkzeug.test import TestResponse

from my_flask_app.core.web import request

from ...support.http import Browser


def send_form(client: Browser, address: str = "127.0.0.1") -> TestResponse:
    """Send a form that arrives at once, from an IP address."""
    form = {"name": "Anna", "language": "en"}
    return client.post("/account/", data=form, environ_overrides={"REMOTE_ADDR": address})


def test_forms_that_do_not_arrive_keep_some_threads_for_other_pages(
    client: Browser, user: str
) -> None:
    client.login()
    with ExitStack() as held:
        for number in range(request.AT_ONCE):
            held.enter_context(request.receiving_slot(f"192.0.2.{number}"))
        refused = send_form(client)
        assert client.get("/account/").status_code == 200
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    # Every slot is released.
    for _ in range(request.AT_ONCE + 1):
        assert send_form(client).status_code == 303


def test_one_network_cannot_take_every_queue_slot(client: Browser, user: str) -> None:
    """Otherwise one client with many connections could block all other logins."""
    client.login()
    with ExitStack() as held:
        # A single host has a whole /64 of addresses.
        for _ in range(request.AT_ONCE_PER_NETWORK):
            held.enter_context(request.receiving_slot("2001:db8::"))
        for address in ("2001:db8::1", "2001:db8::9"):
            assert send_form(client, address).status_code == 503
        assert send_form(client, "2001:db8:1::1").status_code == 303
    assert send_form(client, "2001:db8::1").status_code == 303
