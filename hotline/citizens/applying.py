"""Guided applications: reconsideration, mediation, disclosure, without a script and without an account.

One long form by parts, looked over before it is sent. What was typed travels with the page itself, files by slips
of the house, so that nothing is kept of somebody who thinks better of it. Sent, it is a case like any other, opened
by the procedure's own first step.
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, cast

import msgspec
from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from cases.across import RISES
from cases.changes import Opening
from cases.lists import load_file
from cases.numbers import parse_number, public_number
from cases.parties import Person
from cases.people import CITIZEN
from cases.procedure import Refused
from hotline import attachments
from hotline.channels.web import UPLOAD
from hotline.citizens import handed_in, tickets
from hotline.citizens.applying_facts import counted, facts_of, wrong
from hotline.citizens.applying_guides import GUIDES, Guide, questions
from hotline.citizens.own_case import standing
from hotline.house import House
from hotline.problems import Problem
from hotline.web import form_or_json, render, see_other, wants_html, words_in

Asking = Request[Any, Any, Any]

AGAIN = "这份申请已经提交过。如果是要另外申请一件，请再点一次“确认提交”"


@get("/apply", sync_to_thread=False)
def overview(request: Asking) -> Response[Any]:
    """Which way is for what."""
    return render(request, "apply.html", guides=list(GUIDES.values()))


@get("/apply/{what:str}", sync_to_thread=True)
def form(request: Asking, house: House, what: str) -> Response[Any]:
    """The form; `?from=` is the slip of the case it arises from."""
    source = str(request.query_params.get("from", ""))[:200]
    return _form(request, house, _guide(what), {"from_case": source}, handed_in.NOTHING)


@get("/requests/{number:str}/applications/{what:str}", sync_to_thread=True)
def arising(request: Asking, house: House, number: str, what: str) -> Response[Any]:
    """On to an application that arises from a case of one's own, with a slip that says which."""
    try:
        stands = standing(request, house, number)
    except PermissionDeniedException:
        return cast(Response[Any], see_other(f"/status?number={number[:30]}"))
    slip = tickets.issue(house, tickets.SOURCE, stands.number)
    return cast(Response[Any], see_other(f"/apply/{_guide(what).name}?from={slip}"))


@post("/apply/{what:str}", status_code=HTTP_200_OK, request_max_body_size=UPLOAD)
async def go_on(request: Asking, house: House, what: str) -> Response[Any]:
    """The next page: the form again with what is wrong, the application to look over, or its receipt."""
    guide, given = _guide(what), await form_or_json(request)
    typed = {name: words_in(given, name) for name in (*questions(guide), "from_case", "key")}
    handed = await asyncio.to_thread(handed_in.taken, house, given)
    errors = wrong(guide, typed, house.city, house.city.calendar.day_of(house.now()))
    errors |= {"files": handed.refused} if handed.refused else {}
    then = str(given.get("then", ""))
    if errors or then == "change":
        if errors and not wants_html(request):
            raise Problem("填写的内容有误，请看各栏的提示", errors)
        return await asyncio.to_thread(_form, request, house, guide, typed, handed, {} if then == "change" else errors)
    if then != "send" and wants_html(request):
        return await asyncio.to_thread(_look_over, request, house, guide, typed, handed)
    try:
        return await _send(request, house, guide, typed, handed)
    except (Refused, Problem) as refused:
        if not wants_html(request):
            raise
        if isinstance(refused, Refused) and refused.field == "Idempotency-Key":
            return await asyncio.to_thread(_look_over, request, house, guide, {**typed, "key": ""}, handed, AGAIN)
        return await asyncio.to_thread(_look_over, request, house, guide, typed, handed, str(refused))


def _guide(what: str) -> Guide:
    if what not in GUIDES:
        raise NotFoundException(detail="没有这种申请")
    return GUIDES[what]


def _form(
    request: Asking, house: House, guide: Guide, typed: Mapping[str, str], handed: handed_in.Handed,
    errors: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    return render(
        request,
        "apply_form.html",
        HTTP_422_UNPROCESSABLE_ENTITY if errors else HTTP_200_OK,
        guide=guide,
        typed=typed,
        errors=errors or {},
        key=handed_in.key(typed),
        offices=sorted(house.city.offices.items(), key=lambda item: item[1]),
        source=_source(house, guide, typed.get("from_case", "")),
        allowed=attachments.ALLOWED,
        **handed_in.drawn(house, handed.kept),
    )


def _look_over(
    request: Asking, house: House, guide: Guide, typed: Mapping[str, str], handed: handed_in.Handed, refused: str = ""
) -> Response[Any]:
    periods = counted(guide, typed, house.city, house.city.calendar.day_of(house.now()))
    return render(
        request,
        "apply_check.html",
        HTTP_409_CONFLICT if refused else HTTP_200_OK,
        guide=guide,
        typed=typed,
        said={name: _words(house, question, typed[name]) for name, question in questions(guide).items() if typed[name]},
        key=handed_in.key(typed),
        periods=periods,
        late=any(one.late for one in periods),
        source=_source(house, guide, typed.get("from_case", "")),
        refused=refused,
        **handed_in.drawn(house, handed.kept),
    )


def _words(house: House, question: Any, said: str) -> str:
    """An answer as people read it."""
    if question.control == "office":
        return house.city.offices[said]
    return str(dict(question.options).get(said, said))


def _source(house: House, guide: Guide, slip: str) -> str:
    """The case it arises from: the one the slip names, where such an application may arise from it."""
    case = parse_number(tickets.read(house, tickets.SOURCE, slip) or "")
    if case is None:
        return ""
    with house.reading() as connection:
        file = load_file(connection, case)
    fits = file is not None and guide.name in RISES.get(file.procedure.name, ())
    return public_number(case) if fits else ""


async def _send(
    request: Asking, house: House, guide: Guide, typed: Mapping[str, str], handed: handed_in.Handed
) -> Response[Any]:
    try:
        facts = facts_of(guide, typed, house.city, tuple(one.digest for one in handed.kept))
    except ValueError as said:
        raise Problem(str(said), {}) from None
    source = await asyncio.to_thread(_source, house, guide, typed.get("from_case", ""))
    facts = msgspec.structs.replace(facts, from_case=source)
    person = Person(**{name: typed.get(name, "") for name in ("name", "phone", "id_number", "address")})
    now, key = house.now(), typed["key"] or str(request.headers.get("Idempotency-Key", ""))[:80]
    written = await house.ledger.take(
        Opening(
            procedure=guide.name,
            facts=facts,
            person=person,
            actor=CITIZEN,
            at=now,
            now=now,
            key=f"apply:{key}" if key else "",
            asked=sha256(msgspec.json.encode((guide.name, facts, person))).hexdigest() if key else "",
        )
    )
    cookie = tickets.cookie(house, written.number, True)
    if not wants_html(request):
        told = {"number": written.number, "code": house.vault.code(written.number), "stage": written.stage}
        return Response({**told, "promised_at": written.promised_at, "new": written.new}, cookies=[cookie])
    onward = see_other(f"/requests/{written.number}/receipt")
    onward.cookies.append(cookie)
    return cast(Response[Any], onward)


ROUTES: list[Any] = [overview, form, arising, go_on]
