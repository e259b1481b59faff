"""Requests that no browser sends get a normal response or a 4xx, never a 500."""

import io

import pytest
from flask import Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from my_flask_app.config import MAX_BODY_BYTES
from my_flask_app.core.db import db
from my_flask_app.models import User

from ...conftest import MakeApp
from ...support.html import is_ours
from ...support.http import EMAIL, LOCALHOST, PASSWORD, Browser, page
from ...support.mail import letters
from ...support.sql import rows
from ..support.fuzz import Stranger, check

FORM = "application/x-www-form-urlencoded"
TORN = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na@b.'
# Each with its status for an empty form.
FORMS = {"/auth/login": 422, "/auth/register": 422, "/auth/reset": 422, "/language": 400}
FIELDS = ("email", "password", "current_password", "name", "language", "next", "remember", "code")
SIGN_IN = {"email": EMAIL, "password": PASSWORD}
# As WSGI passes them on: each letter is a byte.
ODD = {
    "NUL": "\0",
    "no UTF-8": "\xff\xfe",
    "half a character": "\xed\xa0\x80",
    "control characters": "\x01\x1b[2J\x7f",
    "quoted NUL": "%00",
    "quoted nonsense": "%ff%zz%",
    "a huge number": "9" * 5000,
    "very long": "a" * 50_000,
    "brackets": "//[",
    "markup": "\"'><zz9 zz9=1>",
}
HEADERS = [
    *("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE", "HTTP_HOST", "HTTP_RANGE"),
    *("HTTP_REFERER", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"),
    *("CONTENT_LENGTH", "CONTENT_TYPE"),
]
HOSTS = ["[1:2.3.]", "[::1", "a b", "a..b", "a" * 64, "evil.example:99999", "\xff", "b\0"]
odd = pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("path", FORMS)
def test_a_body_that_is_too_large_is_refused(client: Browser, path: str, kind: str) -> None:
    body = (b"email=" if kind == FORM else TORN).ljust(MAX_BODY_BYTES + 1, b"a")
    for sent, said in ((body, {}), (b"", {"CONTENT_LENGTH": "99999999"})):
        answer = client.post(path, data=sent, content_type=kind, environ_overrides=said)
        check(answer)
        assert answer.status_code == 413
        assert "The request is too large." in answer.text


class Broken(io.BytesIO):
    """Fail as gunicorn does at a malformed chunk, with its own kind of error."""

    def readinto(self, buffer: object, /) -> int:
        raise RuntimeError("Invalid chunk size: b'correct horse'")


@pytest.mark.parametrize("kind", [io.BytesIO, Broken])
def test_half_a_body_does_nothing(
    client: Browser, user: str, kind: type[io.BytesIO], caplog: pytest.LogCaptureFixture
) -> None:
    """Some servers treat the end of the connection as the end of the body."""
    client.login()
    cut = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "30", "CONTENT_TYPE": FORM}
    body = kind(b"language=en&name=Anastasia")
    answer = client.post("/account/", input_stream=body, environ_overrides=cut)
    check(answer)
    assert answer.status_code == 400
    assert "correct horse" not in caplog.text
    assert client.is_signed_in()
    assert rows(client.application, "SELECT name FROM users") == [{"name": "Ana"}]


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
def test_a_body_of_untold_length_is_not_read_for_ever(client: Browser, kind: str) -> None:
    body = io.BytesIO((b"email=" if kind == FORM else TORN).ljust(2 * MAX_BODY_BYTES, b"a"))
    chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "", "CONTENT_TYPE": kind}
    answer = client.post("/auth/login", input_stream=body, environ_overrides=chunked)
    check(answer)
    assert answer.status_code == 413
    assert body.tell() <= MAX_BODY_BYTES


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"email": "ana@example.com", "language": "en"}'),
        ("application/json", b"{"),
        ("text/plain", b"email=ana@example.com&language=en"),
        ("", b"email=ana@example.com&language=en"),
        ("nonsense", b"\xff\0"),
        (FORM, b""),
        (FORM, b"\xff=\xff&&&=%00"),
        (FORM, b"&".join([b"x="] * 9999)),
        ("multipart/form-data", TORN),
        ("multipart/form-data; boundary=", TORN),
        ("multipart/form-data; boundary=x", TORN),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", TORN.replace(b'"email"', b'"\xff"; filename="\0"')),
    ],
)
def test_a_malformed_form_counts_as_empty(client: Browser, kind: str, body: bytes) -> None:
    for path, status in FORMS.items():
        answer = client.post(path, data=body, content_type=kind)
        check(answer)
        assert answer.status_code == status


@odd
def test_an_odd_query_is_overlooked(client: Browser, user: str, text: str) -> None:
    query = {"QUERY_STRING": f"next={text}&lang={text}&{text}"}
    for path in ("/", "/auth/login", "/nowhere"):
        client.get(path, environ_overrides=query)
    client.login()
    for path in ("/", "/account/", "/auth/confirm"):
        answer = client.get(path, environ_overrides=query)
        check(answer)
        assert answer.status_code == 200


@odd
def test_an_odd_address_is_not_found(client: Browser, text: str) -> None:
    for path in ("/", "/auth/reset/", "/account/", "/static/"):
        answer = client.get("/", environ_overrides={"PATH_INFO": path + text})
        check(answer)
        assert answer.status_code in {404, 410}


