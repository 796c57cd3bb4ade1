"""Over random lawful histories of every procedure: there is always a way on and a clock, the dates do not depend on the
order of typing nor on when they are read, and no single change of a file goes unseen.
"""

from datetime import timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.history import FIRST_DIGEST, Event, facts_text, seal
from cases.procedure import File
from cases.procedures import PROCEDURES
from tests.cases.lawful import CITY, walk, watched, way_on

EVERY = pytest.mark.parametrize("name", PROCEDURES)
SEEDS = st.integers(0, 10**9)
SOME = settings(max_examples=8, deadline=None)


@EVERY
@SOME
@given(seed=SEEDS)
def test_no_lawful_history_is_left_without_a_way_and_a_clock(name: str, seed: int) -> None:
    file = walk(PROCEDURES[name], seed)
    for n in range(1, len(file.events) + 1):
        so_far = _cut(file, n)
        if not so_far.ended:
            steps = [event.step for event in so_far.events]
            assert way_on(so_far, so_far.events[-1].at), steps
            assert watched(so_far), steps


@EVERY
@SOME
@given(seed=SEEDS)
def test_kept_step_by_step_or_read_anew_the_dates_are_the_same(name: str, seed: int) -> None:
    file = walk(PROCEDURES[name], seed)
    kept = _cut(file, 1)
    for event in file.events[1:]:
        kept.readings(CITY)  # as each step leaves it
        kept = kept.with_event(event)
    assert kept.readings(CITY) == _cut(file, len(file.events)).readings(CITY)


@EVERY
@SOME
@given(seed=SEEDS, shuffle=SEEDS)
def test_the_order_of_typing_moves_no_date(name: str, seed: int, shuffle: int) -> None:
    file = walk(PROCEDURES[name], seed)
    spread = [
        msgspec.structs.replace(event, at=event.at + timedelta(seconds=event.seq)) for event in file.events
    ]  # no two at one moment, so that the law's order is known
    typed = [spread[0], *Random(shuffle).sample(spread[1:], len(spread) - 1)]
    late = tuple(msgspec.structs.replace(event, seq=n) for n, event in enumerate(typed, 1))
    one = File(id=1, number="1", procedure=file.procedure, events=tuple(spread))
    other = File(id=1, number="1", procedure=file.procedure, events=late)
    assert _dates(other) == _dates(one)
    assert other.stage == one.stage


@EVERY
@SOME
@given(seed=SEEDS, where=SEEDS, what=st.sampled_from(["at", "by", "step", "facts", "recorded_at", "drop", "swap"]))
def test_no_single_change_goes_unseen(name: str, seed: int, where: int, what: str) -> None:
    file = walk(PROCEDURES[name], seed)
    assert _whole(file.events)
    n = where % len(file.events)
    assert not _whole(_changed(file.events, n, what))


def _cut(file: File, n: int) -> File:
    return File(id=file.id, number=file.number, procedure=file.procedure, events=file.events[:n])


def _dates(file: File) -> list[tuple[str, str, object, object, object]]:
    found = [(r.clock.id, r.key, r.begun_at, r.end, r.stopped_at) for r in file.readings(CITY)]
    return sorted(found, key=str)


def _whole(events: tuple[Event, ...]) -> bool:
    """Whether the chain of digests holds, without gaps in the numbers."""
    before = FIRST_DIGEST
    for n, event in enumerate(events, 1):
        if event.seq != n or event.digest != seal(before, 1, event, facts_text(event.facts)):
            return False
        before = event.digest
    return bool(events)


def _changed(events: tuple[Event, ...], n: int, what: str) -> tuple[Event, ...]:
    event = events[n]
    if what == "drop":
        rest = (*events[:n], *events[n + 1 :])
        return tuple(msgspec.structs.replace(one, seq=m) for m, one in enumerate(rest, 1)) if n < len(rest) else ()
    if what == "swap":
        return (*events[:n], *events[n + 1 :], event) if n + 1 < len(events) else ()
    new = {
        "at": event.at + timedelta(microseconds=1),
        "recorded_at": event.recorded_at + timedelta(seconds=1),
        "by": event.by + "0",
        "step": event.step + "_",
        "facts": {"other": True},
    }[what]
    return (*events[:n], msgspec.structs.replace(event, **{what: new}), *events[n + 1 :])
