"""Bringing what stands beside known histories to what they say, touching only the rows that moved."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from cases.beside import clock_rows, link_rows, office_rows
from cases.bulk import insert_rows
from cases.city import City
from cases.procedure import File
from cases.tables import Base, CaseLinkRow, CaseOfficeRow, ClockRow, table_of

Row = dict[str, Any]


def write_clocks(connection: Connection, files: Sequence[File], city: City) -> int:
    """Brings `clocks`, `case_offices` and `case_links` of known `files` to what their histories say; how many
    rows moved. A run whose end has not moved keeps the rung the sweep had reached."""
    if not files:
        return 0

    def made(file: File, before: dict[Any, Row]) -> list[Row]:
        return [_climbed(row, before.get(_identity(row, CLOCK))) for row in clock_rows(file, city)]

    return (
        _write(connection, files, ClockRow, CLOCK, made)
        + _write(connection, files, CaseOfficeRow, ("case_id", "office"), lambda file, _: office_rows(file))
        + _write(connection, files, CaseLinkRow, ("to_case",), lambda file, _: link_rows(file))
    )


CLOCK = ("case_id", "clock", "key", "started_by")


def _climbed(row: Row, old: Row | None) -> Row:
    if old and old["due_at"] == row["due_at"] and row["next_at"] and old["watched"] == row["watched"]:
        return {**row, "rung": old["rung"], "next_at": old["next_at"]}
    return row


def _identity(row: Row, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _write(
    connection: Connection,
    files: Sequence[File],
    kind: type[Base],
    names: Sequence[str],
    made: Callable[[File, dict[Any, Row]], list[Row]],
) -> int:
    """One table: rows that are no more, or are others, go; those come that are new. `names` is its key, of
    which the first is the case."""
    table = table_of(kind)
    of_these = table.c[names[0]].in_([file.id for file in files])
    found = connection.execute(select(table).where(of_these)).mappings()
    before = {_identity(row, names): row for row in map(dict, found)}
    after = {_identity(row, names): row for file in files for row in made(file, before)}
    gone = [identity for identity in before if before[identity] != after.get(identity)]
    if gone:
        away = delete(table).where(*(table.c[name] == bindparam(f"b_{name}") for name in names))
        keys = [f"b_{name}" for name in names]
        connection.execute(away, [dict(zip(keys, identity, strict=True)) for identity in gone])
    fresh = [row for identity, row in after.items() if before.get(identity) != row]
    insert_rows(connection, table, fresh)
    return len(gone) + len(fresh)
