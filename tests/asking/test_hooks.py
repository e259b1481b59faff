"""The hooks trust nothing that lies beside them, and what only informs cannot fail."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ..support.baking import CommandLine
from ..support.running import must
from ..support.running import run_in
from ..support.template import PROJECT
from ..support.template import ROOT
from ..support.template import SLUG

posix = pytest.mark.skipif(os.name == "nt", reason="asks a POSIX shell or file system")
BAKE = [sys.executable, "-m", "cookiecutter", str(ROOT), "--no-input"]


@pytest.mark.parametrize("safe_path", ["", "1"], ids=["unsafe", "safe"])
def test_a_module_in_the_folder_for_temporary_files_is_never_imported(
    safe_path: str, tmp_path: Path, cookiecutter: CommandLine
) -> None:
    """Cookiecutter runs the hooks there, and any user of the host may write there."""
    scratch, ran = tmp_path / "scratch", tmp_path / "ran"
    scratch.mkdir()
    for name in sys.stdlib_module_names:
        planted = f"open({str(ran)!r}, 'a').write({name!r} + ' ')\n"
        (scratch / f"{name}.py").write_text(planted)
    places = {"TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}

    project = cookiecutter.within(**places, PYTHONSAFEPATH=safe_path)(tmp_path)

    assert (project / ".env").is_file()
    assert not ran.exists(), ran.read_text()


@posix
@pytest.mark.parametrize("stdout", ["closed", "nobody reads", "full"])
def test_words_that_nobody_can_read_do_not_undo_the_bake(
    stdout: str, tmp_path: Path, env: dict[str, str]
) -> None:
    if stdout == "closed":
        closed = ["sh", "-c", 'exec "$@" >&-', "sh"]
        done = run_in(tmp_path, *closed, *BAKE, env=env)
    else:
        reader, writer = os.pipe()
        os.close(reader)
        if stdout == "full":
            if not Path("/dev/full").exists():
                pytest.skip("needs /dev/full")
            os.close(writer)
            writer = os.open("/dev/full", os.O_WRONLY)
        done = subprocess.run(
            BAKE,
            cwd=tmp_path,
            env=env,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        os.close(writer)

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert (tmp_path / SLUG / ".env").is_file()
    assert not (tmp_path / SLUG / "variants").exists()


@posix
@pytest.mark.parametrize(
    "folder", ["\u00c1rea de Trabalho", "it's $HOME `id`", "plain", 'a "b"']
)
def test_the_command_that_they_show_leads_into_the_project(
    folder: str, tmp_path: Path, env: dict[str, str], cookiecutter: CommandLine
) -> None:
    here = tmp_path / folder
    here.mkdir()
    # As make app bakes: into another folder than one stands in.
    into = ("--no-input", "--output-dir", str(here))
    done = must(cookiecutter.run(tmp_path, *into))
    line = next(line for line in done.splitlines() if line.startswith("Next: cd "))
    command = line.removeprefix("Next: ").removesuffix(" && make run")

    shown = must(run_in(tmp_path, "sh", "-c", f"{command} && pwd -P", env=env))
    assert shown.rstrip("\n") == str((here / SLUG).resolve())


@posix
@pytest.mark.parametrize("name", [".", "absolute"])
def test_what_a_read_only_template_made_can_be_written_by_its_owner(
    name: str, tmp_path: Path, cookiecutter: CommandLine
) -> None:
    template, project = tmp_path / "template", tmp_path / SLUG
    shutil.copytree(ROOT / "hooks", template / "hooks")
    shutil.copytree(PROJECT, template / PROJECT.name)
    shutil.copy(ROOT / "cookiecutter.json", template)
    for file in template.rglob("*"):
        if file.is_file():
            file.chmod(0o444)
    # A shell says where it stands; a name may be relative to that.
    at = cookiecutter.within(PWD=str(template))
    bake = replace(at, template=name if name == "." else template)
    into = ("--no-input", "--output-dir", str(tmp_path))

    must(bake.run(template, *into))
    assert unwritable(project) == set()
    assert stat.S_IMODE((project / ".env").stat().st_mode) == 0o600

    own = project / "own.txt"
    own.write_text("mine")
    own.chmod(0o400)
    must(bake.run(template, *into, "-f", auth="cookie"))
    assert unwritable(project) == {own}


def unwritable(project: Path) -> set[Path]:
    files = {file for file in project.rglob("*") if file.is_file()}
    return {file for file in files if not file.stat().st_mode & stat.S_IWUSR}
