"""What changes while a page is open, pushed to it: one look at the database a second for all listeners.

Alerts are announced in the order of their ids, and only when no transaction with a smaller one can still be
under way: whoever has heard of one has heard of all before it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.exc import SQLAlchemyError

from cases.tables import AlertRow
from hotline.accounts.seats import Seat
from hotline.bell import ALERTS
from hotline.figures.standing import board_mark
from hotline.house import House
from hotline.sent import whole_number
from hotline.tables import CallRow

log = logging.getLogger("hotline.pulse")

BEAT = 1.0  # seconds between two looks
SETTLE = 3  # looks until a smaller id can no longer appear: a sweep's transaction is far shorter
RECENT = timedelta(minutes=30)  # calls looked at
AT_ONCE = 500  # alerts announced in one look


class Heard(Struct, frozen=True):
    """How far a listener has heard: the last alert, the moment of the last call, the board as it stood."""

    alert: int | None = None
    call: int = 0
    board: str = ""

    def __str__(self) -> str:
        return f"{'' if self.alert is None else self.alert}~{self.call}~{self.board}"


def heard(text: str) -> Heard:
    """What an event's id says; nothing for one that is none of ours."""
    parts = text.split("~")
    if len(parts) != 3:
        return Heard()
    alert, call = (whole_number(part, 18) for part in parts[:2])
    if call is None or (parts[0] and alert is None):
        return Heard()
    return Heard(alert, call, parts[2][:40])


def call_mark(rang_at: datetime) -> int:
    """The moment of a call as a number: microseconds since 1970."""
    return (rang_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


class Listener(Struct, eq=False):
    """One open page."""

    seat: Seat
    topics: frozenset[str]
    queue: "asyncio.Queue[tuple[str, Any]]"
    lost: bool = False


class Pulse:
    """The one who looks. Lives as long as somebody listens."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._forget()

    def _forget(self) -> None:
        self.ready = asyncio.Event()
        self.announced, self.board = 0, ""
        self._tops: deque[int] = deque(maxlen=SETTLE)
        self._calls: dict[str, str] | None = None

    def join(self, listener: Listener) -> None:
        """Takes a listener in; the first one starts the looking."""
        self.listeners.add(listener)
        if self._task is None or self._task.done():
            self._forget()
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self.listeners:
            try:
                news = await asyncio.to_thread(self._look)
            except SQLAlchemyError as error:
                log.warning("the pulse could not look: %s", type(error).__name__)
            else:
                self._spread(news)
                if len(self._tops) == SETTLE:
                    self.ready.set()
            await asyncio.sleep(BEAT)

    def _look(self) -> list[tuple[str, Any]]:
        news: list[tuple[str, Any]] = []
        topics = {topic for listener in tuple(self.listeners) for topic in listener.topics}
        with self.house.reading() as connection:
            news += self._new_alerts(connection)
            if "desk" in topics:
                news += self._new_calls(connection)
            if "board" in topics:
                mark = board_mark(connection, self.house.now(), self.house.city)
                news += [("board", mark)] if mark != self.board else []
                self.board = mark
        return news

    def _new_alerts(self, connection: Connection) -> Iterable[tuple[str, Any]]:
        self._tops.append(connection.scalar(select(func.max(AlertRow.id))) or 0)
        settled = self._tops[0] if len(self._tops) == SETTLE else 0
        if not self.ready.is_set():
            self.announced = settled
            return []
        if settled <= self.announced:
            return []
        wanted = ALERTS.where(AlertRow.id > self.announced, AlertRow.id <= settled).order_by(AlertRow.id)
        rows = connection.execute(wanted.limit(AT_ONCE)).mappings().all()
        self.announced = rows[-1]["id"] if len(rows) == AT_ONCE else settled
        return [("alert", row) for row in rows]

    def _new_calls(self, connection: Connection) -> Iterable[tuple[str, Any]]:
        since = self.house.now() - RECENT
        rows = connection.execute(calls_since(since)).mappings().all()
        before, self._calls = self._calls, {row["id"]: row["state"] for row in rows}
        if before is None:
            return []
        return [("call", row) for row in rows if before.get(row["id"]) != row["state"]]

    def _spread(self, news: Iterable[tuple[str, Any]]) -> None:
        for item in news:
            for listener in tuple(self.listeners):
                try:
                    listener.queue.put_nowait(item)
                except asyncio.QueueFull:
                    listener.lost = True


def calls_since(since: datetime) -> Any:
    """The calls that rang at or after a moment, oldest first."""
    columns = CallRow.id, CallRow.state, CallRow.agent, CallRow.rang_at, CallRow.case_id
    return select(*columns).where(CallRow.rang_at >= since).order_by(CallRow.rang_at).limit(AT_ONCE)


def rings_for(seat: Seat, row: RowMapping) -> bool:
    """Whether a call is this agent's: rung to them, or to a telephone nobody is known to sit at."""
    return row["agent"] == seat.actor.id or not str(row["agent"]).startswith("user:")
