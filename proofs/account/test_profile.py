"""A user changes their name and language."""

import pytest

from ...account.test_account import saved
from ...conftest import MakeApp
from ...support.http import Browser


@pytest.fixture
def client(client: Browser, user: str) -> Browser:
    client.login()
    return client


def test_an_app_with_one_language_shows_no_language_field(make_app: MakeApp, user: str) -> None:
    app = make_app(languages=("en",))
    client = Browser(app)
    client.login()
    for path in ("/", "/account/"):
        assert 'name="language"' not in client.get(path).text, path
    assert client.post("/account/", data={"name": "Anna"}).status_code == 303
    assert saved(app) == ("Anna", "en")
    refused = client.post("/account/", data={"name": "Anna", "language": "pt_BR"})
    assert refused.status_code == 422
