"""Personal data is documented, and deleted with the account."""

import re
from pathlib import Path

from flask import Flask

from {{ cookiecutter.project_slug }}.account import PARTS, find_parts
from {{ cookiecutter.project_slug }}.core.db import Base

from ..support.accounts import leave_traces, what_is_personal
from ..support.http import EMAIL
from ..support.settings import project_file
from ..support.sql import everything_stored

DOCS = Path(__file__).parents[2] / "docs"
# A part of the account documents its tables in the document of its own name.
OTHERS = [path for name in PARTS if (path := DOCS / f"{name}.md").is_file()]
# Tables with personal data but without a foreign key to users.
LOOSE = {"outbox", "throttles"}
# One of them exists, depending on the kind of session.
KINDS_OF_SESSION = {"sessions", "ended_sessions"}


def documented() -> dict[str, set[str]]:
    """Return the tables and columns that the documents name, row by row."""
    texts = [
        path.read_text(encoding="utf-8") for path in (project_file("docs/privacy.md"), *OTHERS)
    ]
    # No other table in the documents has a column with names only.
    row = r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \| [^|]+ \| [^|]+ \|$"
    found = re.findall(row, "\n".join(texts), re.MULTILINE)
    return {table: set(re.findall(r"`(\w+)`", columns)) for table, columns in found}


def test_every_column_with_personal_data_is_documented() -> None:
    # Load the parts: if this test runs alone, no app has loaded their tables yet.
    assert len(list(find_parts())) == len(PARTS)
    named, tables = documented(), Base.metadata.tables
    pointing = {
        name
        for name, table in tables.items()
        if any(key.column.table.name == "users" for key in table.foreign_keys)
    }
    missing = ({"users"} | LOOSE | pointing) - set(named)
    assert not missing, (
        f"add a row for each of {sorted(missing)}, which hold personal data, to docs/privacy.md or "
        "to the document of its part: the columns and nothing else, why the table keeps them, and "
        "for how long."
    )
    gone = set(named) - set(tables) - KINDS_OF_SESSION
    assert not gone, (
        f"delete the rows of {sorted(gone)} from docs/privacy.md or from the document of the part: "
        "these tables do not exist."
    )
    for table in set(named) & set(tables):
        columns = set(tables[table].columns.keys())
        assert named[table] == columns, (
            f"correct the row of {table} in docs/privacy.md or in the document of its part: add "
            f"{sorted(columns - named[table])}, and delete {sorted(named[table] - columns)}."
        )


def test_no_table_keeps_an_account_from_being_deleted() -> None:
    assert len(list(find_parts())) == len(PARTS)
    keys = [key for table in Base.metadata.tables.values() for key in table.foreign_keys]
    deleted = {"users"}
    # What is deleted with an account may have rows that refer to it in turn.
    for _ in keys:
        deleted |= {
            key.parent.table.name
            for key in keys
            if key.ondelete == "CASCADE" and key.column.table.name in deleted
        }
    for key in keys:
        assert key.ondelete in {"CASCADE", "SET NULL"} or key.column.table.name not in deleted, (
            f'{key.parent} keeps an account from being deleted: give its ForeignKey ondelete="CASCADE"'
            ', or "SET NULL" if its row is to remain, and write a migration.'
        )


def test_flask_user_delete_leaves_no_personal_data(app: Flask) -> None:
    leave_traces(app)
    personal = what_is_personal(app)
    stored = everything_stored(app)
    assert all(fact in stored for fact in personal)
    assert app.test_cli_runner().invoke(args=["user", "delete", EMAIL]).exit_code == 0
    left = everything_stored(app)
    remains = [fact for fact in personal if fact in left]
    assert not remains, (
        f'{remains} remains: give the foreign key to users in its table ondelete="CASCADE".'
    )
