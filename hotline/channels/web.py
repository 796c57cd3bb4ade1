"""Requests from the web: a form that works without a script, and the same as JSON.

Who asks decides the channel: anybody is a citizen on the web, a signed-in agent writes down a telephone
call. The JSON way is the measured one: one decoding, one change for the ledger, one answer. The form keeps
what was typed and the files that were good, so that a mistake costs a line and not the whole page.
"""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, cast

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_201_CREATED,
    HTTP_411_LENGTH_REQUIRED,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_422_UNPROCESSABLE_ENTITY,
)
from msgspec import Struct

from cases.changes import Opening, Written
from cases.procedure import Refused
from cases.procedures.work_order_facts import ASKERS, KINDS, Alarm
from hotline import attachments, intake
from hotline.accounts.seats import Seat, seated
from hotline.channels.posted import KEY_LENGTH, SAYS, Posted, decoded, incoming_of, unfit, wrong
from hotline.citizens import handed_in, street_sketch, tickets
from hotline.house import House
from hotline.problems import Problem
from hotline.rules import asking
from hotline.sent import whole_number
from hotline.web import render, see_other, wants_html
from routing import route
from routing.catalogue import topics
from routing.chart import locate

Asking = Request[Any, Any, Any]

BODY = 256 * 1024  # bytes of a request without files
UPLOAD = attachments.MOST * attachments.LARGEST + BODY
TICKED = ("urgent", "confidential")
ON_THE_PAGE = {"kind": "请选择是什么事", "text": "请写明要反映的事情，最多10000字"}  # without the codes
TYPED = ("kind", "text", "title", "place", "street", "topic", "name", "phone", "who")


class Receipt(Struct, kw_only=True):
    """What is answered: durable when it is given."""

    number: str
    code: str
    promised: date | None
    promised_at: datetime | None
    provisional: bool  # the promise may move when the holidays of its year are published
    promised_because: str
    stage: str
    status_url: str
    call_now: str = ""  # 110, 119, 120 or 122, where the words speak of danger


# -- taking it ---------------------------------------------------------------------------------------


async def take(house: House, posted: Posted, seat: Seat | None, key: str) -> tuple[Receipt, bool]:
    """Writes the request down and answers the receipt, and whether it is new."""
    errors = unfit(posted, house.book, seat)
    if len(key) > KEY_LENGTH:
        errors["Idempotency-Key"] = SAYS["Idempotency-Key"]
    if posted.attachments and not await asyncio.to_thread(_all_known, house, posted.attachments):
        errors["attachments"] = SAYS["attachments"]
    if errors:
        raise Problem("提交的内容有误", errors)
    opening = intake.opening(house, incoming_of(posted, seat, key))
    written = await house.ledger.take(opening)
    if written.new:
        because = _because(house, opening)
    else:  # asked again: the promise may have moved since
        because = await asyncio.to_thread(intake.promised_because, house, written.case)
    return receipt(house, written, because, opening), written.new


def receipt(house: House, written: Written, because: str, opening: Opening) -> Receipt:
    """The acknowledgement of a written case."""
    told = intake.accepted(house, written)
    alarms = [move.facts.number for move in opening.follow if isinstance(move.facts, Alarm)]
    return Receipt(
        number=told.number,
        code=told.code,
        promised=told.promised,
        promised_at=told.promised_at,
        provisional=told.provisional,
        promised_because=because,
        stage=told.stage,
        status_url=f"{house.settings.public_url}/requests/{told.number}",
        call_now=alarms[0] if alarms else "",
    )


def _because(house: House, opening: Opening) -> str:
    """The rule of the promise, without reading the case back."""
    day = house.city.calendar.day_of(opening.at)
    limit = house.city.limit("wo.promise", opening.facts.kind, opening.facts.urgent, day, opening.facts.limits)
    return f"自受理之日起{limit.length}（{house.city.source(limit, day)}）"


def _all_known(house: House, digests: tuple[str, ...]) -> bool:
    return len(attachments.known(house, digests)) == len(set(digests))


# -- the form ----------------------------------------------------------------------------------------


async def _submit_form(request: Asking, house: House) -> Response[Any]:
    form, seat = await request.form(), seated(request)
    raw = _typed(form, house)
    sent = {name: form.getall(name, []) for name in ("files", "camera", "kept")}
    handed = await asyncio.to_thread(handed_in.taken, house, sent)
    raw["attachments"] = [one.digest for one in handed.kept]
    key = request.headers.get("Idempotency-Key") or str(form.get("key", ""))[:KEY_LENGTH]
    again = {**raw, "key": key}
    if "map.x" in form:  # only where it is was touched: nothing is judged yet
        return _page(request, house, again, handed.kept)
    errors = {"attachments": handed.refused} if handed.refused else {}
    errors |= wrong(raw, house.book, seat)
    try:
        if errors:
            raise Problem("提交的内容有误", errors)
        posted = msgspec.convert(raw, Posted)
        if wants_html(request) and not form.get("asked") and (ask := _unsure(house, posted, seat)):
            said = "您写的地方可能在几个街道，请选一个；不清楚可以直接再点“提交”"
            return _page(request, house, {**again, "ask": ask}, handed.kept, {"street": said})
        told, new = await take(house, posted, seat, key)
    except Problem as problem:
        if not wants_html(request):
            raise
        plain = {name: ON_THE_PAGE.get(name, said) for name, said in problem.errors.items()}
        return _page(request, house, again, handed.kept, plain)
    except Refused:  # the form was gone back to, changed and sent again
        if not wants_html(request):
            raise
        twice = {"text": "这份表单已经提交过并已受理。如果是要另外反映一件事，请再点一次“提交”"}
        return _page(request, house, {**raw, "key": secrets.token_urlsafe(16)}, handed.kept, twice)
    if not wants_html(request):
        return Response(told, status_code=HTTP_201_CREATED if new else HTTP_200_OK)
    onward = see_other(f"/requests/{told.number}/receipt")
    onward.cookies.append(tickets.cookie(house, told.number, True))
    return cast(Response[Any], onward)


