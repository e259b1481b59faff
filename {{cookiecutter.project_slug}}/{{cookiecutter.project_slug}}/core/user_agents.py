"""Describe a User-Agent in words that the user recognises."""

from functools import lru_cache

from ua_parser import parse

from .i18n import gettext as _


def describe(client: str) -> str:
    """Return a description such as "Firefox on Linux", or "Unknown browser"."""
    browser, system = names(client)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("Unknown browser")


@lru_cache(maxsize=1024)
def names(client: str) -> tuple[str, str]:
    """Return the families of browser and system, without versions: those change weekly."""
    found = parse(client)
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    return browser, system
