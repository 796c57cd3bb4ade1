"""Whether the figures are what the histories say: every case's marks as far as it was counted, and their sums.

Whether a caller had called before hangs on other cases, which may have been brought in since: a repeat is taken as it
was counted. Cases the keeper is behind with are left out, unless it has been past them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from cases.checks.difference import Difference
from cases.city import City
from cases.database import standing_still
from cases.procedure import File
from cases.tables import CaseRow
from hotline.figures.keeper import (
    CASES,
    CELL,
    COUNTS,
    MARKS,
    OVERLAP,
    WALK,
    Cell,
    by_case,
    cells,
    mark_rows,
    said_by,
)
from hotline.figures.marks import marks_of
from hotline.house import House

AT_ONCE = 1_000  # rows in hand


def marks(connection: Connection, files: Mapping[int, File], city: City, now: datetime) -> Iterator[Difference]:
    """Of a batch: cases whose marks are not what their histories leave."""
    counted = {row.case_id: row for row in connection.execute(select(CASES).where(CASES.c.case_id.in_(files)))}
    kept = by_case(map(dict, connection.execute(select(MARKS).where(MARKS.c.case_id.in_(files))).mappings()))
    rows = connection.execute(select(CaseRow.id, CaseRow.street, CaseRow.topic).where(CaseRow.id.in_(files)))
    places = {row.id: {"street": row.street, "topic": row.topic} for row in rows}
    walk = connection.execute(select(WALK.c.at, WALK.c.whole_at)).one_or_none()
    now = max(now, walk.at) if walk else now
    for case, file in files.items():
        row, last = counted.get(case), file.events[-1]
        if row is None or row.seq < last.seq:
            if walk and last.recorded_at < walk.whole_at - OVERLAP:
                yield Difference(file.number, CASES.name, "统计已经算过这个案件，现在却没有，或者比案件旧")
        elif row.again_at is None or row.again_at > now:
            again = any(mark["measure"] == "repeat" for mark in kept[case])
            if said_by(kept[case]) != said_by(mark_rows(file, places[case], marks_of(file, city, now, again))):
                yield Difference(file.number, MARKS.name, "与历史不符")


def sums(house: House) -> Iterator[Difference]:
    """The sums that are not those of the marks, the first of them by name."""
    found: Counter[Cell] = Counter()
    with standing_still(house.engine) as connection:
        streamed = connection.execution_options(yield_per=AT_ONCE)
        for part in streamed.execute(select(MARKS)).mappings().partitions():
            found.update(cells(map(dict, part)))
        for row in streamed.execute(select(*(COUNTS.c[name] for name in CELL), COUNTS.c.n)):
            found[tuple(row)[:-1]] -= row.n
    for cell, n in sorted((cell, n) for cell, n in found.items() if n):
        yield Difference("", COUNTS.name, f"{'，'.join(map(str, cell))}：与各案之和相差{-n}")
