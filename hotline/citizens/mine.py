"""All requests of one telephone: asked for with a code sent to it, open for half an hour, then closed again."""

import asyncio
from typing import Any, cast

from litestar import Request, Response, get, post
from litestar.exceptions import PermissionDeniedException, TooManyRequestsException
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_403_FORBIDDEN,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
)

from cases.phones import understand
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import KINDS
from hotline.access import address_of
from hotline.citizens import one_time, tickets
from hotline.citizens.one_time import Often
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import whole_number
from hotline.texts import plain_stage
from hotline.web import form_or_json, render, see_other, wants_html

Asking = Request[Any, Any, Any]

NO_MOBILE = "请填写能收短信的手机号，如13812345678"
WRONG = "验证码不对、已经用过或者过了10分钟。请核对，或者重新获取"


@get("/mine", sync_to_thread=True)
def mine(request: Asking, house: House) -> Response[Any]:
    """The requests of the number that was proved; without a session the form that asks for the number."""
    with house.reading() as connection:
        index = one_time.phone_of(request, house, connection)
    if not index:
        asked = str(request.query_params.get("asked", ""))[:200]
        if not wants_html(request):
            raise PermissionDeniedException(detail="请先用手机验证码登录")
        return _code(request, asked) if tickets.read(house, tickets.CODE, asked) else _phone(request)
    page = whole_number(request.query_params.get("page"), 5) or 1
    rows, whole = one_time.own(house, index, page)
    told = [_told(one) for one in rows]
    if not wants_html(request):
        return Response({"requests": told, "whole": whole, "page": page})
    pages = max(1, -(-whole // one_time.A_PAGE))
    return render(request, "mine.html", rows=told, whole=whole, page=page, pages=pages)


@post("/mine/codes", status_code=HTTP_200_OK)
async def send(request: Asking, house: House) -> Response[Any]:
    """Sends a code to a number, if the number is anybody's here; the answer is the same for all."""
    typed = await form_or_json(request)
    said = str(typed.get("phone", ""))[:40]
    phone = understand(said)
    if not phone.takes_text:
        if not wants_html(request):
            raise Problem("提交的内容有误", {"phone": NO_MOBILE})
        return _phone(request, said, NO_MOBILE, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        asked = await asyncio.to_thread(one_time.send, house, house.vault.index(phone.number), address_of(request))
    except Often as often:
        return _too_often(request, often, said, "")
    slip = tickets.issue(house, tickets.CODE, str(asked))
    if not wants_html(request):
        return Response({"asked": slip})
    return cast(Response[Any], see_other(f"/mine?asked={slip}"))


@post("/mine/sessions", status_code=HTTP_200_OK)
async def enter(request: Asking, house: House) -> Response[Any]:
    """A right code opens the list."""
    typed = await form_or_json(request)
    slip, code = (str(typed.get(name, "")).strip()[:200] for name in ("asked", "code"))
    asked = tickets.read(house, tickets.CODE, slip)
    try:
        token = await asyncio.to_thread(one_time.enter, house, int(asked or 0), code, address_of(request))
    except Often as often:
        return _too_often(request, often, "", slip)
    if token is None:
        if not wants_html(request):
            raise PermissionDeniedException(detail=WRONG)
        return _code(request, slip, WRONG, HTTP_403_FORBIDDEN)
    onward: Response[Any] = cast(Response[Any], see_other("/mine")) if wants_html(request) else Response({"asked": ""})
    onward.cookies.append(one_time.cookie(house, token))
    return onward


@post("/mine/end", status_code=HTTP_200_OK)
async def end(request: Asking, house: House) -> Response[Any]:
    """Closes the list on this telephone."""
    await asyncio.to_thread(one_time.leave, house, request.cookies.get(one_time.COOKIE, ""))
    onward: Response[Any] = cast(Response[Any], see_other("/")) if wants_html(request) else Response({})
    onward.cookies.append(one_time.cookie(house, ""))
    return onward


def _told(one: one_time.Own) -> dict[str, Any]:
    procedure = PROCEDURES[one.procedure]
    title = procedure.stages[one.stage]
    return {
        "number": one.number,
        "kind": KINDS.get(one.kind, "") if one.procedure == "work_order" else procedure.title,
        "title": one.title,
        "stage_title": plain_stage(one.stage, title) if one.procedure == "work_order" else title,
        "ended": one.ended,
        "opened_at": one.opened_at,
        "promised_at": None if one.ended else one.promised_at,
        "confidential": one.confidential,
    }


def _phone(request: Asking, phone: str = "", error: str = "", status: int = HTTP_200_OK) -> Response[Any]:
    return render(request, "mine_phone.html", status=status, phone=phone, error=error)


def _code(request: Asking, asked: str, error: str = "", status: int = HTTP_200_OK) -> Response[Any]:
    return render(request, "mine_code.html", status=status, asked=asked, error=error)


def _too_often(request: Asking, often: Often, phone: str, asked: str) -> Response[Any]:
    said = f"次数太多了，请{-(-often.seconds // 60)}分钟后再试，或者拨打12345"
    if not wants_html(request):
        raise TooManyRequestsException(detail=said, headers={"Retry-After": str(often.seconds)})
    page = _code(request, asked, said, HTTP_429_TOO_MANY_REQUESTS) if asked else _phone(
        request, phone, said, HTTP_429_TOO_MANY_REQUESTS
    )  # fmt: skip
    page.headers["Retry-After"] = str(often.seconds)
    return page


ROUTES: list[Any] = [mine, send, enter, end]
