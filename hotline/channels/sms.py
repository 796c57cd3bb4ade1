"""Text messages coming in: a request, a question for where one stands, or parts of either.

A gateway may count its ids anew, or send a message twice: what makes a message one is the gateway's id together
with who sent what. A message that makes a request is written by the ledger under that key; everything else lies
in `parts` until it is done.
"""

import asyncio
import json
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from msgspec import Struct

from hotline import delivery, intake
from hotline.channels import halves, kannel
from hotline.channels.kannel import Inbound
from hotline.channels.parts import answered, arrived, digest_of, request_of, settled
from hotline.channels.questions import understood
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import UNREADABLE, plain, whole_number

Asking = Request[Any, Any, Any]

LONGEST_ID = 40  # characters of a gateway's id that are kept as they are


class Sent(Struct, kw_only=True, rename={"sender": "from", "called": "to"}):
    """A message as a gateway that speaks JSON hands it in; `udh` in hex digits."""

    id: str = ""
    sender: str = ""
    called: str = ""
    text: str = ""
    ref: str = ""
    part: int = 1
    parts: int = 1
    udh: str = ""


@get("/sms", status_code=200, request_class=Request)
async def sms_by_get(request: Asking, house: House) -> Response[str]:
    """Kannel's get-url. The body is empty: a reply goes its own way, through the outbox."""
    return await _take(house, kannel.inbound(request.scope["query_string"]))


@post("/sms", status_code=200, request_class=Request)
async def sms_by_post(request: Asking, house: House) -> Response[str]:
    """The same as a form, or as JSON for gateways that are not kannel."""
    body = await request.body()
    if request.content_type[0] != RequestEncodingType.JSON:
        return await _take(house, kannel.inbound(body))
    try:
        sent = msgspec.convert(json.loads(body), Sent)  # msgspec's own decoder takes no half of a character
    except UNREADABLE as error:
        raise Problem("短信有误", {"body": "应为一个JSON对象"}) from error
    series, part, parts = kannel.joined_by(sent.udh.encode("ascii", "replace"))
    if not series and sent.parts > 1:
        series, part, parts = sent.ref, sent.part, sent.parts
    return await _take(house, Inbound(id=sent.id, sender=sent.sender, text=sent.text, called=sent.called,
                                      series=series, part=part, parts=parts))  # fmt: skip


@get("/sms/reports", status_code=200, sync_to_thread=True)
def sms_reports(request: Asking, house: House) -> Response[str]:
    """A delivery report: which outbox row, and kannel's number for what became of it."""
    outbox, status = (whole_number(request.query_params.get(name), 18) for name in ("outbox", "status"))
    if outbox is None or status is None:
        raise Problem("回执有误", {"outbox": "应为发件编号", "status": "应为1、2、4、8或16"})
    known = delivery.report(house, outbox, status)
    return Response("", status_code=200 if known else 404, media_type="text/plain")


async def _take(house: House, inbound: Inbound) -> Response[str]:
    inbound = _tidied(house, inbound)
    wrong = {}
    if not inbound.sender:
        wrong["from"] = "缺少发件号码"
    if not 1 <= inbound.part <= inbound.parts <= 255:
        wrong["part"] = "应在1到总条数之间"
    if wrong:
        raise Problem("短信有误", wrong)
    if inbound.parts > 1:
        await _take_part(house, inbound)
        return Response("", media_type="text/plain")
    heard = understood(inbound.text)
    if heard.means == "request":
        await intake.take(house, request_of(inbound.sender, heard.text, inbound.id))
    else:
        await asyncio.to_thread(answered, house, inbound, heard)
    return Response("", media_type="text/plain")


async def _take_part(house: House, inbound: Inbound) -> None:
    asks = await asyncio.to_thread(arrived, house, inbound)
    if asks is not None:
        row, incoming = asks
        written = await intake.take(house, incoming)
        await asyncio.to_thread(settled, house, row, written.number)


def _tidied(house: House, inbound: Inbound) -> Inbound:
    """The message without control characters, and with the id that makes it one: the gateway's own, a long one by its
    digest, where there is none the day; and with it who said what."""
    sender, series = halves.joined(inbound.sender).strip(), halves.joined(inbound.series)[:40]
    known = halves.joined(inbound.id)
    text = halves.joined(inbound.text) if inbound.parts <= 1 else plain(inbound.text)
    if len(known) > LONGEST_ID:
        known = sha256(known.encode()).hexdigest()[:LONGEST_ID]
    known = known or house.city.calendar.day_of(house.now()).isoformat()
    digest = digest_of(house, sender, halves.kept(text), series, str(inbound.part))
    return msgspec.structs.replace(inbound, id=f"{known}:{digest}", sender=sender, series=series, text=text)


ROUTES: list[Any] = [sms_by_get, sms_by_post, sms_reports]
