"""Opening a case of any procedure at a desk: on its own, or arising from another with its party carried over.

The form is drawn from what the opening step asks for, and whoever may take that step may open; the hotline's own
work orders come in by the channels, where they are routed.
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Redirect, Template

from cases.across import opening_step
from cases.changes import Opening, Written
from cases.lists import load_file
from cases.parties import Person
from cases.procedure import Procedure, Refused
from cases.procedures import PROCEDURES
from cases.procedures.work_order_guards import withheld
from hotline import bell
from hotline.access import may_see, seen_case
from hotline.accounts.seats import Seat
from hotline.calendar.lights import is_provisional
from hotline.fields import Options, fields_of
from hotline.house import House
from hotline.office.casework import PREFIX, facts_typed, key_typed, moment_typed
from hotline.problems import Problem
from hotline.web import Asking, form_or_json, render, see_other, wants_html

PERSON = "person."  # of a person's field in a form
LONGEST = {"name": 100, "phone": 40, "id_number": 40, "address": 200}
BY_CHANNELS = frozenset({"work_order"})
FOR_WHAT = {
    "petition": "申诉求决、建议意见、检举控告，没有其他法定途径的",
    "reconsideration": "不服行政行为，请求复议机关审查",
    "litigation": "收到法院起诉状副本，组织应诉",
    "enforcement": "行政决定逾期未履行，催告并申请强制执行",
    "procuratorial": "收到检察建议，整改并书面回复",
    "compensation": "行政行为造成损害，申请国家赔偿",
    "mediation": "民间纠纷、行政争议，各方愿意调解",
    "disclosure": "申请公开政府信息",
    "norm_review": "认为规范性文件违法，申请审查",
    "research_project": "申报财政资助的科技项目",
}


@get("/procedures", sync_to_thread=True)
def procedures(request: Asking, house: House, seat: Seat) -> Response[Any] | Template:
    """Every procedure that is opened here: its law, what it is for, whether this seat may open one."""
    rows = [
        {"name": name, "title": procedure.title, "law": procedure.law.name, "for": FOR_WHAT.get(name, ""),
         "may_open": seat.actor.has(opening_step(procedure).by)}
        for name, procedure in PROCEDURES.items() if name not in BY_CHANNELS
    ]  # fmt: skip
    if not wants_html(request):
        return Response({"procedures": rows})
    return render(request, "procedures.html", rows=rows, unseen=_unseen(house, seat))


@get("/procedures/{name:str}", sync_to_thread=True)
def opening_form(request: Asking, house: House, seat: Seat, name: str) -> Template:
    """The form that opens a case of that procedure; `from_case` in the address is the case it arises from."""
    return _form(request, house, seat, _known(seat, name), {"from_case": request.query_params.get("from_case", "")})


@post("/procedures/{name:str}/cases")
async def open_case(request: Asking, house: House, seat: Seat, name: str) -> Response[Any] | Redirect | Template:
    """Opens a case: 201 with its number, 409 with the article that bars it, 422 with the fields."""
    procedure = _known(seat, name)
    typed = await form_or_json(request)
    source = str(typed.get("from_case") or "")
    try:
        if source:
            await asyncio.to_thread(_source, house, seat, source)
        opening = _asked(request, house, seat, procedure, typed)
        written = await house.ledger.take(opening)
    except (Refused, Problem) as wrong:
        if not wants_html(request):
            raise
        return await asyncio.to_thread(_form, request, house, seat, procedure, typed, wrong)
    if wants_html(request):
        return await asyncio.to_thread(_onward, house, seat, written)
    told = {"number": written.number, "code": house.vault.code(written.number), "stage": written.stage}
    provisional = is_provisional(written.promised_at, house.city.calendar)
    more = {"promised_at": written.promised_at, "provisional": provisional, "new": written.new}
    return Response({**told, **more}, headers={"Location": f"/cases/{written.number}"}, status_code=201)


def _known(seat: Seat, name: str) -> Procedure:
    procedure = PROCEDURES.get(name)
    if procedure is None or name in BY_CHANNELS:
        raise NotFoundException(detail=f"没有“{name[:40]}”这个程序")
    if not seat.actor.has(opening_step(procedure).by):
        raise PermissionDeniedException(detail=f"您的岗位不能登记{procedure.title}案件")
    return procedure


def _source(house: House, seat: Seat, number: str) -> None:
    """404 for a case that this seat may not see: nobody learns of one by naming it. A new case takes its party over,
    so what is told in confidence an office does not carry on."""
    with house.reading() as connection:
        file = load_file(connection, seen_case(connection, seat, number))
    if file is not None and withheld(file, seat.actor):
        raise Refused("来电人要求对承办单位保密姓名和电话，请由12345中心另立案件", file.procedure.step("unmask").article, "from_case")


def _asked(
    request: Asking, house: House, seat: Seat, procedure: Procedure, typed: Mapping[str, Any]
) -> Opening:
    facts = facts_typed(opening_step(procedure).asks, typed, {"party": 0, "from_case": str(typed.get("from_case") or "")})
    key, now = key_typed(request, typed), house.now()
    person = _person(typed)
    return Opening(
        procedure=procedure.name,
        facts=facts,
        person=person,
        actor=seat.actor,
        at=moment_typed(typed.get("at"), house, now),
        now=now,
        key=f"open:{seat.actor.id}:{key}" if key else "",
        asked=sha256(msgspec.json.encode((procedure.name, facts, person))).hexdigest() if key else "",
    )


def _person(typed: Mapping[str, Any]) -> Person:
    given = typed.get("person")
    if not isinstance(given, dict):
        given = {name: typed.get(PERSON + name) for name in LONGEST}
    said = {name: str(value or "").strip() for name, value in given.items()}
    errors = {PERSON + name: "没有这个字段" for name in said if name not in LONGEST}
    errors |= {
        PERSON + name: f"最多{LONGEST[name]}个字" for name, value in said.items() if len(value) > LONGEST.get(name, 0)
    }
    if errors:
        raise Problem("当事人的信息有误", errors)
    return Person(**said)


def _form(
    request: Asking,
    house: House,
    seat: Seat,
    procedure: Procedure,
    typed: Mapping[str, Any],
    wrong: Refused | Problem | None = None,
) -> Template:
    """The form, as it was typed if it came back."""
    errors = wrong.errors if isinstance(wrong, Problem) else {}
    status = wrong.status if isinstance(wrong, Problem) else 409 if wrong else 200
    said = {name.removeprefix(PREFIX): str(value) for name, value in typed.items() if isinstance(value, str)}
    step = opening_step(procedure)
    return render(
        request,
        "opening.html",
        status,
        procedure=procedure,
        step=step,
        fields=fields_of(step.asks, said, errors, _offers(house)),
        typed=said,
        errors=errors,
        problem=(str(wrong) or "填写的内容有误") if wrong else "",
        key=uuid4().hex,
        unseen=_unseen(house, seat),
    )


def _offers(house: House) -> dict[str, Options]:
    return {
        "office": sorted(house.city.offices.items(), key=lambda item: item[1]),
        "topic": [(topic.code, topic.full) for topic in house.book.topics],
        "street": list(house.book.places.streets.items()),
    }


def _unseen(house: House, seat: Seat) -> int:
    with house.reading() as connection:
        return bell.unseen(connection, seat)


def _onward(house: House, seat: Seat, written: Written) -> Redirect:
    with house.reading() as connection:
        seen = may_see(connection, seat, written.case)
    return see_other(f"/cases/{written.number}" if seen else f"/procedures?done={written.number}")


ROUTES: list[Any] = [procedures, opening_form, open_case]
