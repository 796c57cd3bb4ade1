"""Bringing what stands beside known histories to what they say, touching only the rows that moved.

A clock that ends while nobody sweeps takes no rung with it: what it had reached is claimed here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from cases.alerts import let_go
from cases.beside import Climb, climbing, link_rows, office_rows, stands
from cases.bulk import insert_rows
from cases.city import City
from cases.procedure import File
from cases.tables import Base, CaseLinkRow, CaseOfficeRow, ClockRow, table_of

Row = dict[str, Any]


def write_clocks(connection: Connection, files: Sequence[File], city: City) -> int:
    """Brings `clocks`, `case_offices` and `case_links` of known `files` to what their histories say; how many
    rows moved. A run whose end has not moved keeps the rung the sweep had reached; one that has begins its ladder
    anew, and no rung is told twice."""
    if not files:
        return 0
    ended: list[tuple[Row, datetime]] = []

    def made(file: File, before: dict[Any, Row]) -> list[Row]:
        rows = [_climbed(row, climb, before.get(_identity(row, CLOCK))) for row, climb in climbing(file, city)]
        ended.extend(_ended(file, before, rows))
        return rows

    moved = (
        _write(connection, files, ClockRow, CLOCK, made)
        + _write(connection, files, CaseOfficeRow, ("case_id", "office"), lambda file, _: office_rows(file))
        + _write(connection, files, CaseLinkRow, ("to_case",), lambda file, _: link_rows(file))
    )
    if ended:
        let_go(connection, ended, city, max(file.events[-1].recorded_at for file in files))
    return moved


CLOCK = ("case_id", "clock", "key", "started_by")


def _climbed(row: Row, climb: Climb, old: Row | None) -> Row:
    if old and old["due_at"] == row["due_at"] and climb and stands(old, climb) is not None:
        return {**row, "rung": old["rung"], "next_at": old["next_at"]}
    return row


def _ended(file: File, before: dict[Any, Row], rows: Sequence[Row]) -> Iterator[tuple[Row, datetime]]:
    """The runs of `file` that stop, or get another end, with a rung reached and unclaimed, and until when they ran."""
    after = {_identity(row, CLOCK): row for row in rows}
    last = file.events[-1].at
    for identity, old in before.items():
        new = after.get(identity)
        kept = new is not None and new["stopped_at"] is None and new["due_at"] == old["due_at"]
        until = last if new is None else new["stopped_at"] or last
        if old["next_at"] and old["next_at"] <= until and not kept:
            yield {**old, "in_charge": file.in_charge}, until


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
    before: dict[Any, Row] = {}
    of_case: dict[int, dict[Any, Row]] = defaultdict(dict)
    for row in map(dict, found):
        before[_identity(row, names)] = of_case[row[names[0]]][_identity(row, names)] = row
    after = {_identity(row, names): row for file in files for row in made(file, of_case[file.id])}
    gone = [identity for identity in before if before[identity] != after.get(identity)]
    if gone:
        away = delete(table).where(*(table.c[name] == bindparam(f"b_{name}") for name in names))
        keys = [f"b_{name}" for name in names]
        connection.execute(away, [dict(zip(keys, identity, strict=True)) for identity in gone])
    fresh = [row for identity, row in after.items() if before.get(identity) != row]
    insert_rows(connection, table, fresh)
    return len(gone) + len(fresh)
