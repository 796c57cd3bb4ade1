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


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], or_leave: bool = False
) -> int:
    """Inserts `rows`, all with the same columns; how many went in. With `or_leave` a row that is there already
    stays as it is; without, the database's error is raised as SQLAlchemy wraps it."""
    if not rows:
        return 0
    names = tuple(rows[0])
    statement, converts = _prepared(table, names, connection.dialect)
    if or_leave:
        statement += " ON CONFLICT DO NOTHING"
    columns = [
        [row[name] for row in rows] if convert is None else [convert(row[name]) for row in rows]
        for name, convert in zip(names, converts, strict=True)
    ]
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql(statement, tuple(columns)).rowcount
    return connection.exec_driver_sql(statement, list(zip(*columns, strict=True))).rowcount


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
