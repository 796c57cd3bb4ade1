"""Many rows into one table with one statement, the same call on both databases.

SQLAlchemy knows the tables and converts the values; only its per-row parameter handling is stepped around,
which costs more than the databases do. PostgreSQL takes the rows as arrays, `SELECT FROM unnest(…)`: one round
trip however many. SQLite takes them as `VALUES (…), (…)` in blocks of a power of two, whose few statements stay
prepared: a row by row `executemany` would hand Python's interpreter lock to and fro at every single row.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql

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
    arrays, converts = _columns(table, names, connection.dialect)
    head, tail = around
    columns = [
        [row[name] for row in rows] if convert is None else [convert(row[name]) for row in rows]
        for name, convert in zip(names, converts, strict=True)
    ]
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql(f"{head} SELECT * FROM unnest({arrays}){tail}", tuple(columns)).rowcount
    place = f"({', '.join('?' * len(names))})"
    told, done = list(zip(*columns, strict=True)), 0
    for block in _blocks(told):
        values = ", ".join([place] * len(block))
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
    columns = [table.columns[name] for name in names]
    converts: list[Convert] = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    types = [column.type.compile(dialect=postgresql.dialect()) for column in columns]  # type: ignore[no-untyped-call]
    return ", ".join(f"%s::{kind.split('(')[0]}[]" for kind in types), converts
