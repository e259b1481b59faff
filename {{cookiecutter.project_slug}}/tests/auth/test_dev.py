"""Development shows mails and hints only to this machine; a served app shows none."""

import pytest
from flask import Flask

from ..conftest import MakeApp
from ..support.html import crawl
from ..support.http import EMAIL, Browser, taken_by_catch_all
from ..support.mail import ask_for_link, letters

MAILBOX = "/dev/mailbox"


@pytest.fixture
def desk(configure: MakeApp) -> Browser:
    """Return a browser on the machine of the developer."""
    here = "http://localhost:5000"
    app = configure(development=True, public_url=here)
    app.extensions["mailbox"].clear()
    return Browser(app, origin=here)


def test_a_mail_is_printed_with_its_link_on_a_line_of_its_own(
    app: Flask, client: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    link = ask_for_link(client, "/auth/register", EMAIL)
    lines = capsys.readouterr().out.splitlines()
    assert f"To: {EMAIL}" in lines
    assert f"https://app.example{link}" in lines


def test_the_mailbox_shows_the_latest_mail_first(desk: Browser) -> None:
    assert "No mail yet." in desk.get(MAILBOX).text
    for email in (EMAIL, "bob@example.com"):
        desk.post("/auth/register", data={"email": email})
    (_, letter) = letters(desk.application)
    page = desk.get(MAILBOX).text
    assert page.index("bob@example.com") < page.index(EMAIL)
    (link,) = [word for word in letter.get_content().split() if "://" in word]
    assert f'<a href="{link}"' in page
    assert desk.get(link).status_code == 303


@pytest.mark.parametrize(
    ("peer", "host", "status"),
    [
        ("127.0.0.1", "localhost:5000", 200),
        ("::1", "[::1]:5000", 200),
        ("127.0.0.1", "evil.example:5000", 404),
        ("127.0.0.1", "localhost.evil.example", 404),
        ("192.168.1.20", "localhost:5000", 404),
    ],
)
def test_the_mailbox_answers_only_this_machine(
    desk: Browser, peer: str, host: str, status: int
) -> None:
    """Another site can point its own host name at this machine (DNS rebinding)."""
    response = desk.get(
        MAILBOX,
        base_url=f"http://{host}",
        environ_overrides={"REMOTE_ADDR": peer},
    )
    assert response.status_code == status


@pytest.mark.parametrize(
    "header",
    ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"],
)
def test_a_tunnel_that_rewrites_the_host_does_not_open_the_mailbox(
    desk: Browser, header: str
) -> None:
    assert desk.get(MAILBOX).status_code == 200
    assert desk.get(MAILBOX, headers={header: "203.0.113.9"}).status_code == 404


def test_the_mailbox_exists_only_in_development(client: Browser, user: str) -> None:
    taken = taken_by_catch_all(client.application, MAILBOX)
    assert client.get(MAILBOX).status_code == 404 or taken
    client.login()
    assert client.get(MAILBOX).status_code == 404 or taken


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_served_page_shows_no_hints_for_developers(
    client: Browser, user: str, signed_in: bool
) -> None:
    if signed_in:
        client.login()
    for page in crawl(client, "/"):
        kinds = [attributes.get("class") for _, attributes in page.tags]
        led_to = [address for _, address in page.targets() if address.startswith("/dev/")]
        assert "development" not in kinds and not led_to, (
            f"{page.path} shows visitors a hint for developers: show it only in `development`."
        )
