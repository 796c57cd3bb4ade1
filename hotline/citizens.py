"""What citizens see: the front page, where their request stands, and what they can still do about it.

A number is no secret, so a case opens to its query code or the last four digits of its telephone, guesses
are counted, and every wrong one is told the same. Who has shown it once carries a slip bound to that number
for half an hour, so that no address anybody copies opens a case.
"""

import asyncio
import hmac
import secrets
import unicodedata
from datetime import timedelta
from typing import Any, cast

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException, TooManyRequestsException
from litestar.response import File
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_403_FORBIDDEN,
    HTTP_429_TOO_MANY_REQUESTS,
)
from sqlalchemy import Connection, select

from cases.lists import load_file
from cases.numbers import parse_number, public_number
from cases.parties import opened
from cases.procedure import File as CaseFile
from cases.tables import PartyRow
from hotline import attachments, tickets
from hotline.access import address_of
from hotline.alike_public import similar
from hotline.house import House
from hotline.progress import Progress, progress
from hotline.throttle import forget, network, note_failure, too_many
from hotline.web import form_or_json, render, see_other, wants_html

Asking = Request[Any, Any, Any]

WRONG = "没有查到。请核对编号与查询码（或登记手机号的后四位）"
OFTEN = "查询失败次数过多，请{minutes}分钟后再试，或拨打12345人工查询"
PER_NUMBER, PER_ADDRESS, WITHIN = 5, 20, timedelta(minutes=15)
DONE = {
    "add_material": "材料已经补充，承办单位会看到",
    "withdraw": "已撤回，本件不再办理",
    "rate": "谢谢您的评价",
    "reopen": "已申请重新办理，新的承诺日期见下方",
}
LOOKALIKE = str.maketrans("018", "OIB")  # not in the alphabet of codes


class Barred(TooManyRequestsException):
    """Too many wrong guesses; the message says how long to wait."""

    def __init__(self, seconds: int) -> None:
        said = OFTEN.format(minutes=-(-seconds // 60))
        super().__init__(detail=said, headers={"Retry-After": str(seconds)})


# -- who may look ------------------------------------------------------------------------------------


def shown(house: House, number: str, word: str, address: str, *, digits: bool = True) -> int | None:
    """The case that `word` (its code, or with `digits` the telephone's last four) opens, or None. Raises
    `Barred` when there were too many wrong ones about this number or from this address."""
    case = parse_number(number)
    about = [(f"status@{network(address)}"[:120], PER_ADDRESS)]
    if case is not None:
        about.append((f"status:{case}", PER_NUMBER))
    now = house.now()
    with house.reading() as connection:
        wait = max(too_many(connection, name, now, most, WITHIN) for name, most in about)
        right = not wait and case is not None and _opens(house, connection, case, word, digits)
    if wait:
        raise Barred(wait)
    with house.writing() as connection:
        if right:
            forget(connection, f"status:{case}")
        else:
            for name, _ in about:
                note_failure(connection, name, now)
    return case if right else None


def _opens(house: House, connection: Connection, case: int, word: str, digits: bool) -> bool:
    said = unicodedata.normalize("NFKC", word).strip().upper()
    party = connection.execute(select(PartyRow).where(PartyRow.id == case)).one_or_none()
    if party is None:
        return False
    if digits and len(said) == 4 and said.isdigit():
        phone = opened(house.vault, cast(PartyRow, party)).phone
        return len(phone) >= 8 and hmac.compare_digest(phone[-4:].encode(), said.encode())
    code = house.vault.code(public_number(case))
    return hmac.compare_digest(said.translate(LOOKALIKE).encode(), code.encode())


def carried(request: Asking, house: House, number: str) -> bool:
    """Whether the request carries a slip for this very number."""
    slip = request.cookies.get(tickets.COOKIE, "")
    return bool(slip) and tickets.read(house, tickets.CASE, slip) == number


def file_of(house: House, case: int) -> tuple[CaseFile, CaseFile | None]:
    """The case and, where it was merged, the one it was merged into."""
    with house.reading() as connection:
        file = load_file(connection, case)
        if file is None:
            raise NotFoundException(detail="没有这个编号")
        into = next((event.facts.into for event in reversed(file.history) if event.step == "merge"), "")
        lead = parse_number(into) if file.stage == "merged" else None
        return file, load_file(connection, lead) if lead is not None else None


def standing(request: Asking, house: House, number: str) -> Progress:
    """How the case of an address stands, for who carries its slip; 403 for anybody else."""
    case = parse_number(number)
    if case is None or not carried(request, house, public_number(case)):
        raise PermissionDeniedException(detail="请先用编号和查询码查询")
    file, lead = file_of(house, case)
    return progress(file, house.city, house.now(), lead)


# -- pages -------------------------------------------------------------------------------------------


@get("/", sync_to_thread=False)
def home(request: Asking) -> Response[Any]:
    """The front page."""
    return render(request, "public_home.html")


@get("/help", sync_to_thread=False)
def questions(request: Asking) -> Response[Any]:
    """What people ask."""
    return render(request, "public_help.html")


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
        answer.cookies.append(tickets.cookie(house, file.number))
        return answer
    return _onward(house, public_number(case))


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
            return _onward(house, public_number(found))
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
        code=house.vault.code(file.number),
        alarms=alarms,
        phone=phone,
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


def _onward(house: House, number: str) -> Response[Any]:
    onward = see_other(f"/requests/{number}")
    onward.cookies.append(tickets.cookie(house, number))
    return cast(Response[Any], onward)


def status_page(
    request: Asking,
    house: House,
    stands: Progress,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
    status: int = HTTP_200_OK,
) -> Response[Any]:
    """The page of a case; `errors` and `typed` by field when a form on it was wrong."""
    return render(
        request,
        "status.html",
        status=status,
        case=stands,
        files=attachments.known(house, stands.attachments),
        options={option.step: option for option in stands.options},
        errors=errors or {},
        typed=typed or {},
        key=secrets.token_urlsafe(12),
        done=DONE.get(str(request.query_params.get("done", "")), ""),
        allowed=attachments.ALLOWED,
        largest=attachments.LARGEST // 1024 // 1024,
        most=attachments.MOST,
    )


def _phone_kind(house: House, party: int) -> str:
    with house.reading() as connection:
        return str(connection.scalar(select(PartyRow.phone_kind).where(PartyRow.id == party)) or "none")


ROUTES: list[Any] = [home, questions, ask, look, status, receipt, own_attachment]
