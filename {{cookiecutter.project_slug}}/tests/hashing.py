"""Watch passwords being hashed: how often, and what goes on at that moment."""

from collections.abc import Callable
from typing import Literal

import pytest
from argon2 import PasswordHasher

from {{ cookiecutter.project_slug }} import passwords


class WatchedHasher(PasswordHasher):
    """Call `watch` before each computation, which is as cheap as in other tests."""

    def __init__(self, watch: Callable[[], object]) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self._watch = watch

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self._watch()
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self._watch()
        return super().verify(hash, password)


def watch_hashing(monkeypatch: pytest.MonkeyPatch, watch: Callable[[], object]) -> None:
    monkeypatch.setattr(passwords, "hasher", WatchedHasher(watch))
