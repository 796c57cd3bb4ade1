"""The agent's desk: who is calling, what they called about before, and one form that makes it a case.

The call that rings pops up by itself; the form tells where the matter would go while it is being typed. What
the agent decides at once (a direct answer, an emergency, a legal path) is in the same transaction.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
from litestar import get, post
from litestar.response import Redirect, Template
from sqlalchemy import Connection, RowMapping, select

from cases.changes import Move
from cases.history import Note
from cases.parties import Person, masked
from cases.phones import understand
from cases.procedure import Refused
from cases.procedures.work_order_facts import ASKERS, KINDS, Answer, Divert, Emergency, Request
from cases.tables import CaseRow, EventRow, table_of
from hotline import alike, bell, intake, route_view
from hotline.access import seen_case
from hotline.asking import asked_of
from hotline.channels.phone import CALLS, Past, history
from hotline.fields import from_form
from hotline.house import House
from hotline.intake import Incoming
from hotline.lights import due_words
from hotline.problems import Problem
from hotline.pulse import RECENT, Heard, call_mark, calls_since, rings_for
from hotline.seats import Seat
from hotline.tables import CallRow
from hotline.web import Asking, render, see_other
from routing import catalogue

THEN = {
    "dispatch": "派单",
    "answer": "直接答复",
    "emergency": "转紧急",
    "divert": "告知法定途径",
    "triage": "留待人工派单",
}
MOVES: dict[str, tuple[str, type[Any]]] = {
    "answer": ("answer_at_desk", Answer),
    "emergency": ("hand_to_emergency", Emergency),
    "divert": ("divert", Divert),
}
ANSWERS = ("answer", "answer_at_desk")


def _page(request: Asking, house: House, seat: Seat, typed: Mapping[str, str], **more: Any) -> Template:
    """The desk: the call, its history, the form with what is typed in it."""
    now = house.now()
    with house.reading() as connection:
        ringing = _ringing(connection, seat, now)
        chosen = typed.get("call") or (ringing[-1]["id"] if ringing else "")
        view = _call_view(connection, house, seat, chosen)
        count = bell.unseen(connection, seat)
    mark = Heard(
        call=max(
            (call_mark(row["rang_at"]) for row in ringing), default=call_mark(now - timedelta(seconds=60))
        )
    )
    known = {
        "ringing": ringing,
        "typed": typed,
        "errors": {},
        "problem": "",
        "accepted": None,
        "routed": None,
    }
    status = more.pop("status", 200)
    return render(
        request,
        "desk.html",
        status,
        **{**known, **_lists(house), **view, **alike.beside(house, typed), **more},
        unseen=count,
        mark=str(mark),
    )


def _lists(house: House) -> dict[str, Any]:
    return {
        "kinds": KINDS,
        "askers": ASKERS,
        "streets": house.book.places.streets,
        "topics": catalogue.topics(house.book),
        "offices": sorted(house.city.offices.items(), key=lambda item: item[1]),
        "then": THEN,
    }


def _ringing(connection: Connection, seat: Seat, now: datetime) -> list[RowMapping]:
    """The calls that ring or are spoken now, the newest last."""
    rows = connection.execute(calls_since(now - RECENT)).mappings()
    return [row for row in rows if row["state"] != "ended" and rings_for(seat, row)]


def _call_view(connection: Connection, house: House, seat: Seat, call: str) -> dict[str, Any]:
    """One call as the agent sees it: masked number, earlier cases (open first) with their last answer."""
    row = None
    if call:
        row = connection.execute(select(CALLS).where(CallRow.id == call)).mappings().one_or_none()
    if row is None or not rings_for(seat, row):
        return {"call": None, "caller": "", "past": [], "answers": {}, "key": uuid4().hex, "case_number": ""}
    phone = house.vault.open(row["caller"])
    past = sorted(history(connection, house.vault, row["caller_index"]), key=lambda case: case.ended)
    spoken = {"withheld": "号码已隐藏", "none": "无来电号码", "invalid": "无法识别的号码"}
    return {
        "call": row,
        "caller": spoken.get(row["caller_kind"]) or masked(Person(phone=understand(phone).local)).phone,
        "past": past,
        "answers": _last_answers(connection, past),
        "key": uuid4().hex if row["case_id"] else row["id"],
        "case_number": next((case.number for case in past if case.case == row["case_id"]), ""),
    }


def _last_answers(connection: Connection, past: list[Past]) -> dict[str, str]:
    """The last answer of each earlier case, by number, in one statement."""
    numbers = {case.case: case.number for case in past}
    events = table_of(EventRow)
    wanted = select(events.c.case_id, events.c.facts).where(
        events.c.case_id.in_(numbers), events.c.step.in_(ANSWERS)
    )
    found = connection.execute(wanted.order_by(events.c.case_id, events.c.seq))
    return {numbers[case]: msgspec.json.decode(facts, type=Answer).text for case, facts in found}


@get("/desk", sync_to_thread=True)
def desk(request: Asking, house: House, seat: Seat, call: str = "", done: str = "") -> Template:
    """The page, with the call that is on the line."""
    return _page(request, house, seat, {"call": call}, accepted=_accepted(house, seat, done))


def _accepted(house: House, seat: Seat, number: str) -> dict[str, Any] | None:
    """What the agent reads out to the caller after logging: number, code, promised day, where it went."""
    if not number:
        return None
    with house.reading() as connection:
        case = seen_case(connection, seat, number)
        row = connection.execute(
            select(CaseRow.stage, CaseRow.office, CaseRow.promised_at).where(CaseRow.id == case)
        ).one()
    return {
        "number": number,
        "code": house.vault.code(number),
        "stage": row.stage,
        "office": house.city.offices.get(row.office, row.office),
        "promised": due_words(row.promised_at, house.city.calendar) if row.promised_at else "",
        "because": intake.promised_because(house, case),
    }


@get("/desk/call", sync_to_thread=True)
def desk_call(request: Asking, house: House, seat: Seat, call: str = "") -> Template:
    """The caller's part of the page, put in place when the telephone rings."""
    with house.reading() as connection:
        view = _call_view(connection, house, seat, call)
    return render(request, "_call.html", **view)


