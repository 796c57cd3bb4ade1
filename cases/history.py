"""A case is its list of events, never changed; a mistake is answered by a correcting event.

`standing` is the history as it counts: corrections applied, in the order of the moments that matter in law
and not of typing. The digest of each event covers the one before, so a file can be proved whole offline.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta, Struct

CORRECT = "correct"
ENTRUST = "entrust"
FIRST_DIGEST = "0" * 64


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened. `at` is the moment that counts in law, `recorded_at` when it was written down;
    both aware, in UTC. `facts` is the struct the step asks for. `digest` is chained over the one before."""

    seq: int
    step: str
    at: datetime
    recorded_at: datetime
    by: str
    facts: Any = None
    digest: str = ""


class Correction(Struct, frozen=True, kw_only=True):
    """更正: event `seq` never stood (`void`), or stood at another moment, or with other facts."""

    seq: int
    reason: Annotated[str, Meta(min_length=2, max_length=2_000)]
    void: bool = False
    at: Annotated[datetime, Meta(tz=True)] | None = None
    facts: dict[str, Any] | None = None


class Entrustment(Struct, frozen=True, kw_only=True):
    """交由办理: the actor id of the colleague who has it from now on."""

    assignee: Annotated[str, Meta(pattern=r"^user:\d+$", title="经办人")]
    reason: Annotated[str, Meta(max_length=500, title="说明")] = ""


class Note(Struct, frozen=True, kw_only=True):
    """A remark or reason, and nothing else."""

    text: str


def standing(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events that count, corrected, ordered by `at` and then by `seq`."""
    kept: dict[int, Event] = {}
    for event in events:
        if event.step != CORRECT:
            kept[event.seq] = event
            continue
        correction: Correction = event.facts
        if correction.void:
            kept.pop(correction.seq, None)
        elif correction.seq in kept:
            kept[correction.seq] = _corrected(kept[correction.seq], correction)
    return tuple(sorted(kept.values(), key=lambda event: (event.at, event.seq)))


def _corrected(event: Event, correction: Correction) -> Event:
    facts = event.facts
    if correction.facts is not None:
        changed = {**msgspec.to_builtins(facts, builtin_types=(datetime,)), **correction.facts}
        facts = msgspec.convert(changed, type(facts), strict=False)
    at = correction.at.astimezone(UTC) if correction.at else event.at
    return msgspec.structs.replace(event, at=at, facts=facts)


def facts_text(facts: Any) -> str:
    """Facts as they are stored and sealed: JSON with the fields in the order of the struct."""
    return msgspec.json.encode(facts).decode() if facts is not None else "null"


class Sealed(Protocol):
    """What of an event its digest covers, besides its facts: the event itself, or its row."""

    @property
    def seq(self) -> int: ...
    @property
    def step(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def by(self) -> str: ...


def seal(before: str, case: int, event: Sealed, facts: str) -> str:
    """The digest of `event` of `case` whose facts are stored as `facts`, chained over the digest `before`."""
    content = (case, event.seq, event.step, _utc(event.at), _utc(event.recorded_at), event.by, facts)
    return sha256(before.encode() + msgspec.json.encode(content)).hexdigest()


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def after_last(history: Iterable[Event], steps: AbstractSet[str]) -> list[Event]:
    """The events of `history` after the last of `steps`; all of them where none of these stands in it."""
    found: list[Event] = []
    for event in history:
        if event.step in steps:
            found.clear()
        else:
            found.append(event)
    return found


def events_of(history: Iterable[Event], *steps: str) -> list[Event]:
    """The events of `history` that are one of `steps`, in its order."""
    return [event for event in history if event.step in steps]


def last_of(history: Iterable[Event], *steps: str) -> Event | None:
    """The latest of `steps` in `history`, or None."""
    found = events_of(history, *steps)
    return found[-1] if found else None
