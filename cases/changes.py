"""What can be asked of the ledger, and what it answers."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from cases.parties import Person
from cases.people import Actor


class Overloaded(Exception):
    """More is waiting to be written than can be promised."""


class Raced(Exception):
    """What was decided rests on what somebody else has changed since: it is decided anew."""


class Move(Struct, frozen=True):
    """A step by its name, with its facts and who takes it."""

    step: str
    facts: Any
    actor: Actor


Tie = tuple[Callable[[Connection, Sequence[tuple[Any, int]]], None], Any]


class Opening(Struct, frozen=True, kw_only=True):
    """A new case: its first event's facts (whose `party` the ledger fills in) and the moves that follow at
    once. `key` makes it one however often it is asked; `asked` is a digest of what was asked with that key."""

    procedure: str
    facts: Any
    person: Person
    actor: Actor
    at: datetime
    now: datetime
    key: str = ""
    asked: str = ""
    follow: tuple[Move, ...] = ()
    quiet: bool = False  # nobody is told: for past cases brought in
    also: Tie | None = None  # what writes with it, given all such pairs of a batch, and its own: the call it came by


class Taking(Struct, frozen=True, kw_only=True):
    """A step in an existing case. `seen` is the last event its actor knew of, where that matters."""

    case: int
    step: str
    actor: Actor
    at: datetime
    now: datetime
    facts: Any = None
    key: str = ""
    asked: str = ""
    seen: int | None = None
    quiet: bool = False


class Deed(Struct, frozen=True):
    """A small write that is no case but shall ride in the same commit as whatever is being written: a call
    that rings. All that wait with the same `do` are done by one call of it, which answers for each; it may be
    run again when a batch has to be split."""

    do: Callable[[Connection, Sequence[Any]], Sequence[Any]]
    item: Any


Change = Opening | Taking | Deed


class Written(Struct, frozen=True, kw_only=True):
    """What became of a change. `new` is False when its key had been used and nothing was written."""

    case: int
    number: str
    seq: int
    stage: str
    promised_at: datetime | None
    new: bool = True
