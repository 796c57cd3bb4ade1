"""What citizens see: the front page, where their request stands, and what they can still do about it."""

import asyncio
import secrets
from typing import Any, cast

from litestar import Request, Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.response import File
from litestar.status_codes import HTTP_200_OK, HTTP_403_FORBIDDEN, HTTP_429_TOO_MANY_REQUESTS
from msgspec import Struct
from sqlalchemy import select

from cases.numbers import parse_number, public_number
from cases.tables import PartyRow
from hotline import attachments
from hotline.access import address_of
from hotline.alike.public import similar
from hotline.citizens import handed_in, own_papers, tickets
from hotline.citizens.own_case import WRONG, Barred, carried, file_of, is_code, proved, shown, standing
from hotline.house import House
from hotline.matrix import MATRIX
from hotline.progress import Progress, progress
from hotline.web import form_or_json, render, see_other, wants_html

Asking = Request[Any, Any, Any]

ANSWERS = ("GET", "/answers")  # the public part of the knowledge, where this house has it
DONE = {
    "add_material": "材料已经补充，承办单位会看到",
    "withdraw": "已撤回，本件不再办理",
    "rate": "谢谢您的评价",
    "reopen": "已申请重新办理，新的承诺日期见下方",
    "request_review": "已请求复查",
    "request_recheck": "已请求复核",
    "supplement": "补正材料已经收到",
    "give_reasons": "理由已经收到",
    "accept_outcome": "已办结，谢谢您",
    "correct": "已经更正，原来的内容也留着",
}


# -- pages -------------------------------------------------------------------------------------------


@get("/", sync_to_thread=False)
def home(request: Asking) -> Response[Any]:
    """The front page."""
    return render(request, "public_home.html", answers=ANSWERS in MATRIX)


@get("/help", sync_to_thread=False)
def questions(request: Asking) -> Response[Any]:
    """What people ask."""
    return render(request, "public_help.html", answers=ANSWERS in MATRIX)


@get("/status", sync_to_thread=False)
def ask(request: Asking) -> Response[Any]:
    """The form that asks for number and code."""
    return _asking(request, str(request.query_params.get("number", ""))[:30])


@post("/status", status_code=HTTP_200_OK)
async def look(request: Asking, house: House) -> Response[Any]:
    """Opens a case: a page leads on to it, JSON has it at once. `code`: the code or the last four digits."""
    typed = await form_or_json(request)
    number, word = (str(typed.get(name, "")).strip()[:40] for name in ("number", "code"))
    address = address_of(request)
    try:
        case = await asyncio.to_thread(shown, house, number, word, address)
    except Barred as barred:
        if not wants_html(request):
            raise
        return _asking(request, number, barred.detail, HTTP_429_TOO_MANY_REQUESTS)
    if case is None:
        if wants_html(request):
            return _asking(request, number, WRONG, HTTP_403_FORBIDDEN)
        raise PermissionDeniedException(detail=WRONG)
    if not wants_html(request):
        file, lead = await asyncio.to_thread(file_of, house, case)
        answer: Response[Any] = Response(progress(file, house.city, house.now(), lead))
        answer.cookies.append(tickets.cookie(house, file.number, is_code(word)))
        return answer
    return _onward(house, public_number(case), is_code(word))


@get("/requests/{number:str}", sync_to_thread=True)
def status(request: Asking, house: House, number: str) -> Response[Any]:
    """Where a request stands. `?code=` opens it; the address is then cleaned of it."""
    case = parse_number(number)
    code = str(request.query_params.get("code", ""))
    if code:
        found = shown(house, number, code[:40], address_of(request), digits=False)
        if found is None and not wants_html(request):
            raise PermissionDeniedException(detail=WRONG)
        if found is None:
            return _asking(request, number, WRONG, HTTP_403_FORBIDDEN)
        if wants_html(request):
            return _onward(house, public_number(found), True)
        file, lead = file_of(house, found)
        return Response(progress(file, house.city, house.now(), lead))
    if wants_html(request) and (case is None or not carried(request, house, public_number(case))):
        return cast(Response[Any], see_other(f"/status?number={number[:30]}"))
    stands = standing(request, house, number)
    return status_page(request, house, stands) if wants_html(request) else Response(stands)


@get("/requests/{number:str}/receipt", sync_to_thread=True)
def receipt(request: Asking, house: House, number: str) -> Response[Any]:
    """What to keep: number, code, the promised day and why."""
    try:
        stands = standing(request, house, number)
    except PermissionDeniedException:
        return cast(Response[Any], see_other(f"/status?number={number[:30]}"))
    file, _ = file_of(house, cast(int, parse_number(number)))
    alarms = [event.facts.number for event in file.history if event.step == "raise_alarm"]
    phone = _phone_kind(house, file.id)
    return render(
        request,
        "request_receipt.html",
        case=stands,
        code=house.vault.code(file.number) if proved(request, house, number) else "",
        alarms=alarms,
        phone=phone,
        work_order=file.procedure.name == "work_order",
        similar=similar(house, file.id),
    )


@get("/requests/{number:str}/attachments/{digest:str}", sync_to_thread=True)
def own_attachment(request: Asking, house: House, number: str, digest: str) -> File:
    """A file of one's own request."""
    stands = standing(request, house, number)
    return attachments.answer(house, digest, stands.attachments)


# -- what is drawn -----------------------------------------------------------------------------------


def _asking(request: Asking, number: str, error: str = "", status: int = HTTP_200_OK) -> Response[Any]:
    return render(request, "status_ask.html", status=status, number=number, error=error)


def _onward(house: House, number: str, strong: bool) -> Response[Any]:
    onward = see_other(f"/requests/{number}")
    onward.cookies.append(tickets.cookie(house, number, strong))
    return cast(Response[Any], onward)


class Tried(Struct, frozen=True):
    """A form on the page that was wrong: what of it by field, what was typed, which files were good."""

    errors: dict[str, str]
    typed: dict[str, str]
    kept: tuple[attachments.Kept, ...]
    status: int


def status_page(request: Asking, house: House, stands: Progress, tried: Tried | None = None) -> Response[Any]:
    """The page of a case; `tried` when a form on it came back."""
    step = str(request.query_params.get("done", ""))
    return render(
        request,
        "status.html",
        status=tried.status if tried else HTTP_200_OK,
        case=stands,
        files=[(one, handed_in.size_words(one.size)) for one in attachments.known(house, stands.attachments)],
        letters=own_papers.letters(house, stands.number),
        proved=proved(request, house, stands.number),
        options={option.step: option for option in stands.options},
        errors=tried.errors if tried else {},
        typed=tried.typed if tried else {},
        key=secrets.token_urlsafe(12),
        done=DONE.get(step, "已办理" if any(step == way.step for way in stands.options) else ""),
        allowed=attachments.ALLOWED,
        **handed_in.drawn(house, tried.kept if tried else ()),
    )


def _phone_kind(house: House, party: int) -> str:
    with house.reading() as connection:
        return str(connection.scalar(select(PartyRow.phone_kind).where(PartyRow.id == party)) or "none")


ROUTES: list[Any] = [home, questions, ask, look, status, receipt, own_attachment]
