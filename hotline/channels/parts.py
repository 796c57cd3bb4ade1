"""Messages that lie here for a while: parts that wait for their like, and whole ones that are no case yet.

Parts may come in any order, twice, and at two processes: each is committed before anybody asks whether all are
there. A part with another text than its like belongs to another message: what waited is then taken as it stands.
Each message that lies is settled by itself, and one that cannot be taken becomes a matter for a person.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from msgspec import Struct
from sqlalchemy import Connection, Row, select, update

from cases.bulk import insert_rows
from cases.changes import Overloaded
from cases.ledger import BROKEN
from cases.parties import Person
from cases.people import CITIZEN
from cases.phones import understand
from cases.procedure import Refused
from cases.procedures.work_order_facts import Kind
from cases.tables import table_of
from hotline import intake
from hotline.channels import halves
from hotline.channels.kannel import Inbound
from hotline.channels.late_parts import added, case_of_rest
from hotline.channels.questions import Heard, reply, understood
from hotline.house import House
from hotline.tables import TextRow

log = logging.getLogger("hotline.channels")

WAIT = timedelta(minutes=10)  # for the missing parts of a message
AGAIN = timedelta(minutes=1)  # a whole message left lying is looked at again after this
UNTAKEN_FOR = timedelta(hours=1)  # until then a message that cannot be taken is tried each minute
TEXTS = table_of(TextRow)
PENDING, JOINED = "", "joined"
UNTAKEN = (*BROKEN, Refused, Overloaded, InvalidTag)
UNREAD = "收到一条未能自动受理的短信，请与发件人联系，问明所反映的事情"
KINDS: tuple[tuple[str, Kind], ...] = (
    ("咨询", "consult"), ("求助", "help"), ("投诉", "complaint"), ("举报", "report"), ("建议", "suggestion"),
    ("表扬", "praise"),
)  # fmt: skip

Asks = tuple[str, intake.Incoming]  # the row that waits until the request is a case, and the request


class Whole(Struct, frozen=True):
    """A message of which no more is waited for: its row, who sent it and what it says."""

    row: str
    sender: str
    text: str


def kind_of(text: str) -> Kind:
    """The kind a citizen named by the first word; a complaint otherwise."""
    return next((kind for word, kind in KINDS if text.lstrip("【[（(").startswith(word)), "complaint")


def request_of(sender: str, text: str, key: str) -> intake.Incoming:
    """A message as a request; `key` makes it one however often it comes."""
    return intake.Incoming(
        kind=kind_of(text), text=text, channel="sms", actor=CITIZEN, person=Person(phone=sender), key=key
    )


def digest_of(house: House, *said: str) -> str:
    """What tells a message from another of the same gateway's id; nobody can guess its words from it."""
    return house.vault.index("\n".join(said))[:32]


def answered(house: House, inbound: Inbound, heard: Heard) -> None:
    """Replies to a message that is no request."""
    with house.writing() as connection:
        insert_rows(connection, TEXTS, [_row(house, inbound)], or_leave=True)
    reply(house, inbound.id, inbound.sender, heard)


def arrived(house: House, inbound: Inbound) -> Asks | None:
    """Takes a part in. The answer is what a whole message asks for, or None when nothing is left to do."""
    row, whole = _row(house, inbound), None
    with house.writing() as connection:  # committed first, so that of two processes the later sees both
        before = _waiting(connection, row)
        if _repeats(connection, row):
            row |= {"outcome": JOINED, "body": None}
        elif any(_differs(one, row) for one in before):
            whole = _join(house, connection, before)
        insert_rows(connection, TEXTS, [row], or_leave=True)
    if whole is None:
        with house.writing() as connection:
            waiting = _waiting(connection, row)
            if len({one.part for one in waiting}) < inbound.parts:
                return None
            whole = _join(house, connection, waiting)
    return _asks(house, whole)


def settled(house: House, row_id: str, outcome: str) -> None:
    """A joined message has become `outcome` (a case's number); its text is forgotten here."""
    with house.writing() as connection:
        connection.execute(update(TEXTS).where(TextRow.id == row_id).values(outcome=outcome, body=None))


def _row(house: House, inbound: Inbound) -> dict[str, Any]:
    number = understand(inbound.sender).number or inbound.sender
    whole = inbound.parts <= 1
    return {
        "id": inbound.id,
        "sender": house.vault.seal(inbound.sender),
        "sender_index": house.vault.index(number),
        "series": inbound.series,
        "part": inbound.part,
        "parts": inbound.parts,
        "body": None if whole else house.vault.seal(halves.kept(inbound.text)),
        "received_at": house.now(),
        "outcome": "asked" if whole else PENDING,
    }


def _digest(row_id: str) -> str:
    return row_id.rpartition(":")[2]


def _differs(one: Row[Any], row: dict[str, Any]) -> bool:
    return bool(one.part == row["part"]) and _digest(one.id) != _digest(row["id"])


