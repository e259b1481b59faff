"""Alter tables of SQLite without losing AUTOINCREMENT, as Alembic does when it copies one."""

from typing import Any, cast

from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations.batch import ApplyBatchImpl
from alembic.util import CommandError
from sqlalchemy import Column, Connection, Table, literal, select, table, text


def check_column(table_name: str, column: Column[Any]) -> None:
    """Raise CommandError for a new column that leaves rows without a value."""
    if column.nullable or column.server_default is not None:
        return
    raise CommandError(
        f"{table_name}.{column.name} may not be NULL, and existing rows would have no value: "
        'give it one in the database, such as mapped_column(server_default="0"). To rename a '
        "column instead, begin with flask db revision --empty."
    )


class CarefulSQLiteImpl(SQLiteImpl):
    """Keep AUTOINCREMENT, and the last id given, when a table is copied.

    Otherwise a new account could get the id of a deleted one. Alembic uses the class that was
    last defined for a dialect: this one, in place of its own.
    """

    __dialect__ = "sqlite"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last_numbers: dict[str, int] = {}

    def add_column(self, table_name: str, column: Column[Any], **kwargs: Any) -> None:
        self._check(table_name, column)
        super().add_column(table_name, column, **kwargs)

    def prep_table_for_batch(self, batch_impl: ApplyBatchImpl, table: Table) -> None:
        super().prep_table_for_batch(batch_impl, table)
        copy = batch_impl.new_table
        if copy is None:
            return
        for column in copy.columns:
            # A column that is renamed keeps its key.
            if column.key not in table.columns:
                self._check(table.name, column)
        made_by = self._look_up("SELECT sql FROM sqlite_master WHERE name = :name", table.name)
        if "AUTOINCREMENT" not in str(made_by).upper():
            return
        copy.dialect_options["sqlite"]["autoincrement"] = True
        last = self._look_up("SELECT seq FROM sqlite_sequence WHERE name = :name", table.name)
        self._last_numbers[copy.name] = last or 0

    def rename_table(self, old_table_name: str, new_table_name: str, schema: Any = None) -> None:
        super().rename_table(old_table_name, new_table_name, schema)
        last = self._last_numbers.pop(old_table_name, None)
        if last is None:
            return
        values = {"name": new_table_name, "seq": last}
        self._exec(text("DELETE FROM sqlite_sequence WHERE name = :name"), params=values)
        self._exec(text("INSERT INTO sqlite_sequence VALUES (:name, :seq)"), params=values)

    def _check(self, table_name: str, column: Column[Any]) -> None:
        if self._connected.scalar(select(literal(1)).select_from(table(table_name)).limit(1)):
            check_column(table_name, column)

    def _look_up(self, statement: str, name: str) -> Any:
        return self._connected.scalar(text(statement), {"name": name})

    @property
    def _connected(self) -> Connection:
        return cast(Connection, self.connection)
