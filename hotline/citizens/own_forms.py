"""The citizen's own steps that have a page each: review, recheck, what is to be supplied, acceptance.

A page says what the step means, by which article and until which day, before it is taken; what may be taken is the
procedure's to say, and a step that has no form here is not a citizen's to take by hand.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT
from msgspec import Struct

from cases.choices import choices
from cases.history import Note
from cases.numbers import parse_number
from cases.people import CITIZEN
from cases.procedure import File, Refused
from cases.procedures.disclosure_facts import Corrected
from cases.procedures.petition_facts import ReviewRequest
from cases.procedures.work_order_facts import Material
from hotline import attachments
from hotline.channels.web import UPLOAD
from hotline.citizens import handed_in
from hotline.citizens.ahead import HERE
from hotline.citizens.own_case import file_of, proved, standing
from hotline.citizens.own_steps import let_in, onward, status_of, taking, unproved
from hotline.house import House
from hotline.problems import Problem
from hotline.web import form_or_json, render, see_other, wants_html, words_in

Asking = Request[Any, Any, Any]


class Form(Struct, frozen=True, kw_only=True):
    """What a page asks. `label` of the words to write (empty: none), `means` what the step leads to; `for_good` what
    cannot be undone, which four digits of a telephone do not do."""

    means: str
    label: str = ""
    button: str = "提交"
    danger: bool = False
    for_good: bool = False


FORMS: Mapping[str, Form] = {
    "request_review": Form(
        means="由作出处理意见的单位的上一级看一遍，三十日内给您复查意见。原来的意见和您写的理由都会转过去。",
        label="哪里不对，您要求怎样处理",
        button="请求复查",
        for_good=True,
    ),
    "request_recheck": Form(
        means="由再上一级看一遍，三十日内给您复核意见。复核意见是信访程序的最后一次意见。",
        label="哪里不对，您要求怎样处理",
        button="请求复核",
        for_good=True,
    ),
    "supplement": Form(means="按补正通知一次交齐；交齐以后重新开始计算期限。", label="补正的内容", button="提交补正材料"),
    "give_reasons": Form(means="单位认为申请的数量、频次明显多，请您说明合理的理由。", label="您的理由", button="提交理由"),
    "accept_outcome": Form(
        means="您认可处理结果，这件事就办结了；之后不能再就同一事实和理由请求复查、复核。",
        label="想说的话（可不填）",
        button="确认接受",
        danger=True,
        for_good=True,
    ),
}
SAYS = {"text": "请写明，最多10000字", "office": "请选择由哪个单位复查、复核"}


@get("/requests/{number:str}/steps/{step:str}", sync_to_thread=True)
def form(request: Asking, house: House, number: str, step: str) -> Response[Any]:
    """The page of a step."""
    try:
        file = _file(request, house, number, step)
    except PermissionDeniedException:
        return cast(Response[Any], see_other(f"/status?number={number[:30]}"))
    return _page(request, house, file, step)


@post("/requests/{number:str}/steps/{step:str}", status_code=HTTP_200_OK, request_max_body_size=UPLOAD)
async def take(request: Asking, house: House, number: str, step: str) -> Response[Any]:
    """Takes it."""
    await let_in(request, house, number)
    file = await asyncio.to_thread(_file, request, house, number, step)
    typed = await form_or_json(request)
    handed = await asyncio.to_thread(handed_in.taken, house, typed)
    try:
        _check_open(house, file, step)
        facts = _facts(house, file, step, typed, handed)
        if FORMS[step].for_good and (errors := await unproved(request, house, number, typed)):
            raise Problem("提交的内容有误", errors, status_of(errors))
        await house.ledger.take(taking(house, file.number, step, facts, _key(request, typed)))
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        return await asyncio.to_thread(_page, request, house, file, step, (typed, handed, wrong))
    if not wants_html(request):
        return Response(await asyncio.to_thread(standing, request, house, number))
    return onward(request, house, file.number, step)


def _key(request: Asking, typed: Mapping[str, Any]) -> str:
    return str(request.headers.get("Idempotency-Key") or typed.get("key", ""))[:80]


def _file(request: Asking, house: House, number: str, step: str) -> File:
    stands = standing(request, house, number)
    file, _ = file_of(house, cast(int, parse_number(stands.number)))
    if step not in FORMS or all(known.name != step for known in file.procedure.steps):
        raise NotFoundException(detail="没有这个事项")
    return file


def _check_open(house: House, file: File, step: str) -> None:
    """What may not be is said before what was typed is looked at."""
    known = choices(file, CITIZEN, house.now(), house.city)
    refused = next((choice.refused for choice in known if choice.step.name == step), None)
    if refused is not None:
        raise refused


def _facts(house: House, file: File, step: str, typed: Mapping[str, Any], handed: handed_in.Handed) -> Any:
    asks, text = file.procedure.step(step).asks, words_in(typed, "text")
    errors = {"files": handed.refused} if handed.refused else {}
    if len(text) > 10_000 or (not text and asks in (Corrected, ReviewRequest)):
        errors["text"] = SAYS["text"]
    if asks is Material and not text and not handed.kept:
        errors["text"] = "请写明补正的内容，或者选择文件"
    office = str(typed.get("office") or "")
    if asks is ReviewRequest and office not in dict(_above(house, file)):
        errors["office"] = SAYS["office"]
    if errors:
        raise Problem("提交的内容有误", errors)
    if asks is Material:
        return Material(text=text or "补正材料", attachments=tuple(one.digest for one in handed.kept))
    if asks is Corrected:
        return Corrected(text=text)
    if asks is ReviewRequest:
        return ReviewRequest(office=office, text=text)
    return Note(text=text or "本人接受")


def _above(house: House, file: File) -> list[tuple[str, str]]:
    """The offices that may look at it again: any but the one whose opinion is contested."""
    named = ((code, title) for code, title in house.city.offices.items() if code != file.office)
    return sorted(named, key=lambda item: item[1])


Tried = tuple[Mapping[str, Any], handed_in.Handed, Problem | Refused]


def _page(request: Asking, house: House, file: File, step: str, tried: Tried | None = None) -> Response[Any]:
    typed, handed, wrong = tried or ({}, handed_in.NOTHING, None)
    stands, asks = standing(request, house, file.number), file.procedure.step(step).asks
    option = next((one for one in stands.options if one.step == step), None)
    errors = wrong.errors if isinstance(wrong, Problem) else {step: str(wrong)} if wrong else {}
    status = wrong.status if isinstance(wrong, Problem) else HTTP_409_CONFLICT if wrong else HTTP_200_OK
    return render(
        request,
        "own_step.html",
        status,
        case=stands,
        step=file.procedure.step(step),
        form=FORMS[step],
        title=HERE[step][0],
        option=option,
        proved=proved(request, house, file.number),
        way=next((way for way in stands.ways if way.href.endswith(f"/steps/{step}")), None),
        offices=_above(house, file) if asks is ReviewRequest else [],
        files=asks is Material,
        typed={name: value for name, value in typed.items() if isinstance(value, str)},
        errors=errors,
        key=handed_in.key(typed),
        **handed_in.drawn(house, handed.kept),
        allowed=attachments.ALLOWED,
    )


ROUTES: list[Any] = [form, take]
