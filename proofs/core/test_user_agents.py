"""User agents are shown in words that users recognise."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from my_flask_app.core import user_agents
from my_flask_app.core.i18n import set_language

from ...support.html import needs_portuguese

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X)"
KNOWN = {
    f"{WINDOWS}) {WEBKIT} Chrome/126.0.0.0 Safari/537.36": "Chrome on Windows",
    f"{WINDOWS}) {WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0": "Edge on Windows",
    f"{WINDOWS}; rv:127.0) Gecko/20100101 Firefox/127.0": "Firefox on Windows",
    f"{MAC} {WEBKIT} Chrome/126.0.0.0 Safari/537.36": "Chrome on Mac OS X",
    f"{MAC} {SAFARI} Version/17.5 Safari/605.1.15": "Safari on Mac OS X",
    f"{LINUX}) {WEBKIT} Chrome/126.0.0.0 Safari/537.36": "Chrome on Linux",
    f"{LINUX}; rv:127.0) Gecko/20100101 Firefox/127.0": "Firefox on Linux",
    f"{ANDROID} {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36": "Chrome Mobile on Android",
    f"{IPHONE} {SAFARI} Version/17.5 Mobile/15E148 Safari/604.1": "Mobile Safari on iOS",
    f"{IPHONE} {SAFARI} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1": "Chrome Mobile iOS on iOS",
    f"{IPHONE} {SAFARI} FxiOS/127.0 Mobile/15E148 Safari/605.1.15": "Firefox iOS on iOS",
    f"{IPAD} {SAFARI} Version/17.5 Mobile/15E148 Safari/604.1": "Mobile Safari on iOS",
    "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0": (
        "Firefox Mobile on Android"
    ),
    "curl/8.5.0": "curl",
    "Mozilla/5.0 (Windows NT 10.0)": "Windows",
}
JUNK = ["", " ", "junk", "()", "\x00\x01", "%(browser)s", "<script>alert(1)</script>", "Mozilla/"]


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize(("client", "words"), KNOWN.items(), ids=KNOWN.values())
def test_browser_and_system_are_named(client: str, words: str) -> None:
    assert user_agents.describe(client) == words


@pytest.mark.parametrize("client", JUNK)
def test_an_unrecognised_user_agent_is_unknown(client: str) -> None:
    assert user_agents.describe(client) == "Unknown browser"


@needs_portuguese
def test_the_words_are_the_readers(app: Flask) -> None:
    set_language("pt_BR")
    assert user_agents.describe(next(iter(KNOWN))) == "Chrome no Windows"
    assert user_agents.describe("junk") == "Navegador desconhecido"


@pytest.mark.parametrize("junk", ["(", "x", " ", "a/1 ", "Mozilla/", "(compatible; ", "\u202e"])
def test_long_junk_takes_no_time(junk: str) -> None:
    text = (junk * 10_000)[:10_000]
    user_agents.describe("warm up")
    begun = time.perf_counter()
    user_agents.describe(text)
    assert time.perf_counter() - begun < 1
