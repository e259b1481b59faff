"""Decide where to go after signing in: a local page, or home."""

from urllib.parse import urlsplit

from flask import request, url_for


def next_page() -> str:
    """Return the local page that `next` names, or home (ASVS 3.7.2)."""
    return local_or_home(request.values.get("next", ""))


def local_or_home(target: str) -> str:
    return target if is_local(target) else url_for("pages.home")


def is_local(target: str) -> bool:
    r"""Tell whether every browser would stay on this site.

    Browsers read `//host`, `/\host` and `/<tab>/host` as another host. So require one
    leading slash, and refuse a second one, backslashes, control characters and spaces.
    """
    if not target.startswith("/") or target.startswith("//"):
        return False
    if "\\" in target or any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in target):
        return False
    try:
        # A text in JSON may have lone surrogates, which no header takes.
        target.encode()
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
