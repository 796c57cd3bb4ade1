"""The list of evidence of a case: handed in, examined, printed. Its lines are steps of the case like all others.

A file that comes with a piece is judged by its content before the step names its digest.
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template
from sqlalchemy import Connection

from cases.changes import Taking
from cases.lists import load_file
from cases.procedure import Attempt, File, Refused, Step, why_not
from cases.procedures.evidence import next_item, pieces
from hotline import attachments, bell
from hotline.access import seen_case
from hotline.accounts.seats import Seat
from hotline.fields import Field, fields_of
from hotline.house import House
from hotline.law_rooms import legal_file
from hotline.law_rooms.evidence_sheet import listing
from hotline.letters.book import WORD
from hotline.office.casefile import Words
from hotline.office.casework import PREFIX, facts_typed, key_typed, moment_typed
from hotline.problems import Problem
from hotline.progress import digests
from hotline.web import Asking, render, see_other, wants_html

STEPS = {"submit": "submit_evidence", "examine": "examine_evidence"}
OF = {step: act for act, step in STEPS.items()}


@get("/cases/{number:str}/evidence", sync_to_thread=True)
def evidence_page(request: Asking, house: House, seat: Seat, number: str) -> Response[Any] | Template:
    """The list, as a page, as JSON, or with `?paper=docx` as a Word file to edit and sign."""
    file = _file(house, seat, number)
    if request.query_params.get("paper") == "docx":
        return _word(house, file)
    if wants_html(request):
        return _page(request, house, seat, file)
    with house.reading() as connection:
        lines = legal_file.evidence(file, _words(connection, house, file), house.city.calendar)
    return Response({"number": file.number, "evidence": msgspec.to_builtins(lines)})


@post("/cases/{number:str}/evidence", status_code=200)
async def act(
    request: Asking, house: House, seat: Seat, number: str, typed: dict[str, Any]
) -> Response[Any] | Redirect | Template:
    """Puts a piece on the list (`act=submit`, with its file) or says what became of it (`act=examine`)."""
    file = await asyncio.to_thread(_file, house, seat, number)
    try:
        taking = await _taking(request, house, seat, file, typed)
        written = await house.ledger.take(taking)
    except (Refused, Problem) as wrong:
        if not wants_html(request):
            raise
        return await asyncio.to_thread(_page, request, house, seat, file, typed, wrong)
    if wants_html(request):
        return see_other(f"/cases/{number}/evidence?done={taking.step}")
    return Response({"number": written.number, "seq": written.seq, "item": taking.facts.item})


async def _taking(request: Asking, house: House, seat: Seat, file: File, typed: Mapping[str, Any]) -> Taking:
    name = STEPS.get(str(typed.get("act", "")))
    if name is None:
        raise Problem("没有这个事项", {"act": "应为" + "、".join(STEPS)})
    step, now = file.procedure.step(name), house.now()
    at, key = moment_typed(typed.get("at"), house, now), key_typed(request, typed)
    if refused := why_not(_attempt(house, seat, file, step)):  # before a file is kept for nothing
        raise refused
    facts = facts_typed(step.asks, typed, {})
    if isinstance(upload := typed.get("file"), UploadFile) and upload.filename:
        digest = await asyncio.to_thread(
            _kept, house, upload.filename, await upload.read(attachments.LARGEST + 1)
        )
        facts = msgspec.structs.replace(facts, attachments=(digest,))
    asked = sha256(msgspec.json.encode((file.id, name, facts))).hexdigest() if key else ""
    key = f"step:{seat.actor.id}:{key}" if key else ""
    return Taking(
        case=file.id, step=name, actor=seat.actor, at=at, now=now, facts=facts, key=key, asked=asked
    )


def _kept(house: House, name: str, content: bytes) -> str:
    kept, refused = attachments.keep(house, [(name, BytesIO(content))])
    if refused:
        raise Problem("附件没有收下", {"file": "；".join(refused)})
    return kept[0].digest


def _file(house: House, seat: Seat, number: str) -> File:
    with house.reading() as connection:
        file = load_file(connection, seen_case(connection, seat, number))
    assert file is not None, "the door has seen it"
    if file.procedure.name not in legal_file.WITH_EVIDENCE:
        raise NotFoundException(detail=f"{file.procedure.title}案件没有证据清单")
    return file


def _words(connection: Connection, house: House, file: File) -> Words:
    return Words(bell.names(connection, {event.by for event in file.events}), house.book)


def _attempt(house: House, seat: Seat, file: File, step: Step) -> Attempt:
    now = house.now()
    return Attempt(file=file, step=step, actor=seat.actor, at=now, now=now, city=house.city)


def _page(
    request: Asking,
    house: House,
    seat: Seat,
    file: File,
    typed: Mapping[str, Any] | None = None,
    wrong: Refused | Problem | None = None,
) -> Template:
    """The page, as it was typed if it came back."""
    with house.reading() as connection:
        lines = legal_file.evidence(file, _words(connection, house, file), house.city.calendar)
        count = bell.unseen(connection, seat)
    errors = wrong.errors if isinstance(wrong, Problem) else {wrong.field: wrong.message} if wrong else {}
    status = wrong.status if isinstance(wrong, Problem) else 409 if wrong else 200
    done = request.query_params.get("done", "")
    return render(
        request,
        "evidence.html",
        status,
        file=file,
        lines=lines,
        forms={name: _form(house, seat, file, name, (typed or {}, errors)) for name in STEPS},
        typed=typed or {},
        errors=errors,
        problem=str(wrong) if wrong else "",
        done=file.procedure.step(done).title if done in OF else "",
        known={one.digest: one for one in attachments.known(house, digests(file))},
        key=uuid4().hex,
        allowed=attachments.ALLOWED,
        unseen=count,
    )


def _form(
    house: House, seat: Seat, file: File, act: str, sent: tuple[Mapping[str, Any], Mapping[str, str]]
) -> tuple[str, list[Field]]:
    """Why the act may not be (empty: it may), and the fields of its form."""
    typed, errors = sent
    mine = typed.get("act") == act
    step = file.procedure.step(STEPS[act])
    refused = why_not(_attempt(house, seat, file, step))
    said = {name.removeprefix(PREFIX): str(value) for name, value in typed.items()} if mine else {}
    if act == "submit":
        said.setdefault("item", next_item(file))
    items = [(one.exhibit.item, f"{one.exhibit.item} {one.exhibit.name}") for one in pieces(file)]
    offers = {"item": items} if act == "examine" else {}
    return str(refused or ""), fields_of(step.asks, said, errors if mine else {}, offers)


def _word(house: House, file: File) -> Response[bytes]:
    with house.reading() as connection:
        lines = legal_file.evidence(file, _words(connection, house, file), house.city.calendar)
    name = quote(f"证据清单 {file.number}.docx")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Cache-Control": "private, no-store",
    }
    return Response(listing(f"{file.procedure.title} {file.number}", lines), media_type=WORD, headers=headers)


# `act` first: Litestar registers a path's earlier handlers again, and wraps a threaded one twice
ROUTES: list[Any] = [act, evidence_page]
