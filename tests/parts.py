"""Know the parts of the account, and take them out as the recipes tell people to."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

from .template import SLUG
from .template import template_files

WIRING = f"{SLUG}/account/__init__.py"


def _parts() -> list[str]:
    """Return the names in PARTS, as the template has them now."""
    for node in ast.parse(template_files()[WIRING].read_text("utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "PARTS":
            assert node.value is not None
            return list(ast.literal_eval(node.value))
    raise AssertionError(f"no PARTS in {WIRING}")


PARTS = _parts()
# One at a time, and all of them at once.
TAKEN = [*([part] for part in PARTS), PARTS] if PARTS else []


def take_out(project: Path, part: str) -> None:
    shutil.rmtree(project / SLUG / "account" / part)
    shutil.rmtree(project / "tests" / part)
    wiring = project / WIRING
    text = wiring.read_text(encoding="utf-8")
    line = f'    "{part}",\n'
    assert text.count(line) == 1, f"{part} has no line of its own"
    # The last one leaves an empty pair of brackets behind, which the formatter joins.
    text = text.replace(line, "").replace("(\n)", "()")
    wiring.write_text(text, encoding="utf-8")
