"""Settings that prevent a start, and settings that start but are unsafe."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from my_flask_app.config import Settings
from my_flask_app.core.checks import refusals, risks
from my_flask_app.core.environ import MailServer

from ...support.settings import KEY

SMTP = MailServer("smtps", "mail.example", 465)
OTHER_KEY = KEY[::-1]
# Not read from the app, so that a forgotten setting is noticed.
LONGEST = {
    "SESSION_IDLE_SECONDS": 86_400,
    "SESSION_ABSOLUTE_SECONDS": 2_592_000,
    "REMEMBER_IDLE_SECONDS": 2_592_000,
    "REMEMBER_ABSOLUTE_SECONDS": 2_592_000,
    "REAUTHENTICATION_SECONDS": 86_400,
}


@pytest.fixture
def good(settings: Settings) -> Settings:
    """Return safe settings."""
    return replace(settings, mail_server=SMTP, trusted_proxies=1)


def told(problems: Iterator[Exception]) -> list[str]:
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"public_url": None}, "PUBLIC_URL is missing: set it to https:// and your host."),
        ({"mail_server": MailServer("console")}, "MAIL_URL is console: set it to a mail server"),
    ],
)
def test_settings_that_do_not_start_are_unsafe(
    good: Settings, changes: dict[str, object], line: str
) -> None:
    assert not told(refusals(good))
    (problem,) = told(refusals(replace(good, **changes)))  # type: ignore[arg-type]
    assert problem.startswith(line)


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_debug_is_unsafe(good: Settings, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FLASK_DEBUG", value)
    assert told(refusals(good)) == ["FLASK_DEBUG is on, which exposes secrets: unset it."]


RISKS: list[tuple[dict[str, object], str]] = [
    ({"secret_key_fallbacks": (OTHER_KEY, KEY)}, "SECRET_KEY is its own fallback. Run `flask s"),
    ({"public_url": "https://localhost"}, "PUBLIC_URL works on this machine only: set"),
    ({"public_url": "http://127.0.0.1:8000"}, "PUBLIC_URL works on this machine only: set"),
    ({"public_url": "http://[::1]:8000"}, "PUBLIC_URL works on this machine only: set"),
    ({"trusted_proxies": 0}, "TRUSTED_PROXIES is 0, so all visitors share one limit: set"),
    ({"mail_from": "app@localhost"}, "MAIL_FROM has no domain that gets mail: set it to one"),
    ({"mail_from": "App <app@192.0.2.1>"}, "MAIL_FROM has no domain that gets mail: set it"),
    ({"mail_from": "app@2001:db8::1"}, "MAIL_FROM has no domain that gets mail: set it to on"),
    ({"mail_from": "app@::1"}, "MAIL_FROM has no domain that gets mail: set it to on"),
]
RISKS += [
    (
        {"mail_server": MailServer("smtp", "mail.example", 465)},
        "MAIL_URL is smtp:// on port 465, where servers expect TLS at once: write smtps://.",
    ),
    (
        {"mail_server": MailServer("smtps", "mail.example", 587)},
        "MAIL_URL is smtps:// on port 587, where servers expect STARTTLS: write smtp://.",
    ),
]
RISKS += [
    ({name.lower(): most + 1}, f"{name} is longer than is safe: set it to {most} at most.")
    for name, most in LONGEST.items()
]


@pytest.mark.parametrize(("changes", "line"), RISKS)
def test_settings_that_start_can_still_be_unsafe(
    good: Settings, changes: dict[str, object], line: str
) -> None:
    assert not told(risks(good, has_certificate=False))
    changed = replace(good, **changes)  # type: ignore[arg-type]
    (problem,) = told(risks(changed, has_certificate=False))
    assert problem.startswith(line)


@pytest.mark.parametrize(
    "changes",
    [
        {name.lower(): most for name, most in LONGEST.items()},
        {"secret_key_fallbacks": (OTHER_KEY,)},
        {"mail_server": MailServer("none"), "mail_from": "no-reply@localhost"},
        {"mail_from": "app@mail.intranet"},
        {"public_url": "https://localhost.example"},
    ],
)
def test_safe_settings_get_no_complaint(good: Settings, changes: dict[str, object]) -> None:
    assert not told(risks(replace(good, **changes), has_certificate=False))  # type: ignore[arg-type]
