"""The agent's desk: who is calling, what they called about before, and one form that makes it a case.

The call that rings pops up by itself; the form tells where the matter would go while it is being typed, and is kept
while it is typed. What the agent decides at once (a direct answer, an emergency, a legal path) is in the same
transaction."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect, Template
from sqlalchemy import Connection, RowMapping, select

from cases.parties import Person, masked
from cases.phones import understand
from cases.procedure import Refused
from cases.procedures.work_order_facts import Answer
from cases.tables import CaseRow, EventRow, table_of
from hotline import bell, intake
from hotline.access import seen_case
from hotline.accounts.seats import Seat
from hotline.alike import alike
from hotline.calendar.lights import due_words
from hotline.channels.phone import CALLS, Past, history, learn_places, place_of
from hotline.desk import appointments
from hotline.desk import day as desk_day
from hotline.desk import drafts as desk_drafts
from hotline.desk.form import checked, lists, routed, said_in
from hotline.house import House
from hotline.knowledge import writing as knowledge_writing
from hotline.matrix import MATRIX
from hotline.problems import Problem
from hotline.pulse import RECENT, Heard, call_mark, calls_since, rings_for
from hotline.tables import CallRow
from hotline.web import Asking, render, see_other

ANSWERS = ("answer", "answer_at_desk")
SPOKEN = {"withheld": "号码已隐藏", "none": "无来电号码", "invalid": "无法识别的号码"}
NUMBERS: dict[str, Any] = {"emergency": desk_day.EMERGENCY, "hotlines": desk_day.HOTLINES}
USED_KEY = "Idempotency-Key"  # the field the ledger names when a key comes again with something else
KNOWLEDGE = "/knowledge/beside"


def _page(request: Asking, house: House, seat: Seat, typed: Mapping[str, str], **more: Any) -> Template:
    """The desk: the call, its history, the form with what is typed in it or was saved."""
    now = house.now()
    with house.reading() as connection:
        day = desk_day.day_of(connection, house, seat)
        ringing = _ringing(connection, seat, now)
        chosen = typed.get("call") or (ringing[-1]["id"] if ringing else day.call)
        view = _call_view(connection, house, seat, chosen)
        kept = _kept(connection, house, seat, view, typed)
        calls_back = appointments.waiting(connection, house, seat)
        count = bell.unseen(connection, seat)
    quiet = call_mark(now - timedelta(seconds=60))
    heard = Heard(call=max((call_mark(row["rang_at"]) for row in ringing), default=quiet))
    known = {"errors": {}, "problem": "", "twice": "", "accepted": None, "routed": None, **appointments.EMPTY}
    shown = {**known, **lists(house), **view, **calls_back, **kept}
    return render(
        request,
        "desk.html",
        more.pop("status", 200),
        **{**shown, **alike.beside(house, kept["typed"]), **more},
        day=day,
        unseen=count,
        mark=str(heard),
        knowledge=KNOWLEDGE if ("GET", KNOWLEDGE) in MATRIX else "",
        **NUMBERS,
    )


def _kept(
    connection: Connection, house: House, seat: Seat, view: Mapping[str, Any], typed: Mapping[str, str]
) -> dict[str, Any]:
    """What stands in the form: what came back with an error, else the draft of this call."""
    slot = desk_drafts.slot_of(view["call"]["id"] if view["call"] else "")
    draft = desk_drafts.draft_of(connection, house, seat, slot)
    if typed.keys() > {"call"}:
        found, draft_shown = dict(typed), None
    else:
        found, draft_shown = {**(draft.fields if draft else {}), **typed}, draft
    return {
        "typed": found,
        "draft": draft_shown,
        "draft_version": draft.version if draft else 0,
        "drafts": desk_drafts.others(connection, seat, slot),
    }


def _ringing(connection: Connection, seat: Seat, now: datetime) -> list[RowMapping]:
    """The calls that ring or are spoken now, the newest last."""
    rows = connection.execute(calls_since(now - RECENT)).mappings()
    return [row for row in rows if row["state"] != "ended" and rings_for(seat, row)]


def _call_view(connection: Connection, house: House, seat: Seat, call: str) -> dict[str, Any]:
    """One call as the agent sees it: masked number, where it is from, earlier cases (open first) with their last
    answer, and where the caller was put through."""
    row = None
    if call:
        row = connection.execute(select(CALLS).where(CallRow.id == call)).mappings().one_or_none()
    nobody: dict[str, Any] = {"call": None, "caller": "", "place": "", "past": [], "answers": {}, "case_number": "", "transfers": []}
    if row is None or not rings_for(seat, row):
        return {**nobody, "key": uuid4().hex}
    phone = house.vault.open(row["caller"])
    past = sorted(history(connection, house.vault, row["caller_index"]), key=lambda case: case.ended)
    return {
        "call": row,
        "caller": SPOKEN.get(row["caller_kind"]) or masked(Person(phone=understand(phone).local)).phone,
        "place": place_of(phone),
        "past": past,
        "answers": _last_answers(connection, past),
        "key": uuid4().hex if row["case_id"] else row["id"],
        "case_number": next((case.number for case in past if case.case == row["case_id"]), ""),
        "transfers": desk_day.transfers_of(connection, house, call),
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
    learn_places()
    return _page(request, house, seat, {"call": call} if call else {}, accepted=_accepted(house, seat, done))


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
    return render(request, "_call.html", **view, **NUMBERS, moved={}, moved_errors={})


@get("/desk/day", sync_to_thread=True)
def desk_today(request: Asking, house: House, seat: Seat) -> Template:
    """The agent's state and the day's numbers, as a part of the page."""
    with house.reading() as connection:
        day = desk_day.day_of(connection, house, seat)
    return render(request, "_day.html", day=day)


@post("/desk/ready", status_code=303, sync_to_thread=True)
def ready(house: House, seat: Seat) -> Redirect:
    """The after-work is done: the next call may come."""
    desk_day.be_ready(house, seat)
    return see_other("/desk")


@post("/desk/transfers", status_code=200, sync_to_thread=True)
def transfer(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """Records that the caller was put through to another number."""
    said, errors = said_in(typed), {}
    try:
        desk_day.put_through(house, seat, said)
    except (Problem, Refused) as wrong:
        if "HX-Request" not in request.headers:
            raise
        errors = wrong.errors if isinstance(wrong, Problem) else {"number": str(wrong)}
    if "HX-Request" not in request.headers:
        return cast(Response[Any], see_other("/desk"))
    with house.reading() as connection:
        view = _call_view(connection, house, seat, said.get("call", ""))
    moved = {"moved": said if errors else {}, "moved_errors": errors}
    return cast(Response[Any], render(request, "_call.html", 422 if errors else 200, **view, **NUMBERS, **moved))


@post("/desk/preview", status_code=200, sync_to_thread=True)
def desk_preview(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Template:
    """Where what is typed so far would go, why, and by when: shown beside the form after a pause."""
    said = {name: str(value) for name, value in typed.items() if isinstance(value, str)}
    return render(request, "_route.html", **routed(house, seat, said), **alike.beside(house, said))


@post("/desk/draft", status_code=200, sync_to_thread=True)
def keep_draft(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """Keeps what is typed so far; with `forget` it is thrown away and the form is empty again."""
    said = {name: str(value) for name, value in typed.items() if isinstance(value, str)}
    if said.get("forget"):
        desk_drafts.forget(house, seat, desk_drafts.slot_of(said.get("call", "")))
        return cast(Response[Any], see_other("/desk"))
    saved = desk_drafts.save(house, seat, said)
    return cast(Response[Any], render(request, "_draft.html", saved=saved, slot=said.get("call", "")))


@post("/desk", status_code=200)
async def log_request(
    request: Asking, house: House, seat: Seat, typed: dict[str, Any]
) -> Redirect | Template:
    """Logs the request against the call; what was typed comes back with a sentence beside each wrong field."""
    said = said_in(typed)
    try:
        incoming = await asyncio.to_thread(checked, house, seat, said)
        written = await intake.take(house, incoming)
    except Problem as wrong:
        return await asyncio.to_thread(
            _page, request, house, seat, said, errors=wrong.errors, problem=wrong.title, status=422
        )
    except Refused as refused:
        twice = await asyncio.to_thread(intake.registered, house, incoming) if refused.field == USED_KEY else ""
        told = {"twice": twice} if twice else {"problem": str(refused)}
        said = {**said, "key": ""} if twice else said  # sent once more, it is another matter
        return await asyncio.to_thread(_page, request, house, seat, said, status=409, **told)
    await asyncio.to_thread(desk_drafts.forget, house, seat, desk_drafts.slot_of(said.get("call", "")))
    await asyncio.to_thread(knowledge_writing.told, house, seat, said)
    return see_other(f"/desk?done={written.number}")


# `log_request` first: Litestar registers a path's earlier handlers again, and wraps a threaded one twice
ROUTES: list[Any] = [log_request, desk, desk_call, desk_today, ready, transfer, desk_preview, keep_draft]
