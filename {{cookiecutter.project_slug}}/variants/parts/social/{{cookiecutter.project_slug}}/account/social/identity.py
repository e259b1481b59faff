"""Describe whom a provider says that it has signed in."""

from dataclasses import dataclass

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
