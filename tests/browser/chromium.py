"""Find a browser on this machine and drive it; none is ever downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser
from playwright.sync_api import sync_playwright

# The same engine without windows comes first, being quicker; then Chrome, which is
# allowed to make a sandbox where Chromium is not.
NAMES = (
    "chromium-headless-shell",
    "google-chrome",
    "chromium",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
MISSING = (
    f"No browser: none of {', '.join(NAMES)} is here. "
    "On Debian: apt-get install chromium-headless-shell; elsewhere install Chrome."
)
# It asks nobody for anything: only this machine has a name.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--no-first-run",
)


def find() -> str | None:
    """Return the program to start, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def start(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            # A browser that runs as root can make none.
            chromium_sandbox=os.geteuid() != 0,
            args=FLAGS,
            # Going back is to find what it finds in a browser that people use.
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()
