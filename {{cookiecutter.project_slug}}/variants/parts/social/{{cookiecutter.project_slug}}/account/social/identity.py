"""Describe whom a provider says that it has signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from authlib.common.errors import AuthlibBaseError
from joserfc.errors import JoseError
from requests import RequestException

TEXT_MAX_LENGTH = 255


class Refused(Exception):
    """The answer does not verify, or the provider does not respond."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Hold what an answer says, once it is verified."""

    # Never changes and is never given to another, unlike the address (ASVS 6.8.1).
    subject: str
    address: str
    address_verified: bool
    name: str
    # The values of `acr` and `amr`: how the user signed in there (RFC 8176).
    methods: frozenset[str] = frozenset()
    # When the user last signed in there, in seconds; 0 if the provider does not say.
    auth_time: float = 0

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError for what no column can hold."""
        stored = "".join((self.subject, self.address, self.name)).encode()
        if b"\0" in stored or not 0 < len(self.subject) <= TEXT_MAX_LENGTH:
            raise ValueError("it names nobody")


@contextmanager
def refusing() -> Iterator[None]:
    """Raise Refused for whatever a provider may do wrong."""
    wrong = (AuthlibBaseError, JoseError, RequestException, LookupError, TypeError, ValueError)
    try:
        yield
    except wrong as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
