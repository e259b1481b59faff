"""Read Set-Cookie lines as they went over the wire."""

import base64
import binascii
import zlib
from contextlib import suppress
from typing import NamedTuple

from werkzeug.test import TestResponse

from .browser import KNOWN


class SetCookie(NamedTuple):
    """Hold one line; the names of attributes are in lower case."""

    line: str
    name: str
    value: str
    attributes: dict[str, str]

    @property
    def deletes(self) -> bool:
        return self.attributes.get("max-age") == "0"

    @property
    def readable(self) -> bytes:
        """Return all that can be read out of it without a key."""
        found = [self.value.encode()]
        for part in self.value.split("."):
            with suppress(binascii.Error, zlib.error):
                found.append(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
                found.append(zlib.decompress(found[-1]))
        return b"\n".join(found)


def set_cookies(response: TestResponse) -> list[SetCookie]:
    """Return the cookies that a response sets or deletes."""
    return [_parse(line) for line in response.headers.getlist("Set-Cookie")]


def session_cookies(response: TestResponse) -> list[SetCookie]:
    """Return those of them that a session lies in."""
    return [cookie for cookie in set_cookies(response) if cookie.name != KNOWN]


def _parse(line: str) -> SetCookie:
    first, *rest = line.split("; ")
    name, _, value = first.partition("=")
    pairs = [part.partition("=") for part in rest]
    return SetCookie(line, name, value, {key.lower(): text for key, _, text in pairs})
