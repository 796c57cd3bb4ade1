"""What is late and what will be, office by office, read from the clocks kept beside the cases.

One condition says what belongs on the board; the sums, the rows and the mark that tells an open page to look
again are all of that condition, and none of them asks once a row.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from sqlalchemy import Connection, Row, Select, case, func, select

from cases.calendar import Calendar
from cases.city import City
from cases.clocks import Binds, ByCity, Clock
from cases.people import CENTRE, Role
from cases.procedures import PROCEDURES
from cases.tables import CaseRow, ClockRow
from hotline.access import visible
from hotline.accounts.seats import Seat
from hotline.calendar.lights import Light, due_words, late_by, light

CENTRE_OFFICE = "centre"  # the hotline centre's own clocks stand under this code
MOST = 100  # rows shown; the sums are of all
WHERE = case((ClockRow.binds == Binds.CENTRE.value, CENTRE_OFFICE), else_=ClockRow.office)
BYS: dict[str, Any] = {
    "office": WHERE, "street": CaseRow.street, "topic": CaseRow.topic, "procedure": CaseRow.procedure,
}  # fmt: skip
NONE = "-"  # in an address: where no office, street or topic is known


class Wanted(Struct, frozen=True, kw_only=True):
    """What of the board is looked at: all of it, or one office, street, topic, procedure, clock or state (late or
    soon); and `by` what it is summed up."""

    by: str = "office"
    office: str = ""
    street: str = ""
    topic: str = ""
    procedure: str = ""
    clock: str = ""
    state: str = ""

    def query(self, **other: str) -> str:
        """As the query of an address, with something of it changed."""
        said = {name: getattr(self, name) for name in self.__struct_fields__} | other
        return urlencode({name: value for name, value in said.items() if value and (name, value) != ("by", "office")})


class Tally(Struct, frozen=True, kw_only=True):
    """The sums of one office, street, topic or procedure."""

    value: str
    late: int
    soon: int


class Due(Struct, frozen=True, kw_only=True):
    """One clock on the board, in words."""

    number: str
    title: str
    stage: str
    urgent: bool
    office: str
    office_title: str
    clock: str
    clock_title: str
    article: str
    due: str
    light: Light
    can_supervise: bool


def horizon(now: datetime, calendar: Calendar) -> datetime:
    """Until when something is due soon: the end of the next working day."""
    return calendar.end_of(calendar.after(calendar.day_of(now), 1))


def on_board(until: datetime) -> tuple[Any, ...]:
    """What belongs on the board: an open, watched clock of an office or the centre that ends by `until`."""
    return (
        ClockRow.stopped_at.is_(None),
        ClockRow.due_at <= until,
        ClockRow.watched,
        ClockRow.binds.in_((Binds.OFFICE.value, Binds.CENTRE.value)),
    )


def board_mark(connection: Connection, now: datetime, city: City) -> str:
    """A short digest of the board: another one means that a page showing it is out of date."""
    late = func.sum(case((ClockRow.due_at <= now, 1), else_=0))
    sums = func.count(), late, func.sum(ClockRow.case_id + 0), func.max(ClockRow.due_at)
    wanted = (
        select(WHERE.label("where"), *sums).where(*on_board(horizon(now, city.calendar))).group_by("where")
    )
    found = sorted(str(tuple(row)) for row in connection.execute(wanted))
    return sha256("\n".join(found).encode()).hexdigest()[:12]


def _narrowed(asked: Select[Any], seat: Seat, wanted: Wanted) -> Select[Any]:
    asked = visible(asked.join(CaseRow, CaseRow.id == ClockRow.case_id), seat)
    if not seat.roles & (CENTRE | {Role.LEGAL}):  # a chief sees the own office's part
        asked = asked.where(ClockRow.office == seat.office, ClockRow.binds == Binds.OFFICE.value)
    for name, column in BYS.items():
        if value := getattr(wanted, name):
            asked = asked.where(column == ("" if value == NONE else value))
    if wanted.clock:
        asked = asked.where(ClockRow.clock == wanted.clock)
    return asked


def tallies(connection: Connection, now: datetime, city: City, seat: Seat, wanted: Wanted) -> list[Tally]:
    """The sums of every office (or street, topic, procedure) that has something on the board, the latest first."""
    late = func.sum(case((ClockRow.due_at <= now, 1), else_=0)).label("late")
    key = BYS[wanted.by].label("value")
    asked = select(key, late, func.count().label("whole")).select_from(ClockRow)
    asked = _narrowed(asked.where(*on_board(horizon(now, city.calendar))), seat, wanted).group_by("value")
    found = [
        Tally(value=row.value, late=int(row.late), soon=row.whole - int(row.late))
        for row in connection.execute(asked)
    ]
    return sorted(found, key=lambda tally: (-tally.late, -tally.soon, tally.value))


def due_rows(connection: Connection, now: datetime, city: City, seat: Seat, wanted: Wanted) -> list[Due]:
    """The clocks themselves, the longest overdue first, at most `MOST`."""
    asked = select(
        ClockRow.clock, ClockRow.key, ClockRow.due_at, WHERE.label("where"),
        CaseRow.number, CaseRow.title, CaseRow.stage, CaseRow.procedure, CaseRow.urgent,
        CaseRow.kind, CaseRow.opened_at,
    ).select_from(ClockRow)  # fmt: skip
    asked = _narrowed(asked.where(*on_board(horizon(now, city.calendar))), seat, wanted)
    if wanted.state:
        asked = asked.where(ClockRow.due_at <= now if wanted.state == "late" else ClockRow.due_at > now)
    rows = connection.execute(asked.order_by(ClockRow.due_at, ClockRow.case_id).limit(MOST))
    return [_due(row, now, city, seat) for row in rows]


def _due(row: Row[Any], now: datetime, city: City, seat: Seat) -> Due:
    procedure = PROCEDURES[row.procedure]
    clock = procedure.clock(row.clock)
    supervise = next((step for step in procedure.steps if step.name == "supervise"), None)
    return Due(
        number=row.number,
        title=row.title,
        stage=procedure.stages[row.stage],
        urgent=row.urgent,
        office=row.where,
        office_title=office_title(row.where, city),
        clock=row.clock,
        clock_title=clock.title,
        article=article_of(clock, row.kind, row.urgent, row.opened_at, city),
        due=due_words(row.due_at, city.calendar),
        light=_light(row.due_at, now, city.calendar),
        can_supervise=bool(
            supervise and seat.actor.has(supervise.by) and not {row.stage, "*"}.isdisjoint(supervise.at)
        ),
    )


def _light(due: datetime, now: datetime, calendar: Calendar) -> Light:
    if now >= due:
        return Light("late", f"已超期{late_by(due, now, calendar)}")
    return Light("soon", light(due, now, calendar).words)


def article_of(clock: Clock, kind: str, urgent: bool, opened_at: datetime, city: City) -> str:
    """What a clock rests on for such a case: the city's own rule, where its length is the city's."""
    if not isinstance(clock.length, ByCity):
        return str(clock.article)
    opened = city.calendar.day_of(opened_at)
    return str(city.source(city.limit(clock.id, kind, urgent, opened), opened))


def office_title(code: str, city: City) -> str:
    """An office's title; the centre's own, and what no office leads yet, by name."""
    if code == CENTRE_OFFICE:
        return "热线中心"
    return city.offices.get(code, code) or "未派单"


def clock_titles(seat: Seat) -> list[tuple[str, str]]:
    """The clocks a board of this seat may be narrowed to."""
    kinds = [p for name, p in PROCEDURES.items() if name == "work_order" or not seat.roles & CENTRE]
    return [(clock.id, clock.title) for procedure in kinds for clock in procedure.clocks if clock.watched]
