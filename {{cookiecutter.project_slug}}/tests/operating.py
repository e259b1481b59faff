"""Run the commands of `flask user`, and read what they say and leave behind."""

from click.testing import Result
from flask import Flask

from .inside import rows


def run(app: Flask, *args: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["user", *args], input=typed)


def events(app: Flask) -> list[str]:
    """Return the kinds of the events that came from the command line."""
    found = rows(app, "SELECT kind, client FROM events ORDER BY id")
    return [row["kind"] for row in found if row["client"] == "command line"]


def said(done: Result) -> str:
    """Return the sentence of a command that refused."""
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert done.output.count("\n") == 1
    return done.output.removeprefix("Error: ").rstrip("\n")
