"""A citizen puts right what was written: words and place as an addition that the office sees, the own name and number
where they are kept.

Nothing is overwritten: the request stands as it was made and the correction is an event after it; what a name and
number were before is kept sealed beside them.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from litestar import Request, Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from cases.numbers import parse_number
from cases.parties import Person, masked, opened, party_row
from cases.phones import understand
from cases.procedure import Refused
from cases.procedures.work_order_facts import Material
from cases.tables import PartyRow, table_of
from hotline.citizens import handed_in
from hotline.citizens.one_time_tables import FormerContactRow
from hotline.citizens.own_case import proved, standing
from hotline.citizens.own_steps import let_in, onward, taking
from hotline.house import House
from hotline.problems import Problem
from hotline.web import form_or_json, render, see_other, wants_html, words_in

Asking = Request[Any, Any, Any]

PARTIES = table_of(PartyRow)
LONGEST = {"text": 5_000, "place": 200, "name": 60, "phone": 40}
SAYS = {
    "text": "更正的内容最多5000字",
    "place": "地点最多200字",
    "name": "姓名最多60字",
    "phone": "不是有效的电话号码，请检查；固定电话请带区号",
}
NOTHING = "请至少更正一项"
WEAK = "更正姓名、电话请先用查询码或者手机验证码打开本件"
CONTACT = "更正了联系方式"


class Contact(Struct, frozen=True):
    """Whose name and number are put right, and when; what is empty stays."""

    house: House
    party: int
    name: str
    phone: str
    at: datetime


@get("/requests/{number:str}/corrections", sync_to_thread=True)
def form(request: Asking, house: House, number: str) -> Response[Any]:
    """The form, with what stands now."""
    try:
        standing(request, house, number)
    except PermissionDeniedException:
        return cast(Response[Any], see_other(f"/status?number={number[:30]}"))
    return _page(request, house, number, {}, {})


@post("/requests/{number:str}/corrections", status_code=HTTP_200_OK)
async def correct(request: Asking, house: House, number: str) -> Response[Any]:
    """Writes the correction down."""
    await let_in(request, house, number)
    typed = await form_or_json(request)
    said = {name: words_in(typed, name) for name in LONGEST}
    strong = await asyncio.to_thread(proved, request, house, number)
    errors = _wrong(said, strong)
    try:
        if errors:
            raise Problem("提交的内容有误", errors)
        key = str(request.headers.get("Idempotency-Key") or typed.get("key", ""))[:80]
        facts = Material(text=_words(said))
        written = await house.ledger.take(taking(house, number, "add_material", facts, f"c{key}" if key else ""))
        if said["name"] or said["phone"]:  # sent twice it finds nothing left to change
            contact = Contact(house, written.case, said["name"], said["phone"], house.now())
            await house.ledger.join(_put_right, contact)
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        told = wrong.errors if isinstance(wrong, Problem) else {"text": str(wrong)}
        status = HTTP_422_UNPROCESSABLE_ENTITY if isinstance(wrong, Problem) else HTTP_409_CONFLICT
        return await asyncio.to_thread(_page, request, house, number, said, told, status)
    if not wants_html(request):
        return Response(await asyncio.to_thread(standing, request, house, number))
    return onward(request, house, number, "correct")


def _wrong(said: dict[str, str], strong: bool) -> dict[str, str]:
    errors = {name: SAYS[name] for name, most in LONGEST.items() if len(said[name]) > most}
    if said["phone"] and understand(said["phone"]).kind == "invalid":
        errors["phone"] = SAYS["phone"]
    if (said["name"] or said["phone"]) and not strong:
        errors["phone"] = WEAK
    return errors if errors or any(said.values()) else {"text": NOTHING}


def _words(said: dict[str, str]) -> str:
    """The correction as its event says it: who and which number stand with the party, never here."""
    lines = [f"更正内容：{said['text']}"] if said["text"] else []
    lines += [f"更正地点：{said['place']}"] if said["place"] else []
    lines += [CONTACT] if said["name"] or said["phone"] else []
    return "\n".join(lines)


def _put_right(connection: Connection, contacts: Sequence[Contact]) -> list[None]:
    """The ledger's own write: what stood is kept, what is right takes its place."""
    for one in contacts:
        row = connection.execute(select(PARTIES).where(PartyRow.id == one.party).with_for_update()).one()
        known = opened(one.house.vault, cast(PartyRow, row))
        person = Person(name=one.name or known.name, phone=understand(one.phone).number or known.phone)
        if (person.name, person.phone) == (known.name, known.phone):
            continue
        former = {name: getattr(row, name) for name in ("name", "phone", "phone_index")}
        connection.execute(insert(FormerContactRow).values(party=one.party, changed_at=one.at, **former))
        sealed = party_row(one.house.vault, one.party, person, one.at)
        changed = {name: sealed[name] for name in ("name", "phone", "phone_index", "phone_kind")}
        connection.execute(update(PARTIES).where(PartyRow.id == one.party).values(**changed))
    return [None] * len(contacts)


def _page(
    request: Asking, house: House, number: str, typed: dict[str, str], errors: dict[str, str], status: int = HTTP_200_OK
) -> Response[Any]:
    stands = standing(request, house, number)
    with house.reading() as connection:
        row = connection.execute(select(PARTIES).where(PartyRow.id == parse_number(number))).one()
    return render(
        request,
        "corrections.html",
        status,
        case=stands,
        option=next((one for one in stands.options if one.step == "add_material"), None),
        person=masked(opened(house.vault, cast(PartyRow, row))),
        proved=proved(request, house, number),
        typed=typed,
        errors=errors,
        key=handed_in.key({}),
    )


ROUTES: list[Any] = [form, correct]
