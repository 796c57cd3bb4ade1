"""One door for every channel: an incoming request becomes a case, once, with its route and its receipt.

Routing is asked before the ledger, so that the dispatch is in the same transaction as the registration; what
no rule claims stays registered and waits in triage. Danger is told to the emergency service at once and the
case stays open until a person has confirmed the hand-over: a machine's mistake must not close a matter.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from cases.changes import Move, Opening, Tie, Written
from cases.clocks import latest
from cases.lists import load_file
from cases.parties import Person
from cases.people import SYSTEM, Actor
from cases.procedures.work_order_facts import AGENT, Alarm, Asker, Channel, CoHandler, Dispatch, Kind, Request
from cases.tables import CaseRow, KeyRow
from hotline import alarms
from hotline.calendar.lights import due_day, is_provisional
from hotline.channels.phone import tied
from hotline.house import House
from hotline.rules import second_opinion
from hotline.rules.asking import asked_of
from routing import Routed, route


class Incoming(Struct, frozen=True, kw_only=True):
    """What any channel hands in. `moves` are steps the agent takes at once instead of routing (a direct answer,
    a diversion); `office` is the agent's own choice; `key` makes retries one."""

    kind: Kind
    text: str
    channel: Channel
    actor: Actor
    person: Person = Person()
    title: str = ""
    urgent: bool = False
    topic: str = ""
    street: str = ""
    place: str = ""
    call: str = ""
    confidential: bool = False
    attachments: tuple[str, ...] = ()
    key: str = ""
    office: str = ""
    moves: tuple[Move, ...] = ()
    who: Asker = ""
    lat: float | None = None
    lon: float | None = None
    at: datetime | None = None  # when it was said, for past requests brought in
    quiet: bool = False
    archive: Move | None = None  # the last move of a past request


ASKED = (
    "kind", "text", "title", "place", "street", "topic", "person", "attachments", "urgent", "confidential", "office",
    "who", "lat", "lon",
)  # fmt: skip


class Accepted(Struct, frozen=True, kw_only=True):
    """The acknowledgement: durable when it is given. `promised` is the day, `promised_because` the rule."""

    number: str
    code: str
    promised: date | None
    promised_at: datetime | None
    provisional: bool  # the year of that day has no published holidays
    stage: str
    new: bool


def receive(house: House, incoming: Incoming) -> "Future[Written]":
    """Queues the request for writing; the future answers after the commit. Raises `Overloaded`."""
    return house.ledger.submit(opening(house, incoming))


async def take(house: House, incoming: Incoming) -> Written:
    """`receive` for an event loop: answers after the commit."""
    return await house.ledger.take(opening(house, incoming))


def opening(house: House, incoming: Incoming) -> Opening:
    """The case that `incoming` asks for, routed. Pure but for asking the time once."""
    now = house.now()
    routed = route(asked_of(house, incoming, now), house.book)
    facts = Request(
        kind=incoming.kind,
        text=incoming.text,
        channel=incoming.channel,
        party=0,
        title=incoming.title,
        urgent=incoming.urgent or routed.priority == "urgent" or _dangerous(routed),
        topic=incoming.topic or routed.topic or "",
        street=incoming.street or routed.street or "",
        place=_place(incoming),
        call=incoming.call,
        confidential=incoming.confidential,
        attachments=incoming.attachments,
        because=tuple(reason.say for reason in routed.because),
        spoke=tuple(dict.fromkeys(word for reason in routed.because for word in reason.words)),
        who=incoming.who,
        limits=routed.limits,
    )
    return Opening(
        procedure="work_order",
        facts=facts,
        person=incoming.person,
        actor=incoming.actor,
        at=incoming.at or now,
        now=now,
        key=_key(incoming),
        asked=_digest(incoming),
        follow=_follow(incoming, routed)
        or second_opinion.dispatches(house, incoming.title, incoming.text, routed),
        quiet=incoming.quiet,
        also=_also(incoming, routed, now),
    )


