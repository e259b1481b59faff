"""Finish the project: make its key, lay the chosen variants in place, say what next.

Runs again on every bake over an existing project and on every cruft update, so each
step leaves alone what the user made. No network and no program is needed.
"""

import filecmp
import json
import os
import secrets
import shutil
from pathlib import Path

# tojson escapes the single quote, so no answer can end this literal.
ANSWERS = json.loads(r'''{{ cookiecutter | tojson }}''')  # fmt: skip


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


def say_what_next() -> None:
    here = str(Path.cwd())
    auth = {"session": "server-side session", "cookie": "signed cookie"}
    print(f'Next: cd "{here if here.isascii() else ANSWERS["project_slug"]}"')
    print("Then: make run, or make test. README.md says how without make.")
    print(f"Commit all of it: git ignores .env. Sign-in: {auth[ANSWERS['auth']]}.")


write_key()
for answer in ("auth", "language", "license"):
    lay(answer)
if not any(Path("variants").iterdir()):  # a user may have a folder of that name
    Path("variants").rmdir()
say_what_next()
