"""What is kept about an account is documented, and goes with it."""

import re
from pathlib import Path

from flask import Flask

from {{ cookiecutter.project_slug }}.account import PARTS, find_parts
from {{ cookiecutter.project_slug }}.core.db import Base

from ..support.accounts import leave_traces, what_is_personal
from ..support.http import EMAIL
from ..support.sql import everything_stored

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = (DOCS / "privacy.md").read_text(encoding="utf-8")
# A part of the account that keeps something says so in the document of its own name.
OTHERS = [path for name in PARTS if (path := DOCS / f"{name}.md").is_file()]
# Neither points to a user, yet both say something of one.
LOOSE = {"outbox", "throttles"}
# There is one of them, as this app remembers who is signed in.
KINDS_OF_SESSION = {"sessions", "ended_sessions"}


def documented() -> dict[str, set[str]]:
    """Return the tables and columns that the documents name, row by row."""
    texts = [DOCUMENT, *(path.read_text(encoding="utf-8") for path in OTHERS)]
    # Other tables of a document have no column with names alone.
    row = r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \| [^|]+ \| [^|]+ \|$"
    found = re.findall(row, "\n".join(texts), re.MULTILINE)
    return {table: set(re.findall(r"`(\w+)`", columns)) for table, columns in found}


def test_every_column_that_says_something_of_people_is_documented() -> None:
    # Their tables are known once they are loaded; no app is made before, when run alone.
    assert len(list(find_parts())) == len(PARTS)
    named, tables = documented(), Base.metadata.tables
    pointing = {
        name
        for name, table in tables.items()
        if any(key.column.table.name == "users" for key in table.foreign_keys)
    }
    missing = ({"users"} | LOOSE | pointing) - set(named)
    assert not missing, (
        f"docs/privacy.md, or the document of the part whose table it is, needs a row for each of "
        f"{sorted(missing)}, which say something of people: the columns and nothing else, why the "
        "table keeps them, and for how long."
    )
    gone = set(named) - set(tables) - KINDS_OF_SESSION
    assert not gone, f"the documents have rows for tables that are not there: {sorted(gone)}"
    for table in set(named) & set(tables):
        columns = set(tables[table].columns.keys())
        assert named[table] == columns, (
            f"the documents must name, in the row of {table}, its columns and no others: "
            f"it lacks {sorted(columns - named[table])}, and has {sorted(named[table] - columns)} "
            "too many."
        )


def test_of_a_deleted_account_nothing_personal_is_left(app: Flask) -> None:
    leave_traces(app)
    personal = what_is_personal(app)
    stored = everything_stored(app)
    assert all(fact in stored for fact in personal)
    assert app.test_cli_runner().invoke(args=["user", "delete", EMAIL]).exit_code == 0
    left = everything_stored(app)
    assert [fact for fact in personal if fact in left] == []
