"""Writing what moved: the rows of runs that end elsewhere now, and nothing else, a few statements a batch."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

from cases.clocks import Reading
from cases.moves import Aim, Move
from cases.procedure import File
from cases.tables import CaseRow, ClockRow, table_of

RUN = ("case_id", "clock", "key", "started_by")
END = ("due_at", "due_day", "provisional", "rung", "next_at")
CLOCKS, CASES = table_of(ClockRow), table_of(CaseRow)

Values = tuple[Any, ...]
Names = tuple[str, ...]


Moves = Sequence[tuple[File, Move]]
Aims = Sequence[tuple[File, Aim]]


def refit(connection: Connection, moves: Moves, aims: Aims) -> None:
    """Writes the ends that moved, each with the first rung of its new ladder, then what is only firm now, the
    promises, and the rungs that moved alone. A row that was written by the new calendar already, or whose rung
    was claimed meanwhile, is not what is looked for and stays."""
    kept = [(_run(file, move.reading), move) for file, move in moves if _is_kept(move.reading)]
    ends = [((*run, move.before.moment), _end(move)) for run, move in kept if move.moved]
    update_rows(connection, CLOCKS, (*RUN, "due_at"), END, ends)
    firm = [(run, (move.after.provisional,)) for run, move in kept if not move.moved]
    update_rows(connection, CLOCKS, RUN, ("provisional",), firm)
    last = [(file.id, move.after) for file, move in moves if move.promise and move.moved]
    promised = [((case,), (end.moment, end.due)) for case, end in last]
    update_rows(connection, CASES, ("id",), ("promised_at", "promised_day"), promised)
    rungs = [((*_run(file, aim.reading), aim.rung, aim.before), (aim.after,)) for file, aim in aims]
    update_rows(connection, CLOCKS, (*RUN, "rung", "next_at"), ("next_at",), rungs)


def _run(file: File, reading: Reading) -> Values:
    return file.id, reading.clock.id, reading.key, reading.started_by


def _is_kept(reading: Reading) -> bool:
    """Whether a run has a row: see `beside.clock_rows`."""
    return bool(reading.clock.watched or reading.clock.then)


def _end(move: Move) -> Values:
    at, rung = (move.rung[0], move.rung[1].id) if move.rung else (None, "")
    return move.after.moment, move.after.due, move.after.provisional, rung, at


# -- many rows with one statement --------------------------------------------------------------------


def update_rows(
    connection: Connection,
    table: Table,
    where: Names,
    sets: Names,
    rows: Iterable[tuple[Values, Values]],
) -> None:
    """Updates every row found by the values of `where` to those of `sets`: `executemany` of a prepared
    statement on SQLite, one `UPDATE … FROM unnest(arrays)` on PostgreSQL."""
    given = [(*found, *put) for found, put in rows]
    if not given:
        return
    statement, converts = _prepared(table, where, sets, connection.dialect)
    columns = [
        column if convert is None else [convert(value) for value in column]
        for column, convert in zip(zip(*given, strict=True), converts, strict=True)
    ]
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement, tuple(list(column) for column in columns))
        return
    n = len(where)
    connection.exec_driver_sql(statement, list(zip(*columns[n:], *columns[:n], strict=True)))


@lru_cache(maxsize=16)
def _prepared(table: Table, where: Names, sets: Names, dialect: Dialect) -> tuple[str, list[Any]]:
    columns = [table.columns[name] for name in (*where, *sets)]
    converts = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    quoted = dialect.identifier_preparer.quote
    if dialect.name != "postgresql":
        put = ", ".join(f"{quoted(name)} = ?" for name in sets)
        found = " AND ".join(f"{quoted(name)} = ?" for name in where)
        return f"UPDATE {table.name} SET {put} WHERE {found}", converts
    arrays = ", ".join(f"%s::{column.type.compile(dialect=dialect).split('(')[0]}[]" for column in columns)
    named = [f"w{n}" for n in range(len(where))], [f"s{n}" for n in range(len(sets))]
    put = ", ".join(f"{quoted(name)} = n.{new}" for name, new in zip(sets, named[1], strict=True))
    found = " AND ".join(f"t.{quoted(name)} = n.{old}" for name, old in zip(where, named[0], strict=True))
    given = f"unnest({arrays}) n({', '.join(named[0] + named[1])})"
    return f"UPDATE {table.name} t SET {put} FROM {given} WHERE {found}", converts
