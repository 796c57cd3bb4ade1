"""更正: one record of a case file mended on a page of its own, the old words struck through and never gone.

What may not be corrected, or could not have happened after it, is the ledger's to say; the form only shows what
stands and sends what was changed.
"""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from cases.changes import Taking
from cases.corrections import FIXED
from cases.history import CORRECT, Correction, Event
from cases.lists import load_file
from cases.procedure import File, Refused
from hotline import bell
from hotline.access import seen_case
from hotline.accounts.seats import Seat
from hotline.fields import YES, Field, fields_of, from_values, parted, typed_of
from hotline.house import House
from hotline.office.caseview import offers_for
from hotline.office.casework import PREFIX, moment_typed, seen_typed
from hotline.problems import Problem
from hotline.web import Asking, form_or_json, render, see_other, wants_html

PAGE = "/cases/{number:str}/events/{seq:int}/correction"


@get(PAGE, sync_to_thread=True)
def correction_page(request: Asking, house: House, seat: Seat, number: str, seq: int) -> Template:
    """The record with its time and its words, to be changed or struck out."""
    return _page(request, house, seat, _found(house, seat, number, seq), {})


@post(PAGE, status_code=200)
async def correct(
    request: Asking, house: House, seat: Seat, number: str, seq: int
) -> Response[Any] | Redirect | Template:
    """Corrects it: back to the case, or the page again with what was typed and why it may not be."""
    typed = await form_or_json(request)
    file, event = found = await asyncio.to_thread(_found, house, seat, number, seq)
    now = house.now()
    try:
        facts = _asked(house, file, event, typed)
        await house.ledger.take(
            Taking(case=file.id, step=CORRECT, actor=seat.actor, at=now, now=now, facts=facts, seen=seen_typed(typed))
        )
    except (Refused, Problem) as wrong:
        if not wants_html(request):
            raise
        return await asyncio.to_thread(_page, request, house, seat, found, typed, wrong)
    if not wants_html(request):
        return Response({"number": file.number, "corrected": seq})
    return see_other(f"/cases/{number}?done={CORRECT}#event-{seq}")


def _found(house: House, seat: Seat, number: str, seq: int) -> tuple[File, Event]:
    """The file and the record as it stands now; 404 where there is none, or none for this seat."""
    with house.reading() as connection:
        file = load_file(connection, seen_case(connection, seat, number))
    event = next((event for event in file.history if event.seq == seq), None) if file else None
    if file is None or event is None:
        raise NotFoundException(detail=f"本案没有第{seq}条记录，或者它已经撤销")
    return file, event


def _asked(house: House, file: File, event: Event, typed: Mapping[str, Any]) -> Correction:
    """The correction that was typed: only what is other than before. `Problem` names every field that is wrong."""
    void = str(typed.get("void", "")).casefold() in YES
    at = moment_typed(typed.get("at"), house, event.at)
    changed = {} if void else _changed(file, event, typed)
    given = {"seq": event.seq, "reason": str(typed.get("reason", "")).strip(), "void": void, "facts": changed or None}
    moved = not void and _local(house, at) != _local(house, event.at)
    correction: Correction = from_values(Correction, given)
    return msgspec.structs.replace(correction, at=at if moved else None)


def _changed(file: File, event: Event, typed: Mapping[str, Any]) -> dict[str, Any]:
    asks = file.procedure.step(event.step).asks
    before: dict[str, Any] = msgspec.to_builtins(event.facts, builtin_types=(date, datetime)) or {}
    given = dict(before)
    for field in _fields(file, event, {}):
        said = _typed(field, typed)
        if said != field.value:
            given[field.name] = parted(asks, field.name, said)
    if given == before:
        return {}
    after = msgspec.to_builtins(from_values(asks, given))
    plain = msgspec.to_builtins(event.facts)
    return {name: value for name, value in after.items() if value != plain[name]}


def _fields(file: File, event: Event, offers: Mapping[str, Any]) -> list[Field]:
    fixed = FIXED | {file.procedure.leads.get(event.step), file.procedure.joins.get(event.step)}
    step = file.procedure.step(event.step)
    return [field for field in fields_of(step.asks, typed_of(event.facts), {}, offers) if field.name not in fixed]


def _typed(field: Field, typed: Mapping[str, Any]) -> str:
    """What was typed into a control; what stands in it, where the form was not sent yet. A tick that is not sent
    was taken away."""
    left = "" if typed and field.control == "check" else field.value
    return str(typed.get(PREFIX + field.name, left)).strip()


def _local(house: House, moment: datetime) -> str:
    """As a browser's field holds it."""
    return moment.astimezone(house.city.calendar.zone).strftime("%Y-%m-%dT%H:%M")


def _said(wrong: Refused | Problem | None) -> tuple[int, dict[str, str]]:
    """The status of the page and its sentences, by field; that above the form has none."""
    if wrong is None:
        return 200, {}
    if isinstance(wrong, Problem):
        return wrong.status, {"": wrong.title, **wrong.errors}
    return 409, {"": str(wrong)}


def _page(
    request: Asking,
    house: House,
    seat: Seat,
    found: tuple[File, Event],
    typed: Mapping[str, Any],
    wrong: Refused | Problem | None = None,
) -> Template:
    file, event = found
    status, errors = _said(wrong)
    fields = [
        msgspec.structs.replace(field, value=_typed(field, typed), error=errors.get(field.name, ""))
        for field in _fields(file, event, offers_for(file, seat, house))
    ]
    with house.reading() as connection:
        unseen = bell.unseen(connection, seat)
    return render(
        request, "correcting.html", status, file=file, event=event, unseen=unseen, fields=fields,
        step=file.procedure.step(event.step), at=str(typed.get("at", "")) or _local(house, event.at),
        reason=str(typed.get("reason", "")), errors=errors, opening=event.seq == file.opening.seq,
    )  # fmt: skip


ROUTES: list[Any] = [correction_page, correct]
