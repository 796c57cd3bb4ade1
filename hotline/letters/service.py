"""How an issued letter reached whom it is for: first the procedure's own step, from whose day the clocks count, then
the register's note of means, day and receipt.
"""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, RowMapping, select, update

from cases.changes import Taking
from cases.history import Event
from cases.letter_kinds.kind import Kind
from cases.procedure import File, Refused, Step
from cases.tables import table_of
from hotline.accounts.accounts import audit
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.tables import LetterRow

MEANS = {
    "hand": "直接送达",
    "left": "留置送达",
    "post": "邮寄送达",
    "electronic": "电子送达",
    "notice": "公告送达",
}
MANNERS = {"hand": "handed"}  # a means as the facts of a procedure call it, where it differs
LETTERS = table_of(LetterRow)


class Reached(Struct, frozen=True, kw_only=True):
    """How a letter reached whom it is for: one of `MEANS`, when, and what proves it."""

    means: str
    served_at: datetime
    receipt: str


def row_of(connection: Connection, case: int, seq: int, kind: str) -> RowMapping | None:
    """The issued letter, or None."""
    wanted = select(LETTERS).where(LetterRow.case_id == case, LetterRow.seq == seq, LetterRow.kind == kind)
    return connection.execute(wanted).mappings().one_or_none()


def serve(house: House, seat: Seat, file: File, pair: tuple[Event, Kind], service: Reached) -> None:
    """Records that an issued letter reached whom it is for, first as the procedure's own step, from which the
    clocks count."""
    event, kind = pair
    with house.reading() as connection:
        row = row_of(connection, file.id, event.seq, kind.name)
    if row is None:
        raise Refused("文书尚未签发，不能登记送达", kind.article)
    if row["state"] == "served":
        raise Refused("送达已经登记", kind.article)
    if kind.serving:
        _take_service(house, seat, file, pair, service)
    changed = {**msgspec.structs.asdict(service), "state": "served"}
    with house.writing() as connection:
        where = (LetterRow.case_id == file.id, LetterRow.seq == event.seq, LetterRow.kind == kind.name)
        connection.execute(update(LETTERS).where(*where).values(**changed))
        audit(connection, house.now(), seat.actor.id, "letter.serve", about=file.number,
              detail=f"{row['number'] or kind.title} {MEANS[service.means]}")  # fmt: skip


def facts_of(step: Step, kind: Kind, owing: Any, means: str) -> Any:
    """The facts of the step that records service, as far as the letter and its event (`owing`) give them."""
    manner = {"manner": MANNERS.get(means, means), "way": means}
    named = {**kind.serves, **manner, "letter": getattr(owing, "letter", "")}
    fields = getattr(step.asks, "__struct_fields__", ())
    given = {name: value for name, value in named.items() if name in fields}
    return msgspec.convert(given, step.asks) if step.asks else None


def _take_service(house: House, seat: Seat, file: File, pair: tuple[Event, Kind], service: Reached) -> None:
    """The step that records service, unless it was recorded already."""
    event, kind = pair
    step = file.procedure.step(kind.serving_at.get(file.stage, kind.serving))
    facts = facts_of(step, kind, event.facts, service.means)
    same = {*kind.serves, "letter"} & set(getattr(step.asks, "__struct_fields__", ()))
    since = (after for after in file.history if after.step == step.name and after.seq > event.seq)
    if any(all(getattr(after.facts, name) == getattr(facts, name) for name in same) for after in since):
        return
    now, key = house.now(), f"letter:{file.id}:{event.seq}:{kind.name}:served"
    taking = Taking(
        case=file.id,
        step=step.name,
        actor=seat.actor,
        at=service.served_at,
        now=now,
        facts=facts,
        key=key,
        asked=key[:64],
    )
    house.ledger.write(taking)
