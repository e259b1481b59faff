"""Measure several things in turn, round by round, and compare within each round.

Whatever else the machine does then slows all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from statistics import median


def interleave(
    measures: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """Return what each measured, one number a round."""
    seen: dict[str, list[float]] = {title: [] for title in measures}
    for number in range(rounds):
        # Forth and back: no one always comes after the same other.
        order = list(measures)[:: -1 if number % 2 else 1]
        for title in order:
            seen[title].append(measures[title]())
    return seen


def ratios(ones: Sequence[float], others: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(ones, others, strict=True)]


def spread(numbers: Sequence[float], digits: int = 2) -> str:
    """Return the median, and in brackets the extremes."""
    middle, least, most = median(numbers), min(numbers), max(numbers)
    return f"{middle:.{digits + 1}f} ({least:.{digits}f}-{most:.{digits}f})"
