"""Development shows the way, in the terminal and on its pages; what is served says nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from my_flask_app.config import LANGUAGES, Settings

from ...conftest import MakeApp
from ...support.html import crawl
from ...support.http import Browser
from ...support.settings import fit_to_serve, run_flask

LOCALHOST = "http://localhost:5000"
MAILBOX = "http://localhost:5001/dev/mailbox"


@pytest.fixture
def folder(served: Flask, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    with fit_to_serve(settings, tmp_path):
        yield tmp_path


def start(folder: Path, **variables: str) -> str:
    """Return what `flask run --debug` says at first."""
    mails = {"PUBLIC_URL": "", "MAIL_URL": "console:"}
    done, _ = run_flask(folder, "run", "--debug", "--port=5001", **{**mails, **variables})
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_begins_with_where_to_look(folder: Path, language: str) -> None:
    said = start(folder, LANGUAGE=language)
    page, mailbox, *_ = said.splitlines()
    assert " http://localhost:5001 " in page
    assert not page.startswith("Open") or language != "pt_BR"
    assert "Ctrl+C" in page
    assert MAILBOX in mailbox
    # Any console can show it.
    assert (page + mailbox).isascii()


def test_it_names_no_mailbox_that_gets_no_mail(folder: Path) -> None:
    assert MAILBOX not in start(folder, MAIL_URL="none:")


def test_it_does_not_say_so_again_whenever_a_file_is_saved(folder: Path) -> None:
    # Set by the server for the process that it starts anew.
    assert MAILBOX not in start(folder, WERKZEUG_RUN_MAIN="true")


@pytest.mark.parametrize("signed_in", [False, True])
def test_its_own_pages_are_where_links_say(configure: MakeApp, user: str, signed_in: bool) -> None:
    browser = Browser(configure(development=True, public_url=LOCALHOST), origin=LOCALHOST)
    if signed_in:
        browser.login()
    targets = {target for page in crawl(browser, "/") for target in page.targets()}
    found = {address for _, address in targets if address.startswith("/dev/")}
    assert found
    assert {browser.get(address).status_code for address in found} == {200}


def test_what_the_policy_blocks_is_logged_with_what_to_do(
    configure: MakeApp, client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(configure(development=True, public_url=LOCALHOST), origin=LOCALHOST)
    policy = browser.get("/").headers["Content-Security-Policy"]
    assert policy.endswith("; report-uri /dev/blocked")
    report = {
        "document-uri": f"{LOCALHOST}/notes",
        "effective-directive": "script-src-attr",
        "blocked-uri": "inline",
    }
    told = {"csp-report": {**report, "status-code": 200}}
    assert browser.post("/dev/blocked", json=told).status_code == 204
    (line,) = [line for line in caplog.messages if "Content-Security-Policy" in line]
    assert all(repr(text) in line for text in report.values())
    assert "Move it to static/" in line
    for nonsense in ("{}", "[]", "1", '{"csp-report": {}}', '{"csp-report": "x"}'):
        assert browser.post("/dev/blocked", data=nonsense).status_code == 204
    assert "report-uri" not in client.get("/").headers["Content-Security-Policy"]
    assert client.post("/dev/blocked", json=told).status_code == 404
