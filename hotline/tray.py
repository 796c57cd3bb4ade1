"""The in-tray of an office: what runs out first on top, and what came in signed for in one go."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from litestar import get, post
from litestar.response import Template
from msgspec import Struct
from sqlalchemy import Connection, RowMapping, Select, func, or_, select
from sqlalchemy.orm import aliased

from cases.changes import Taking
from cases.clocks import Binds
from cases.numbers import parse_number
from cases.people import OFFICE
from cases.procedure import Refused
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import KINDS
from cases.tables import CaseOfficeRow, CaseRow, ClockRow
from hotline import bell
from hotline.access import visible
from hotline.captions import ROLES
from hotline.house import House
from hotline.lights import HELD, Light, due_words, light
from hotline.problems import Problem
from hotline.seats import Seat
from hotline.standing import article_of
from hotline.web import Asking, render

PAGE = 20
HELD_BY = aliased(CaseOfficeRow)  # another than the one by which `visible` asks who may see a case
AT_ONCE = 100  # signed for in one go


class Wanted(Struct, frozen=True, kw_only=True):
    """Which cases of the office: one stage, one's own, overdue ones, one street, a part of a number."""

    stage: str = ""
    mine: bool = False
    overdue: bool = False
    street: str = ""
    number: str = ""
    ended: bool = False
    page: int = 1

    def link(self, **other: Any) -> str:
        """The address of the tray with something of this changed; from the first page unless it says so."""
        found = {name: getattr(self, name) for name in self.__struct_fields__} | {"page": 1} | other
        kept = {
            name: "1" if value is True else value for name, value in found.items() if value not in ("", False)
        }
        return "/tray?" + "&".join(
            f"{name}={value}" for name, value in kept.items() if (name, value) != ("page", 1)
        )


class Line(Struct, frozen=True, kw_only=True):
    """One case in the tray."""

    number: str
    title: str
    kind: str
    urgent: bool
    stage: str
    stage_title: str
    part: str
    street: str
    clock: str
    limit: str  # the id of that clock
    article: str
    due: str
    light: Light
    in_charge: str
    opened_at: datetime
    promised_day: date | None


def office_clocks(office: str) -> tuple[Any, ...]:
    """Which runs an office has to keep: its own open ones that somebody watches."""
    return (
        ClockRow.office == office,
        ClockRow.binds == Binds.OFFICE.value,
        ClockRow.stopped_at.is_(None),
        ClockRow.watched,
    )


def _asked(seat: Seat, wanted: Wanted, now: datetime) -> Select[Any]:
    soonest = (
        select(ClockRow.case_id, func.min(ClockRow.due_at).label("due_at"))
        .where(*office_clocks(seat.office))
        .group_by(ClockRow.case_id)
        .subquery()
    )
    asked = (
        select(CaseRow, HELD_BY.part, soonest.c.due_at.label("soonest"))
        .join(HELD_BY, HELD_BY.case_id == CaseRow.id)
        .outerjoin(soonest, soonest.c.case_id == CaseRow.id)
        .where(HELD_BY.office == seat.office, CaseRow.ended == wanted.ended)
    )
    asked = visible(asked, seat)
    if wanted.stage:
        asked = asked.where(CaseRow.stage == wanted.stage)
    if wanted.mine:
        asked = asked.where(CaseRow.in_charge == seat.actor.id)
    if wanted.overdue:
        asked = asked.where(soonest.c.due_at <= now)
    if wanted.street:
        asked = asked.where(CaseRow.street == wanted.street)
    if wanted.number:
        asked = asked.where(or_(CaseRow.number.contains(wanted.number, autoescape=True)))
    return asked


def page_of(connection: Connection, house: House, seat: Seat, wanted: Wanted) -> tuple[list[Line], int]:
    """One page of the tray and how many there are in all: four statements, however many rows."""
    now = house.now()
    asked = _asked(seat, wanted, now)
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


def _tray(request: Asking, house: House, seat: Seat, wanted: Wanted, **more: Any) -> Template:
    with house.reading() as connection:
        lines, total = page_of(connection, house, seat, wanted)
        count = bell.unseen(connection, seat)
    return render(
        request,
        "tray.html",
        lines=lines,
        total=total,
        pages=max(1, -(-total // PAGE)),
        wanted=wanted,
        stages=PROCEDURES["work_order"].stages,
        streets=house.book.places.streets,
        office=house.city.offices.get(seat.office, seat.office),
        signs=bool(seat.roles & OFFICE),
        unseen=count,
        **more,
    )


@get("/tray", sync_to_thread=True)
def tray(
    request: Asking, house: House, seat: Seat, stage: str = "", street: str = "", number: str = ""
) -> Template:
    """The office's cases."""
    said = request.query_params
    page = str(said.get("page", "1"))
    wanted = Wanted(
        stage=stage if stage in PROCEDURES["work_order"].stages else "",
        mine=bool(said.get("mine")),
        overdue=bool(said.get("overdue")),
        ended=bool(said.get("ended")),
        street=street if street in house.book.places.streets else "",
        number="".join(c for c in number if c.isdigit() or c == "-")[:20],
        page=max(1, int(page)) if page.isdigit() and len(page) < 7 else 1,
    )
    return _tray(request, house, seat, wanted, results=[], key="")


@post("/tray/sign", status_code=200)
async def sign(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Template:
    """Signs for every ticked case by itself: one that is refused stops no other, and says why."""
    ticked = typed.get("number", [])
    numbers = list(dict.fromkeys(ticked if isinstance(ticked, list) else [ticked]))
    if not numbers or len(numbers) > AT_ONCE:
        raise Problem("没有签收任何工单", {"number": f"请勾选1至{AT_ONCE}件工单"})
    answers = await asyncio.gather(*(_sign(house, seat, str(number)) for number in numbers))
    results = list(zip(numbers, answers, strict=True))
    return await asyncio.to_thread(_tray, request, house, seat, Wanted(), results=results)


async def _sign(house: House, seat: Seat, number: str) -> str:
    """Empty when it is signed for, else the reason why not."""
    case, now = parse_number(number), house.now()
    if case is None or not await asyncio.to_thread(_sees, house, seat, case):
        return f"没有编号为{number[:20]}的案件"
    change = Taking(case=case, step="sign_for", actor=seat.actor, at=now, now=now)
    try:
        written = await house.ledger.take(change)
    except Refused as refused:
        return str(refused)
    assert written.stage == "signed", "signing for leads there"
    return ""


def _sees(house: House, seat: Seat, case: int) -> bool:
    with house.reading() as connection:
        return connection.scalar(visible(select(CaseRow.id).where(CaseRow.id == case), seat)) is not None


ROUTES: list[Any] = [tray, sign]
