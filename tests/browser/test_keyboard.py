"""A whole way through an account by keyboard alone, in a browser without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator
from playwright.sync_api import Page

from .conftest import OpenLive
from .keyboard import Keyboard
from .live import PASSWORD
from .live import Live
from .live import code_for

pytestmark = pytest.mark.app

# Each variant in the language in which test_pages.py does not look at it.
pairs = pytest.mark.parametrize(
    ("auth", "language"),
    [("session", "pt_BR"), pytest.param("cookie", "en", marks=pytest.mark.long)],
)

NEW_PASSWORD = "wrong donkey socket clasp"
NEWEST_PASSWORD = "another zebra in the pantry"
WRONG = "a wrong one, but long enough"


@pairs
def test_a_person_gets_everywhere(auth: str, language: str, live: OpenLive) -> None:
    site = live(auth)
    email = f"{language.lower()}@example.com"
    with site.visit(language, scripts=False) as page:
        person = Person(page, site, email)
        skip_to_content(person)
        register(person)
        log_out(person)
        log_in(person)
        change_name_and_language(person)
        change_password(person)
        confirm(person)
        code = set_up_second_factor(person)
        log_out(person)
        reset(person)
        log_in_by_recovery_code(person, code)
        delete(person)


class Person(Keyboard):
    """Somebody at a keyboard, who has an address and reads what is mailed there."""

    def __init__(self, page: Page, site: Live, email: str) -> None:
        super().__init__(page)
        self.page = page
        self.site = site
        self.email = email

    def follow(self, selector: str) -> None:
        """Go to a link or a button, and press it."""
        self.tab_to(selector)
        self.enter()

    def open_mail(self, start: str) -> None:
        self.page.goto(self.site.link(self.email, start))

    def is_told(self, name: str) -> None:
        """See that a field is wrong, be in it, and hear why."""
        assert self.is_at(f"[name={name}][aria-invalid=true]")
        field = self.page.locator(f"[name={name}]")
        told = (field.get_attribute("aria-describedby") or "").split()
        assert told
        error = self.page.locator(f"#{told[-1]}.error")
        assert error.inner_text()
        # In sight of it, below.
        assert 0 < _top(error) - _top(field) < 100
        assert self.page.title().startswith(("Error: ", "Erro: "))

    def is_on(self, path: str) -> None:
        assert self.page.url == self.site.origin + path


def _top(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["y"]


def skip_to_content(person: Person) -> None:
    person.page.goto("/")
    person.tab()
    assert person.is_at(".skip")
    person.enter()
    person.tab()
    assert person.is_at("main a")


def register(person: Person) -> None:
    person.page.goto("/")
    person.follow("header [href='/auth/register']")
    person.fill_in(email="nobody")
    person.is_told("email")
    person.fill_in(email=person.email)
    person.open_mail("/auth/register")
    person.fill_in(name="Ana", password="too short")
    person.is_told("password")
    person.fill_in(password=PASSWORD)
    person.is_on("/")
    assert "Ana" in person.page.inner_text("h1")


def log_in(person: Person) -> None:
    person.follow("header [href='/auth/login']")
    person.fill_in(email=person.email, password=WRONG)
    person.is_told("password")
    person.type(PASSWORD)
    person.tab()
    assert person.is_at("[name=remember]")
    person.press("Space")
    person.follow("main form button")
    person.is_on("/")
    # What does not end with the browser has an end of its own: the login that is to be
    # remembered, and the cookie by which the account knows the browser.
    kept = [one for one in person.page.context.cookies() if one["expires"] > 0]
    assert len(kept) == 2


def change_name_and_language(person: Person) -> None:
    before = person.page.get_attribute("html", "lang")
    person.follow("header .name")
    person.tab_to("[name=name]")
    person.type("Ana Maria")
    person.tab()
    assert person.is_at("[name=language]")
    person.press("ArrowDown" if before == "en" else "ArrowUp")
    person.follow("main form button")
    assert person.page.get_attribute("html", "lang") != before
    assert person.page.inner_text(".notice[role=status]")
    assert person.page.inner_text("header .name") == "Ana Maria"


def change_password(person: Person) -> None:
    person.follow("main [href='/account/password']")
    person.fill_in(current_password=WRONG, password=NEW_PASSWORD)
    person.is_told("current_password")
    person.fill_in(current_password=PASSWORD, password=NEW_PASSWORD)
    person.is_on("/account/")


def confirm(person: Person) -> None:
    person.page.goto("/auth/confirm?next=/account/password")
    person.fill_in(password=PASSWORD)
    person.is_told("password")
    person.fill_in(password=NEW_PASSWORD)
    person.is_on("/account/password")


def set_up_second_factor(person: Person) -> str:
    """Return one of the recovery codes."""
    person.follow("header .name")
    person.follow("main [href='/account/second-factor']")
    person.fill_in(code="000000")
    person.is_told("code")
    person.fill_in(code=code_for(person.page.inner_text("main p code")))
    codes = person.page.locator(".codes code").all_inner_texts()
    person.follow("main a")
    person.is_on("/account/second-factor")
    return codes[0]


def log_out(person: Person) -> None:
    person.follow("header button")
    person.is_on("/")
    assert person.page.locator("header .name").count() == 0


def reset(person: Person) -> None:
    person.follow("header [href='/auth/login']")
    person.follow("main [href='/auth/reset']")
    person.fill_in(email=person.email)
    person.open_mail("/auth/reset")
    person.fill_in(password="too short")
    person.is_told("password")
    person.fill_in(password=NEWEST_PASSWORD)
    person.is_on("/auth/login")


def log_in_by_recovery_code(person: Person, code: str) -> None:
    person.fill_in(email=person.email, password=NEWEST_PASSWORD)
    person.fill_in(code="000000")
    person.is_told("code")
    person.fill_in(code=code)
    person.is_on("/")
    assert person.page.inner_text("header .name") == "Ana Maria"


def delete(person: Person) -> None:
    person.follow("header .name")
    person.follow("main [href='/account/delete']")
    person.fill_in(password=WRONG)
    person.is_told("password")
    person.fill_in(password=NEWEST_PASSWORD)
    person.is_on("/")
    assert person.page.locator("header .name").count() == 0
