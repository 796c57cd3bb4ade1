"""The signed examples: every table `*.toml` beside this file is computed again and compared day by day.

A lawyer reads and adds to those tables; nothing else has to change. Two shapes, `because` is a whole sentence:

[[case]]                                   # a history, and what its clocks say
because = "2月14日调休上班，计入；2月15日至23日春节放假，不计入。"
procedure = "reconsideration"              # the name of the procedure
steps = [                                  # in order; keys other than `at` and `step` are the facts of the step,
    { at = 2026-02-11, step = "receive", channel = "online" },    # and facts left out are filled with anything
]                                          # permitted. `at` is a day, or a moment with its offset.
due = [{ clock = "ar.accept.review", on = 2026-02-25 }]
    # on           the last day; for hours a moment with offset; "never" where the clock stands still in a pause,
    #              "no" where it does not run at all
    # key          which run, where the clock has one for each office, party or letter
    # unrolled     the last day before it moved; equal to `on` unless given
    # provisional  true where a year without a published notice had a say; false unless given
    # state        "met", "late", "overdue", "running", "paused" as it stands at `now`
now = 2026-03-01                           # the day of the look; the last step's unless given
stage = "received"                         # optional: where the case stands after the last step
refused = [                                # optional: what may then not be done, and words of the refusal
    { at = 2026-03-01, step = "reject", says = "审查期限已经届满" },
]

[[period]]                                 # a limit alone, as `hotline due` computes it
because = "..."
limit = "gi.reply"                         # or: length = 5, unit = "working_day" (and rolls = true, backward = true)
from = 2026-01-20                          # a day or a moment with offset; for backward limits the day led up to
extended = true                            # optional
given = 20                                 # optional: a length that is set case by case
excluded = [[2026-03-10, 2026-03-24]]      # optional: first and last day that do not count
due = 2026-02-24                           # with `unrolled` and `provisional` as above

Each step is taken as the ledger would take it: what `why_not` refuses or an invariant forbids fails the example.
"""

import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from cases.calendar import published
from cases.clocks import State
from cases.explaining import explain
from cases.history import Event
from cases.law import Length, Unit
from cases.people import Actor
from cases.periods import Period, day_span, end_of, moment_on
from cases.procedure import Attempt, File, why_not
from cases.procedures import PROCEDURES
from hotline.calendar.due import Asked, reckon
from hotline.city.local import load_city

HOUSE = Path(__file__).parents[2]
CITY = load_city(HOUSE / "hotline" / "city")
CALENDAR = CITY.calendar
TABLES = {
    path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(Path(__file__).parent.glob("*.toml"))
}


def _examples(shape: str) -> list[Any]:
    return [
        pytest.param(example, id=f"{stem}-{n}-{example['because'][:24]}")
        for stem, table in TABLES.items()
        for n, example in enumerate(table.get(shape, ()), 1)
    ]


@pytest.mark.parametrize("example", _examples("case"))
def test_a_history_gives_the_signed_dates(example: dict[str, Any]) -> None:
    file = _file(example)
    now = _moment(example["now"], 0) if "now" in example else file.history[-1].at
    for expected in example.get("due", ()):
        _compare(file, expected, now)
    if "stage" in example:
        assert file.stage == example["stage"]
    for refused in example.get("refused", ()):
        said = _try(file, refused)
        assert said is not None, f"{refused['step']} was not refused"
        assert refused["says"] in said


@pytest.mark.parametrize("example", _examples("period"))
def test_a_period_gives_the_signed_date(example: dict[str, Any]) -> None:
    end = _limit_end(example) if "limit" in example else _plain_end(example)
    assert end == (example["due"], example.get("unrolled", _day(example["due"])), example.get("provisional", False))


@pytest.mark.parametrize("stem", TABLES)
def test_every_table_holds_only_known_shapes(stem: str) -> None:
    assert TABLES[stem].keys() <= {"case", "period"}


def _compare(file: File, expected: dict[str, Any], now: datetime) -> None:
    key = str(expected.get("key", ""))
    found = [r for r in file.readings(CITY) if r.clock.id == expected["clock"] and (not key or r.key == key)]
    if expected["on"] == "no":
        assert not found, f"{expected['clock']} runs"
        return
    assert found, f"{expected['clock']} does not run"
    reading = found[-1]
    if "state" in expected:
        assert reading.state(now) is State(expected["state"])
    if expected["on"] == "never":
        assert reading.end is None
        return
    assert reading.end is not None, f"{expected['clock']} stands still"
    due = reading.end.due if _is_day(expected["on"]) else reading.end.moment
    wanted = (expected["on"], expected.get("unrolled", _day(expected["on"])), expected.get("provisional", False))
    assert (due, reading.end.unrolled, reading.end.provisional) == wanted
    counted = [day for day in reading.explain(CALENDAR) if day.counted]
    assert counted, "nothing is explained"


