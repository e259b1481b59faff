"""Finish the project: make its key, lay the chosen variants in place, say what next.

Runs again on every bake over an existing project and on every cruft update, so each
step leaves alone what the user made. No network and no program is needed.
"""

import sys

# Python looks for modules in the folder of this file first. That is the folder for
# temporary files, where anybody may put a secrets.py.
if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

import filecmp
import json
import os
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
# In this order: an overlay of auth brings overlays of the language with it.
OVERLAID = ("auth", "language", "license")
WORDS = {
    "en": {
        "session": "server-side sessions",
        "cookie": "signed cookies",
        "done": "Done: {auth}, and a secret key in .env, which git ignores.",
        "next": "Next:",
        "then": "Then open http://localhost:5000. README.md goes on from there.",
    },
    "pt_BR": {
        "session": "sessões no servidor",
        "cookie": "cookies assinados",
        "done": "Pronto: {auth}, e uma chave secreta em .env, que o git ignora.",
        "next": "Agora:",
        "then": "Depois abra http://localhost:5000. README.md segue a partir dali.",
    },
}


def write_key() -> None:
    """Make the key here: cookiecutter keeps its answers, and this text, in clear."""
    try:
        file = os.open(".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with open(file, "w", encoding="ascii", newline="\n") as env:
        env.write("# Git ignores this file. .env.example lists every setting.\n")
        env.write(f"SECRET_KEY={secrets.token_urlsafe(48)}\n")


def lay(question: str) -> None:
    """Move the chosen overlay over the project and drop the others."""
    overlays = Path("variants", question)
    chosen = overlays / ANSWERS[question]
    if not chosen.is_dir():  # every other file would pass for one of another answer
        sys.exit(f"The template has no folder {chosen.as_posix()}.")
    for other in overlays.iterdir():
        remove_what_only(other, chosen)
    for path in files(chosen):
        path.parent.mkdir(parents=True, exist_ok=True)
        (chosen / path).replace(path)
    shutil.rmtree(overlays)


def remove_what_only(other: Path, chosen: Path) -> None:
    """Remove what a bake with the other answer left here and nobody has edited."""
    for path in files(other) - files(chosen):
        if path.is_file() and filecmp.cmp(path, other / path, shallow=False):
            path.unlink()


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def make_writable() -> None:
    """Let the owner write what the template brought, even from a read-only folder.

    Cookiecutter copies the modes. A file that the template does not have is left alone.
    """
    folder = "{" + "{cookiecutter.project_slug}" + "}"
    template = Path(os.environ.get("PWD", ""), ANSWERS.get("_repo_dir", ""), folder)
    for path in set().union(*map(files, (template, *chosen_overlays(template)))):
        made = Path(str(path).replace(folder, ANSWERS["project_slug"]))
        if made.is_file() and not made.stat().st_mode & stat.S_IWUSR:
            made.chmod(made.stat().st_mode | stat.S_IWUSR)


def chosen_overlays(folder: Path) -> Iterator[Path]:
    """Yield the chosen overlays in a folder, and those within them."""
    for question in OVERLAID:
        overlay = folder / "variants" / question / ANSWERS[question]
        if overlay.is_dir():
            yield overlay
            yield from chosen_overlays(overlay)


def say_what_next() -> None:
    words = WORDS[ANSWERS["language"]]
    # A console that lacks a letter shows a question mark, and the bake still succeeds.
    cast(TextIOWrapper, sys.stdout).reconfigure(errors="replace")
    print(bold(words["done"].format(auth=words[ANSWERS["auth"]])))
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
    """Stand out in a terminal; elsewhere, and for who wants no colours, be plain."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not sys.stdout.isatty():
        return text
    if os.name == "nt":
        os.system("")  # older consoles understand colours from then on
    return f"\x1b[1;32m{text}\x1b[0m"


write_key()
for question in OVERLAID:
    lay(question)
if not any(Path("variants").iterdir()):  # a user may have a folder of that name
    Path("variants").rmdir()
make_writable()
if sys.stdout is not None:
    # A closed pipe or a full disk must not undo the bake: the words only inform.
    try:
        say_what_next()
        sys.stdout.flush()
    except OSError:
        sys.stdout = None  # the flush at exit would fail as well
