"""Compute passwords without any app around it, in a process of its own."""

from __future__ import annotations

import os
from types import TracebackType

from .server import Site


class Bare:
    """Verify with the project's own parameters, two at once for each core.

    As many as its workers do: the same number on the same cores.
    """

    def __init__(self, site: Site) -> None:
        at_once = 2 * (os.cpu_count() or 1)
        self._process = site.start("bench.sites.bare", str(at_once))

    def __enter__(self) -> Bare:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def rate(self, seconds: float) -> float:
        """Return how many were verified per second."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())
