"""A full disk costs what would have been written, and nothing else; room heals it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import pytest

from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0,
        reason="to fill a disk one is mounted, which takes root and Linux",
    ),
]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that is a disk of four megabytes by itself."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("mounting a disk is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_pages_go_on_writes_fail_whole_and_room_heals_it(
    open_site: OpenSite, disk: Path
) -> None:
    site = open_site("session")
    served = {**SERVED, "DATABASE_URL": f"sqlite:///{disk / 'app.sqlite'}"}
    site.flask("db", "upgrade", **served)
    site.add_account(served)
    port = site.serve(served).port
    early, late = Visitor(port), Visitor(port)
    assert early.login(EMAIL, PASSWORD).status == 303

    filler = disk / "filler"
    fill(filler)
    assert "Hello, Ana" in early.get("/").text
    refused = late.login(EMAIL, PASSWORD)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert "Back in a moment" in refused.text
    # Nor is anybody let in because a counter could not be written.
    assert late.cookies == {}
    assert late.get("/account/").status == 303

    filler.unlink()
    assert late.login(EMAIL, PASSWORD).status == 303
    assert "Hello, Ana" in late.get("/").text
    said = site.flask("events", **served)
    assert said.count("login") == 2, said


def fill(file: Path) -> None:
    """Write until not one more byte can be written."""
    with file.open("wb", buffering=0) as filler:
        for size in (4096, 1):
            with pytest.raises(OSError, match="No space left"):
                write_on(filler, size)


def write_on(file: FileIO, size: int) -> None:
    while True:
        file.write(b"\0" * size)
