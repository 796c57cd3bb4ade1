"""Many rows into one table with one statement, the same call on both databases.

SQLAlchemy knows the tables and converts the values; only its per-row parameter handling is stepped around,
which costs more than the databases do. SQLite takes the rows as `executemany` of a prepared statement,
PostgreSQL as one `INSERT … SELECT FROM unnest(arrays)`: one round trip however many rows.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql

Convert = Callable[[Any], Any] | None


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts `rows`, all with the same columns; raises what the database raises, as SQLAlchemy wraps it."""
    if not rows:
        return
    names = tuple(rows[0])
    statement, converts = _prepared(table, names, connection.dialect)
    columns = [
        [row[name] for row in rows] if convert is None else [convert(row[name]) for row in rows]
        for name, convert in zip(names, converts, strict=True)
    ]
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement, tuple(columns))
    else:
        connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


@lru_cache(maxsize=64)
def _prepared(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[str, list[Convert]]:
    columns = itemgetter(*names)(table.columns) if len(names) > 1 else (table.columns[names[0]],)
    converts: list[Convert] = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    into = f"INSERT INTO {table.name} ({', '.join(dialect.identifier_preparer.quote(name) for name in names)})"
    if dialect.name != "postgresql":
        return f"{into} VALUES ({', '.join('?' * len(names))})", converts
    types = [column.type.compile(dialect=postgresql.dialect()) for column in columns]  # type: ignore[no-untyped-call]
    arrays = ", ".join(f"%s::{kind.split('(')[0]}[]" for kind in types)
    return f"{into} SELECT * FROM unnest({arrays})", converts
