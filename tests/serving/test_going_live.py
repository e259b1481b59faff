"""What the project says about going live is done here, line by line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from stat import S_IMODE

import pytest

from ..support.mail_sink import MailSink
from ..support.mail_sink import link_in
from ..support.running import must
from ..support.site import EMAIL
from ..support.site import KEY
from ..support.site import ORIGIN
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.site import Site
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app
LONG = pytest.mark.long

DOCUMENT = "docs/going-live.md"
BLOCK = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")
# The key lies in .env, as on the host of the document: it is to be changed there.
ON_THE_HOST = {name: SERVED[name] for name in SERVED if name != "SECRET_KEY"}


@pytest.fixture
def blocks(baked: Callable[..., Path]) -> list[tuple[str, str]]:
    """Return what stands between fences, each with its kind."""
    text = (baked(auth="session") / DOCUMENT).read_text(encoding="utf-8")
    return BLOCK.findall(text)


def test_its_settings_satisfy_the_doctor(
    open_site: OpenSite, blocks: list[tuple[str, str]]
) -> None:
    site = open_site("session", "all")
    settings = next(text for _, text in blocks if "PUBLIC_URL" in text)
    (site.folder / ".env").write_text(f"SECRET_KEY={KEY}\n{settings}")
    (site.folder / ".env").chmod(0o600)

    assert "unsafe" not in must(site.run("flask", "doctor"))


def test_systemd_understands_its_unit(
    tmp_path: Path, blocks: list[tuple[str, str]]
) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not here")
    (unit,) = [text for kind, text in blocks if kind == "ini" and "[Unit]" in text]
    # The rest is as on a host; this machine has neither the program nor the user.
    unit = unit.replace("/srv/app/.venv/bin/gunicorn", "/bin/true")
    file = tmp_path / "app.service"
    file.write_text(unit)
    done = subprocess.run(
        [analyze, "verify", str(file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# A copied cookie that is signed needs no row to be let in again.
@pytest.mark.parametrize("auth", [pytest.param("session", marks=LONG), "cookie"])
def test_a_backup_is_restored_and_no_ended_session_with_it(
    auth: str, open_site: OpenSite, blocks: list[tuple[str, str]]
) -> None:
    site = open_site(auth, "all")
    copying, rotating = commands(blocks, "sqlite3"), commands(blocks, "secret rotate")
    (site.folder / ".env").write_text(f"SECRET_KEY={KEY}\n")
    server = site.serve(ON_THE_HOST)
    ana = Visitor(server.port)
    assert ana.login(EMAIL, PASSWORD).status == 303
    copied = dict(ana.cookies)

    assert do(site, copying) == "ok\n"
    assert S_IMODE((site.folder / "backup.sqlite").stat().st_mode) == 0o600
    assert ana.post("/auth/logout").status == 303
    server.signal()
    server.wait()
    restore(site)
    # The copy by itself would let a thief in again who had been logged out.
    assert is_let_in(site, copied)
    restore(site)
    do(site, rotating)

    assert not is_let_in(site, copied)
    assert Visitor(site.serve(ON_THE_HOST).port).login(EMAIL, PASSWORD).status == 303


def commands(blocks: list[tuple[str, str]], about: str) -> list[str]:
    """Return the lines of the one block of commands in which some text occurs."""
    (found,) = [text for kind, text in blocks if kind == "console" and about in text]
    return found.splitlines()


def do(site: Site, lines: list[str]) -> str:
    """Run commands of the document in the project; return what the last one said."""
    said, before = "", os.umask(0o022)
    try:
        for line in lines:
            program, _, rest = line.removeprefix(".venv/bin/").partition(" ")
            if program == "umask":
                os.umask(int(rest, 8))
                continue
            code = re.fullmatch('-c "(.*)"', rest)
            arguments = ["-c", code[1]] if code else rest.split()
            said = must(site.run(program, *arguments, **ON_THE_HOST))
    finally:
        os.umask(before)
    return said


def restore(site: Site) -> None:
    database = site.folder / "instance" / "app.sqlite"
    for end in ("-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
    shutil.copy(site.folder / "backup.sqlite", database)


def is_let_in(site: Site, cookies: dict[str, str]) -> bool:
    server = site.serve(ON_THE_HOST)
    visitor = Visitor(server.port)
    visitor.cookies = dict(cookies)
    status = visitor.get("/account/").status
    server.signal()
    server.wait()
    return status == 200


def test_an_account_that_was_taken_is_given_back(
    open_site: OpenSite, blocks: list[tuple[str, str]]
) -> None:
    site = open_site("session", "all")
    locking, giving_back = (
        commands(blocks, "user disable"),
        commands(blocks, "user enable"),
    )
    assert EMAIL in locking[0]
    thief = Visitor(site.serve().port)
    assert thief.login(EMAIL, PASSWORD).status == 303

    said = [must(site.run(*words(line), **SERVED)) for line in locking]
    assert thief.get("/account/").status == 303
    assert thief.login(EMAIL, PASSWORD).status == 422
    assert "login" in said[-1]

    enable, reset = giving_back
    must(site.run(*words(enable), **SERVED))
    with MailSink() as sink:
        must(site.run(*words(reset), **{**SERVED, "MAIL_URL": sink.url}))
        assert link_in(sink.take(), ORIGIN).startswith("/auth/reset/")


def words(line: str) -> list[str]:
    return line.removeprefix(".venv/bin/").split()
