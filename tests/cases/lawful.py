"""Random lawful histories of any procedure: what `why_not` and the invariants let through, and nothing else."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from msgspec import inspect

from cases.clocks import State
from cases.history import FIRST_DIGEST, Event, facts_text, seal
from cases.people import Actor, Role
from cases.procedure import Attempt, File, Procedure, Step, why_not
from hotline.city.local import load_city

CITY = load_city(Path(__file__).parents[2] / "hotline" / "city")
BEGUN = datetime(2026, 3, 2, 1, tzinfo=UTC)
WORDS = ("甲", "乙", "housing", "urban", "user:8")
REMARKS = frozenset({"note", "unmask", "add_material", "submit_evidence", "examine_evidence"})


def walk(procedure: Procedure, seed: int, steps: int = 14) -> File:
    """A history of at most `steps` events, each taken as the ledger would take it; days pass between them, and what
    the law attaches to silence is taken when it is due."""
    dice = Random(seed)
    opening = next(step for step in procedure.steps if step.opens)
    file, now = File(id=1, number="1", procedure=procedure, events=()), BEGUN
    while not file.events:
        facts = _facts(dice, opening, now, file)
        if facts is not None:
            file = _with(file, opening.name, facts, now)
    for _ in range(steps * 12):
        if len(file.events) >= steps or file.ended:
            break
        now += timedelta(hours=dice.choice((1, 3, 24, 72, 24 * 16)))
        file = _silence(file, now)
        step = dice.choice([one for one in procedure.steps if not one.opens and Role.SYSTEM not in one.by])
        if step.to in procedure.ends and dice.random() < 0.9:
            continue  # most histories should go far before they end
        file = taken(file, step, _facts(dice, step, now, file), now) or file
    return file


def taken(file: File, step: Step, facts: Any, now: datetime, at: datetime | None = None) -> File | None:
    """The file after the step, or None where it may not be."""
    if step.asks is not None and facts is None:
        return None
    office = file.co_offices[0] if step.co and file.co_offices else file.office
    actor = Actor("user:1", "某人", frozenset(step.by), office)
    attempt = Attempt(file=file, step=step, actor=actor, at=at or now, now=now, city=CITY, facts=facts)
    if why_not(attempt) is not None:
        return None
    after = _with(file, step.name, facts, at or now)
    return after if all(keeps(after) is None for keeps in file.procedure.keeps) else None


def way_on(file: File, now: datetime) -> bool:
    """Whether somebody can do more than write a remark, now or when a time has run out."""
    for later in (timedelta(hours=1), timedelta(days=4000)):
        for step in file.procedure.steps:
            actor, at = Actor("user:1", "某人", frozenset(step.by), file.office), now + later
            attempt = Attempt(file=file, step=step, actor=actor, at=at, now=at, city=CITY)
            if step.name not in REMARKS and why_not(attempt) is None:
                return True
    return False


def watched(file: File) -> bool:
    """Whether some clock runs (or stands still in a pause)."""
    return any(reading.open for reading in file.readings(CITY))


def _silence(file: File, now: datetime) -> File:
    """What stands for silence, at the moment at which it takes effect."""
    for reading in file.readings(CITY):
        expiry = reading.expiry
        if reading.clock.then and reading.open and expiry and expiry <= now and reading.state(now) is State.OVERDUE:
            step = file.procedure.step(reading.clock.then)
            facts = _silent_facts(step, reading.key)
            after = taken(file, step, facts, now, max(expiry, file.events[-1].at))
            return after or file
    return file


def _silent_facts(step: Step, key: str) -> Any:
    if step.asks is None:
        return None
    return msgspec.convert({"letter": key}, step.asks, strict=False)


def _with(file: File, step: str, facts: Any, at: datetime) -> File:
    last = file.events[-1] if file.events else None
    event = Event(seq=len(file.events) + 1, step=step, at=at, recorded_at=at, by="user:1", facts=facts)
    digest = seal(last.digest if last else FIRST_DIGEST, file.id, event, facts_text(facts))
    return file.with_event(msgspec.structs.replace(event, digest=digest))


def _facts(dice: Random, step: Step, now: datetime, file: File) -> Any:
    """Facts the step may ask for; None where it asks for none, or where those found may not be together."""
    if step.asks is None:
        return None
    on = CITY.calendar.day_of(now)
    try:
        return msgspec.convert(_struct(dice, step.asks, on, _said(file)), step.asks, strict=False)
    except (msgspec.ValidationError, ValueError):
        return None


def _said(file: File) -> dict[str, list[Any]]:
    """What earlier events named, by field: a reply has to name the letter it answers."""
    said: dict[str, list[Any]] = {}
    for event in file.history:
        for name in getattr(event.facts, "__struct_fields__", ()):
            said.setdefault(name, []).append(msgspec.to_builtins(getattr(event.facts, name), builtin_types=(date, datetime)))
    return said


def _struct(dice: Random, asks: Any, on: date, said: dict[str, list[Any]]) -> dict[str, Any]:
    info = inspect.type_info(asks)
    assert isinstance(info, inspect.StructType)
    found = {}
    for field in info.fields:
        name = field.encode_name
        if not field.required and dice.random() < 0.7:
            continue
        known = said.get(name, ())
        found[name] = dice.choice(known) if known and dice.random() < 0.6 else _value(dice, field.type, on)
    return found


def _value(dice: Random, kind: inspect.Type, on: date) -> Any:
    if isinstance(kind, inspect.Metadata):
        return _value(dice, kind.type, on)
    if isinstance(kind, inspect.UnionType):
        return _value(dice, dice.choice([one for one in kind.types if not isinstance(one, inspect.NoneType)]), on)
    if isinstance(kind, inspect.LiteralType):
        return dice.choice(kind.values)
    if isinstance(kind, inspect.BoolType):
        return dice.random() < 0.8
    if isinstance(kind, inspect.IntType):
        return max(kind.ge or 1, dice.choice((kind.ge or 1, 5)))
    if isinstance(kind, inspect.DateTimeType):
        return datetime(on.year, on.month, on.day, 2, tzinfo=UTC) + timedelta(days=dice.choice((2, 9)))
    if isinstance(kind, inspect.DateType):
        return on + timedelta(days=dice.choice((-40, 0, 0, 7, 30)))
    if isinstance(kind, inspect.VarTupleType):
        some = [_value(dice, kind.item_type, on) for _ in range(3)]
        return [one for n, one in enumerate(some) if one not in some[:n]]
    if isinstance(kind, inspect.StructType):
        return _struct(dice, kind.cls, on, {})
    assert isinstance(kind, inspect.StrType), f"no value for {kind}"
    return dice.choice(WORDS) * (1 if (kind.min_length or 0) <= 1 else kind.min_length or 1)
