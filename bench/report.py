"""Turn what was measured into a table, and say which bar was missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from statistics import median

from .competitors import LEAST_RATIO
from .competitors import Competitor


@dataclass
class Result:
    """Hold one competitor's rates, in requests per second, round by round."""

    competitor: Competitor
    queries: float
    rates: list[float] = field(default_factory=list)

    def ratios(self, floor: Result) -> list[float]:
        """Compare within each round, so that a busy machine slows both alike."""
        return [ours / its for ours, its in zip(self.rates, floor.rates, strict=True)]


def table(results: Sequence[Result]) -> str:
    """Return one line for each; the first is the floor that the others stand on."""
    head = f"{'':34}{'requests/s':>10}{'of the floor':>21}{'queries':>9}"
    return "\n".join([head, *(_line(result, results[0]) for result in results)])


def missed(results: Sequence[Result]) -> list[str]:
    """Return a sentence for each bar that one of ours did not reach."""
    said = []
    for result in results:
        title, ratio = result.competitor.title, median(result.ratios(results[0]))
        if not result.competitor.ours:
            continue
        if ratio < LEAST_RATIO:
            said.append(f"{title} reaches {ratio:.3f} of the floor, not {LEAST_RATIO}.")
        if result.queries != 1:
            said.append(f"{title} makes {result.queries:g} queries a request, not 1.")
    return said


def _line(result: Result, floor: Result) -> str:
    ratios = result.ratios(floor)
    spread = f"({min(ratios):.2f}-{max(ratios):.2f})"
    return (
        f"{result.competitor.title:34}{median(result.rates):10.0f}"
        f"{median(ratios):9.3f} {spread:11}{result.queries:9.4g}"
    )
