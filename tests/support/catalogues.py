"""Bring the translations up to date: what `make strings` here runs.

A project with all parts has every text. Its own `make strings` finds them; then each
catalogue goes back to the folder that its package came from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from . import environment
from .baking import CommandLine
from .running import must
from .running import run_in
from .template import PROJECT
from .template import SLUG

_CATALOGUES = "translations/*/LC_MESSAGES/messages.po"
_TEXT = re.compile(r"(?ms)^msgid .*?(?=^msgstr)")
_UNTRANSLATED = re.compile(r'(?m)^msgstr(?:\[\d\])? ""(?!\n")')


def main() -> None:
    with TemporaryDirectory() as folder:
        programs = environment.python().parent
        for catalogue, text in update(CommandLine(os.environ), Path(folder), programs):
            print(f"{catalogue} lacks a translation:\n{text}")


def update(bake: CommandLine, folder: Path, programs: Path) -> list[tuple[Path, str]]:
    """Update all catalogues of a template; return the texts that lack a translation."""
    template = Path(bake.template)
    project = bake(folder, "--default-config", parts="all")
    _offer_translations(project / SLUG)
    (project / ".venv").mkdir()
    installed = (f"BIN={programs}", "--assume-old", ".venv/installed")
    must(run_in(project, "make", "--silent", "strings", *installed, env=bake.env))
    lacking = []
    for catalogue in sorted((project / SLUG).rglob(_CATALOGUES)):
        text = catalogue.read_text(encoding="utf-8")
        if not texts(text):
            continue
        home = _home(template, catalogue.relative_to(project))
        home.parent.mkdir(parents=True, exist_ok=True)
        home.write_text(text, encoding="utf-8", newline="\n")
        lacking += [(home.relative_to(template), one) for one in _untranslated(text)]
    return lacking


def texts(catalogue: str) -> dict[str, str]:
    """Return the entries of a catalogue, by the text that each translates."""
    entries = catalogue.rstrip("\n").split("\n\n")[1:]  # after its own header
    found = ((_TEXT.search(entry), entry) for entry in entries)
    return {text[0]: entry for text, entry in found if text}


def _untranslated(catalogue: str) -> Iterator[str]:
    for text, entry in texts(catalogue).items():
        if _UNTRANSLATED.search(entry):
            yield text.removeprefix("msgid ").rstrip("\n")


def _offer_translations(package: Path) -> None:
    """Put the translations of all catalogues into each; `make strings` drops the rest.

    So a text that moves takes its translation along, and a new part gets a catalogue.
    """
    for core in package.glob(_CATALOGUES):
        name = core.relative_to(package)
        header = core.read_text(encoding="utf-8").split("\n\n")[0]
        parts = [init.parent for init in package.glob("account/*/__init__.py")]
        catalogues = [core, *(part / name for part in parts)]
        own = {
            catalogue: {
                text: entry
                for text, entry in texts(catalogue.read_text(encoding="utf-8")).items()
                if not _UNTRANSLATED.search(entry)
            }
            for catalogue in catalogues
            if catalogue.exists()
        }
        known = {text: entry for each in own.values() for text, entry in each.items()}
        for catalogue in catalogues:
            offered = {**known, **own.get(catalogue, {})}
            catalogue.parent.mkdir(parents=True, exist_ok=True)
            text = "\n\n".join([header, *offered.values()])
            catalogue.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _home(template: Path, catalogue: Path) -> Path:
    """Return where a catalogue belongs: with its package, in the core or in a part."""
    package, name = catalogue.parents[3], catalogue.relative_to(catalogue.parents[3])
    inside = Path(PROJECT.name, *package.parts[1:])
    core = template / PROJECT.name
    places = [core / inside, *core.glob(f"variants/parts/*/{inside}")]
    (home,) = (place for place in places if (place / "__init__.py").exists())
    return home / name


if __name__ == "__main__":
    main()
