"""Users register, log in, connect and confirm with a certified OpenID provider."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl
from urllib.parse import urlsplit

import pytest

from ..support import openid
from ..support.openid import OpenID
from ..support.own_tests import Forks
from ..support.running import clean_environment
from ..support.server import Server
from ..support.server import free_port
from ..support.site import EMAIL
from ..support.site import FOLDER
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.site import Site
from ..support.template import AUTHS
from ..support.visitor import Answer
from ..support.visitor import Visitor

pytestmark = pytest.mark.app

NAME = "acme"
LOGIN = f"/auth/with/{NAME}"
CALLBACK = f"{LOGIN}/callback"
CONNECT = f"/account/connections/{NAME}"
CONFIRM = f"/auth/confirm/with/{NAME}"
NO_LIMITS = {"LOGIN_ATTEMPTS_PER_ADDRESS": "10000/900"}
REFUSED = "Acme did not confirm who you are. Please try again."


@dataclass
class Trusting:
    """A served site, and the provider that it trusts."""

    site: Site
    server: Server
    provider: OpenID

    def visitor(self) -> Visitor:
        return Visitor(self.server.port)

    def connected(self) -> list[tuple[object, ...]]:
        statement = (
            "SELECT email, password_hash IS NULL, subject FROM social_connections "
            "JOIN users ON users.id = user_id ORDER BY subject"
        )
        return self.site.query(statement)


@pytest.fixture(scope="module", params=[*AUTHS, "post"])
def trusting(
    request: pytest.FixtureRequest,
    upgraded: Callable[..., Path],
    app_python: Path,
    forks: Forks,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Trusting]:
    """Return a site of each kind, and one whose provider posts its answer."""
    openid.needed()
    by_post = request.param == "post"
    folder = tmp_path_factory.mktemp("site") / FOLDER
    shutil.copytree(upgraded("session" if by_post else request.param), folder)
    env = clean_environment(tmp_path_factory.mktemp("home"))
    site = Site(folder, env, app_python.parent, forks)
    site.hash_cheaply()
    port = free_port()
    origin = f"http://localhost:{port}"
    provider = OpenID(tmp_path_factory.mktemp("provider"), f"{origin}{CALLBACK}")
    own = {**provider.settings(NAME), **NO_LIMITS, "PUBLIC_URL": origin}
    if by_post:
        own["SOCIAL_ACME_ANSWER"] = "post"
    server = site.serve({**SERVED, **own}, port=port)
    yield Trusting(site, server, provider)
    site.close()
    provider.close()


class Person:
    """Somebody with one browser, who knows the way at both sites."""

    def __init__(self, trusting: Trusting) -> None:
        self.app = trusting.visitor()
        self.provider = Visitor(urlsplit(trusting.provider.issuer).port or 0)
        self._issuer = trusting.provider.issuer
        # What the provider asked on the way.
        self.asked: list[str] = []

    def arrive(self, where: str = LOGIN, name: str = "zoe", cut: str = "") -> Answer:
        """Leave, sign in at the provider as `name` if it asks, and come back.

        `cut` is a parameter that the user, or a thief, takes out of the URL.
        """
        page = self.app.post(where)
        assert page.status == 200, page.text
        url = page.headers["Refresh"].removeprefix("0; url=")
        if cut:
            assert f"&{cut}" in url
            url = url.replace(f"&{cut}", "")
        return self.come_back(self.sign_in(url.removeprefix(self._issuer), name))

    def refuse(self) -> Answer:
        page = self.app.post(LOGIN)
        url = page.headers["Refresh"].removeprefix("0; url=")
        answer = self._follow(self.provider.get(url.removeprefix(self._issuer)))
        (abort,) = re.findall(r'href="([^"]+/abort)"', answer.text)
        path = abort.removeprefix(self._issuer)
        return self.come_back(self._follow(self.provider.get(path)))

    def flashed(self, page: str = "/auth/login") -> str:
        return self.app.get(page).text

    def sign_in(self, path: str, name: str) -> Answer:
        self.asked = []
        answer = self._follow(self.provider.get(path))
        while _action(answer).startswith(self._issuer):
            form = _fields(answer)
            if "prompt" in form:
                self.asked.append(form["prompt"])
            if form.get("prompt") == "login":
                form |= {"login": name, "password": "x"}
            action = _action(answer).removeprefix(self._issuer)
            answer = self._follow(self.provider.post(action, **form))
        return answer

    def _follow(self, answer: Answer) -> Answer:
        """Follow the provider's redirects, but none that leads to the app."""
        while answer.status in {302, 303} and CALLBACK not in answer.location:
            path = answer.location.removeprefix(self._issuer)
            answer = self.provider.get(path)
        return answer

    def come_back(self, answer: Answer) -> Answer:
        """Bring the provider's answer to the app, as a browser does."""
        if answer.status in {302, 303}:
            parts = urlsplit(answer.location)
            assert dict(parse_qsl(parts.query))["iss"] == self._issuer
            return self.app.get(f"{parts.path}?{parts.query}")
        assert CALLBACK in _action(answer), answer.text
        form = _fields(answer)
        # Lax cookies stay at home.
        abroad, self.app.cookies = self.app.cookies, {}
        page = self.app.post(CALLBACK, site="cross-site", **form)
        assert (page.status, self.app.cookies) == (200, {})
        self.app.cookies = abroad
        return self.app.get(page.headers["Refresh"].removeprefix("0; url="))


