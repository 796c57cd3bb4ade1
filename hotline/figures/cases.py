"""The cases behind one figure, page by page: each line is one thing counted, so that the lines add up to the figure.

A seat sees only the cases it may open; how many it may not is said.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Select, func, select, union_all

from cases.people import CENTRE, Role
from cases.privacy import scrubbed
from cases.procedures import PROCEDURES
from cases.tables import CaseRow
from hotline.access import CENTRES_OWN, NOT_FOR_LAWYERS, visible
from hotline.accounts.seats import Seat
from hotline.figures.figures import Wanted, marks_where, sums
from hotline.figures.measures import MEASURES
from hotline.figures.panels import title_of, titles
from hotline.figures.standing import office_title
from hotline.figures.tables import FigureMarkRow
from hotline.house import House

PAGE = 50
MOST = 10_000  # rows of a sheet
HEADS = ("计入日", "编号", "标题", "程序", "环节", "单位", "街道（乡镇）", "事项", "登记时间")


class Behind(Struct, frozen=True, kw_only=True):
    """One thing counted, and its case as it stands now."""

    day: date
    number: str
    title: str
    procedure: str
    stage: str
    ended: bool
    office: str
    street: str
    topic: str
    opened_at: datetime


def counted(connection: Connection, wanted: Wanted, measure: str, seat: Seat) -> tuple[int, int]:
    """How many make up the figure, and how many of them the seat may see."""
    by_procedure = {name: one.n(measure) for name, one in sums(connection, wanted, "procedure").items()}
    total, seen = sum(by_procedure.values()), _procedures(seat)
    if seen:
        return total, sum(n for name, n in by_procedure.items() if name in seen)
    asked = select(func.count()).select_from(FigureMarkRow).join(CaseRow, CaseRow.id == FigureMarkRow.case_id)
    mine = asked.where(FigureMarkRow.measure.in_(MEASURES[measure].marks), *marks_where(wanted))
    return total, connection.scalar(visible(mine, seat)) or 0


def _procedures(seat: Seat) -> frozenset[str]:
    """The procedures all of whose cases the seat may see; none for who sees only an office's."""
    found = set(CENTRES_OWN) if seat.roles & CENTRE else set()
    if Role.LEGAL in seat.roles:
        found |= PROCEDURES.keys() - set(NOT_FOR_LAWYERS)
    return frozenset(found)


def behind(
    connection: Connection, house: House, wanted: Wanted, measure: str, seat: Seat, part: slice
) -> list[Behind]:
    """Those lines of the figure that the seat may see, the newest first: each kind of mark by its index, then
    together."""
    newest = [_newest(wanted, mark, seat, part.stop).subquery() for mark in MEASURES[measure].marks]
    lines = union_all(*(select(one) for one in newest)).subquery()
    columns = (
        lines.c.day, lines.c.office.label("by"), CaseRow.number, CaseRow.title, CaseRow.procedure,
        CaseRow.stage, CaseRow.ended, CaseRow.street, CaseRow.topic, CaseRow.opened_at,
    )  # fmt: skip
    asked = select(*columns).select_from(lines).join(CaseRow, CaseRow.id == lines.c.case_id)
    order = asked.order_by(lines.c.day.desc(), lines.c.case_id.desc(), lines.c.nth)
    rows = connection.execute(order.offset(part.start).limit(part.stop - part.start))
    streets, topics = titles(house, "street"), titles(house, "topic")
    return [_behind(row, house, streets, topics) for row in rows]


def _newest(wanted: Wanted, mark: str, seat: Seat, most: int) -> Select[Any]:
    table, seen = FigureMarkRow, _procedures(seat)
    columns: tuple[Any, ...] = (table.case_id, table.nth, table.day, table.office)
    found = select(*columns).where(table.measure == mark, *marks_where(wanted))
    if seen:
        found = found.where(table.procedure.in_(seen))
    else:
        found = visible(found.join(CaseRow, CaseRow.id == table.case_id), seat)
    return found.order_by(table.day.desc(), table.case_id.desc(), table.nth).limit(most)


def _behind(row: Any, house: House, streets: Any, topics: Any) -> Behind:
    procedure = PROCEDURES[row.procedure]
    return Behind(
        day=row.day,
        number=row.number,
        title=row.title,
        procedure=procedure.title,
        stage=procedure.stages[row.stage],
        ended=row.ended,
        office=office_title(row.by, house.city),
        street=title_of("street", row.street, streets),
        topic=title_of("topic", row.topic, topics),
        opened_at=row.opened_at,
    )


def sheet_rows(lines: Sequence[Behind], house: House) -> list[tuple[str | int, ...]]:
    """The lines as a workbook takes them; a title says nothing that points to a person."""
    zone = house.city.calendar.zone
    return [
        (line.day.isoformat(), line.number, scrubbed(line.title), line.procedure, line.stage, line.office,
         line.street, line.topic, f"{line.opened_at.astimezone(zone):%Y-%m-%d %H:%M}")
        for line in lines
    ]  # fmt: skip
