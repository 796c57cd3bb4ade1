"""The calendar: years of days off and made-up days, and a notice handed in, foreseen, confirmed.

The administrator loads; supervisors and legal officers look. The passes run in the worker; the page says how far
they are.
"""

import asyncio
from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from msgspec import to_builtins

from cases.notice import BadNotice
from cases.people import Role
from cases.procedure import Refused
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.calendar import notices
from hotline.figures.year_sheet import FIELDS, field_of, lines_of, sheet, typed_notice, years_around
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import Number
from hotline.web import Asking, render, see_other, wants_html

RECORD = 30  # loads on the page
LARGEST = 200_000  # bytes of a notice
REFRESH = "3"  # seconds until a page under way asks again
STATES = {
    "asked": "正在预演", "foreseen": "等待确认", "going": "正在重算", "done": "已生效", "dropped": "已撤下",
}  # fmt: skip
WRONG = "这份放假安排有误"


@get("/calendar", sync_to_thread=True)
def calendar(request: Asking, house: House, seat: Seat, year: Number | None = None) -> Response[Any]:
    """One year drawn, the years to choose from, what is under way, and the record."""
    if wants_html(request):
        return _page(request, house, seat, year)
    years = house.city.calendar.years
    told = {
        number: {**to_builtins(table, builtin_types=(date,)), "provisional": not table.notice}
        for number, table in sorted(years.items())
    }
    return Response({"years": told})


@post("/calendar", status_code=201)
async def hand_in(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """Takes a notice, as a file or typed as lines, to be foreseen; nothing holds until it is confirmed."""
    file = typed.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    try:
        load = await asyncio.to_thread(_stored, house, seat, content, typed)
    except Problem as wrong:
        if not wants_html(request):
            raise
        said = {name: str(typed.get(name, "")) for name in FIELDS}
        return await asyncio.to_thread(_page, request, house, seat, None, said, wrong)
    return _to(request, load)


@get("/calendar/loads/{load:int}", sync_to_thread=True)
def one_load(request: Asking, house: House, seat: Seat, load: int) -> Response[Any]:
    """What a notice would move, or how far it is, or what it did."""
    found = _found(house, load)
    if not wants_html(request):
        return Response(found)
    with house.reading() as connection:
        people = bell.names(connection, {found.asked_by, found.loaded_by})
        unseen = bell.unseen(connection, seat)
    tally = found.moved if found.state in ("going", "done") else found.foreseen
    told: dict[str, Any] = {
        "load": found, "tally": tally, "states": STATES, "people": people, "unseen": unseen,
        "may": Role.ADMIN in seat.roles, "waits": found.state in ("asked", "going"),
    }  # fmt: skip
    page = render(request, "calendar_load.html", **told)
    if told["waits"]:
        page.headers["Refresh"] = REFRESH
    return page


@post("/calendar/loads/{load:int}/confirmation", status_code=200, sync_to_thread=True)
def confirm(request: Asking, house: House, seat: Seat, load: int) -> Response[Any]:
    """Puts a foreseen notice in force; the worker brings the cases along."""
    if _found(house, load).state == "asked":
        raise Refused("预演还没有完成，看过会移动哪些期限再确认")
    notices.confirm(house, load, seat.actor.id)
    return _to(request, load)


@post("/calendar/loads/{load:int}/withdrawal", status_code=200, sync_to_thread=True)
def withdraw(request: Asking, house: House, seat: Seat, load: int) -> Response[Any]:
    """Sets a notice aside that was not confirmed."""
    notices.drop(house, _found(house, load).id, seat.actor.id)
    return _to(request, load)


ROUTES: list[Any] = [calendar, hand_in, one_load, confirm, withdraw]


def _to(request: Asking, load: int) -> Response[Any]:
    at = f"/calendar/loads/{load}"
    if wants_html(request):
        return see_other(at)
    return Response({"load": load, "url": at}, headers={"Location": at})


def _found(house: House, load: int) -> notices.Load:
    try:
        return notices.one(house, load)
    except LookupError as error:
        raise NotFoundException(detail="没有这一次装入") from error


def _stored(house: House, seat: Seat, content: bytes, typed: dict[str, Any]) -> int:
    """The id of the stored notice; `Problem` with the field of each mistake."""
    field = "file" if content else ""
    try:
        if len(content) > LARGEST:
            raise BadNotice("文件过大，放假安排只有几十行")
        text = content.decode("utf-8-sig") if content else str(typed.get("text") or "") or typed_notice(typed)
        return notices.hand_in(house, text, seat.actor.id)
    except UnicodeDecodeError as error:
        raise Problem(WRONG, {"file": "文件不是UTF-8编码的文本"}) from error
    except BadNotice as bad:
        errors: dict[str, list[str]] = {}
        for mistake in bad.mistakes:
            errors.setdefault(field or field_of(mistake), []).append(mistake)
        raise Problem(WRONG, {name: "；".join(said) for name, said in errors.items()}) from bad
    except Refused as refused:
        raise Problem(refused.message, {field or "year": refused.message}, status=409) from refused


def _page(
    request: Asking, house: House, seat: Seat, year: int | None,
    typed: dict[str, str] | None = None, wrong: Problem | None = None,
) -> Response[Any]:  # fmt: skip
    city = house.city
    today = city.calendar.day_of(house.now())
    years = years_around(city.calendar, today)
    chosen = year if year in years else today.year
    with house.reading() as connection:
        record = notices.record(connection, RECORD)
        people = bell.names(connection, {who for one in record for who in (one.asked_by, one.loaded_by)})
        unseen = bell.unseen(connection, seat)
    table = city.calendar.years.get(chosen)
    offered = {"year": str(chosen), **(lines_of(table) if table else {"notice": "", "off": "", "work": ""})}
    context: dict[str, Any] = {
        "sheet": sheet(city.calendar, chosen), "years": years, "tables": city.calendar.years,
        "record": record,
        "states": STATES, "people": people, "unseen": unseen, "may": Role.ADMIN in seat.roles,
        "typed": typed or offered, "errors": wrong.errors if wrong else {},
    }  # fmt: skip
    return render(request, "calendar.html", status=wrong.status if wrong else 200, **context)
