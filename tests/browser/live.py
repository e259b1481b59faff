"""Serve a baked project to a browser, receive its mail, and make people known to it."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Cookie
from playwright.sync_api import Page
from playwright.sync_api import StorageState

from ..support.mail_sink import MailSink
from ..support.mail_sink import text_of
from ..support.server import free_port
from ..support.site import SERVED
from ..support.site import Site
from .witness import Witness

PASSWORD = "correct horse battery staple"
# Long, or written from the right, and never ASCII: every page has to stand it.
NAMES = {
    "en": "Conceição Wolfeschlegelsteinhausenbergerdorff 🦜 of the Very Long Name",
    "pt_BR": "רות בת־שבע 🦜",
}
LONG = "somebody.with.a.rather.long.address.{}@subdomain.of.some.example.com"
TIMEOUT_SECONDS = 10
# Everybody here comes from one address.
NO_LIMITS = {
    "LOGIN_ATTEMPTS_PER_ADDRESS": "10000/900",
    "MAILS_PER_ADDRESS": "10000/900",
}


class Live:
    """A served project; the origin is what the browser calls it.

    Chromium trusts localhost as it trusts https: it takes Secure and __Host- cookies
    from there, over plain HTTP.
    """

    def __init__(self, browser: Browser, site: Site, sink: MailSink) -> None:
        port = free_port()
        self.origin = f"http://localhost:{port}"
        own = {"MAIL_URL": sink.url, "PUBLIC_URL": self.origin}
        site.serve({**SERVED, **NO_LIMITS, **own}, port=port)
        self._site = site
        self._browser = browser
        self._sink = sink
        self._members: dict[str, StorageState] = {}

    @contextmanager
    def visit(
        self, language: str, *, member: bool = False, scripts: bool = True
    ) -> Iterator[Page]:
        """Open a window that knows nobody, or one in which somebody is signed in."""
        state = self._member(language) if member else None
        with window(self._browser, self.origin, language, state, scripts) as page:
            yield page

    def link(self, email: str, start: str) -> str:
        """Return the path in the mail to an address, once it is there."""
        pattern = re.compile(re.escape(f"{self.origin}{start}") + r"/\S+")
        while True:
            mail = self._sink.take()
            found = pattern.search(text_of(mail))
            if mail["To"] == email and found:
                return found[0].removeprefix(self.origin)

    def make_administrator(self, email: str) -> None:
        """Give an account the role; the command would take a second."""
        of_it = f"SELECT id, 'admin' FROM users WHERE email = '{email}'"
        self._site.query(f"INSERT INTO roles {of_it}")

    def _member(self, language: str) -> StorageState:
        """Register somebody, once for each language."""
        if language not in self._members:
            with self.visit(language) as page:
                register(page, self, LONG.format(language.lower()), NAMES[language])
                self._members[language] = page.context.storage_state()
        return self._members[language]


@contextmanager
def window(
    browser: Browser,
    origin: str,
    language: str,
    state: StorageState | None = None,
    scripts: bool = True,
) -> Iterator[Page]:
    """Open a window of its own, and see to it that nothing in it went wrong."""
    context = browser.new_context(
        base_url=origin,
        locale=language.replace("_", "-"),
        storage_state=state,
        java_script_enabled=scripts,
        # A colour on its way to another is neither.
        reduced_motion="reduce",
    )
    context.set_default_timeout(TIMEOUT_SECONDS * 1000)
    witness = Witness(context, origin)
    page = context.new_page()
    try:
        yield page
    except BaseException:
        print(page.url, page.inner_text("body"), sep="\n")
        raise
    finally:
        context.close()
    witness.check()


def register(page: Page, live: Live, email: str, name: str) -> None:
    """Make an account by the mailed link, and be signed in."""
    ask_for_link(page, "/auth/register", email)
    page.goto(live.link(email, "/auth/register"))
    submit(page, name=name, password=PASSWORD)


def log_in(page: Page, email: str) -> None:
    page.goto("/auth/login")
    submit(page, email=email, password=PASSWORD)


def code_for(secret: str) -> str:
    """Return what an authenticator shows now (RFC 6238)."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def ask_for_link(page: Page, path: str, email: str) -> None:
    page.goto(path)
    submit(page, email=email)


def submit(page: Page, **fields: str) -> None:
    """Fill in a form and send it."""
    for name, value in fields.items():
        page.fill(f"main [name={name}]", value)
    press(page, "main form button")


def press(page: Page, selector: str) -> None:
    """Press a link or a button, and wait for the page that comes."""
    with page.expect_navigation():
        page.click(selector)


def keep_only(cookies: Iterable[Cookie], context: BrowserContext) -> None:
    """Put back what a window held before."""
    context.clear_cookies()
    context.add_cookies(
        [
            {
                "name": cookie["name"],
                "value": cookie["value"],
                "domain": cookie["domain"],
                "path": cookie["path"],
                "expires": cookie["expires"],
                "httpOnly": cookie["httpOnly"],
                "secure": cookie["secure"],
                "sameSite": cookie["sameSite"],
            }
            for cookie in cookies
        ]
    )
