"""Watch passwords being hashed: how often, and what goes on at that moment."""

from collections.abc import Callable
from typing import Literal

import pytest
from argon2 import PasswordHasher

from {{ cookiecutter.project_slug }}.auth import passwords

from .inside import meanwhile


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


def overtake(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> list[object]:
    """Do something else while the next password is hashed or verified; return what came of it."""
    done: list[object] = []

    def once() -> None:
        if not done:
            done.append(None)
            done[0] = meanwhile(work)

    watch_hashing(monkeypatch, once)
    return done
