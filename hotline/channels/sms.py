"""Text messages coming in: a request, a question for where one stands, or parts of either.

A message that makes a request is written by the ledger under the gateway's own id, and only parts that wait
for their like, and senders who are owed a reply without a case, are put down here. Parts may come in any
order, twice, and at two processes: each is committed before anybody asks whether all are there.
"""

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from msgspec import Struct
from sqlalchemy import Connection, Row, select, update

from cases.bulk import insert_rows
from cases.parties import Person
from cases.people import CITIZEN
from cases.phones import understand
from cases.procedures.work_order_facts import Kind
from cases.tables import table_of
from hotline import delivery, intake
from hotline.channels import kannel
from hotline.channels.kannel import Inbound
from hotline.channels.late_parts import added, case_of_rest
from hotline.channels.questions import reply, understood
from hotline.house import House
from hotline.problems import Problem
from hotline.tables import TextRow

Asking = Request[Any, Any, Any]

WAIT = timedelta(minutes=10)  # for the missing parts of a message
AGAIN = timedelta(minutes=1)  # a whole message left lying is looked at again after this
TEXTS = table_of(TextRow)
PENDING, JOINED = "", "joined"
KINDS: tuple[tuple[str, Kind], ...] = (
    ("咨询", "consult"), ("求助", "help"), ("投诉", "complaint"), ("举报", "report"), ("建议", "suggestion"),
    ("表扬", "praise"),
)  # fmt: skip


def kind_of(text: str) -> Kind:
    """The kind a citizen named by the first word; a complaint otherwise."""
    return next((kind for word, kind in KINDS if text.lstrip("【[（(").startswith(word)), "complaint")


def arrived(house: House, inbound: Inbound) -> intake.Incoming | None:
    """Takes a message in. The answer is a request for the ledger, or None when the rest was done here."""
    if inbound.parts > 1:
        return _part(house, inbound)
    heard = understood(inbound.text)
    if heard.means == "request":
        return request_of(inbound.sender, heard.text, inbound.id)
    with house.writing() as connection:
        insert_rows(connection, TEXTS, [_row(house, inbound)], or_leave=True)
    reply(house, inbound.id, inbound.sender, heard)
    return None


def request_of(sender: str, text: str, key: str) -> intake.Incoming:
    """A message as a request; `key` is the gateway's id of it, or of its first part."""
    return intake.Incoming(
        kind=kind_of(text), text=text, channel="sms", actor=CITIZEN, person=Person(phone=sender), key=key
    )


# -- parts -------------------------------------------------------------------------------------------


def _part(house: House, inbound: Inbound) -> intake.Incoming | None:
    row = _row(house, inbound)
    with house.writing() as connection:  # committed first, so that of two processes the later sees both
        if _repeats(connection, row):
            row |= {"outcome": JOINED, "body": None}
        insert_rows(connection, TEXTS, [row], or_leave=True)
    with house.writing() as connection:
        waiting = _waiting(connection, row)
        if len({one.part for one in waiting}) < inbound.parts:
            return None
        first = _join(house, connection, waiting)
    return _finish(house, first)


def _row(house: House, inbound: Inbound) -> dict[str, Any]:
    number = understand(inbound.sender).number or inbound.sender.strip()
    whole = inbound.parts <= 1
    return {
        "id": inbound.id,
        "sender": house.vault.seal(inbound.sender.strip()),
        "sender_index": house.vault.index(number),
        "series": inbound.series[:40],
        "part": inbound.part,
        "parts": inbound.parts,
        "body": None if whole else house.vault.seal(inbound.text),
        "received_at": house.now(),
        "outcome": "asked" if whole else PENDING,
    }


def _repeats(connection: Connection, row: dict[str, Any]) -> bool:
    """Whether this part came before, under another id, and its message was joined meanwhile."""
    same = select(TextRow.id).where(
        *(TEXTS.c[name] == row[name] for name in ("sender_index", "series", "part")),
        (TextRow.outcome != PENDING) | (TextRow.parts == 1),
        TextRow.id != row["id"],
        TextRow.received_at > row["received_at"] - WAIT,
    )
    return bool(row["sender_index"]) and connection.scalar(same.limit(1)) is not None


def _waiting(connection: Connection, row: dict[str, Any]) -> list[Row[Any]]:
    """The parts of one message that wait, first part first. A sender without a number joins nothing."""
    if not row["sender_index"]:
        return []
    series = select(TEXTS).where(
        *(TEXTS.c[name] == row[name] for name in ("sender_index", "series", "parts")),
        TextRow.outcome == PENDING,
    )
    return list(connection.execute(series.order_by(TextRow.part, TextRow.id).with_for_update()))


def _join(house: House, connection: Connection, rows: list[Row[Any]]) -> tuple[str, str, str]:
    """Makes one whole message of `rows`: the first row takes the text, the others are done with. Answers its
    id, sender and text. Written in one transaction, so a message is either joined or still in parts."""
    texts = {row.part: house.vault.open(row.body) for row in reversed(rows)}  # the first of two equal parts
    text = "".join(texts[part] for part in sorted(texts))
    first = rows[0]
    others = [row.id for row in rows[1:]]
    if others:
        connection.execute(update(TEXTS).where(TextRow.id.in_(others)).values(outcome=JOINED, body=None))
    whole = {"parts": 1, "body": house.vault.seal(text)}
    connection.execute(update(TEXTS).where(TextRow.id == first.id).values(whole))
    return first.id, house.vault.open(first.sender), text


