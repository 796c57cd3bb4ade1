"""The tray as a page: filters, each person's saved views, and what is done to many cases in one go. Each case is
taken by itself: one that is refused stops no other, and says why."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Template
from sqlalchemy import Connection, delete, func, select, update

from cases.changes import Taking
from cases.history import ENTRUST, Entrustment
from cases.numbers import parse_number
from cases.people import OFFICE
from cases.procedure import Refused
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import KINDS
from cases.tables import CaseRow, table_of
from hotline import bell
from hotline.access import visible
from hotline.accounts.colleagues import check_assignee, colleagues
from hotline.accounts.seats import Seat
from hotline.fields import from_form
from hotline.house import House
from hotline.office.tray import DUE, PAGE, WHOSE, Wanted, page_of, wanted_of
from hotline.office.tray_tables import SavedViewRow
from hotline.problems import Problem
from hotline.web import Asking, render, see_other

AT_ONCE = 100  # dealt with in one go
MOST_VIEWS = 20  # a person
LONGEST_NAME = 20
VIEWS = table_of(SavedViewRow)


def _tray(request: Asking, house: House, seat: Seat, wanted: Wanted, **more: Any) -> Template:
    with house.reading() as connection:
        lines, total = page_of(connection, house, seat, wanted)
        count = bell.unseen(connection, seat)
        own = connection.execute(_own(seat).order_by(VIEWS.c.name)).mappings().all()
        people = colleagues(connection, seat.office)
    known = {"results": [], "did": "", "typed": {}, "errors": {}}
    return render(
        request,
        "tray.html",
        more.pop("status", 200),
        **{**known, **more},
        lines=lines,
        total=total,
        pages=max(1, -(-total // PAGE)),
        wanted=wanted,
        kinds=KINDS,
        stages=PROCEDURES["work_order"].stages,
        streets=house.book.places.streets,
        topics=[(topic.code, topic.full) for topic in house.book.topics],
        dues=DUE,
        whose=WHOSE,
        views=own,
        colleagues=people,
        office=house.city.offices.get(seat.office, seat.office),
        signs=bool(seat.roles & OFFICE),
        unseen=count,
    )


def _own(seat: Seat) -> Any:
    return select(VIEWS).where(VIEWS.c.user_id == seat.user_id)


@get("/tray", sync_to_thread=True)
def tray(request: Asking, house: House, seat: Seat) -> Template:
    """The office's cases."""
    return _tray(request, house, seat, wanted_of(request.query_params, house))


