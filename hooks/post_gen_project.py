"""Finish the project: create its key, lay the chosen variants, print the next steps.

Runs again on every bake over an existing project and on every cruft update, so each
step keeps the user's changes. It needs no network and no other program.
"""

import sys

# Python looks for modules in the folder of this file first. That is the folder for
# temporary files, where any user may put a secrets.py.
if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

import filecmp
import json
import os
import re
import secrets
import shlex
import shutil
import stat
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import cast

# tojson escapes the single quote, so no answer can end this literal.
ANSWERS = json.loads(r'''{{ cookiecutter | tojson }}''')  # fmt: skip
# After the parts and in this order: a part brings overlays of auth and of the language,
# and an overlay of auth brings overlays of the language.
OVERLAID = ("auth", "language", "license")
STANDARD = "sessions email second_factor passkeys activity data guide"
# Files that every project has, and to which a part adds.
LOCKS = ("requirements.txt", "requirements-dev.txt")
METADATA = "pyproject.toml"
# A pin with its hashes, or an item of an array, each with the comments above it.
ENTRY = re.compile(
    r"""(?m)(?:^[ \t]*#.*\n)*^[ \t]*"?(\w[\w.-]*).*\n(?:^[ \t]+--.*\n)*"""
)
# The head of a table, or an array with one item on a line.
ARRAY = re.compile(r"""(?m)^\[.*|^(\S+) = \[\n((?:(?![\[\]]).*\n)*)\]""")
WORDS = {
    "en": {
        "session": "server-side sessions",
        "cookie": "signed cookies",
        "done": "Done: {auth}, and a secret key in .env, which git ignores.",
        "next": "Next:",
        "then": "Then open http://localhost:5000. README.md continues from there.",
        "kept": "Parts kept, because you edited or added files in them: {parts}.",
    },
    "pt_BR": {
        "session": "sessões no servidor",
        "cookie": "cookies assinados",
        "done": "Pronto: {auth}, e uma chave secreta em .env, que o git ignora.",
        "next": "Agora:",
        "then": "Depois abra http://localhost:5000. O README.md continua a partir daí.",
        "kept": "Partes mantidas porque você editou ou criou arquivos nelas: {parts}.",
    },
}


