"""`next` leads only to pages of the app, however it is spelt."""

import pytest
from flask import Flask

from ...auth.test_next_page import origin_reached
from ...support.http import ORIGIN, Browser


def test_no_answer_repeats_the_host_that_it_was_asked_by(app: Flask, client: Browser) -> None:
    """A cached response would send other users to that host."""
    for rule in app.url_map.iter_rules():
        path = app.url_map.bind("").build(rule.endpoint, dict.fromkeys(rule.arguments, "1"))
        for odd in (path, path.rstrip("/"), f"{path}/", f"/{path}", path.replace("/", "//")):
            asked = {"PATH_INFO": odd, "HTTP_HOST": "evil.example"}
            answer = client.get("/", environ_overrides=asked)
            assert "evil.example" not in f"{answer.headers}{answer.text}", odd


def test_a_page_is_there_with_its_last_slash_and_without(client: Browser, user: str) -> None:
    client.login()
    assert client.get("/account").status_code == client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "path", ["//evil.example/", "//evil.example/account/", "//account/", "/account"]
)
def test_an_odd_path_leads_to_no_other_host(client: Browser, path: str) -> None:
    answer = client.get("/", environ_overrides={"PATH_INFO": path})
    reached = answer.headers.get("Location", "/").removeprefix(ORIGIN)
    assert origin_reached(reached) == ORIGIN
    assert "evil.example" not in reached.partition("?")[0]
