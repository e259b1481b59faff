"""Change an address as its user does, or as a thief who knows the password."""

from ...support.http import Browser
from ...support.mail import ask_for_link, letters, link_in

START = "/account/email"
FINISH = "/account/email/finish"
UNDO = "/account/email/undo"
END = "/account/email/undo/end"
NEW = "ana.new@example.com"
BOB = "bob@example.com"


def open_link_to(client: Browser, email: str = NEW) -> str:
    """Request an address, open the mailed link, and return it; the button is not pressed."""
    link = ask_for_link(client, START, email)
    assert client.get(link).location == FINISH
    return link


def change_address(client: Browser, email: str = NEW) -> str:
    """Change the address of the signed-in user; return the link that undoes it."""
    open_link_to(client, email)
    assert client.post(FINISH).status_code == 303
    (notice,) = letters(client.application)
    return link_in(notice)


def undo(client: Browser, link: str) -> int:
    """Open a link that undoes a change, press the button, and return the status."""
    client.get(link)
    return client.post(UNDO).status_code
