"""Measure the parts that are named, or all: what `make bench` runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from . import baking
from . import logins
from . import pages
from . import scale
from . import starting
from . import workers
from .stage import Outcome
from .stage import Stage

PARTS: dict[str, Callable[[Stage], Iterator[Outcome]]] = {
    "pages": pages.measure,
    "scale": scale.measure,
    "workers": workers.measure,
    "logins": logins.measure,
    "start": starting.measure,
    "bake": baking.measure,
}


def main() -> int:
    """Say what was measured, and fail if a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    missed = []
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} at the start.")
    with TemporaryDirectory() as folder:
        stage = Stage(Path(folder).resolve())
        for part in parts:
            print(f"\n## {part}", flush=True)
            for outcome in PARTS[part](stage):
                print(f"\n{outcome.text}", flush=True)
                missed += outcome.missed
    for sentence in missed:
        print(sentence, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
