"""What serves on Windows runs elsewhere too: by the command that the documents give."""

from __future__ import annotations

import re

import pytest

from ..support.server import free_port
from ..support.site import SERVED
from ..support.template import LANGUAGES
from ..support.template import overlay
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

COMMAND = re.compile(r"^\.venv\\Scripts\\(waitress-serve .*)$", re.MULTILINE)
ADDRESS = "203.0.113.9"


def command(language: str) -> list[str]:
    document = overlay("language", language)["docs/going-live.md"]
    (found,) = COMMAND.findall(document.read_text(encoding="utf-8"))
    return str(found).split()


def test_both_languages_give_the_same_command() -> None:
    assert len({tuple(command(language)) for language in LANGUAGES}) == 1


@pytest.mark.parametrize(("trusted", "address"), [("1", ADDRESS), ("0", "127.0.0.1")])
def test_the_app_alone_judges_what_a_proxy_says(
    open_site: OpenSite, trusted: str, address: str
) -> None:
    site, port = open_site("session"), free_port()
    here = [word.replace("8000", str(port)) for word in command("en")]
    site.start(here, port, {**SERVED, "TRUSTED_PROXIES": trusted})
    said = {"X-Forwarded-For": ADDRESS, "X-Forwarded-Proto": "https"}
    visitor = Visitor(port, said)
    assert visitor.login("ana@example.com", "a wrong one").status == 422
    assert site.query("SELECT address FROM events WHERE kind = 'login_failed'") == [
        (address,)
    ]
