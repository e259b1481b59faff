"""Define what core/ needs to know of an account: `models.User` fits, and so may yours."""

from typing import Protocol


class Named(Protocol):
    """An account, as the audit trail names it."""

    @property
    def id(self) -> int: ...

    @property
    def public_id(self) -> str: ...


class Recipient(Protocol):
    """An account, as mails reach it."""

    @property
    def id(self) -> int: ...

    @property
    def email(self) -> str: ...

    @property
    def language(self) -> str: ...