@pytest.mark.parametrize("name", HEADERS)
def test_an_odd_header_is_overlooked(configure: MakeApp, user: str, name: str) -> None:
    stranger = Stranger(configure(trusted_proxies=1))
    for text in ODD.values():
        answer = stranger.ask("/auth/login", {name: text}, method="POST", data=SIGN_IN)
        # Without a length or with another content type there is no form.
        assert answer.status_code == (422 if name.startswith("CONTENT") else 303)


@odd
def test_a_malformed_cookie_signs_nobody_in(client: Browser, user: str, text: str) -> None:
    client.login()
    stranger = Stranger(client.application)
    ((name, good),) = client.jar().items()
    for changed in (text, good + text, text + good):
        assert stranger.ask("/account/", cookies={name: changed}).location
    # Of two, the first counts.
    for changed in (f"{good}; {name}={text}", f"{good}; {text}={text}"):
        assert stranger.ask("/account/", cookies={name: changed}).status_code == 200


@odd
def test_an_odd_text_is_a_wrong_entry_in_every_field(client: Browser, user: str, text: str) -> None:
    client.login()
    data = dict.fromkeys(FIELDS, text.encode("latin-1"))
    for path in ("/account/", "/account/password", "/auth/confirm", "/auth/register"):
        answer = client.post(path, data=data)
        check(answer)
        assert answer.status_code == (413 if len(text) * len(data) > MAX_BODY_BYTES else 422)


def test_of_a_field_that_is_sent_twice_the_first_counts(client: Browser, user: str) -> None:
    data = {"email": [EMAIL, "x"], "password": [PASSWORD, "x"], "remember": ["on", "x"]}
    assert client.post("/auth/login", data=data).location == "/"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FOO", "P\0ST", "CONNECT"])
def test_an_odd_method_is_told_the_right_ones(client: Browser, method: str) -> None:
    for path in ("/", "/auth/login", "/auth/logout", "/account/password"):
        answer = client.open(path, method=method)
        check(answer)
        assert answer.status_code == 405
        assert answer.headers["Allow"]


def test_head_is_get_without_the_page(app: Flask, client: Browser, user: str) -> None:
    client.login()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and is_ours(rule.endpoint):
            seen, head = (client.open(rule.rule, method=method) for method in ("GET", "HEAD"))
            assert head.status_code == seen.status_code, rule
            assert not head.data


def test_head_is_no_form_for_it_passes_the_gate(app: Flask, client: Browser) -> None:
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    client.head("/auth/register", data={"email": EMAIL})
    assert not letters(app)


@pytest.mark.parametrize("host", HOSTS)
def test_an_odd_host_gets_the_page_as_well(configure: MakeApp, host: str) -> None:
    visitor = Stranger(configure())
    assert visitor.ask("/", {"HTTP_HOST": host}).status_code == 200
    assert "</header>" in visitor.ask("/nowhere", {"HTTP_HOST": host}).text


@pytest.mark.parametrize("host", HOSTS)
def test_development_is_closed_to_odd_hosts(configure: MakeApp, host: str) -> None:
    stranger = Stranger(configure(development=True, public_url=LOCALHOST), origin=LOCALHOST)
    assert stranger.ask("/dev/mailbox").status_code == 200
    assert stranger.ask("/dev/mailbox", {"HTTP_HOST": host}).status_code == 404
    # The origin that a form comes from is compared with the host.
    said = {"HTTP_SEC_FETCH_SITE": None, "HTTP_ORIGIN": LOCALHOST}
    assert stranger.ask("/auth/logout", said, method="POST").status_code == 303
    said["HTTP_HOST"] = host
    assert stranger.ask("/auth/logout", said, method="POST").status_code == 403


@odd
def test_development_hints_cope_with_an_odd_next(configure: MakeApp, text: str) -> None:
    stranger = Stranger(configure(development=True, public_url=LOCALHOST), origin=LOCALHOST)
    assert stranger.ask("/auth/login", {"QUERY_STRING": f"next={text}"}).status_code == 200


@pytest.mark.parametrize(
    "sought", [{"id": 2**63}, {"id": -(2**64)}, {"id": 10**400}, {"name": "\ud800"}, {"name": "\0"}]
)
def test_a_value_that_no_database_can_hold_is_a_bad_request(
    make_app: MakeApp, user: str, sought: dict[str, object]
) -> None:
    app = make_app()

    @page(app, public=True)
    def seek() -> ResponseReturnValue:
        found = db.session.scalar(select(User.email).filter_by(**request.get_json()))
        return {"email": found}

    answer = Browser(app).post("/test-seek", json=sought)
    check(answer)
    # SQLite alone holds NUL, PostgreSQL alone compares with numbers that it cannot hold.
    assert answer.status_code == 400 or answer.json == {"email": None}


def test_the_recorded_client_has_only_printable_letters(configure: MakeApp, user: str) -> None:
    stranger = Stranger(configure(trusted_proxies=1))
    said = {"HTTP_X_FORWARDED_FOR": "1\x1b[2J\0\n2", "HTTP_USER_AGENT": "a\0\x1bb\nc"}
    assert stranger.ask("/auth/login", said, method="POST", data=SIGN_IN).status_code == 303
    (event,) = rows(stranger.app, "SELECT address, client FROM events WHERE kind = 'login'")
    assert event == {"address": "1[2J2", "client": "abc"}
