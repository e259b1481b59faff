"""Log in and log out, with either kind of session."""

import pytest
from flask import Flask, request

from {{ cookiecutter.project_slug }}.core.db import now

from ..support.accounts import add_user, change_user, watch_hashing
from ..support.http import EMAIL, PASSWORD, Browser, session_cookies, set_cookies
from ..support.sql import statements

JSON = {"Accept": "application/json"}

NOBODY = "nobody@example.com"
DISABLED = "off@example.com"


def test_a_page_greets_a_signed_in_user_by_name(client: Browser, user: str) -> None:
    assert not client.is_signed_in()
    response = client.login()
    assert response.status_code == 303
    assert response.location == client.home
    assert client.name() == "Ana"


@pytest.mark.parametrize("email", ["ANA@EXAMPLE.COM", "Ana@example.com", f" {EMAIL} "])
def test_login_ignores_case_and_spaces_in_the_address(
    client: Browser, user: str, email: str
) -> None:
    client.login(email)
    assert client.is_signed_in()


def test_login_returns_to_the_page_that_asked_for_it(client: Browser, user: str) -> None:
    refused = client.get("/account/password?from=mail")
    assert refused.status_code == 303
    page = client.get(refused.location)
    assert 'value="/account/password?from=mail"' in page.text
    answer = client.login(next="/account/password?from=mail")
    assert answer.location == "/account/password?from=mail"


def test_a_remembered_login_outlives_the_browser(client: Browser, user: str) -> None:
    ages = [
        cookie.attributes.get("max-age")
        for answer in (client.login(), client.login(remember="y"))
        for cookie in session_cookies(answer)
        if not cookie.deletes
    ]
    assert ages[0] is None
    assert int(ages[1] or 0) >= 7 * 24 * 60 * 60


def test_logging_in_as_another_user_ends_the_first_session(
    app: Flask, client: Browser, user: str
) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    client.login()
    before = client.jar()
    assert client.get("/auth/login?next=/account/").location == "/account/"
    client.login("bob@example.com")
    assert client.name() == "Bob"
    earlier = Browser(app)
    earlier.keep(before)
    assert not earlier.is_signed_in()


def test_a_wrong_password_signs_nobody_in(client: Browser, user: str) -> None:
    response = client.login(password="not the password at all")
    assert response.status_code == 422
    assert not client.is_signed_in()
    assert not client.jar()


def test_credentials_in_the_query_string_are_ignored(client: Browser, user: str) -> None:
    """Browsers and logs keep addresses with their query strings."""
    query = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/auth/login", query_string=query).status_code == 422
    assert client.get("/auth/login", query_string=query).status_code == 200
    assert PASSWORD not in client.get("/auth/login", query_string=query).text
    assert not client.is_signed_in()


def test_every_failed_login_gets_the_same_answer_by_the_same_work(
    app: Flask, client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        add_user("off@example.com")
        change_user("off@example.com", disabled_at=now())
    computed: list[str] = []
    watch_hashing(monkeypatch, lambda: computed.append(request.form["email"]))
    answers = set()
    for email, password in (
        (EMAIL, "not the password at all"),
        ("nobody@example.com", PASSWORD),
        ("off@example.com", PASSWORD),
        ("off@example.com", "not the password at all"),
    ):
        answer = client.login(email, password)
        answers.add((answer.status_code, answer.text.replace(email, "ADDRESS")))
    assert len(answers) == 1
    # One hash each: a difference in work would reveal who has an account.
    assert [computed.count(email) for email in sorted(set(computed))] == [1, 1, 2]


def test_a_client_that_asks_for_json_gets_401_as_json(client: Browser) -> None:
    response = client.get("/account/", headers=JSON)
    assert response.status_code == 401
    assert response.json == {"error": "Please log in."}
    assert "Location" not in response.headers


def test_disabling_an_account_ends_its_sessions_for_good(
    app: Flask, client: Browser, user: str
) -> None:
    client.login(remember="y")
    commands = app.test_cli_runner()
    commands.invoke(args=["user", "disable", EMAIL])
    assert not client.is_signed_in()
    commands.invoke(args=["user", "enable", EMAIL])
    assert not client.is_signed_in()
    client.login()
    assert client.is_signed_in()


def test_logout_ends_the_session(client: Browser, user: str) -> None:
    client.login()
    assert client.is_signed_in()
    cookies = client.jar()
    response = client.logout()
    assert (response.status_code, response.location) == (303, client.home)
    assert not client.jar()
    assert not client.is_signed_in()
    client.keep(cookies)
    assert not client.is_signed_in()


def test_logout_leaves_other_browsers_signed_in(app: Flask, client: Browser, user: str) -> None:
    elsewhere = Browser(app)
    client.login()
    elsewhere.login()
    client.logout()
    assert elsewhere.is_signed_in()


def test_logout_clears_the_storage_of_the_browser(client: Browser) -> None:
    told = client.logout().headers["Clear-Site-Data"]
    # "cache" makes Chrome search the stored files of all sites, which takes seconds.
    assert told == '"storage"'


def test_logout_can_be_repeated_and_works_for_visitors(client: Browser, user: str) -> None:
    assert client.logout().status_code == 303
    client.login()
    assert [client.logout().status_code for _ in range(2)] == [303, 303]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_link_cannot_log_a_user_out(client: Browser, user: str, method: str) -> None:
    client.login()
    response = client.open("/auth/logout", method=method)
    assert not set_cookies(response)
    assert client.is_signed_in()


@pytest.mark.parametrize("path", ["/", "/account/", "/account/password", "/no/such/page"])
def test_every_page_of_a_signed_in_user_has_a_logout_button(
    client: Browser, user: str, path: str
) -> None:
    client.login()
    assert 'action="/auth/logout"' in client.get(path).text, (
        f"{path} has no logout button: extend base.html, and keep the form in its header."
    )


@pytest.fixture
def accounts(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(DISABLED)
        change_user(DISABLED, disabled_at=now())


def ask(app: Flask, path: str, email: str) -> tuple[int, str, list[str], list[str]]:
    """Return what an attacker can see, status, text and cookies, and the work done."""
    # The first request fills the caches for the later ones.
    data = {"email": email, "password": f"not {PASSWORD}"}
    Browser(app).post(path, data=data)
    browser = Browser(app)
    with statements(app) as run:
        answer = browser.post(path, data=data)
    lines = [cookie.line for cookie in set_cookies(answer)]
    return answer.status_code, answer.text.replace(email, "ADDRESS"), lines, run


@pytest.mark.parametrize("path", ["/auth/register", "/auth/reset", "/auth/login"])
def test_an_unknown_address_gets_the_same_answer_by_the_same_work(
    app: Flask, accounts: None, path: str
) -> None:
    answers = [ask(app, path, email) for email in (EMAIL, NOBODY, DISABLED)]
    assert answers[0] == answers[1]
    assert answers[0] == answers[2]
    assert answers[0][3]


@pytest.mark.parametrize("path", ["/auth/register", "/auth/reset"])
def test_a_request_queues_its_mail_without_reading_the_account(
    app: Flask, accounts: None, path: str
) -> None:
    with statements(app) as run:
        Browser(app).post(path, data={"email": EMAIL})
    assert any("INSERT INTO outbox" in statement for statement in run)
    assert not any(table in statement for statement in run for table in ("users", "links"))
