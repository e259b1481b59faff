"""Make tokens, and use them as a program does."""

import re

from flask import Flask
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.account.tokens import token_allowed
from {{ cookiecutter.project_slug }}.account.tokens.store import PREFIX
from {{ cookiecutter.project_slug }}.auth.guards import signed_in_user

from ...support.http import Browser

PAGE = "/account/tokens"
API = "/test-api"
FORM = {"name": "Backup", "access": "read", "days": "30"}


def add_api(app: Flask) -> None:
    """Add a view for programs, and one that is not for them."""

    @app.route(API, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @token_allowed
    def me() -> dict[str, str]:
        return {"name": signed_in_user().name}

    @app.route("/test-for-people", methods=["GET", "POST"])
    def for_people() -> str:
        return signed_in_user().name


def make_token(browser: Browser, **form: str) -> str:
    page = browser.post(PAGE, data={**FORM, **form})
    assert page.status_code == 200, page.text
    (token,) = re.findall(rf"<code>({PREFIX}[0-9a-f]+)</code>", page.text)
    return str(token)


def use(browser: Browser, token: str, path: str = API, method: str = "GET") -> TestResponse:
    """Send what a program sends, with the browser's cookies if it has any, from another site."""
    headers = {"Authorization": f"Bearer {token}", "Sec-Fetch-Site": "cross-site"}
    return browser.open(path, method=method, headers=headers)