def registered(house: House, incoming: Incoming) -> str:
    """The number of the case that the key of `incoming` has already made; empty for none."""
    made = select(CaseRow.number).join(KeyRow, KeyRow.case_id == CaseRow.id).where(KeyRow.key == _key(incoming))
    with house.reading() as connection:
        return connection.scalar(made) or ""


def _key(incoming: Incoming) -> str:
    return f"{incoming.channel}:{incoming.key}" if incoming.key else ""


def _also(incoming: Incoming, routed: Routed, now: datetime) -> Tie | None:
    """What is written with the case: the call it came by, and a danger's word to the desk."""
    if _dangerous(routed) and not incoming.quiet:
        return _tied_and_warned, (incoming.call, now)
    return (tied, incoming.call) if incoming.call else None


def _tied_and_warned(connection: Connection, pairs: Sequence[tuple[tuple[str, datetime], int]]) -> None:
    tied(connection, [(call, case) for (call, _), case in pairs if call])
    alarms.warn(connection, [(now, case) for (_, now), case in pairs])


def _place(incoming: Incoming) -> str:
    """The place as it was written, and the point on the map where one was given: who goes there looks it up."""
    if incoming.lat is None or incoming.lon is None:
        return incoming.place
    return f"{incoming.place}（地图点：{incoming.lat:.5f}，{incoming.lon:.5f}）"


def accepted(house: House, written: Written) -> Accepted:
    """What the citizen is told of a written case."""
    promised, calendar = written.promised_at, house.city.calendar
    return Accepted(
        number=written.number,
        code=house.vault.code(written.number),
        promised=due_day(promised, calendar) if promised else None,
        promised_at=promised,
        provisional=is_provisional(promised, calendar),
        stage=written.stage,
        new=written.new,
    )


def promised_because(house: House, case: int) -> str:
    """The promise of a case explained in a sentence, with its rule."""
    with house.reading() as connection:
        file = load_file(connection, case)
    promise = latest(file.readings(house.city), file.procedure.promise) if file else None
    return f"自受理之日起{promise.lengths}（{promise.article}）" if promise else ""


def _follow(incoming: Incoming, routed: Routed) -> tuple[Move, ...]:
    """What happens at once: the agent's own moves, else the system's; an agent who leaves a danger to triage does
    not silence its alarm."""
    moves = incoming.moves or _moves(incoming, routed)
    if incoming.moves and all(move.step in ("note", "merge") for move in moves) and _dangerous(routed):
        moves = _moves(incoming, routed) + moves
    return moves + ((incoming.archive,) if incoming.archive else ())


def _moves(incoming: Incoming, routed: Routed) -> tuple[Move, ...]:
    """The system's own steps at once: an alarm, else the dispatch with its co-handlers, else none (triage)."""
    because = tuple(reason.say for reason in routed.because)
    if _dangerous(routed) and routed.gate:
        return (Move("raise_alarm", Alarm(number=routed.gate.target, because="；".join(because)), SYSTEM),)  # type: ignore[arg-type]
    office = incoming.office or routed.office
    if not office:
        return ()
    chosen = ("话务员指定承办单位",) if incoming.office and incoming.office != routed.office else because
    rule = AGENT if incoming.office else routed.rule
    facts = Dispatch(
        office=office, because=chosen, topic=routed.topic or "", version=routed.version, rule=rule
    )
    actor = incoming.actor if incoming.office else SYSTEM
    joins = [Move("add_co_handler", CoHandler(office=other), SYSTEM) for other in routed.co_offices]
    return (Move("dispatch", facts, actor), *joins)


def _dangerous(routed: Routed) -> bool:
    return routed.gate is not None and routed.gate.acts == "emergency"


def _digest(incoming: Incoming) -> str:
    """What was asked and decided, without when and by whom: the same request sent again is the same."""
    content: dict[str, Any] = {name: getattr(incoming, name) for name in ASKED}
    content["moves"] = [(move.step, move.facts) for move in incoming.moves]
    return sha256(msgspec.json.encode(content)).hexdigest()
