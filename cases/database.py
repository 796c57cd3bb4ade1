"""One engine for both databases: synchronous SQLAlchemy on threads.

SQLite runs in WAL with full synchronisation, so that what is acknowledged survives a power cut; a writing
transaction takes the write lock at its beginning, so that what it read stays true. PostgreSQL keeps its own
defaults, which are as strict.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

WRITES = {"writes": True}
_turns: WeakKeyDictionary[Engine, "Turn"] = WeakKeyDictionary()


class aside(FunctionElement[Any]):  # noqa: N801 - reads like the function of SQL that it is
    """A column in a condition that tells few rows from many: right to ask, wrong to search by. SQLite has no figures
    of how many rows a value has, and would go through every case of a procedure to find the few that are late."""

    name = "aside"
    inherit_cache = True


@compiles(aside)
def _plain(element: aside, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.clauses, **more))


@compiles(aside, "sqlite")
def _not_searched(element: aside, compiler: Any, **more: Any) -> str:
    return f"+{compiler.process(element.clauses, **more)}"


def open_database(url: str, readers: int = 8) -> Engine:
    """An engine for `sqlite:///…` or `postgresql+psycopg://…`, with `readers` connections kept open."""
    if url.startswith("sqlite"):
        keep_private(make_url(url).database)
        engine = create_engine(
            url, connect_args={"check_same_thread": False}, pool_size=readers, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        pool_size=readers,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5},
        hide_parameters=True,  # an error's text goes to the log, and rows hold what people said
    )


def keep_private(place: str | None) -> None:
    """Makes an SQLite file and its folder where there are none, for this account alone, and lets no other read one
    that is there. What SQLite lays beside it takes after it. A file that is there is not opened: to close it again
    would let go of the locks that this process has on it."""
    if not place or place == ":memory:":
        return
    Path(place).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        Path(place).touch(0o600, exist_ok=False)
    for end in ("", "-wal", "-shm", "-turn"):
        with suppress(FileNotFoundError, PermissionError):  # gone meanwhile, or another account's to say
            Path(place + end).chmod(0o600)


@contextmanager
def standing_still(engine: Engine) -> Iterator[Connection]:
    """A connection for comparing: whatever is asked in it is answered as of one moment."""
    with engine.connect() as plain:
        once = engine.dialect.name == "postgresql"  # SQLite never answers otherwise within a transaction
        yield plain.execution_options(isolation_level="REPEATABLE READ") if once else plain


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that will write; committed on leaving, rolled back on an exception."""
    with engine.connect() as connection, writing_on(connection):
        yield connection


@contextmanager
def writing_on(connection: Connection) -> Iterator[None]:
    """The same on a connection that has read; what it read then may have changed since. PostgreSQL sees with every
    statement what was committed meanwhile, so there the transaction goes on; on SQLite another begins."""
    if connection.dialect.name == "sqlite":
        connection.rollback()
    with _turn(connection.engine), connection.get_transaction() or connection.execution_options(**WRITES).begin():
        yield


@contextmanager
def in_one_go(connection: Connection) -> Iterator[None]:
    """Sends what is written inside without waiting for PostgreSQL between two statements: each wait costs more than
    most of them take. Nothing can be read inside, not even how many rows were touched; what the database refuses is
    raised on leaving, as SQLAlchemy would have raised it."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    errors = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except errors as refused:
        raise DBAPIError.instance(None, None, refused, errors) from refused


def _turn(engine: Engine) -> AbstractContextManager[None]:
    if engine.dialect.name != "sqlite":
        return nullcontext()
    return _turns.get(engine) or _turns.setdefault(engine, Turn(engine))


class Turn(AbstractContextManager[None]):
    """Whose turn it is to write to an SQLite file: threads of one process queue at a lock, processes at the lock
    of a file beside it, which the system passes on at once and lets go of when its holder dies. SQLite's own
    waiting is a sleep of up to a tenth of a second."""

    def __init__(self, engine: Engine) -> None:
        self._threads = Lock()
        place = engine.url.database
        beside = f"{place}-turn" if place and place != ":memory:" else ""
        self._file = open(beside, "ab", opener=_for_us) if beside else None  # noqa: SIM115

    def __enter__(self) -> None:
        self._threads.acquire()
        if self._file:
            flock(self._file, LOCK_EX)

    def __exit__(self, *_: object) -> None:
        if self._file:
            flock(self._file, LOCK_UN)
        self._threads.release()


def _for_us(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