def write_key() -> None:
    """Create the key here: cookiecutter keeps answers, and this text, unencrypted."""
    try:
        file = os.open(".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with open(file, "w", encoding="ascii", newline="\n") as env:
        env.write("# Git ignores this file. .env.example lists every setting.\n")
        env.write(f"SECRET_KEY={secrets.token_urlsafe(48)}\n")


def lay_parts() -> tuple[list[str], list[str]]:
    """Put the chosen parts in place and remove the others.

    Return the parts that the project has then, and those kept without being chosen.
    """
    overlays = Path("variants", "parts")
    chosen = chosen_parts({overlay.name for overlay in overlays.iterdir()})
    for part in chosen:
        if not (overlays / part).is_dir():
            sys.exit(f"The template has no folder {(overlays / part).as_posix()}.")
    kept = [
        overlay.name
        for overlay in sorted(overlays.iterdir())
        if overlay.name not in chosen and not remove_part(overlay)
    ]
    laid = sorted([*chosen, *kept])
    for part in laid:
        merge(overlays / part)
        move(overlays / part)
    shutil.rmtree(overlays)
    return laid, kept


def chosen_parts(there: set[str]) -> set[str]:
    names = set(ANSWERS["parts"].replace(",", " ").split())
    if "all" in names:
        return there
    if "standard" in names:
        names |= set(STANDARD.split())
    return names - {"standard", "none"}


def remove_part(overlay: Path) -> bool:
    """Remove a whole part, or return False: the user edited or added a file."""
    texts = texts_by_path(overlay)
    there = {path for path in texts if path.is_file()}
    same = {path for path in there if any(equal(path, text) for text in texts[path])}
    roots = (ANSWERS["project_slug"], "tests")
    folders = [Path(root, "account", overlay.name) for root in roots]
    found = {folder / path for folder in folders for path in files(folder)}
    added = {path for path in found - there if "__pycache__" not in path.parts}
    if there and (added or same != there):
        # Keep edited files edited, and deleted files deleted.
        for path in texts.keys() - same:
            for text in texts[path]:
                text.unlink()
        return False
    for path in there:
        path.unlink()
    if there:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    return True


def texts_by_path(overlay: Path) -> dict[Path, list[Path]]:
    """Return the files of a part: for each path, one text for each answer."""
    texts: dict[Path, list[Path]] = {}
    for file in files(overlay):
        path = file
        while path.parts[0] == "variants":  # question and answer follow
            path = Path(*path.parts[3:])
        if str(path) not in (*LOCKS, METADATA):
            texts.setdefault(path, []).append(overlay / file)
    return texts


def merge(overlay: Path) -> None:
    """Merge the dependencies of a part into those of the project."""
    for name in (*LOCKS, METADATA):
        if (overlay / name).is_file():
            more = (overlay / name).read_text(encoding="utf-8")
            text = Path(name).read_text(encoding="utf-8")
            text = (insert_items if name == METADATA else insert)(text, more)
            Path(name).write_text(text, encoding="utf-8", newline="\n")
            (overlay / name).unlink()


def insert_items(text: str, more: str) -> str:
    """Insert items into the arrays of the same name in the same table."""
    for place, added in arrays(more).items():
        array = arrays(text).get(place)
        if array:
            items = insert(array[2], added[2])
            text = text[: array.start(2)] + items + text[array.end(2) :]
    return text


def arrays(text: str) -> dict[tuple[str, str], re.Match[str]]:
    found, table = {}, ""
    for match in ARRAY.finditer(text):
        if match[1]:
            found[table, match[1]] = match
        else:
            table = match[0]
    return found


def insert(text: str, more: str) -> str:
    """Insert entries in alphabetical order, except names that are there already."""
    there = {entry[1] for entry in ENTRY.finditer(text)}
    for new in ENTRY.finditer(more):
        if new[1] not in there:
            entries = ENTRY.finditer(text)
            later = (entry.start() for entry in entries if entry[1] > new[1])
            at = next(later, len(text))
            text = text[:at] + new[0] + text[at:]
    return text


def lay(question: str) -> None:
    """Move the chosen overlay over the project and drop the others."""
    overlays = Path("variants", question)
    chosen = overlays / ANSWERS[question]
    if not chosen.is_dir():  # every file would count as one of another answer
        sys.exit(f"The template has no folder {chosen.as_posix()}.")
    for other in overlays.iterdir():
        remove_what_only(other, chosen)
    move(chosen)
    shutil.rmtree(overlays)


def move(overlay: Path) -> None:
    for path in files(overlay):
        path.parent.mkdir(parents=True, exist_ok=True)
        (overlay / path).replace(path)


def remove_what_only(other: Path, chosen: Path) -> None:
    """Remove the files that a bake with the other answer left here, unless edited."""
    for path in files(other) - files(chosen):
        if path.is_file() and equal(path, other / path):
            path.unlink()


def equal(one: Path, other: Path) -> bool:
    return filecmp.cmp(one, other, shallow=False)


def files(folder: Path) -> set[Path]:
    paths = (Path(top, name) for top, _, names in os.walk(folder) for name in names)
    return {path.relative_to(folder) for path in paths}


def make_writable(parts: list[str]) -> None:
    """Make the template's files writable, even if the template's folder is read-only.

    Cookiecutter copies the modes. Files that are not from the template are left alone.
    """
    folder = "{" + "{cookiecutter.project_slug}" + "}"
    template = Path(os.environ.get("PWD", ""), ANSWERS.get("_repo_dir", ""), folder)
    for path in set().union(*map(files, (template, *chosen_overlays(template, parts)))):
        made = Path(str(path).replace(folder, ANSWERS["project_slug"]))
        if made.is_file() and not made.stat().st_mode & stat.S_IWUSR:
            made.chmod(made.stat().st_mode | stat.S_IWUSR)


def chosen_overlays(folder: Path, parts: list[str]) -> Iterator[Path]:
    """Yield the chosen overlays in a folder, and those within them."""
    answers = [("parts", part) for part in parts]
    answers += [(question, ANSWERS[question]) for question in OVERLAID]
    for question, answer in answers:
        overlay = folder / "variants" / question / answer
        if overlay.is_dir():
            yield overlay
            yield from chosen_overlays(overlay, parts)


def say_what_next(kept: list[str]) -> None:
    words = WORDS[ANSWERS["language"]]
    # A console that lacks a letter shows a question mark, and the bake still succeeds.
    cast(TextIOWrapper, sys.stdout).reconfigure(errors="replace")
    print(bold(words["done"].format(auth=words[ANSWERS["auth"]])))
    if kept:
        print(words["kept"].format(parts=", ".join(kept)))
    commands = [f"cd {here()} && make run"]
    if os.name == "nt" or shutil.which("make") is None:
        commands = [f"cd {here()}", *without_make()]
    print(words["next"], "\n      ".join(map(bold, commands)))
    print(words["then"])


def here() -> str:
    """Quote the project's folder for a shell, or its name if stdout lacks a letter."""
    folder = str(Path.cwd())
    try:
        folder.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        folder = ANSWERS["project_slug"]
    return f'"{folder}"' if os.name == "nt" else shlex.quote(folder)


def without_make() -> list[str]:
    """Return what make run does; .env is there already."""
    python, programs = "python3", ".venv/bin/"
    if os.name == "nt":
        python, programs = "py", ".venv\\Scripts\\"
    return [
        f"{python} -m venv .venv",
        f"{programs}pip install --no-deps --require-hashes -r requirements-dev.txt",
        f"{programs}flask run --debug",
    ]


def bold(text: str) -> str:
    """Return bold text in a terminal; elsewhere, and with NO_COLOR, plain text."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not sys.stdout.isatty():
        return text
    if os.name == "nt":
        os.system("")  # older consoles understand colours from then on
    return f"\x1b[1;32m{text}\x1b[0m"


write_key()
parts, kept = lay_parts()
for question in OVERLAID:
    lay(question)
if not any(Path("variants").iterdir()):  # a user may have a folder of that name
    Path("variants").rmdir()
make_writable(parts)
if sys.stdout is not None:
    # A closed pipe or a full disk must not undo the bake: the output only informs.
    try:
        say_what_next(kept)
        sys.stdout.flush()
    except OSError:
        sys.stdout = None  # the flush at exit would fail as well