def _repeats(connection: Connection, row: dict[str, Any]) -> bool:
    """Whether this part came before, under another id, and its message was joined meanwhile."""
    same = select(TextRow.id).where(
        *(TEXTS.c[name] == row[name] for name in ("sender_index", "series", "part")),
        (TextRow.outcome != PENDING) | (TextRow.parts == 1),
        TextRow.id != row["id"],
        TextRow.id.endswith(_digest(row["id"])),
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


def _join(house: House, connection: Connection, rows: Sequence[Row[Any]]) -> Whole:
    """Makes one whole message of `rows`: the first row takes the text, the others are done with. Written in one
    transaction, so a message is either joined or still in parts."""
    texts = {row.part: house.vault.open(row.body) for row in reversed(rows)}  # the first of two equal parts
    text = halves.joined(*(texts[part] for part in sorted(texts)))
    first = rows[0]
    others = [row.id for row in rows[1:]]
    if others:
        connection.execute(update(TEXTS).where(TextRow.id.in_(others)).values(outcome=JOINED, body=None))
    whole = {"parts": 1, "body": house.vault.seal(text)}
    connection.execute(update(TEXTS).where(TextRow.id == first.id).values(whole))
    return Whole(first.id, house.vault.open(first.sender), text)


def _asks(house: House, whole: Whole) -> Asks | None:
    """What a joined message asks for. A request waits in `texts` until `settled` says it is a case."""
    heard = understood(whole.text)
    if heard.means == "request":
        key = f"{whole.row}:{digest_of(house, whole.sender, heard.text)}"
        return whole.row, request_of(whole.sender, heard.text, key)
    reply(house, whole.row, whole.sender, heard)
    settled(house, whole.row, "asked")
    return None


# -- what was left lying -----------------------------------------------------------------------------


def join_late(house: House) -> int:
    """For the worker: messages whose parts did not all come in ten minutes are taken as they are, a part that came
    later goes to the case of the rest, and whole messages whose taker died are taken again (their id makes them
    one). Answers how many."""
    return sum(_taken_up(house, rows) for rows in _lying(house))


def _lying(house: House) -> Iterable[Sequence[Row[Any]]]:
    """The messages for which the time has come, each as its rows, first part first."""
    lying, now = select(TEXTS).where(TextRow.outcome == PENDING).order_by(TextRow.received_at).limit(500), house.now()
    with house.reading() as connection:
        rows = connection.execute(lying).all()
    series: dict[tuple[Any, ...], list[Row[Any]]] = {}
    for row in rows:
        alone = row.parts <= 1 or not row.sender_index
        series.setdefault((row.id,) if alone else (row.sender_index, row.series, row.parts), []).append(row)
    for found in series.values():
        if found[0].received_at <= now - (AGAIN if found[0].parts <= 1 else WAIT):
            yield sorted(found, key=lambda row: (row.part, row.id))


def _taken_up(house: House, rows: Sequence[Row[Any]]) -> bool:
    """Settles one message. What breaks on it is in the log, and it is tried again; after an hour a person is asked."""
    try:
        return _settle(house, rows)
    except UNTAKEN:
        log.exception("text message …%s could not be taken", rows[0].id[-8:])
    if rows[0].received_at > house.now() - UNTAKEN_FOR:
        return False
    try:
        _ask_a_person(house, rows)
    except UNTAKEN:
        log.exception("text message …%s could not even be handed to a person", rows[0].id[-8:])
        return False
    return True


def _settle(house: House, rows: Sequence[Row[Any]]) -> bool:
    """False where another worker has them in hand."""
    mine = select(TEXTS).where(TextRow.id.in_([row.id for row in rows]), TextRow.outcome == PENDING)
    with house.writing() as connection:
        locked = connection.execute(mine.with_for_update(skip_locked=True)).all()
        if {(row.id, row.parts) for row in locked} != {(row.id, row.parts) for row in rows}:
            return False
        number = "" if rows[0].parts <= 1 else case_of_rest(connection, rows[0])
        whole = _join(house, connection, rows)
    if number and added(house, number, whole.row, f"（短信迟到的部分）{whole.text}"):
        settled(house, whole.row, number)
    elif asks := _asks(house, whole):
        settled(house, asks[0], intake.receive(house, asks[1]).result().number)
    return True


def _ask_a_person(house: House, rows: Sequence[Row[Any]]) -> None:
    """A request that says a message could not be taken, from its sender, with its words as material where they can be
    read at all. The sealed words stay here."""
    key = f"{rows[0].id}:unread"
    sender, text = _opened(house, rows[0].sender), halves.joined(*(_opened(house, row.body) for row in rows))
    number = intake.receive(house, request_of(sender, UNREAD, key)).result().number
    if text:
        added(house, number, key, f"（短信原文）{text}")
    with house.writing() as connection:
        ids = [row.id for row in rows]
        connection.execute(update(TEXTS).where(TextRow.id.in_(ids)).values(outcome=number))


def _opened(house: House, sealed: bytes | None) -> str:
    try:
        return house.vault.open(sealed)
    except InvalidTag:
        return ""
