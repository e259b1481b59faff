"""Test your own pages. The folders next to this file test what came with the project.

`client` is a browser in which no user is signed in. `user` creates the account that
`client.login()` signs in to.
"""

from .support.http import Browser

# Visitors can open these pages without a login. Add each page that you mark as public.
PUBLIC = {"pages.healthz", "pages.home"}


def test_the_first_page_greets_by_name_after_the_login(client: Browser, user: str) -> None:
    client.login()
    assert "Ana" in client.get("/").text, (
        "the first page does not greet the user by name: if you changed it on purpose, change this "
        "test too."
    )


def test_the_health_check_answers_ok(client: Browser) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
