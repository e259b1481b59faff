"""Development shows hints in the terminal and on its pages; a served app shows none."""

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
    """Return the first lines of `flask run --debug`."""
    mails = {"PUBLIC_URL": "", "MAIL_URL": "console:"}
    done, _ = run_flask(folder, "run", "--debug", "--port=5001", **{**mails, **variables})
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_development_server_prints_its_address_and_mailbox(folder: Path, language: str) -> None:
    said = start(folder, LANGUAGE=language)
    page, mailbox, *_ = said.splitlines()
    assert " http://localhost:5001 " in page
    assert not page.startswith("Open") or language != "pt_BR"
    assert "Ctrl+C" in page
    assert MAILBOX in mailbox
    # Plain ASCII, for any console.
    assert (page + mailbox).isascii()


def test_the_development_server_names_no_mailbox_without_mail(folder: Path) -> None:
    assert MAILBOX not in start(folder, MAIL_URL="none:")


def test_the_development_server_is_silent_when_it_reloads(folder: Path) -> None:
    # The server sets this for the process that it restarts.
    assert MAILBOX not in start(folder, WERKZEUG_RUN_MAIN="true")


@pytest.mark.parametrize("signed_in", [False, True])
def test_links_to_development_pages_work(configure: MakeApp, user: str, signed_in: bool) -> None:
    browser = Browser(configure(development=True, public_url=LOCALHOST), origin=LOCALHOST)
    if signed_in:
        browser.login()
    targets = {target for page in crawl(browser, "/") for target in page.targets()}
    found = {address for _, address in targets if address.startswith("/dev/")}
    assert found
    assert {browser.get(address).status_code for address in found} == {200}


def test_a_policy_violation_is_logged_with_the_cure(
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