def _typed(form: Any, house: House) -> dict[str, Any]:
    """What a form says, and where its sketch was touched; a place that was found once stays."""
    typed = {name: str(form.get(name, "")).strip() for name in TYPED}
    raw: dict[str, Any] = {name: value for name, value in typed.items() if value}
    raw |= {name: bool(form.get(name)) for name in TICKED}
    at = None
    try:
        if "map.x" in form:
            at = street_sketch.point_at(house.book.places, int(form["map.x"]), int(form["map.y"]))
        elif form.get("lat") and form.get("lon"):
            at = float(form["lat"]), float(form["lon"])
    except (KeyError, ValueError):
        at = None  # no place, but no reason to turn anybody away either
    if at is not None and abs(at[0]) <= 90 and abs(at[1]) <= 180:
        raw |= {"lat": at[0], "lon": at[1]}
    return raw


def _unsure(house: House, posted: Posted, seat: Seat | None) -> list[str]:
    """The streets that the place may mean, where the citizen has chosen none."""
    asked = asking.asked_of(house, incoming_of(posted, seat, ""), house.now())
    return [] if posted.street else [option.code for option in route(asked, house.book).ask]


def _near(house: House, typed: dict[str, Any]) -> list[str]:
    """The streets near the point that was touched, nearest first, by name."""
    if "lat" not in typed:
        return []
    streets, where = house.book.places.streets, locate(house.book.places.chart, typed["lat"], typed["lon"])
    codes = [where.inside] if where.inside else list(where.near)
    return [streets[code] for code in dict.fromkeys(code[:9] for code in codes)]


def _page(
    request: Asking,
    house: House,
    typed: dict[str, Any],
    kept: Sequence[attachments.Kept] = (),
    errors: dict[str, str] | None = None,
) -> Response[Any]:
    told = errors or {}
    in_order = [name for name in (*TYPED[:6], "attachments", *TYPED[6:]) if name in told]
    said = {name: told[name] for name in (*in_order, *sorted(told.keys() - set(in_order)))}
    page = render(
        request,
        "request_new.html",
        status=HTTP_422_UNPROCESSABLE_ENTITY if errors else HTTP_200_OK,
        typed=typed,
        errors=said,
        kinds=KINDS,
        askers=ASKERS,
        streets=house.book.places.streets,
        near=_near(house, typed),
        sketched=bool(house.book.places.chart.points),
        topics=topics(house.book),
        allowed=attachments.ALLOWED,
        **handed_in.drawn(house, kept),
    )
    page.headers["Permissions-Policy"] = "camera=(), geolocation=(self), microphone=()"  # only here one may say where
    return cast(Response[Any], page)


# -- routes ------------------------------------------------------------------------------------------


@get("/requests/new", sync_to_thread=True)
def new_request(request: Asking, house: House) -> Response[Any]:
    """The public form."""
    kind = str(request.query_params.get("kind", ""))
    return _page(request, house, {"kind": kind if kind in KINDS else "", "key": secrets.token_urlsafe(16)})


@post("/requests", status_code=HTTP_201_CREATED, request_max_body_size=UPLOAD)
async def submit(request: Asking, house: House) -> Response[Any]:
    """A request, as JSON (201; 200 for a key used before) or as the form (303 to the receipt)."""
    if request.content_type[0] != RequestEncodingType.JSON:
        return await _submit_form(request, house)
    size = whole_number(request.headers.get("Content-Length", ""))
    if size is None:
        raise Problem("缺少内容长度", {"Content-Length": "应说明内容的字节数"}, HTTP_411_LENGTH_REQUIRED)
    if size > BODY:
        said = {"body": "最多256千字节，文件请先单独上传"}
        raise Problem("提交的内容过大", said, HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    key, seat = request.headers.get("Idempotency-Key", ""), seated(request)
    told, new = await take(house, decoded(await request.body(), house.book, seat), seat, key)
    return Response(told, status_code=HTTP_201_CREATED if new else HTTP_200_OK)


@post("/attachments", status_code=HTTP_201_CREATED, request_max_body_size=UPLOAD)
async def hand_in(request: Asking, house: House) -> list[attachments.Kept]:
    """Files for a request that will be sent as JSON: multipart, any field names; all or none."""
    form = await request.form()
    files = [one for _, one in form.multi_items() if isinstance(one, UploadFile)]
    sent = [(one.filename, cast(BinaryIO, one.file)) for one in files]
    if not 1 <= len(sent) <= attachments.MOST:
        raise Problem("附件有误", {"attachments": f"应有1到{attachments.MOST}个文件"})
    kept, refused = await asyncio.to_thread(attachments.keep, house, sent)
    if refused:
        raise Problem("附件有误", {"attachments": "；".join(refused)})
    return list(kept)


@get("/topics", sync_to_thread=False)
def lists(house: House) -> dict[str, Any]:
    """What a form of somebody else's may offer: kinds, streets and topics by code."""
    return {"kinds": KINDS, "streets": house.book.places.streets, "topics": topics(house.book)}


ROUTES: list[Any] = [new_request, submit, hand_in, lists]
