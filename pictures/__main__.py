"""Bake, develop, register, look: what `make pictures` runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import ViewportSize

from tests.browser import chromium
from tests.browser.live import PASSWORD
from tests.browser.live import press
from tests.browser.live import submit
from tests.support import environment
from tests.support.baking import CommandLine
from tests.support.running import clean_environment
from tests.support.site import Site
from tests.support.template import LANGUAGES
from tests.support.template import ROOT

from . import terminal
from . import webp

Light = Literal["light", "dark"]
LIGHTS: tuple[Light, ...] = ("light", "dark")
FOLDER = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 760, "height": 760}
# What the sessions page calls by its name, as it would anybody's.
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
APP = {"en": "Our Shop", "pt_BR": "Nossa Loja"}
SLUG = {"en": "our_shop", "pt_BR": "nossa_loja"}
NAME = "Ana"
EMAIL = "ana@example.com"
# In the order of the questions; an empty one takes what is offered.
ANSWERS = ["Our Shop", "", "Bread and cakes.", "Ana", EMAIL, "", "", "", ""]


def main() -> int:
    """Write every picture anew."""
    program = chromium.find()
    if program is None:
        print(chromium.MISSING, file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch, chromium.start(program) as browser:
        folder = Path(scratch).resolve()
        env = clean_environment(folder)
        home = folder / "ana"
        home.mkdir()
        shoot_terminal(browser, terminal.baking(home, env, ANSWERS))
        for language in LANGUAGES:
            with developing(folder, env, language) as origin:
                for light in LIGHTS:
                    shoot_app(browser, origin, language, light)
    return 0


@contextmanager
def developing(folder: Path, env: dict[str, str], language: str) -> Iterator[str]:
    """Bake an app and start it as `make run` does; give its address."""
    answers = {"project_name": APP[language], "language": language}
    project = CommandLine(env)(folder, project_slug=SLUG[language], **answers)
    with closing(Site(project, env, environment.python().parent)) as site:
        yield f"http://localhost:{site.develop().port}"


def shoot_app(browser: Browser, origin: str, language: str, light: Light) -> None:
    """Show the login page; by light, register and show the pages behind it."""
    context = browser.new_context(
        base_url=origin,
        locale=language.replace("_", "-"),
        color_scheme=light,
        viewport=SIZE,
        user_agent=CHROME,
    )
    page = context.new_page()

    def shoot(name: str) -> None:
        save(browser, f"{name}-{language}-{light}", page.screenshot())

    page.goto("/auth/login")
    shoot("login")
    if light == "light":
        register(page)
        page.goto("/")
        shoot("home")
        page.goto("/account/sessions")
        shoot("sessions")
        page.goto("/dev/guide")
        shoot("guide")
    context.close()


def register(page: Page) -> None:
    page.goto("/auth/register")
    submit(page, email=EMAIL)
    page.goto("/dev/mailbox")
    # The mail leaves when the request is over.
    while page.locator("main a[href*='/auth/register/']").count() == 0:
        page.reload()
    press(page, "main a[href*='/auth/register/']")
    submit(page, name=NAME, password=PASSWORD)


def shoot_terminal(browser: Browser, html: str) -> None:
    page = browser.new_page()
    page.set_content(html)
    save(browser, "prompts", page.locator("pre").screenshot())
    page.close()


def save(browser: Browser, name: str, png: bytes) -> None:
    (FOLDER / f"{name}.webp").write_bytes(webp.convert(browser, png))


if __name__ == "__main__":
    sys.exit(main())
