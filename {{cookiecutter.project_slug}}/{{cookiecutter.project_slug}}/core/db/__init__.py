"""Own the database: the engine, the base of all models, times in UTC."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from typing import Annotated, ClassVar, TypeVarTuple

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import (
    Connection,
    DateTime,
    Delete,
    Dialect,
    Executable,
    ForeignKey,
    LargeBinary,
    MetaData,
    Row,
    Select,
    String,
    TypeDecorator,
    Update,
    literal,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite as sqlite_dialect
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, mapped_column

from ..environ import ConfigError
from ..tokens import new_id
from . import postgres, sqlite
from .sqlite import SAFE_METHODS as SAFE_METHODS

# What drivers say about an unreachable database, as far as it contains no secret.
REASONS = (
    "Connection refused",
    "authentication failed",
    "does not exist",
    "permission denied",
    "timeout expired",
    "database is locked",
    "is not a database",
)

Columns = TypeVarTuple("Columns")
# The column of a row that belongs to an account, and is deleted with it.
OwnerId = Annotated[int, mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)]
# The column of a random id that names a row on pages and in URLs, and grants no access.
PublicId = Annotated[str, mapped_column(String(32), unique=True, default=new_id)]
# The column of what `hash_token` returns.
TokenHash = Annotated[bytes, mapped_column(LargeBinary(32))]
# Objects stay readable after a commit: the view uses the user that the guard has loaded.
db = SQLAlchemy(session_options={"expire_on_commit": False})


class UTCDateTime(TypeDecorator[datetime]):
    """Store aware times in UTC, and return them in UTC.

    SQLite drops the time zone; PostgreSQL returns times in the server's zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    # Named constraints: SQLite cannot alter a constraint that has no name.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UTCDateTime}


def now() -> datetime:
    return datetime.now(UTC)


def upsert(table: type[Base]) -> sqlite_dialect.Insert | postgresql.Insert:
    """Return an INSERT that supports ON CONFLICT, in the database's own dialect."""
    if db.engine.dialect.name == "sqlite":
        return sqlite_dialect.insert(table)
    return postgresql.insert(table)


def changed(statement: Update | Delete) -> bool:
    """Run a statement in the caller's transaction; tell whether it found a row."""
    return db.session.scalar(statement.returning(literal(1))) is not None


def read_one(statement: Select[*Columns], values: Mapping[str, object]) -> Row[*Columns] | None:
    """Run the SELECT that a request begins with, and leave no transaction open.

    A single SELECT is its own transaction. Without BEGIN, even a request that may
    write later takes no lock for it (see core/db/sqlite.py).
    """
    session = db.session
    session.connection(execution_options={"sqlite_begin": "NONE"})
    row = session.execute(statement, values).first()
    session.commit()
    return row


def writing() -> AbstractContextManager[Connection]:
    """Begin a separate transaction that reads first and writes later, even in a GET."""
    return db.engine.execution_options(sqlite_begin="IMMEDIATE").begin()


def write_in_get() -> None:
    """Let the session's transactions read first and write later, as in an unsafe method."""
    db.session.bind = db.engine.execution_options(sqlite_begin="IMMEDIATE")


def write_unless_busy(statement: Executable) -> bool:
    """Run a write only if it need not wait for a lock; tell whether it was done."""
    with db.engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        sqlite_connection = connection.connection.driver_connection
        try:
            if connection.dialect.name == "sqlite":
                sqlite.set_busy_timeout(sqlite_connection, 0)
            else:
                connection.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
            connection.execute(statement)
            connection.commit()
        except OperationalError as error:
            if not is_temporary(error):
                raise
            return False
        finally:
            if connection.dialect.name == "sqlite":
                sqlite.set_busy_timeout(sqlite_connection, sqlite.BUSY_TIMEOUT_MS)
    return True


def is_temporary(error: BaseException | None) -> bool:
    """Tell whether a statement failed because the database is unreachable or busy.

    Other errors do not pass by themselves, such as a missing table or a read-only file.
    """
    if isinstance(error, PoolTimeout):
        return True
    return isinstance(error, OperationalError) and not sqlite.is_permanent(error.orig)


@contextmanager
def named_if_away() -> Iterator[None]:
    """Replace a driver's error, which may contain part of the password, by ConfigError."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        told = [reason for reason in REASONS if reason in str(error)]
        problem = "names a database that does not respond. Check that it runs, and where"
        raise ConfigError("DATABASE_URL", ": ".join([problem, *told[:1]]) + ".") from None


def init_app(app: Flask) -> None:
    options = app.config["SQLALCHEMY_ENGINES"]["default"]
    url = make_url(options["url"])
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite:
        sqlite.check_version()
    options.update(sqlite.OPTIONS if is_sqlite else postgres.engine_options(url))
    try:
        db.init_app(app)
    except OSError as error:
        reason = f"which cannot be created: {error.strerror}."
        problem = f"needs the folder {app.instance_path}, {reason}"
        raise ConfigError("DATABASE_URL", problem) from None
    except (ArgumentError, ValueError):
        raise ConfigError("DATABASE_URL", "has an option whose value cannot be read.") from None
    # The extension also closes asynchronous sessions. The app has none, but looking for them
    # starts a thread and an event loop for each request: four times the work.
    closing = app.teardown_appcontext_funcs
    closing[:] = [close for close in closing if not iscoroutinefunction(close)]
    with app.app_context():
        engine = db.engine
    if not is_sqlite:
        postgres.probe_idle_connections(engine)
        return
    sqlite.check_access(engine.url)
    sqlite.set_up(engine)
    app.shell_context_processor(_share_the_lock)


def _share_the_lock() -> dict[str, object]:
    """Let `flask shell` read without SQLite's write lock, which every writer waits for.

    A shell stays open while its user thinks. The price: a transaction that reads first and
    writes later fails at once if another wrote in between.
    """
    db.engine.update_execution_options(sqlite_begin="DEFERRED")
    return {}
