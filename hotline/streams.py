"""What one open page is told: each thing once, and after a break from where it was.

The id of an event says how far its listener has heard, so that a reconnection neither misses nor doubles. A
stream ends after some minutes: the listener comes back, and the door looks at its seat again.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import msgspec
from litestar import get
from litestar.datastructures import State
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from cases.people import Role
from cases.tables import AlertRow
from hotline.accounts.seats import Seat
from hotline.bell import ALERTS, alert_of, recipients, unseen
from hotline.house import House
from hotline.pulse import (
    RECENT,
    Heard,
    Listener,
    Pulse,
    call_mark,
    calls_since,
    heard,
    rings_for,
)
from hotline.web import Asking

LONGEST = 300.0  # seconds of one stream
QUIET = 15.0  # seconds until a sign of life
WAITING = 500  # events a listener may fall behind; then it starts anew from its last id


async def stream(
    pulse: Pulse, seat: Seat, topics: frozenset[str], since: Heard
) -> AsyncGenerator[ServerSentEventMessage]:
    """The events of one listener from `since` on."""
    listener = Listener(seat, topics, asyncio.Queue(WAITING))
    pulse.join(listener)
    ends, told = monotonic() + LONGEST, _Telling(pulse.house, seat, since)
    try:
        yield await told.count()
        await pulse.ready.wait()
        for item in await asyncio.to_thread(_missed, pulse, listener, since):
            told.take(item)
        told.start_at(pulse.announced)
        yield await told.count()  # now with an id to come back with
        while monotonic() < ends and not listener.lost:
            for message in await told.messages():
                yield message
            try:
                told.take(await asyncio.wait_for(listener.queue.get(), QUIET))
                while not listener.queue.empty():
                    told.take(listener.queue.get_nowait())
            except TimeoutError:
                yield ServerSentEventMessage(comment="still here")
    finally:
        pulse.listeners.discard(listener)


class _Telling:
    """What one listener is told next, each thing once."""

    def __init__(self, house: House, seat: Seat, since: Heard) -> None:
        self.house, self.seat, self.heard = house, seat, since
        self.mine = frozenset(recipients(seat))
        self._states: dict[str, str] = {}
        self._next: list[tuple[str, Any, str]] = []

    def start_at(self, alert: int) -> None:
        """A listener that has heard of no alert yet begins with the next."""
        if self.heard.alert is None or self.heard.alert < alert:
            self.heard = msgspec.structs.replace(self.heard, alert=alert)

    def take(self, item: tuple[str, Any]) -> None:
        """Puts one piece of news in line, if it is for this listener and new to it."""
        kind, what = item
        if kind == "alert":
            if self.heard.alert is not None and what["id"] <= self.heard.alert:
                return
            self.heard = msgspec.structs.replace(self.heard, alert=what["id"])
            for_board = what["board"] and Role.SUPERVISOR in self.seat.roles
            if not for_board and what["recipient"] not in self.mine:
                return
        elif kind == "call":
            if not rings_for(self.seat, what) or self._states.get(what["id"]) == what["state"]:
                return
            self._states[what["id"]] = what["state"]
            self.heard = msgspec.structs.replace(
                self.heard, call=max(self.heard.call, call_mark(what["rang_at"]))
            )
        elif what == self.heard.board:
            return
        else:
            self.heard = msgspec.structs.replace(self.heard, board=what)
        self._next.append((kind, what, str(self.heard)))

    async def count(self) -> ServerSentEventMessage:
        """How many alerts wait."""
        return _message("bell", {"unseen": await asyncio.to_thread(self._unseen)}, str(self.heard))

    async def messages(self) -> list[ServerSentEventMessage]:
        """What is in line, as events, each with how far its listener has then heard."""
        line, self._next = self._next, []
        found = []
        for kind, what, mark in line:
            if kind == "alert":
                alert = alert_of(what, self.house.city)
                words = f"{alert.number} {alert.clock}：{alert.rung}"
                found.append(_message(kind, {"id": alert.id, "number": alert.number, "words": words}, mark))
            elif kind == "call":
                found.append(_message(kind, {"call": what["id"], "state": what["state"]}, mark))
            else:
                found.append(_message(kind, {"mark": what}, mark))
        if any(kind == "alert" for kind, _, _ in line):
            found.append(await self.count())
        return found

    def _unseen(self) -> int:
        with self.house.reading() as connection:
            return unseen(connection, self.seat)


def _message(event: str, data: dict[str, Any], mark: str) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(data).decode(), event=event, id=mark)


def _missed(pulse: Pulse, listener: Listener, since: Heard) -> list[tuple[str, Any]]:
    """What happened between `since` and the moment the listener was taken in."""
    found: list[tuple[str, Any]] = []
    with pulse.house.reading() as connection:
        if since.alert is not None:
            between = AlertRow.id > since.alert, AlertRow.id <= pulse.announced
            rows = connection.execute(ALERTS.where(*between).order_by(AlertRow.id)).mappings()
            found += [("alert", row) for row in rows]
        if "desk" in listener.topics:
            rung = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=since.call + 1)
            oldest = pulse.house.now() - RECENT
            rows = connection.execute(calls_since(max(rung, oldest))).mappings()
            found += [("call", row) for row in rows]
    if "board" in listener.topics:
        found.append(("board", pulse.board))
    return found


def pulse_of(state: State, house: House) -> Pulse:
    """The one pulse of this process."""
    if "pulse" not in state:
        state["pulse"] = Pulse(house)
    pulse: Pulse = state["pulse"]
    return pulse


def _open(request: Asking, house: House, seat: Seat, *topics: str) -> ServerSentEvent:
    said = request.headers.get("Last-Event-ID") or str(request.query_params.get("last", ""))
    pulse = pulse_of(request.app.state, house)
    return ServerSentEvent(stream(pulse, seat, frozenset(topics), heard(said)))


@get("/bell/events")
async def bell_events(request: Asking, house: House, seat: Seat) -> ServerSentEvent:
    """Alerts of this seat as they are claimed, and how many wait."""
    return _open(request, house, seat)


@get("/desk/events")
async def desk_events(request: Asking, house: House, seat: Seat) -> ServerSentEvent:
    """Calls that ring for this agent, and the bell."""
    return _open(request, house, seat, "desk")


@get("/board/events")
async def board_events(request: Asking, house: House, seat: Seat) -> ServerSentEvent:
    """That the board has changed, and the bell."""
    return _open(request, house, seat, "board")


ROUTES: list[Any] = [bell_events, desk_events, board_events]
