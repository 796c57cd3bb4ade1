"""The in-tray of an office: what runs out first on top. The address is the view: every filter stands in it, so that
bookmarks, the back button and saved views are one thing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import Connection, RowMapping, Select, func, select
from sqlalchemy.orm import aliased

from cases.calendar import Calendar
from cases.clocks import Binds
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import KINDS
from cases.tables import CaseOfficeRow, CaseRow, ClockRow
from hotline import bell
from hotline.access import visible
from hotline.accounts.seats import Seat
from hotline.calendar.lights import HELD, Light, due_words, light
from hotline.figures.standing import article_of, horizon
from hotline.house import House
from hotline.office.captions import ROLES
from hotline.sent import whole_number

PAGE = 20
HELD_BY = aliased(CaseOfficeRow)  # another than the one by which `visible` asks who may see a case
WHOSE = {"mine": "我经办的", "nobody": "还没有经办人", "lead": "本单位主办", "co": "本单位协办"}
DUE = {"late": "已超期", "soon": "下一个工作日前到期", "week": "7天内到期", "held": "暂停计算"}


class Wanted(Struct, frozen=True, kw_only=True):
    """Which cases of the office. Empty is all of them."""

    kind: str = ""
    stage: str = ""
    street: str = ""
    topic: str = ""
    due: str = ""
    whose: str = ""
    number: str = ""
    ended: bool = False
    page: int = 1

    def link(self, **other: Any) -> str:
        """The address of the tray with something of this changed; from the first page unless it says so."""
        return "/tray?" + replace(self, **{"page": 1, **other}).query

    @property
    def query(self) -> str:
        """What stands behind the question mark; nothing that says nothing."""
        found = asdict(self).items()
        return urlencode({n: "1" if v is True else v for n, v in found if v not in ("", False) and (n, v) != ("page", 1)})

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return self != Wanted(page=self.page)


class Line(Struct, frozen=True, kw_only=True):
    """One case in the tray."""

    number: str
    title: str
    kind: str
    urgent: bool
    stage: str
    stage_title: str
    part: str
    leads: bool
    street: str
    clock: str
    limit: str  # the id of that clock
    article: str
    due: str
    light: Light
    in_charge: str
    opened_at: datetime
    promised_day: date | None


def wanted_of(said: Mapping[str, Any], house: House) -> Wanted:
    """The view an address names; what names nothing is left out."""
    closed: dict[str, Any] = {
        "kind": KINDS,
        "stage": PROCEDURES["work_order"].stages,
        "street": house.book.places.streets,
        "topic": house.book.numbers,
        "due": DUE,
        "whose": WHOSE,
    }
    chosen = {name: str(said.get(name, "")) for name in closed}
    return Wanted(
        **{name: value for name, value in chosen.items() if value in closed[name]},
        number="".join(c for c in str(said.get("number", "")) if c.isdigit() or c == "-")[:20],
        ended=bool(said.get("ended")),
        page=whole_number(said.get("page"), 6) or 1,
    )


def office_clocks(office: str) -> tuple[Any, ...]:
    """Which runs an office has to keep: its own open ones that somebody watches."""
    return (
        ClockRow.office == office,
        ClockRow.binds == Binds.OFFICE.value,
        ClockRow.stopped_at.is_(None),
        ClockRow.watched,
    )


def _asked(seat: Seat, wanted: Wanted, house: House) -> Select[Any]:
    soonest = (
        select(ClockRow.case_id, func.min(ClockRow.due_at).label("due_at"))
        .where(*office_clocks(seat.office))
        .group_by(ClockRow.case_id)
        .subquery()
    )
    asked = (
        select(CaseRow, HELD_BY.part, soonest.c.case_id.label("clocked"), soonest.c.due_at.label("soonest"))
        .join(HELD_BY, HELD_BY.case_id == CaseRow.id)
        .outerjoin(soonest, soonest.c.case_id == CaseRow.id)
        .where(HELD_BY.office == seat.office, CaseRow.ended == wanted.ended)
    )
    asked = visible(asked, seat)
    for name in ("kind", "stage", "street"):
        if value := getattr(wanted, name):
            asked = asked.where(getattr(CaseRow, name) == value)
    if wanted.topic:
        asked = asked.where(CaseRow.topic.in_([t.code for t in house.book.topics if wanted.topic in t.path]))
    if wanted.number:
        asked = asked.where(CaseRow.number.contains(wanted.number, autoescape=True))
    by_due = _due(soonest.c, house.now(), house.city.calendar).get(wanted.due)
    by_hand = _whose(seat).get(wanted.whose)
    return asked.where(*(condition for condition in (by_due, by_hand) if condition is not None))


def _due(soonest: Any, now: datetime, calendar: Calendar) -> dict[str, Any]:
    return {
        "late": soonest.due_at <= now,
        "soon": soonest.due_at.between(now, horizon(now, calendar)),
        "week": soonest.due_at.between(now, now + timedelta(days=7)),
        "held": soonest.case_id.is_not(None) & soonest.due_at.is_(None),
    }


def _whose(seat: Seat) -> dict[str, Any]:
    return {
        "mine": CaseRow.in_charge == seat.actor.id,
        "nobody": CaseRow.in_charge == "",
        "lead": HELD_BY.part == "lead",
        "co": HELD_BY.part == "co",
    }


def page_of(connection: Connection, house: House, seat: Seat, wanted: Wanted) -> tuple[list[Line], int]:
    """One page of the tray and how many there are in all: four statements, however many rows."""
    now = house.now()
    asked = _asked(seat, wanted, house)
    total = connection.scalar(select(func.count()).select_from(asked.subquery())) or 0
    order = asked.order_by(
        asked.selected_columns.soonest.is_(None), asked.selected_columns.soonest, CaseRow.id
    )
    rows = connection.execute(order.limit(PAGE).offset(PAGE * (wanted.page - 1))).mappings().all()
    clocks = _clocks(connection, seat, [row["id"] for row in rows])
    people = bell.names(connection, {row["in_charge"] for row in rows})
    return [_line(row, clocks.get(row["id"], []), people, house, now) for row in rows], total


def _clocks(connection: Connection, seat: Seat, cases: Sequence[int]) -> dict[int, list[RowMapping]]:
    columns = ClockRow.case_id, ClockRow.clock, ClockRow.due_at
    found = select(*columns).where(ClockRow.case_id.in_(cases), *office_clocks(seat.office))
    by_case: dict[int, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(found.order_by(ClockRow.due_at)).mappings():
        by_case[row["case_id"]].append(row)
    return by_case


def _line(
    row: RowMapping, clocks: Sequence[RowMapping], people: dict[str, str], house: House, now: datetime
) -> Line:
    procedure, calendar = PROCEDURES[row["procedure"]], house.city.calendar
    running = [clock for clock in clocks if clock["due_at"] is not None]
    first = running[0] if running else clocks[0] if clocks else None
    clock = procedure.clock(first["clock"]) if first else None
    about = row["kind"], row["urgent"], row["opened_at"], house.city
    shown = Light("quiet", "无待办期限") if first is None else HELD
    if running:
        shown = light(running[0]["due_at"], now, calendar)
    return Line(
        number=row["number"],
        title=row["title"],
        kind=KINDS.get(row["kind"], procedure.title),
        urgent=row["urgent"],
        stage=row["stage"],
        stage_title=procedure.stages[row["stage"]],
        part=ROLES[row["part"]],
        leads=row["part"] == "lead",
        street=house.book.places.streets.get(row["street"], ""),
        clock=clock.title if clock else "",
        limit=clock.id if clock else "",
        article=article_of(clock, *about) if clock else "",
        due=due_words(first["due_at"], calendar) if first else "",
        light=shown,
        in_charge=people.get(row["in_charge"], ""),
        opened_at=row["opened_at"],
        promised_day=row["promised_day"],
    )