@post("/tray/sign", status_code=200)
async def sign(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Template:
    """Signs for every ticked case."""
    results = await _each(house, seat, typed, "sign_for", None)
    wanted = _back(typed, house)
    return await asyncio.to_thread(_tray, request, house, seat, wanted, results=results, did="sign")


@post("/tray/assign", status_code=200)
async def assign(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Template:
    """Gives every ticked case to a colleague of the same office."""
    said = {name: str(typed.get(name, "")) for name in ("assignee", "reason")}
    try:
        facts = from_form(Entrustment, said)
        await asyncio.to_thread(check_assignee, house, seat, facts)
        results = await _each(house, seat, typed, ENTRUST, facts)
    except Problem as wrong:
        told = {"assignee": "请选择本单位的一位同事"} | wrong.errors if "assignee" in wrong.errors else wrong.errors
        more = {"typed": said | {"number": _ticked(typed)}, "errors": told, "status": wrong.status}
        return await asyncio.to_thread(_tray, request, house, seat, _back(typed, house), **more)
    more = {"results": results, "did": "assign"}
    return await asyncio.to_thread(_tray, request, house, seat, _back(typed, house), **more)


def _ticked(typed: Mapping[str, Any]) -> list[str]:
    ticked = typed.get("number", [])
    return list(dict.fromkeys(str(one) for one in (ticked if isinstance(ticked, list) else [ticked])))


def _back(typed: Mapping[str, Any], house: House) -> Wanted:
    """The view from which a form came."""
    return wanted_of(dict(parse_qsl(str(typed.get("view", ""))[:400])), house)


async def _each(
    house: House, seat: Seat, typed: Mapping[str, Any], step: str, facts: Any
) -> list[tuple[str, str]]:
    """Every ticked number with the reason why not; empty where it was done."""
    numbers = _ticked(typed)
    if not numbers or len(numbers) > AT_ONCE:
        raise Problem("没有办理任何工单", {"number": f"请勾选1至{AT_ONCE}件工单"})
    told = await asyncio.gather(*(_take(house, seat, number, step, facts) for number in numbers))
    return list(zip(numbers, told, strict=True))


async def _take(house: House, seat: Seat, number: str, step: str, facts: Any) -> str:
    case, now = parse_number(number), house.now()
    if case is None or not await asyncio.to_thread(_sees, house, seat, case):
        return f"没有编号为{number[:20]}的案件"
    change = Taking(case=case, step=step, actor=seat.actor, at=now, now=now, facts=facts)
    try:
        await house.ledger.take(change)
    except Refused as refused:
        return str(refused)
    return ""


def _sees(house: House, seat: Seat, case: int) -> bool:
    with house.reading() as connection:
        return connection.scalar(visible(select(CaseRow.id).where(CaseRow.id == case), seat)) is not None


# -- saved views ---------------------------------------------------------------------------------------


@post("/tray/views", status_code=303, sync_to_thread=True)
def keep_view(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """Keeps the view under a name."""
    wanted, name = _back(typed, house), str(typed.get("name", "")).strip()
    with house.writing() as connection:
        wrong = _wrong_name(connection, seat, name)
        if not wrong and (connection.scalar(_counted(seat)) or 0) >= MOST_VIEWS:
            wrong = f"最多保存{MOST_VIEWS}个视图，请先删除不用的"
        if not wrong:
            row = {"user_id": seat.user_id, "name": name, "query": wanted.query}
            connection.execute(VIEWS.insert().values(**row))
    if wrong:
        more = {"typed": {"name": name}, "errors": {"name": wrong}, "status": 422}
        return _tray(request, house, seat, wanted, **more)
    return see_other(wanted.link())


@post("/tray/views/{view:int}", status_code=303, sync_to_thread=True)
def change_view(request: Asking, house: House, seat: Seat, view: int, typed: dict[str, Any]) -> Response[Any]:
    """Renames a view of one's own, or deletes it."""
    one = (VIEWS.c.user_id == seat.user_id, VIEWS.c.id == view)
    wrong, name = "", str(typed.get("name", "")).strip()
    with house.writing() as connection:
        row = connection.execute(select(VIEWS).where(*one)).mappings().one_or_none()
        if row is None:
            raise NotFoundException(detail="没有这个视图")
        if typed.get("delete"):
            connection.execute(delete(VIEWS).where(*one))
            return see_other("/tray")
        if name != row["name"]:
            wrong = _wrong_name(connection, seat, name)
        if not wrong:
            connection.execute(update(VIEWS).where(*one).values(name=name))
    if wrong:
        more = {"typed": {"rename": name}, "errors": {"rename": wrong}, "status": 422}
        return _tray(request, house, seat, _back({"view": row["query"]}, house), **more)
    return see_other(f"/tray?{row['query']}")


def _wrong_name(connection: Connection, seat: Seat, name: str) -> str:
    if not 1 <= len(name) <= LONGEST_NAME:
        return f"请起一个名称，最多{LONGEST_NAME}个字"
    known = connection.scalar(_counted(seat).where(VIEWS.c.name == name))
    return "已有同名的视图，请换一个名称" if known else ""


def _counted(seat: Seat) -> Any:
    return select(func.count()).select_from(VIEWS).where(VIEWS.c.user_id == seat.user_id)


ROUTES: list[Any] = [tray, sign, assign, keep_view, change_view]
