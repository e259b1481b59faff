"""Only files in static/ are served, and the method of a request cannot be overridden."""

import pytest

from ..support.http import Browser

OTHER_FILES = [
    "/.env",
    "/.git/config",
    "/.git/HEAD",
    "/instance/app.sqlite",
    "/wsgi.py",
    "/static",
    "/static/",
    "/static/.env",
    "/static/../config.py",
    "/static/%2e%2e/config.py",
    "/static/..%2fconfig.py",
    "/static/..%5cconfig.py",
    "/static/%2Fetc/passwd",
    "/static/%00",
]


@pytest.mark.parametrize("path", OTHER_FILES)
def test_no_other_file_and_no_list_of_files_is_served(client: Browser, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 404, (
        f"{path} answers {answer.status_code}: serve files only from static/, and let no view of "
        "yours match this address."
    )
    assert "SECRET_KEY" not in answer.text


def test_headers_and_queries_cannot_override_the_method(client: Browser, user: str) -> None:
    client.login()
    override = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST"}
    client.get("/auth/logout", headers=override, query_string={"_method": "POST"})
    assert client.is_signed_in()
