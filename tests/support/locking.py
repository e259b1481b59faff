"""Lock what projects pin: the files of the core, and what each part adds to them.

A fragment holds what a project with one part pins beyond a project without parts.
All are locked under the constraint of a project with all parts, so that the hook can
merge any choice of them. `python -m tests.locking lock` moves no pin, and `upgrade`
renews all.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from .baking import CommandLine
from .template import PARTS
from .template import PROJECT
from .template import ROOT
from .template import SLUG

LOCKS = ("requirements.txt", "requirements-dev.txt")
_BLOCK = re.compile(r"(?m)^\S.*\n(?:[ \t].*\n)*")


def main() -> None:
    (rule,) = sys.argv[1:]
    lock(CommandLine(os.environ), rule, Path(sys.executable).parent)


def lock(bake: CommandLine, rule: str, programs: Path) -> None:
    """Write the files of the core and the fragments, or stop with a sentence."""
    template = Path(bake.template)
    fragments = {part: _fragments(template) / part for part in PARTS}
    # A part that asks for nothing pins nothing.
    asking = [
        part
        for part, folder in fragments.items()
        if (folder / "pyproject.toml").exists()
    ]
    with TemporaryDirectory() as folder:
        locked: dict[str, Path] = {}
        for answer in ["all", "none", *asking]:
            Path(folder, answer).mkdir()
            flags = ("--default-config",)
            project = bake(Path(folder, answer), *flags, parts=answer)
            locked[answer] = project
            _make(project, rule, programs, bake.env, constrained=answer != "all")
        for name in LOCKS:
            texts = {
                answer: (project / name).read_text(encoding="ascii")
                for answer, project in locked.items()
            }
            whole, core = texts.pop("all"), texts.pop("none")
            for part, fragment in split(whole, core, texts).items():
                _write(fragments[part] / name, fragment)
            _write(template / PROJECT.name / name, core)


def split(whole: str, core: str, with_part: Mapping[str, str]) -> dict[str, str]:
    """Return what each part adds to the core, or stop where it changes anything."""
    found = {}
    for part, text in with_part.items():
        for block in blocks(core):
            if block not in blocks(text):
                sys.exit(f"{part} changes how the core pins {_name(block)}.")
        found[part] = "".join(b for b in blocks(text) if b not in blocks(core))
    for block in set(blocks(whole)) ^ set(blocks(core + "".join(found.values()))):
        sys.exit(f"The parts do not agree how to pin {_name(block)}.")
    return found


def pinned_with_all_parts(name: str, template: Path = ROOT) -> str:
    """Return what a project with all parts pins."""
    files = [template / PROJECT.name / name, *_fragments(template).glob(f"*/{name}")]
    found = {b for file in files for b in blocks(file.read_text(encoding="ascii"))}
    return "".join(sorted(found, key=_name))


def blocks(text: str) -> list[str]:
    """Return each pin with its hashes."""
    return _BLOCK.findall(text)


def _name(block: str) -> str:
    return block.partition("==")[0]


def _fragments(template: Path) -> Path:
    return template / PROJECT.name / "variants" / "parts"


def _make(
    project: Path,
    rule: str,
    programs: Path,
    env: Mapping[str, str],
    *,
    constrained: bool,
) -> None:
    """Have a project lock itself, by its own rule."""
    if constrained:  # relative: uv takes a space for the end of a name
        whole = os.path.join("..", "..", "all", SLUG, LOCKS[1])
        env = {**env, "UV_CONSTRAINT": whole}
    installed = (f"BIN={programs}", "--assume-old", ".venv/installed")
    command = ["make", "--silent", "-C", str(project), rule, *installed]
    done = subprocess.run(command, env=env, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")


def _write(file: Path, text: str) -> None:
    if text:
        file.write_text(text, encoding="ascii", newline="\n")
    else:
        file.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
