"""Many rows into one table with one statement, the same call on both databases.

SQLAlchemy knows the tables and converts the values; only its per-row parameter handling is stepped around,
which costs more than the databases do. PostgreSQL takes the rows as one JSON text, `json_to_recordset`: one round
trip however many, for a quarter of the work that arrays are to the client and two thirds of the server's. SQLite
takes them as `VALUES (…), (…)` in blocks of a power of two, whose few statements stay prepared: a row by row
`executemany` would hand Python's interpreter lock to and fro at every single row.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, LargeBinary, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

Row = dict[str, Any]
Convert = Callable[[Any], Any] | None
BLOCK = 64  # rows of one statement on SQLite; columns times this stays below its 32,766 parameters


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row], or_leave: bool = False) -> int:
    """Inserts `rows`, all with the same columns; how many went in. With `or_leave` a row that is there already
    stays as it is; without, the database's error is raised as SQLAlchemy wraps it."""
    if not rows:
        return 0
    into = f"INSERT INTO {table.name} ({_quoted(tuple(rows[0]), connection.dialect)})"
    tail = " ON CONFLICT DO NOTHING" if or_leave else ""
    return _send(connection, table, rows, (into, tail))


def update_rows(connection: Connection, table: Table, rows: Sequence[Row], key: tuple[str, ...]) -> None:
    """Sets what each of `rows` says, all with the same columns, in the row with the same `key`."""
    if not rows:
        return
    names, dialect = tuple(rows[0]), connection.dialect
    quote = dialect.identifier_preparer.quote
    sets = ", ".join(f"{quote(name)} = told.{quote(name)}" for name in names if name not in key)
    where = " AND ".join(f"{table.name}.{quote(name)} = told.{quote(name)}" for name in key)
    head = f"WITH told ({_quoted(names, dialect)}) AS ("
    tail = f") UPDATE {table.name} SET {sets} FROM told WHERE {where}"
    _send(connection, table, rows, (head, tail))


def _send(connection: Connection, table: Table, rows: Sequence[Row], around: tuple[str, str]) -> int:
    """The rows as one table expression, with the statement `around` it; how many it touched."""
    names = tuple(rows[0])
    given, converts = _columns(table, names, connection.dialect)
    head, tail = around
    columns = [
        [row[name] for row in rows] if convert is None else [convert(row[name]) for row in rows]
        for name, convert in zip(names, converts, strict=True)
    ]
    told, done = list(zip(*columns, strict=True)), 0
    if connection.dialect.name == "postgresql":
        sent = msgspec.json.encode([dict(zip(names, values, strict=True)) for values in told]).decode()
        return connection.exec_driver_sql(f"{head} {given}{tail}", (sent,)).rowcount
    for block in _blocks(told):
        values = ", ".join([given] * len(block))
        done += connection.exec_driver_sql(f"{head} VALUES {values}{tail}", tuple(chain(*block))).rowcount
    return done


def _blocks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    at = 0
    while left := len(rows) - at:
        size = min(BLOCK, 1 << (left.bit_length() - 1))
        yield rows[at : at + size]
        at += size


@lru_cache(maxsize=128)
def _quoted(names: tuple[str, ...], dialect: Dialect) -> str:
    return ", ".join(dialect.identifier_preparer.quote(name) for name in names)


@lru_cache(maxsize=128)
def _columns(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[str, list[Convert]]:
    """What stands for the rows, on SQLite for one of them, and how each column is converted before."""
    columns = {name: table.columns[name].type for name in names}
    converts: list[Convert] = [
        None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect)
        for kind in columns.values()
    ]
    if dialect.name == "postgresql":
        return _records([(dialect.identifier_preparer.quote(name), kind) for name, kind in columns.items()]), converts
    return f"({', '.join('?' * len(names))})", converts


def _records(columns: Sequence[tuple[str, TypeEngine[Any]]]) -> str:
    """The rows of a JSON text as PostgreSQL reads them; bytes come as base64."""
    types = {name: str(kind.compile(dialect=postgresql.dialect())).split("(")[0] for name, kind in columns}  # type: ignore[no-untyped-call]
    told = ", ".join(f"{name} {'TEXT' if kind == 'BYTEA' else kind}" for name, kind in types.items())
    asked = ", ".join(f"decode({name}, 'base64')" if kind == "BYTEA" else name for name, kind in types.items())
    return f"SELECT {asked} FROM json_to_recordset(%s) AS given ({told})"