@post("/desk/preview", status_code=200, sync_to_thread=True)
def desk_preview(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Template:
    """Where what is typed so far would go, why, and by when: shown beside the form after a pause."""
    said = {name: str(value) for name, value in typed.items() if isinstance(value, str)}
    return render(request, "_route.html", **_route(house, seat, said), **alike.beside(house, said))


def _route(house: House, seat: Seat, said: Mapping[str, str]) -> dict[str, Any]:
    if not said.get("text", "").strip():
        return {"routed": None}
    kind = said["kind"] if said.get("kind") in KINDS else "complaint"
    incoming = _incoming(seat, {**said, "kind": kind}, Person(phone=_phone(house, seat, said)), ())
    found = route_view.shown(house, asked_of(house, incoming, house.now()))
    return {
        "routed": found.routed,
        "found": found,
        "chosen": house.city.offices.get(said.get("office", ""), ""),
        "asked_street": said.get("asked_street", ""),
    }


@post("/desk", status_code=200)
async def log_request(
    request: Asking, house: House, seat: Seat, typed: dict[str, Any]
) -> Redirect | Template:
    """Logs the request against the call; what was typed comes back with a sentence beside each wrong field."""
    said = {name: str(value) for name, value in typed.items() if isinstance(value, str)}
    said["street"] = said.get("street") or said.get("asked_street", "")
    try:
        incoming = await asyncio.to_thread(_checked, house, seat, said)
        written = await intake.take(house, incoming)
    except Problem as wrong:
        return await asyncio.to_thread(
            _page, request, house, seat, said, errors=wrong.errors, problem=wrong.title, status=422
        )
    except Refused as refused:
        return await asyncio.to_thread(_page, request, house, seat, said, problem=str(refused), status=409)
    return see_other(f"/desk?done={written.number}")


def _checked(house: House, seat: Seat, said: Mapping[str, str]) -> Incoming:
    """The request that was typed; `Problem` names every field that is wrong, of the form and of the decision."""
    errors: dict[str, str] = {}
    then = said.get("then") or "dispatch"
    moves: tuple[Move, ...] = ()
    try:
        from_form(Request, {**said, "party": "0", "channel": "phone"})
    except Problem as wrong:
        errors |= wrong.errors
    if then not in THEN:
        errors["then"] = "请选择如何处理"
    try:
        moves = _moves(seat, then, said)
    except Problem as wrong:
        errors |= {f"{then}.{name}": told for name, told in wrong.errors.items()}
    moves += alike.linking(house, seat, said, errors)
    phone = said.get("phone", "").strip()
    if phone and understand(phone).kind == "invalid":
        errors["phone"] = "不是可以识别的电话号码；不愿留号码的请留空"
    if said.get("office") and said["office"] not in house.city.offices:
        errors["office"] = "请从列表中选择"
    if errors:
        raise Problem("登记没有完成，请看各栏的提示，已填写的内容都在", errors)
    person = Person(name=said.get("name", "").strip(), phone=_phone(house, seat, said))
    return _incoming(seat, said, person, moves)


def _phone(house: House, seat: Seat, said: Mapping[str, str]) -> str:
    return said.get("phone", "").strip() or _caller(house, seat, said.get("call", ""))


def _moves(seat: Seat, then: str, said: Mapping[str, str]) -> tuple[Move, ...]:
    if (
        then == "triage"
    ):  # a note in place of a dispatch keeps it at the triage desk, and says who wanted that
        return (Move("note", Note(text="话务员留待人工派单"), seat.actor),)
    if then not in MOVES:
        return ()
    step, asks = MOVES[then]
    own = {name.partition(".")[2]: value for name, value in said.items() if name.startswith(f"{then}.")}
    return (Move(step, from_form(asks, own), seat.actor),)


def _caller(house: House, seat: Seat, call: str) -> str:
    """The number on the line: what the form leaves empty."""
    if not call:
        return ""
    with house.reading() as connection:
        row = connection.execute(select(CALLS).where(CallRow.id == call)).mappings().one_or_none()
    return house.vault.open(row["caller"]) if row and rings_for(seat, row) else ""


def _incoming(seat: Seat, said: Mapping[str, str], person: Person, moves: tuple[Move, ...]) -> Incoming:
    plain: dict[str, Any] = {
        name: said.get(name, "").strip() for name in ("text", "title", "topic", "place", "call")
    }
    who = said.get("who", "")
    key = said.get("key", "")
    return Incoming(
        kind=said["kind"],  # type: ignore[arg-type]  # checked against the struct before
        channel="phone",
        actor=seat.actor,
        person=person,
        urgent=bool(said.get("urgent")),
        confidential=bool(said.get("confidential")),
        key=key,
        office=said.get("office", "") if said.get("then", "dispatch") == "dispatch" else "",
        street=said.get("street", "").strip() or said.get("asked_street", "").strip(),
        who=who if who in ASKERS else "",  # type: ignore[arg-type]
        moves=moves,
        **plain,
    )


# `log_request` first: Litestar registers a path's earlier handlers again, and wraps a threaded one twice
ROUTES: list[Any] = [log_request, desk, desk_call, desk_preview]
