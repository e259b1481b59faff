"""Test the pages that are yours. What came with the project has its tests in the folders here.

`client` is a browser that nobody is signed in with; `user` makes the account that
`client.login()` signs in.
"""

from .support.http import Browser

# Visitors may open these without a login: add each page that you open to them.
PUBLIC = {"pages.healthz", "pages.home"}


def test_the_first_page_greets_by_name_after_the_login(client: Browser, user: str) -> None:
    assert client.get("/").status_code == 200
    client.login()
    assert "Ana" in client.get("/").text


def test_load_balancers_see_that_the_app_is_well(client: Browser) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
