"""A case file at work: read it whole, take a step in it, look behind the mask with a reason.

One handler takes every step of every procedure; what a step asks and why it may not be is the procedure's own.
A form that fails comes back with what was typed and the sentence beside the field.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from cases.calendar import OUTSIDE
from cases.changes import Taking, Written
from cases.lists import load_file
from cases.procedure import CORRECTING, File, Refused
from cases.procedures.work_order_facts import AGENT, Dispatch
from hotline.access import may_see, seen_case
from hotline.accounts.colleagues import check_assignee
from hotline.accounts.seats import Seat
from hotline.fields import from_form, from_values
from hotline.house import House
from hotline.office.caseview import as_json, shown, whose
from hotline.problems import Problem
from hotline.sent import whole_number
from hotline.web import Asking, form_or_json, render, see_other, wants_html

PREFIX = "facts."  # of a fact's name in a form
SHORTEST_KEY, LONGEST_KEY = 8, 80


@get("/cases/{number:str}", sync_to_thread=True)
def case_page(request: Asking, house: House, seat: Seat, number: str) -> Response[Any] | Template:
    """The file as a page, or as JSON to who asks for it."""
    if not wants_html(request):
        return Response(
            as_json(house, seat, _seen(house, seat, number)), headers={"Cache-Control": "no-store"}
        )
    view = shown(house, seat, _seen(house, seat, number), request.query_params.get("step", ""))
    return render(
        request, "case.html", **{**view, "done": _title(view["file"], request.query_params.get("done", ""))}
    )


@post("/cases/{number:str}/steps", status_code=200)
async def take_step(
    request: Asking, house: House, seat: Seat, number: str
) -> Response[Any] | Redirect | Template:
    """Takes a step: 200 with where the case stands now, 409 with the reason, 422 with the fields."""
    typed = await form_or_json(request)
    case = await asyncio.to_thread(_seen, house, seat, number)
    try:
        written = await house.ledger.take(_taking(request, house, seat, case, typed))
    except (Refused, Problem) as wrong:
        if not wants_html(request):
            raise
        return await asyncio.to_thread(_again, request, house, seat, case, typed, wrong)
    if wants_html(request):
        return await asyncio.to_thread(
            _onward, house, seat, written, str(typed["step"]), str(typed.get("back", ""))
        )
    return Response(
        {"number": written.number, "seq": written.seq, "stage": written.stage, "new": written.new}
    )


@post("/cases/{number:str}/party", status_code=200)
async def unmask(request: Asking, house: House, seat: Seat, number: str) -> Response[Any] | Template:
    """Shows the person in clear, once the step that says who looked and why is written: every time anew, whatever key
    comes with it, since who is shown the answer again has looked again."""
    typed = await form_or_json(request)
    case = await asyncio.to_thread(_seen, house, seat, number)
    sent = {"step": "unmask", PREFIX + "reason": str(typed.get("reason", ""))}
    try:
        await house.ledger.take(_taking(request, house, seat, case, sent, party=case))
    except (Refused, Problem) as wrong:
        if not wants_html(request):
            raise
        return await asyncio.to_thread(_again, request, house, seat, case, sent, wrong)
    person = await asyncio.to_thread(whose, house, case)
    if not wants_html(request):
        return Response(msgspec.to_builtins(person), headers={"Cache-Control": "no-store"})
    view = await asyncio.to_thread(shown, house, seat, case)
    told = {"person": person, "unmasked": True, "done": _title(view["file"], "unmask")}
    return render(request, "case.html", **{**view, **told})


def _title(file: File, step: str) -> str:
    return next((known.title for known in (*file.procedure.steps, CORRECTING) if known.name == step), "")


def _seen(house: House, seat: Seat, number: str) -> int:
    with house.reading() as connection:
        return seen_case(connection, seat, number)


def _taking(
    request: Asking, house: House, seat: Seat, case: int, typed: Mapping[str, Any], party: int = 0
) -> Taking:
    """The change that was asked for; `Problem` names what is wrong with it."""
    name, now = str(typed.get("step", "")), house.now()
    file = _file(house, case)
    try:
        step = file.procedure.step(name)
    except KeyError:
        raise Problem("没有这个步骤", {"step": f"{file.procedure.title}没有“{name[:40]}”这个步骤"}) from None
    facts = facts_typed(step.asks, typed, {"party": party} if party else {})
    check_assignee(house, seat, facts)
    key = "" if party else key_typed(request, typed)
    return Taking(
        case=case,
        step=name,
        actor=seat.actor,
        at=moment_typed(typed.get("at"), house, now),
        now=now,
        facts=_by_hand(facts, house),
        key=f"step:{seat.actor.id}:{key}" if key else "",
        asked=sha256(msgspec.json.encode((case, name, facts))).hexdigest() if key else "",
        seen=seen_typed(typed),
    )


def _by_hand(facts: Any, house: House) -> Any:
    """A dispatch that a person makes says so, and which rules were in force; nobody types that."""
    if not isinstance(facts, Dispatch):
        return facts
    return msgspec.structs.replace(facts, rule=AGENT, version=house.book.version)


def _file(house: House, case: int) -> File:
    with house.reading() as connection:
        file = load_file(connection, case)
    if file is None:
        raise NotFoundException(detail="没有这个案件")
    return file


def key_typed(request: Asking, typed: Mapping[str, Any]) -> str:
    """The key that makes a submission one however often it is sent; empty for none."""
    key = request.headers.get("Idempotency-Key") or str(typed.get("key") or "")
    if key and not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise Problem("幂等键有误", {"Idempotency-Key": f"应为{SHORTEST_KEY}至{LONGEST_KEY}个字符"})
    return key


def facts_typed(asks: type[Any] | None, typed: Mapping[str, Any], ours: Mapping[str, Any]) -> Any:
    """The facts of a step, from the object of a JSON client or the fields of a form; `ours` are not typed."""
    if isinstance(given := typed.get("facts"), dict):
        return from_values(asks, {**given, **ours})
    if "facts" in typed and given is not None:
        raise Problem("填写的内容有误", {"facts": "应为一个对象"})
    named = {name.removeprefix(PREFIX): value for name, value in typed.items() if name.startswith(PREFIX)}
    return from_form(asks, {**named, **{name: str(value) for name, value in ours.items()}})


def moment_typed(said: Any, house: House, now: datetime) -> datetime:
    """The moment that counts: what was typed, in the office's zone where it names none, else now. `Problem` for
    one that is none or that the calendar does not know."""
    if not said:
        return now
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        raise Problem("发生时间有误", {"at": "应为日期和时间，例如2026-11-23T09:30"}) from None
    if not house.city.calendar.covers(at.date()):
        raise Problem("发生时间有误", {"at": OUTSIDE})
    return at if at.tzinfo else at.replace(tzinfo=house.city.calendar.zone)


def seen_typed(typed: Mapping[str, Any]) -> int | None:
    """The last event a form knew of, where it says so."""
    said = typed.get("seen")
    number = whole_number(said) if said else None
    if said and number is None:
        raise Problem("填写的内容有误", {"seen": "应为整数"})
    return number


def _again(
    request: Asking, house: House, seat: Seat, case: int, typed: Mapping[str, Any], wrong: Refused | Problem
) -> Template:
    """The page with what was typed: 422 with a sentence beside each field, 409 with the reason above the form."""
    named = {name.removeprefix(PREFIX): str(value) for name, value in typed.items() if isinstance(value, str)}
    step = str(typed.get("step", ""))
    if isinstance(wrong, Problem):
        view = shown(house, seat, case, step, named, wrong.errors)
        return render(request, "case.html", wrong.status, **{**view, "problem": wrong.title})
    view = shown(house, seat, case, step, named, {wrong.field: wrong.message} if wrong.field else {})
    return render(request, "case.html", 409, **{**view, "problem": str(wrong)})


def _onward(house: House, seat: Seat, written: Written, step: str, back: str) -> Redirect:
    """Back to where the form stood; to the tray when the case is no longer this seat's to see."""
    if back in ("/triage", "/tray", "/board"):
        return see_other(f"{back}?done={written.number}")
    with house.reading() as connection:
        if not may_see(connection, seat, written.case):
            return see_other(f"/tray?done={written.number}")
    return see_other(f"/cases/{written.number}?done={step}")


ROUTES: list[Any] = [case_page, take_step, unmask]
