"""Keep a project up with the template by cruft, as its owner does."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

from .running import Run
from .running import must
from .running import run_in
from .template import PROJECT
from .template import ROOT
from .template import SLUG

_NOT_PART = shutil.ignore_patterns(".git", ".venv", ".cache", "__pycache__", ".*_cache")


class Template:
    """A git repository that begins with this template, and may get more commits.

    Its first commit stands for the release, with what is not committed here.
    """

    def __init__(self, folder: Path, env: dict[str, str], run: Run = run_in) -> None:
        self.folder = folder
        self._env = env
        self._run = run
        begin = ("git", "init", "--quiet", "--initial-branch", "main")
        must(run_in(folder.parent, *begin, str(folder), env=env))
        shutil.copytree(ROOT, folder, ignore=_NOT_PART, dirs_exist_ok=True)
        commit(folder, env)
        head = must(run_in(folder, "git", "rev-parse", "HEAD", env=env))
        self.release = head.strip()

    def file(self, path: str) -> Path:
        project = self.folder / PROJECT.name
        file = project / path.replace(SLUG, PROJECT.name)
        # A document lies in the overlay of its language.
        return (
            file if file.exists() else project / "variants" / "language" / "en" / path
        )

    def replace(self, path: str, old: str, new: str) -> None:
        replace(self.file(path), old, new)

    def prepend(self, path: str, line: str) -> None:
        prepend(self.file(path), line)

    def add(self, path: str, text: str) -> None:
        file = self.folder / PROJECT.name / path
        file.write_text(text, encoding="utf-8", newline="\n")

    def commit(self) -> None:
        commit(self.folder, self._env)

    def cruft(self, folder: Path, *arguments: str) -> str:
        command = (sys.executable, "-m", "cruft", *arguments)
        return must(self._run(folder, *command, env=self._env, stdin=""))

    def create(self, folder: Path, auth: str, **answers: str) -> Path:
        """Return a new project that is linked to the template, and committed."""
        given = ["--no-input", "--extra-context", json.dumps({"auth": auth, **answers})]
        self.cruft(folder, "create", str(self.folder), *given)
        project = folder / SLUG
        start_repository(project, self._env)
        return project

    def update(self, project: Path, *more: str) -> None:
        """Bring a project up to date with it."""
        self.cruft(project, "update", "--skip-apply-ask", *more)


def start_repository(project: Path, env: dict[str, str]) -> None:
    must(run_in(project, "git", "init", "--quiet", env=env))
    # A server of these tests keeps its log here, and programs lie elsewhere.
    exclude = project / ".git" / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("server-*.log\n.venv\n", encoding="ascii")
    commit(project, env)


def follow(project: Path, env: dict[str, str], block: str, answers: str) -> None:
    """Carry out, word by word, the commands of a document."""
    # Where cruft is.
    path = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
    for line in block.splitlines():
        words = shlex.split(line)
        must(run_in(project, *words, env={**env, "PATH": path}, stdin=answers))


def commit(repository: Path, env: dict[str, str]) -> None:
    must(run_in(repository, "git", "add", "--all", env=env))
    quiet = ("commit", "--quiet", "--allow-empty", "-m", "Change")
    must(run_in(repository, "git", *quiet, env=env))


def conflicts(project: Path, env: dict[str, str]) -> set[str]:
    """Return the paths of what an update could not settle, however it shows."""
    left = {file for ending in ("rej", "orig") for file in project.rglob(f"*.{ending}")}
    paths = {file.relative_to(project).as_posix() for file in left}
    marked = run_in(project, "git", "grep", "-lE", "^(<<<<<<<|>>>>>>>) ", env=env)
    unmerged = must(
        run_in(project, "git", "diff", "--name-only", "--diff-filter=U", env=env)
    )
    return paths | set(marked.stdout.splitlines()) | set(unmerged.splitlines())


def tracked(project: Path, env: dict[str, str]) -> dict[str, bytes]:
    """Return the files that git knows, but for cruft's own."""
    paths = must(run_in(project, "git", "ls-files", env=env)).splitlines()
    return {
        path: (project / path).read_bytes() for path in paths if path != ".cruft.json"
    }


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file}: {text.count(old)} times {old!r}"
    file.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def prepend(file: Path, line: str) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(line + text, encoding="utf-8", newline="\n")


def blocks(document: Path, heading: str) -> list[str]:
    """Return the commands of a section of a document, one block after another."""
    _, found, text = document.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    assert found, f"{document.name} has no section {heading!r}"
    section = text.partition("\n## ")[0]
    return re.findall(r"(?ms)^```console\n(.*?)^```$", section)
