"""Read how each security default is broken, and which test must notice."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Mutation:
    """Replace one piece of text in one file of the package, in the named variants."""

    claim: str
    file: str
    old: str
    new: str
    test: str
    auth: list[str]

    @contextmanager
    def breaking(self, package: Path) -> Iterator[None]:
        """Break it for a while. To copy a project each time would take longer."""
        file = package / self.file
        text = file.read_text(encoding="utf-8")
        assert text.count(self.old) == 1, f"not once in {self.file}: {self.old}"
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(text, encoding="utf-8")


def read() -> list[tuple[Mutation, str]]:
    """Return each mutation with each of the variants it is tried in."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutation"]
    return [(Mutation(**entry), auth) for entry in listed for auth in entry["auth"]]
