"""What is half written at the desk, kept on the server while it is typed: a cut line, a reload or a closed window
loses nothing. One form per call; a window that shows an older state is told and writes over nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, select, update

from cases.bulk import insert_rows
from cases.tables import table_of
from hotline.accounts.seats import Seat
from hotline.desk.tables import DraftRow
from hotline.house import House
from hotline.sent import whole_number

FREE = "free"  # the slot of a form that belongs to no call
KEPT = timedelta(days=7)
LONGEST = 30_000  # characters of one form
OURS = frozenset({"tab", "draft_version", "force", "forget"})  # of the saving itself
EMPTY = frozenset({"kind", "then", "key", "call", "answer.solved", "into", "asked_street"})  # nothing typed yet
DRAFTS = table_of(DraftRow)


class Draft(Struct, frozen=True, kw_only=True):
    """A form as it was saved last."""

    slot: str
    fields: dict[str, str]
    tab: str
    version: int
    saved_at: datetime


class Saved(Struct, frozen=True, kw_only=True):
    """The answer to a saving. `elsewhere`: another window has saved since, and nothing was written."""

    version: int
    saved_at: datetime | None
    elsewhere: bool = False


def slot_of(call: str) -> str:
    """Where the form of a call is kept."""
    return call[:80] or FREE


def draft_of(connection: Connection, house: House, seat: Seat, slot: str) -> Draft | None:
    """The seat's own draft for `slot`."""
    row = connection.execute(_own(seat, slot)).one_or_none()
    if row is None:
        return None
    fields = msgspec.json.decode(house.vault.open(row.body), type=dict[str, str])
    return Draft(slot=slot, fields=fields, tab=row.tab, version=row.version, saved_at=row.saved_at)


def others(connection: Connection, seat: Seat, slot: str) -> list[tuple[str, datetime]]:
    """The seat's other drafts, the newest first: slot and when it was saved."""
    wanted = select(DRAFTS.c.slot, DRAFTS.c.saved_at).where(
        DRAFTS.c.user_id == seat.user_id, DRAFTS.c.slot != slot
    )
    newest = wanted.order_by(DRAFTS.c.saved_at.desc()).limit(5)
    return [(row.slot, row.saved_at) for row in connection.execute(newest)]


def save(house: House, seat: Seat, said: Mapping[str, str]) -> Saved:
    """Keeps the form, unless another window has changed it since this one saw it; `force` is the agent's word
    that this one counts. A form in which nothing is typed is not kept."""
    now, slot, tab = house.now(), slot_of(said.get("call", "")), said.get("tab", "")[:40]
    fields = {name: value for name, value in said.items() if name not in OURS and value}
    with house.writing() as connection:
        connection.execute(delete(DRAFTS).where(DRAFTS.c.user_id == seat.user_id, DRAFTS.c.saved_at < now - KEPT))
        row = connection.execute(_own(seat, slot).with_for_update()).one_or_none()
        seen = whole_number(said.get("draft_version")) or 0
        if row and row.tab != tab and row.version != seen and not said.get("force"):
            return Saved(version=seen, saved_at=row.saved_at, elsewhere=True)
        if fields.keys() <= EMPTY or sum(map(len, fields.values())) > LONGEST:
            return Saved(version=row.version if row else 0, saved_at=None)
        body, version = house.vault.seal(msgspec.json.encode(fields).decode()), (row.version if row else 0) + 1
        kept = {"body": body, "tab": tab, "version": version, "saved_at": now}
        if row:
            connection.execute(update(DRAFTS).where(*_key(seat, slot)).values(**kept))
        else:
            insert_rows(connection, DRAFTS, [{"user_id": seat.user_id, "slot": slot, **kept}], or_leave=True)
    return Saved(version=version, saved_at=now)


def forget(house: House, seat: Seat, slot: str) -> None:
    """The form was sent, or thrown away."""
    with house.writing() as connection:
        connection.execute(delete(DRAFTS).where(*_key(seat, slot)))


def _key(seat: Seat, slot: str) -> tuple[Any, ...]:
    return DRAFTS.c.user_id == seat.user_id, DRAFTS.c.slot == slot


def _own(seat: Seat, slot: str) -> Any:
    return select(DRAFTS).where(*_key(seat, slot))
