"""What citizens do about their own request: add to it, withdraw it, rate the answer, ask for it again.

Each is a step of the procedure taken by the ledger like any other; what may not be is refused there with its
reason and shown beside the form that asked. A form sent twice is one step.
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, cast

import msgspec
from litestar import Request, Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_403_FORBIDDEN,
    HTTP_409_CONFLICT,
    HTTP_422_UNPROCESSABLE_ENTITY,
)

from cases.changes import Taking
from cases.history import Note
from cases.numbers import parse_number
from cases.people import CITIZEN
from cases.procedure import Refused
from cases.procedures.work_order_facts import Material, Rating, Reopening
from hotline.access import address_of
from hotline.channels.web import UPLOAD
from hotline.citizens import handed_in
from hotline.citizens.citizens import Tried, status_page
from hotline.citizens.own_case import Barred, carried, proved, renewed, shown, standing
from hotline.house import House
from hotline.problems import Problem
from hotline.web import form_or_json, render, see_other, wants_html, words_in

Asking = Request[Any, Any, Any]

SAYS = {
    "material": "请写明要补充的内容，或选择附件",
    "score": "请选择1到5分",
    "solved": "请选择问题是否已经解决",
    "comment": "最多1000字",
    "reason": "请写明为什么需要重新办理，2到2000字",
    "why": "最多1000字",
    "code": "请填写查询码，或者先用手机验证码打开本件",
}
WRONG_CODE = "查询码不对，请核对"


@post("/requests/{number:str}/material", status_code=HTTP_200_OK, request_max_body_size=UPLOAD)
async def add_material(request: Asking, house: House, number: str) -> Response[Any]:
    """Words and files added to an open request."""
    await let_in(request, house, number)
    typed = await form_or_json(request)
    handed = await asyncio.to_thread(handed_in.taken, house, typed)
    text = words_in(typed, "text")
    errors = {"files": handed.refused} if handed.refused else {}
    if handed.kept and not errors:
        text = text or "补充附件"
    if not 1 <= len(text) <= 10_000:
        errors["material"] = SAYS["material"]
    if errors:
        return await _again(request, house, number, errors, typed)
    facts = Material(text=text, attachments=tuple(one.digest for one in handed.kept))
    return await _take(request, house, number, ("add_material", facts), typed)


@get("/requests/{number:str}/withdrawal")
async def confirm_withdrawal(request: Asking, house: House, number: str) -> Response[Any]:
    """Asks once more before a request is withdrawn."""
    try:
        return await asyncio.to_thread(_withdrawal, request, house, number, "", {})
    except PermissionDeniedException:
        return cast(Response[Any], see_other(f"/status?number={number[:30]}"))


@post("/requests/{number:str}/withdrawal", status_code=HTTP_200_OK)
async def withdraw(request: Asking, house: House, number: str) -> Response[Any]:
    """Withdraws a request."""
    await let_in(request, house, number)
    typed = await form_or_json(request)
    text = words_in(typed, "why")
    errors = {"why": SAYS["why"]} if len(text) > 1_000 else await unproved(request, house, number, typed)
    if not errors:
        return await _take(request, house, number, ("withdraw", Note(text=text or "市民撤回")), typed)
    if not wants_html(request):
        raise Problem("提交的内容有误", errors, status_of(errors))
    return await asyncio.to_thread(_withdrawal, request, house, number, text, errors)


@post("/requests/{number:str}/rating", status_code=HTTP_200_OK)
async def rate(request: Asking, house: House, number: str) -> Response[Any]:
    """The citizen's own word on the answer."""
    await let_in(request, house, number)
    typed = await form_or_json(request)
    score, solved = str(typed.get("score", "")), str(typed.get("solved", "")).lower()
    text = words_in(typed, "comment")
    errors = {
        "score": score not in ("1", "2", "3", "4", "5"),
        "solved": solved not in ("yes", "no", "true", "false"),
        "comment": len(text) > 1_000,
    }
    if any(errors.values()):
        wrong = {name: SAYS[name] for name, bad in errors.items() if bad}
        return await _again(request, house, number, wrong, typed)
    facts = Rating(score=int(score), solved=solved in ("yes", "true"), text=text)
    return await _take(request, house, number, ("rate", facts), typed)


