"""Give each process of the tests a database of its own, of the kind that is asked for."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url

from {{ cookiecutter.project_slug }}.core.environ import Environ


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """Return the URL of an empty database: a schema in PostgreSQL, or a file of SQLite.

    In the database of DATABASE_URL nothing else is read or written.
    """
    given = make_url(Environ(os.environ).database_url())
    if given.drivername == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite'}"
        return
    schema = f"test_{secrets.token_hex(8)}"
    server = create_engine(given, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        own = given.update_query_dict({"options": f"-csearch_path={schema}"}, append=True)
        yield own.render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()
