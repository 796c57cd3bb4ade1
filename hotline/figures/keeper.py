"""Keeps the figures up to date after the fact: what a case left before goes out, what it leaves now comes in.

It looks for cases that are further than what was counted of them, those changed lately at every look and all of
them every hour, and for limits that have run out since. Whoever dies in the middle leaves nothing undone.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, delete, func, literal, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from cases.bulk import insert_rows
from cases.city import City
from cases.lists import load_files
from cases.procedure import File
from cases.tables import EMPTY, CaseRow, PartyRow, table_of
from hotline.figures.marks import AGAIN, Mark, again_at, marks_of
from hotline.figures.tables import FigureCaseRow, FigureCountRow, FigureMarkRow, FigureWalkRow
from hotline.house import House

OVERLAP = timedelta(minutes=5)  # a change is committed at most this long after its moment
WHOLE = timedelta(hours=1)
BATCH, PAGE = 200, 2_000  # cases in one transaction, cases in one round
_LOCK = 12345_0005  # one writer at a time on PostgreSQL; SQLite has but one
MARKS, COUNTS, CASES, WALK = map(table_of, (FigureMarkRow, FigureCountRow, FigureCaseRow, FigureWalkRow))
_NAMES = tuple(MARKS.c.keys())
BYS = ("office", "street", "topic")
CELL = ("scope", "by", "grain", "start", "procedure", "measure", "value", "length")
KEPT = tuple(  # days of a part of the city only in all: what is asked of single days there is little
    (scope, by, grain)
    for scope in ("", *BYS)
    for by in ("all", *BYS)
    for grain in ("day", "month")
    if by != scope and (grain == "month" or not scope or by == "all")
)
Row = dict[str, Any]
Cell = tuple[str, str, str, date, str, str, str, int]


def keep_up(house: House, progress: Callable[[int], None] = lambda _: None) -> int:
    """One round: how many cases were counted anew. Safe to run anywhere, at any time."""
    now = house.now()
    with house.reading() as connection:
        walk = connection.execute(select(WALK)).one_or_none()
        whole = walk is None or now - walk.whole_at >= WHOLE
        page = _behind(connection, now, None if whole or walk is None else walk.at - OVERLAP)
    for first in range(0, len(page), BATCH):
        with house.writing() as connection:
            _alone(connection)
            count(connection, page[first : first + BATCH], house.city, now)
        progress(len(page[first : first + BATCH]))
    if len(page) < PAGE:
        with house.writing() as connection:
            _alone(connection)
            _set_walk(connection, now, whole)
    return len(page)


def keep_all(house: House, progress: Callable[[int], None]) -> None:
    """Forgets the figures and counts every case anew."""
    with house.writing() as connection:
        _alone(connection)
        for table in (MARKS, COUNTS, CASES, WALK):
            connection.execute(delete(table))
    while keep_up(house, progress) == PAGE:
        pass


def as_of(connection: Connection) -> datetime | None:
    """Up to which moment everything is counted; None before the first round."""
    return connection.scalar(select(FigureWalkRow.at))


def _behind(connection: Connection, now: datetime, since: datetime | None) -> list[int]:
    ran_out = select(FigureCaseRow.case_id).where(FigureCaseRow.again_at <= now)
    page = list(connection.scalars(ran_out.limit(PAGE)))
    further = (
        select(CaseRow.id)
        .outerjoin(FigureCaseRow, FigureCaseRow.case_id == CaseRow.id)
        .where(or_(FigureCaseRow.seq.is_(None), FigureCaseRow.seq < CaseRow.seq))
    )
    if since is not None:
        further = further.where(CaseRow.changed_at >= since)
    page += connection.scalars(further.limit(PAGE - len(page)))
    return sorted(set(page))


def _alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _set_walk(connection: Connection, now: datetime, whole: bool) -> None:
    later = case((WALK.c.at < now, literal(now, WALK.c.at.type)), else_=WALK.c.at)
    values: Row = {"at": later, **({"whole_at": now} if whole else {})}
    if not connection.execute(update(WALK).values(values)).rowcount:
        insert_rows(connection, WALK, [{"id": 1, "at": now, "whole_at": now}], or_leave=True)


def count(connection: Connection, cases: Sequence[int], city: City, now: datetime) -> None:
    """Counts `cases` anew, and sets the sums right by what has changed."""
    rows = connection.execute(select(MARKS).where(MARKS.c.case_id.in_(cases))).mappings()
    had = by_case(map(dict, rows))
    marks, kept = rows_of(connection, cases, city, now)
    has = by_case(marks)
    changed = [one for one in cases if said_by(had[one]) != said_by(has[one])]
    gone = [row for one in changed for row in had[one]]
    come = [row for one in changed for row in has[one]]
    if gone:
        connection.execute(delete(MARKS).where(MARKS.c.case_id.in_(changed)))
    insert_rows(connection, MARKS, come)
    moved = cells(come)
    moved.subtract(cells(gone))
    add(connection, moved)
    connection.execute(delete(CASES).where(CASES.c.case_id.in_(cases)))
    insert_rows(connection, CASES, kept)


def by_case(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Rows by the case they are of."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["case_id"]].append(row)
    return found


def said_by(rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    """Rows of marks so that they can be compared."""
    return sorted(tuple(row[name] for name in _NAMES) for row in rows)


def rows_of(connection: Connection, cases: Sequence[int], city: City, now: datetime) -> tuple[list[Row], list[Row]]:
    """The marks of `cases` as rows, and how far each was counted: four statements, however many."""
    files = load_files(connection, cases)
    wanted = select(CaseRow.id, CaseRow.street, CaseRow.topic).where(CaseRow.id.in_(cases))
    where = {row.id: row for row in connection.execute(wanted)}
    again = called_before(connection, cases)
    marks: list[Row] = []
    for number, file in files.items():
        place = {"street": where[number].street, "topic": where[number].topic}
        marks += mark_rows(file, place, marks_of(file, city, now, number in again))
    kept = [
        {"case_id": number, "seq": file.events[-1].seq, "again_at": again_at(file, city, now)}
        for number, file in files.items()
    ]
    return marks, kept


def mark_rows(file: File, place: Mapping[str, str], marks: Iterable[Mark]) -> list[Row]:
    """The marks of one case as rows; `place`: its street and topic."""
    seen: Counter[str] = Counter()
    rows: list[Row] = []
    for mark in marks:
        seen[mark.measure] += 1
        rows.append(
            {"case_id": file.id, "measure": mark.measure, "nth": seen[mark.measure], "day": mark.day,
             "length": mark.length, "procedure": file.procedure.name, "office": mark.office, **place}
        )  # fmt: skip
    return rows


def called_before(connection: Connection, cases: Iterable[int]) -> set[int]:
    """Those of `cases` whose number had a case opened within `AGAIN` before."""
    mine, other, theirs = aliased(PartyRow), aliased(PartyRow), aliased(CaseRow)
    found = (
        select(CaseRow.id, CaseRow.opened_at, func.max(theirs.opened_at).label("before"))
        .join(mine, mine.id == CaseRow.party)
        .join(other, other.phone_index == mine.phone_index)
        .join(theirs, theirs.party == other.id)
        .where(CaseRow.id.in_(list(cases)), mine.phone_index != EMPTY, theirs.id < CaseRow.id)
        .group_by(CaseRow.id, CaseRow.opened_at)
    )
    return {row.id for row in connection.execute(found) if row.opened_at - row.before <= AGAIN}


def cells(rows: Iterable[Mapping[str, Any]]) -> Counter[Cell]:
    """What `rows` of marks add to the sums."""
    found: Counter[Cell] = Counter()
    for row in rows:
        what = row["procedure"], row["measure"]
        for scope, by, grain in KEPT:
            said = f"{scope}={row[scope]}" if scope else ""
            start: date = row["day"] if grain == "day" else row["day"].replace(day=1)
            found[said, by, grain, start, *what, "" if by == "all" else row[by], row["length"]] += 1
    return found


def add(connection: Connection, moved: Mapping[Cell, int]) -> None:
    """Adds to the sums; a sum may be added to where nothing was before."""
    rows = [{**dict(zip(CELL, cell, strict=True)), "n": n} for cell, n in sorted(moved.items()) if n]
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = insert(COUNTS)
    sums = fresh.on_conflict_do_update(index_elements=list(CELL), set_={"n": COUNTS.c.n + fresh.excluded.n})
    connection.execute(sums, rows)