def _action(answer: Answer) -> str:
    found = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
    return html.unescape(found[1]) if found else ""


def _fields(answer: Answer) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return {name: html.unescape(value) for name, value in found}


def is_confirmed(person: Person) -> bool:
    """Ask for what only a recent proof opens."""
    return person.app.post(CONNECT).status == 200


def test_a_user_registers_logs_in_again_and_confirms(trusting: Trusting) -> None:
    zoe = Person(trusting)
    done = zoe.arrive()
    assert (done.status, done.location, zoe.asked) == (303, "/", ["login", "consent"])
    assert "zoe" in zoe.app.get("/account/").text
    # The claims about the address come from the provider's endpoint alone.
    assert ("zoe@example.com", 1, "zoe") in trusting.connected()
    zoe.app.post("/auth/logout")
    assert zoe.app.get("/account/").status == 303
    assert zoe.arrive().location == "/"
    # It knows her, so it asked nothing, and her login here proves nothing.
    assert zoe.asked == []
    assert not is_confirmed(zoe)

    # A thief at her open browser lets the provider not ask.
    assert zoe.arrive(CONFIRM, cut="max_age=0").location == "/auth/confirm"
    assert (zoe.asked, is_confirmed(zoe)) == ([], False)
    # Nor is an account of the thief's own hers.
    zoe.arrive(CONFIRM, name="thief")
    assert not is_confirmed(zoe)

    assert zoe.arrive(CONFIRM).location == "/"
    assert "login" in zoe.asked
    assert is_confirmed(zoe)


def test_a_user_with_a_password_connects(trusting: Trusting) -> None:
    ana = Person(trusting)
    ana.app.login(EMAIL, PASSWORD)
    assert ana.arrive(CONNECT, name="anne").location == "/account/connections"
    assert (EMAIL, 0, "anne") in trusting.connected()
    ana.app.post("/auth/logout")
    other = Person(trusting)
    other.arrive(name="anne")
    assert EMAIL in other.app.get("/account/").text
    # An account here has her address already.
    thief = Person(trusting)
    thief.arrive(name="ana")
    assert "There is an account with the address" in thief.flashed()


def test_a_user_who_refuses_is_told_so(trusting: Trusting) -> None:
    visitor = Person(trusting)
    assert visitor.refuse().location == "/auth/login"
    assert REFUSED in visitor.flashed()


def test_a_new_key_of_the_provider_is_fetched(trusting: Trusting) -> None:
    first, second = Person(trusting), Person(trusting)
    first.arrive(name="kim")
    trusting.provider.restart()
    assert second.arrive(name="kim").location == "/"
    assert "kim" in second.app.get("/account/").text


def test_a_provider_that_is_down_is_told(trusting: Trusting) -> None:
    visitor = Person(trusting)
    page = visitor.app.post(LOGIN)
    url = page.headers["Refresh"].removeprefix("0; url=")
    back = visitor.sign_in(url.removeprefix(trusting.provider.issuer), "kim")
    trusting.provider.close()
    assert visitor.come_back(back).location == "/auth/login"
    assert REFUSED in visitor.flashed()
    trusting.provider.restart()
    assert visitor.arrive(name="kim").location == "/"
