"""Firefox and WebKitGTK over TLS: what they keep of a login, and show after it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextlib import closing
from pathlib import Path

import pytest

from ..support.caddy import needed_caddy
from ..support.caddy import serve_behind
from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.template import AUTHS
from .conftest import NewSite
from .driven import Driven
from .driven import click
from .driven import firefox
from .driven import leave
from .driven import submit
from .driven import webkit
from .test_cookies import CEREMONY
from .test_cookies import KNOWN
from .test_cookies import NAMES

pytestmark = [pytest.mark.app, pytest.mark.long]

Start = Callable[[Path, Mapping[str, str]], AbstractContextManager[Driven]]
CHANGED = "another horse, another battery"


@pytest.fixture(params=[firefox, webkit], ids=["firefox", "webkit"])
def driven(
    request: pytest.FixtureRequest, tmp_path: Path, env: dict[str, str]
) -> Iterator[Driven]:
    start: Start = request.param
    with start(tmp_path, env) as driven:
        yield driven


@pytest.mark.parametrize("auth", AUTHS)
def test_a_login_a_new_password_and_the_way_back(
    auth: str, driven: Driven, new_site: NewSite, tmp_path: Path, env: dict[str, str]
) -> None:
    proxy = serve_behind(needed_caddy(), new_site(auth), tmp_path, env, "https")
    with closing(proxy):
        walk(driven, f"https://localhost:{proxy.port}", NAMES[auth][0])


def walk(driven: Driven, origin: str, login: str) -> None:
    driven.go(f"{origin}/auth/login")
    submit(driven, email=EMAIL, password=PASSWORD)
    assert leave(driven, "/auth/login") == "/"
    check_cookies(driven, login, KNOWN)

    driven.go(f"{origin}/account/password")
    submit(driven, current_password=PASSWORD, password=CHANGED)
    assert leave(driven, "/account/password") == "/account/"
    assert EMAIL in text(driven)
    check_cookies(driven, login, KNOWN)

    click(driven, "header button")
    assert leave(driven, "/account/") == "/"
    check_cookies(driven, KNOWN)
    driven.back()
    assert leave(driven, "/") == "/auth/login"
    assert EMAIL not in text(driven)

    submit(driven, email=EMAIL, password=CHANGED)
    assert leave(driven, "/auth/login") == "/account/"


def text(driven: Driven) -> str:
    return str(driven.run("return document.documentElement.innerHTML"))


def check_cookies(driven: Driven, *names: str) -> None:
    cookies = {cookie["name"]: cookie for cookie in driven.cookies()}
    assert set(cookies) - {CEREMONY} == set(names)
    for cookie in cookies.values():
        # With a Domain attribute, it would begin with a dot.
        assert (cookie["domain"], cookie["path"]) == ("localhost", "/")
        assert cookie["secure"] is cookie["httpOnly"] is True
        assert cookie["sameSite"].lower() == "lax"
    assert driven.run("return document.cookie") == ""