@post("/requests/{number:str}/reopening", status_code=HTTP_200_OK)
async def ask_again(request: Asking, house: House, number: str) -> Response[Any]:
    """Asks for the matter to be handled again."""
    await let_in(request, house, number)
    typed = await form_or_json(request)
    reason = words_in(typed, "reason")
    fits = 2 <= len(reason) <= 2_000
    errors = await unproved(request, house, number, typed) if fits else {"reason": SAYS["reason"]}
    if errors:
        return await _again(request, house, number, errors, typed, status_of(errors))
    return await _take(request, house, number, ("reopen", Reopening(reason=reason)), typed)


async def let_in(request: Asking, house: House, number: str) -> None:
    """Only who carries this number's slip; the page says where to get one."""
    if parse_number(number) is None or not await asyncio.to_thread(carried, request, house, number):
        raise PermissionDeniedException(detail="查询已超时，请重新用编号和查询码查询后再办理")


async def unproved(request: Asking, house: House, number: str, typed: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the proof that a step wants which cannot be undone: where four digits have opened the case,
    its code is typed with the step."""
    if await asyncio.to_thread(proved, request, house, number):
        return {}
    word = str(typed.get("code") or "").strip()[:40]
    if not word:
        return {"code": SAYS["code"]}
    try:
        found = await asyncio.to_thread(shown, house, number, word, address_of(request), digits=False)
    except Barred as barred:
        return {"code": barred.detail}
    return {} if found else {"code": WRONG_CODE}


def status_of(errors: Mapping[str, str]) -> int:
    """The status of a form that came back."""
    return HTTP_403_FORBIDDEN if "code" in errors else HTTP_422_UNPROCESSABLE_ENTITY


def _withdrawal(request: Asking, house: House, number: str, why: str, errors: dict[str, str]) -> Response[Any]:
    """The page that asks once more, with what was typed and what is wrong with it."""
    stands = standing(request, house, number)
    option = next((one for one in stands.options if one.step == "withdraw"), None)
    status = status_of(errors) if errors else HTTP_200_OK
    strong = proved(request, house, number)
    page = render(
        request, "request_withdraw.html", status, case=stands, option=option, proved=strong, why=why, errors=errors
    )
    return cast(Response[Any], page)


async def _take(
    request: Asking, house: House, number: str, step: tuple[str, Any], typed: dict[str, Any]
) -> Response[Any]:
    name, facts = step
    key = str(request.headers.get("Idempotency-Key") or typed.get("key", ""))[:80]
    try:
        await house.ledger.take(taking(house, number, name, facts, key))
    except Refused as refused:
        if not wants_html(request):
            raise
        return await _again(request, house, number, {name: str(refused)}, typed, HTTP_409_CONFLICT)
    if not wants_html(request):
        return Response(await asyncio.to_thread(standing, request, house, number))
    return onward(request, house, number, name)


def taking(house: House, number: str, name: str, facts: Any, key: str) -> Taking:
    """A citizen's step as the ledger takes it; sent twice with one key it is one."""
    now = house.now()
    return Taking(
        case=cast(int, parse_number(number)),
        step=name,
        actor=CITIZEN,
        at=now,
        now=now,
        facts=facts,
        key=f"citizen:{number}:{name}:{key}" if key else "",
        asked=sha256(msgspec.json.encode(facts)).hexdigest(),
    )


def onward(request: Asking, house: House, number: str, name: str) -> Response[Any]:
    """Back to the case, which says what was done."""
    led = see_other(f"/requests/{number}?done={name}")
    if slip := renewed(request, house, number):
        led.cookies.append(slip)
    return cast(Response[Any], led)


async def _again(
    request: Asking,
    house: House,
    number: str,
    errors: dict[str, str],
    typed: dict[str, Any],
    status: int = HTTP_422_UNPROCESSABLE_ENTITY,
) -> Response[Any]:
    """The page with what was typed and what is wrong with it, or the problem in JSON."""
    if not wants_html(request):
        raise Problem("提交的内容有误", errors, status)
    stands = await asyncio.to_thread(standing, request, house, number)
    words = {name: value for name, value in typed.items() if isinstance(value, str)}
    handed = await asyncio.to_thread(handed_in.taken, house, typed)
    return await asyncio.to_thread(status_page, request, house, stands, Tried(errors, words, handed.kept, status))


ROUTES: list[Any] = [add_material, confirm_withdrawal, withdraw, rate, ask_again]
