"""The same matter, shown to the agent while typing and to the centre on a case.

A machine proposes and a person merges, by the work order's own step 并案; a citizen may say 我也遇到, and the
centre sees it there.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, cast
from uuid import uuid4

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Template
from sqlalchemy import Connection, select

from cases.changes import Move
from cases.lists import load_file
from cases.numbers import parse_number, public_number
from cases.phones import understand
from cases.procedures.work_order_facts import Merge
from hotline import bell
from hotline.access import seen_case
from hotline.accounts.seats import Seat
from hotline.alike.index import Words, words_of
from hotline.alike.public import note_same
from hotline.alike.search import near, signed
from hotline.alike.tables import SameSaidRow
from hotline.citizens.own_case import carried
from hotline.desk.callers import Caller, caller
from hotline.house import House
from hotline.tables import CallRow
from hotline.web import Asking, render, see_other

AGREED = "话务员与来电人核对，认定为同一件事"


# -- the agent's desk --------------------------------------------------------------------------------


def beside(house: House, said: Mapping[str, str]) -> dict[str, Any]:
    """What the preview shows beside the route: open look-alikes, and what is known of who calls."""
    words = Words(text=said.get("text", "").strip(), title=said.get("title", ""), place=said.get("place", ""))
    if len(words.text) < 4:
        return {"alike": [], "caller_known": None, "into": ""}
    with house.reading() as connection:
        found = near(house, connection, words, house.now())
        known = _caller_of(house, connection, said, words)
    return {"alike": found, "caller_known": known, "into": said.get("into", "")}


def _caller_of(house: House, connection: Connection, said: Mapping[str, str], words: Words) -> Caller | None:
    index = house.vault.index(understand(said.get("phone", "").strip()).number)
    if not index and said.get("call"):
        index = connection.scalar(select(CallRow.caller_index).where(CallRow.id == said["call"])) or ""
    return caller(house, connection, index, signed(house, words))


def linking(house: House, seat: Seat, said: Mapping[str, str], errors: dict[str, str]) -> tuple[Move, ...]:
    """The merger the agent ticked, if any; a lead that cannot be one is named in `errors`."""
    into = said.get("into", "").strip()
    if not into:
        return ()
    with house.reading() as connection:
        try:
            lead = load_file(connection, seen_case(connection, seat, into))
        except NotFoundException as wrong:
            errors["into"] = wrong.detail
            return ()
    if lead is None or lead.ended or lead.procedure.name != "work_order":
        errors["into"] = "所选主件已经办结或不是工单，请另选或单独登记"
        return ()
    return (Move("merge", Merge(into=lead.number, reason=AGREED), seat.actor),)


# -- one case ----------------------------------------------------------------------------------------


@get("/cases/{number:str}/alike", sync_to_thread=True)
def alike_page(request: Asking, house: House, seat: Seat, number: str) -> Template:
    """The open cases like this one, with the forms that merge either into the other."""
    with house.reading() as connection:
        case = seen_case(connection, seat, number)
        file = load_file(connection, case)
        assert file is not None
        words, at = words_of(connection, [case])[case]
        found = near(house, connection, words, at, but=case)
        claimed = set(connection.scalars(select(SameSaidRow.other).where(SameSaidRow.case_id == case)))
        unseen = bell.unseen(connection, seat)
    shown: dict[str, Any] = {"alike": found, "claimed": claimed, "key": uuid4().hex, "unseen": unseen}
    return render(request, "case_alike.html", file=file, asked=file.opening.facts, **shown)


# -- citizens ----------------------------------------------------------------------------------------


@post("/requests/{number:str}/same", status_code=303)
async def say_same(request: Request[Any, Any, Any], house: House, number: str) -> Response[Any]:
    """我也遇到: the citizen says so; the centre sees it on the case and decides."""
    case = parse_number(number)
    if case is None or not await asyncio.to_thread(carried, request, house, public_number(case)):
        raise PermissionDeniedException(detail="查询已超时，请重新用编号和查询码查询后再办理")
    await asyncio.to_thread(note_same, house, case)
    return cast(Response[Any], see_other(f"/requests/{public_number(case)}/receipt"))


ROUTES: list[Any] = [alike_page, say_same]