# -- taking the steps ----------------------------------------------------------------------------------


def _file(example: dict[str, Any]) -> File:
    file = File(id=1, number="2026010100001-0", procedure=PROCEDURES[example["procedure"]], events=())
    for n, row in enumerate(example["steps"]):
        said = _try(file, row, n)
        assert said is None, f"{row['step']} at {row['at']}: {said}"
        file = file.with_event(_event(file, row, n))
    return file


def _try(file: File, row: dict[str, Any], n: int = 0) -> str | None:
    """Why the ledger would not take this step, or None."""
    step = file.procedure.step(row["step"])
    event = _event(file, row, n or len(file.events))
    if not file.events:
        return None if step.opens else f"{step.name} opens no case"
    office = str(getattr(event.facts, "office", "")) if step.co else file.office
    actor = Actor(str(row.get("by", "user:1")), "某人", frozenset(step.by), office)
    now = max(event.at, _moment(row["now"], n)) if "now" in row else event.at + timedelta(days=1)
    refused = why_not(
        Attempt(file=file, step=step, actor=actor, at=event.at, now=now, city=CITY, facts=event.facts)
    )
    if refused is not None:
        return str(refused)
    after = file.with_event(event)
    return next((said for keeps in file.procedure.keeps if (said := keeps(after))), None)


def _event(file: File, row: dict[str, Any], n: int) -> Event:
    step, at = file.procedure.step(row["step"]), _moment(row["at"], n)
    given = {name: value for name, value in row.items() if name not in ("at", "step", "says", "by", "now")}
    facts = None if step.asks is None else _filled(step.asks, given, CALENDAR.day_of(at))
    assert step.asks is not None or not given, f"{step.name} has no facts"
    by = str(row.get("by", "user:1"))
    return Event(seq=len(file.events) + 1, step=step.name, at=at, recorded_at=at, by=by, facts=facts)


def _filled(asks: type[Any], given: dict[str, Any], on: date) -> Any:
    info = inspect.type_info(asks)
    assert isinstance(info, inspect.StructType)
    unknown = given.keys() - {field.name for field in info.fields}
    assert not unknown, f"{asks.__name__} has no {unknown}"
    missing = {f.encode_name: _anything(f.type, on) for f in info.fields if f.required and f.name not in given}
    return msgspec.convert({**missing, **given}, asks, strict=False)


def _anything(kind: inspect.Type, on: date) -> Any:
    """A value the type permits, for a fact that the example does not speak of."""
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.StrType):
        return "略" * max(1, kind.min_length or 1)
    if isinstance(kind, inspect.IntType):
        return kind.ge or 1
    if isinstance(kind, inspect.DateType):
        return on + timedelta(days=30)
    if isinstance(kind, inspect.VarTupleType):
        return [_anything(kind.item_type, on)] * (kind.min_length or 1)
    if isinstance(kind, inspect.StructType):
        return msgspec.to_builtins(_filled(kind.cls, {}, on))
    assert isinstance(kind, inspect.BoolType), f"no filling for {kind}"
    return False


# -- moments and ends ----------------------------------------------------------------------------------


def _moment(at: date | datetime, n: int) -> datetime:
    """A day is its morning, later steps of one day a little later, so that the order of the table stands."""
    if isinstance(at, datetime):
        assert at.tzinfo, f"{at} has no offset"
        return at
    return moment_on(at, CALENDAR, time(9)) + timedelta(minutes=n)


def _is_day(value: date | datetime) -> bool:
    return not isinstance(value, datetime)


def _day(value: date | datetime) -> date:
    return CALENDAR.day_of(value) if isinstance(value, datetime) else value


def _limit_end(example: dict[str, Any]) -> tuple[date | datetime, date, bool]:
    asked = Asked(
        extended=example.get("extended", False),
        excluded=tuple((first, last) for first, last in example.get("excluded", ())),
        given=example.get("given"),
    )
    found = reckon(CITY, example["limit"], example["from"], asked)
    return found.end.due if _is_day(example["due"]) else found.end.moment, found.end.unrolled, found.end.provisional


def _plain_end(example: dict[str, Any]) -> tuple[date | datetime, date, bool]:
    period = Period(
        start=_moment(example["from"], 0),
        lengths=(Length(example["length"], Unit(example["unit"])),),
        excluded=tuple(day_span(first, last, CALENDAR) for first, last in example.get("excluded", ())),
        rolls=example.get("rolls", False),
        backward=example.get("backward", False),
    )
    end = end_of(period, published())
    assert end is not None
    assert explain(period, published())
    return end.due if _is_day(example["due"]) else end.moment, end.unrolled, end.provisional
