"""Writing again what is kept beside the histories, and proving that nothing has to be.

`rebuild` brings `cases`, `clocks`, `case_offices` and `case_links` to what the events say; `differences` finds the first
thing that is not as it must be: a digest, a row beside, an invariant of the procedure, or what `checks` ask.
"""

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from cases.beside import SWEPT, case_row, clock_rows, link_rows, office_rows
from cases.checks import rungs
from cases.checks.difference import Check, Difference
from cases.city import City
from cases.database import standing_still, writing
from cases.history import FIRST_DIGEST, events_of, seal
from cases.kinship import links_from
from cases.lists import load_files
from cases.numbers import parse_number
from cases.procedure import File
from cases.rewriting import write_clocks
from cases.tables import Base, CaseLinkRow, CaseOfficeRow, CaseRow, ClockRow, EventRow, table_of

BATCH = 500
OWNER = {"cases": "id", "case_links": "to_case"}  # the column that names the case, where it is not `case_id`
Progress = Callable[[int], None]


def rebuild(engine: Engine, city: City, progress: Progress) -> int:
    """Writes again what is kept beside every history; how many rows had to change (none, if all is well)."""
    changed, after = 0, 0
    while True:
        with writing(engine) as connection:
            cases = _next_cases(connection, after)
            files = list(load_files(connection, cases).values())
            changed += rewrite_cases(connection, files, city) + write_clocks(connection, files, city)
            changed += rungs.set_right(connection, {file.id: file for file in files}, city)
        progress(len(cases))
        if len(cases) < BATCH:
            return changed
        after = cases[-1]


def differences(engine: Engine, city: City, progress: Progress, also: Sequence[Check] = ()) -> Iterator[Difference]:
    """Everything that is not as it must be, case by case in the order of their numbers; `also` is asked of every
    batch of cases whose chains hold."""
    after = 0
    while True:
        with standing_still(engine) as connection:
            cases = _next_cases(connection, after)
            yield from _differences(connection, cases, city, also)
        progress(len(cases))
        if len(cases) < BATCH:
            return
        after = cases[-1]


def _next_cases(connection: Connection, after: int) -> list[int]:
    return list(connection.scalars(select(CaseRow.id).where(CaseRow.id > after).order_by(CaseRow.id).limit(BATCH)))


def rewrite_cases(connection: Connection, files: Sequence[File], city: City) -> int:
    """Brings the rows of `cases` of known `files` to what their histories say; how many had to change."""
    kept = _rows(connection, CaseRow, [file.id for file in files])
    changed = 0
    for file in files:
        row = case_row(file, city)
        if kept[file.id] != [row]:
            connection.execute(update(CaseRow).where(CaseRow.id == file.id).values(row))
            changed += 1
    return changed


def _differences(
    connection: Connection, cases: Sequence[int], city: City, also: Sequence[Check]
) -> Iterator[Difference]:
    events = _rows(connection, EventRow, cases)
    kept = {table: _rows(connection, table, cases) for table in (CaseRow, ClockRow, CaseOfficeRow, CaseLinkRow)}
    arisen = links_from(connection, cases)
    broken = set()
    for case in cases:
        for difference in _chain(case, events.get(case, [])):
            broken.add(case)
            yield difference
    files = load_files(connection, [case for case in cases if case not in broken])
    for case, file in files.items():
        yield from _beside(file, {table: rows.get(case, []) for table, rows in kept.items()}, city)
        told = {parse_number(event.facts.case) for event in events_of(file.history, "gave_rise")}
        if told != arisen.get(case, set()):
            yield Difference(file.number, "case_links", "另立案件的记录与关联不符")
        for keeps in file.procedure.keeps:
            if said := keeps(file):
                yield Difference(file.number, "不变式", said)
    for check in also:
        yield from check(connection, files)


def _chain(case: int, rows: Sequence[dict[str, Any]]) -> Iterator[Difference]:
    """The digests of one case, from the first event on."""
    before = FIRST_DIGEST
    if not rows:
        yield Difference(str(case), "事件", "一个事件也没有")
    for n, row in enumerate(sorted(rows, key=lambda row: int(row["seq"])), start=1):
        if row["seq"] != n:
            yield Difference(str(case), f"事件{n}", f"缺失，下一个是第{row['seq']}个")
            return
        digest = seal(before, case, SimpleNamespace(**row), row["facts"])
        if digest != row["digest"]:
            yield Difference(str(case), f"事件{n}（{row['step']}）", "摘要与内容不符")
            return
        before = digest


def _beside(file: File, kept: dict[type[Base], list[dict[str, Any]]], city: City) -> Iterator[Difference]:
    if parse_number(file.number) != file.id:
        yield Difference(file.number, "编号", "校验位不符")
    expected = {
        CaseRow: [case_row(file, city)],
        ClockRow: clock_rows(file, city),
        CaseOfficeRow: office_rows(file),
        CaseLinkRow: link_rows(file),
    }
    for table, rows in expected.items():
        found = [_told(row) for row in kept[table]]
        said = [_told(row) for row in rows]
        if sorted(found) != sorted(said):
            wrong = next((row for row in found if row not in said), None) or "缺少一行"
            yield Difference(file.number, table.__tablename__, f"与历史不符：{wrong}")


def _told(row: dict[str, Any]) -> str:
    """A row in one order of columns, without what is the sweep's own."""
    return str(sorted((name, value) for name, value in row.items() if name not in SWEPT))


def _rows(connection: Connection, table: type[Base], cases: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Rows of `table` by the case they belong to."""
    columns = table_of(table).c
    column = columns[OWNER.get(table.__tablename__, "case_id")]
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(select(table_of(table)).where(column.in_(cases))).mappings():
        found.setdefault(row[column.name], []).append(dict(row))
    return found
