"""No secret is in clear in the database, the log, mails or cookies."""

from ....account.second_factor.phone import PAGE, Phone, secret_on
from ....support.http import Browser


def test_the_secret_itself_is_in_no_header_and_no_address(client: Browser, user: str) -> None:
    client.login()
    page = client.get(PAGE)
    assert secret_on(page) not in f"{page.headers}{page.request.url}"
    assert page.headers["Cache-Control"] == "no-store"
    done = client.post(PAGE, data={"code": Phone(secret_on(page), []).code()})
    assert done.headers["Cache-Control"] == "no-store"