def _finish(house: House, whole: tuple[str, str, str]) -> intake.Incoming | None:
    """What a joined message asks for. A request waits in `texts` until `settled` says it is a case."""
    row_id, sender, text = whole
    heard = understood(text)
    if heard.means == "request":
        return request_of(sender, heard.text, row_id)
    reply(house, row_id, sender, heard)
    settled(house, row_id, "asked")
    return None


def settled(house: House, row_id: str, outcome: str) -> None:
    """A joined message has become `outcome` (a case's number); its text is forgotten here."""
    with house.writing() as connection:
        connection.execute(update(TEXTS).where(TextRow.id == row_id).values(outcome=outcome, body=None))


def join_late(house: House) -> int:
    """For the worker: messages whose parts did not all come in ten minutes are taken as they are, a part that came
    later goes to the case of the rest, and whole messages whose taker died are taken again (their id makes them
    one). Answers how many."""
    now = house.now()
    lying = select(TEXTS).where(TextRow.outcome == PENDING).order_by(TextRow.received_at).limit(500)
    with house.writing() as connection:
        rows = connection.execute(lying.with_for_update(skip_locked=True)).all()
        series: dict[tuple[Any, ...], list[Row[Any]]] = {}
        for row in rows:
            alone = row.parts <= 1 or not row.sender_index
            series.setdefault((row.id,) if alone else (row.sender_index, row.series, row.parts), []).append(
                row
            )
        late = []
        for found in series.values():
            whole = found[0].parts <= 1
            if min(row.received_at for row in found) <= now - (AGAIN if whole else WAIT):
                number = "" if whole else case_of_rest(connection, found[0])
                late.append((_join(house, connection, sorted(found, key=lambda row: (row.part, row.id))), number))
    for one, number in late:
        if number and added(house, number, one[0], one[2]):
            settled(house, one[0], number)
            continue
        incoming = _finish(house, one)
        if incoming is not None:
            settled(house, one[0], intake.receive(house, incoming).result().number)
    return len(late)


# -- routes ------------------------------------------------------------------------------------------


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


@get("/sms", status_code=200)
async def sms_by_get(request: Asking, house: House) -> Response[str]:
    """Kannel's get-url. The body is empty: a reply goes its own way, through the outbox."""
    return await _take(house, kannel.inbound(request.scope["query_string"]))


@post("/sms", status_code=200)
async def sms_by_post(request: Asking, house: House) -> Response[str]:
    """The same as a form, or as JSON for gateways that are not kannel."""
    body = await request.body()
    if request.content_type[0] != RequestEncodingType.JSON:
        return await _take(house, kannel.inbound(body))
    try:
        sent = msgspec.json.decode(body, type=Sent)
    except msgspec.DecodeError as error:
        raise Problem("短信有误", {"body": f"应为JSON，含 id、from、text（{error}）"}) from error
    series, part, parts = kannel.joined_by(sent.udh.encode())
    if not series and sent.parts > 1:
        series, part, parts = sent.ref, sent.part, sent.parts
    return await _take(house, Inbound(id=sent.id, sender=sent.sender, text=sent.text, called=sent.called,
                                      series=series, part=part, parts=parts))  # fmt: skip


@get("/sms/reports", status_code=200, sync_to_thread=True)
def sms_reports(request: Asking, house: House) -> Response[str]:
    """A delivery report: which outbox row, and kannel's number for what became of it."""
    said = [str(request.query_params.get(name, "")) for name in ("outbox", "status")]
    if not all(one.isdigit() and len(one) < 19 for one in said):
        raise Problem("回执有误", {"outbox": "应为发件编号", "status": "应为1、2、4、8或16"})
    known = delivery.report(house, int(said[0]), int(said[1]))
    return Response("", status_code=200 if known else 404, media_type="text/plain")


async def _take(house: House, inbound: Inbound) -> Response[str]:
    wrong = {}
    if not inbound.sender:
        wrong["from"] = "缺少发件号码"
    if not 1 <= inbound.part <= inbound.parts <= 255:
        wrong["part"] = "应在1到总条数之间"
    if wrong:
        raise Problem("短信有误", wrong)
    inbound = msgspec.structs.replace(inbound, id=_id(house, inbound))
    heard = understood(inbound.text)
    if inbound.parts == 1 and heard.means == "request":
        incoming: intake.Incoming | None = request_of(inbound.sender, heard.text, inbound.id)
    else:
        incoming = await asyncio.to_thread(arrived, house, inbound)
    if incoming is not None:
        written = await intake.take(house, incoming)
        if inbound.parts > 1:
            await asyncio.to_thread(settled, house, incoming.key, written.number)
    return Response("", media_type="text/plain")


def _id(house: House, inbound: Inbound) -> str:
    """The gateway's id as we can keep it: a long one by its digest; none, by what was said that day."""
    if 0 < len(inbound.id) <= 70:
        return inbound.id
    day = house.city.calendar.day_of(house.now()).isoformat()
    told = inbound.id or "\n".join((day, inbound.sender, inbound.text, inbound.series, str(inbound.part)))
    return sha256(told.encode()).hexdigest()


ROUTES: list[Any] = [sms_by_get, sms_by_post, sms_reports]
