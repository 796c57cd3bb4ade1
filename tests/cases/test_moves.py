"""What another calendar moves, as laws: the comparison and a reading from the start agree on every lawful history."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cases.beside import SWEPT, case_row, clock_rows
from cases.calendar import Rest, Year
from cases.city import City
from cases.moves import Span, compared
from cases.notice import read_notice
from cases.procedure import File
from cases.procedures import PROCEDURES
from cases.recompute import made_plan
from tests.law.test_examples import CITY, TABLES, _event, _file, _try
from tests.notice import LONGER, NOTICE

EDITIONS = [read_notice(NOTICE), read_notice(LONGER)]
EXAMPLES = [example for table in TABLES.values() for example in table.get("case", ())][::3]
DAYS = st.dates(date(2026, 10, 1), date(2027, 12, 31))
GAPS = st.timedeltas(timedelta(minutes=1), timedelta(days=40))


@st.composite
def histories(draw: st.DrawFn) -> File:
    """A procedure walked at random: each step is one the ledger would take, its facts anything permitted."""
    procedure = draw(st.sampled_from(sorted(PROCEDURES)))
    file = File(id=1, number="2026010100001-0", procedure=PROCEDURES[procedure], events=())
    steps = [step.name for step in file.procedure.steps if not step.opens]
    opening = next(step.name for step in file.procedure.steps if step.opens)
    at = datetime(2026, 10, 1, tzinfo=UTC) + draw(st.timedeltas(timedelta(0), timedelta(days=426)))
    file = file.with_event(_event(file, {"at": at, "step": opening}, 0))
    for name in draw(st.lists(st.sampled_from(steps), max_size=14)):
        row = {"at": at + draw(GAPS), "step": name}
        if _taken(file, row, len(file.events)):
            at = row["at"]
            file = file.with_event(_event(file, row, len(file.events)))
    return file


def _taken(file: File, row: dict[str, Any], n: int) -> bool:
    try:
        return _try(file, row, n) is None
    except (AssertionError, ValueError):  # facts that nobody can fill in at random
        return False


@st.composite
def years(draw: st.DrawFn) -> dict[int, Year]:
    """A notice for 2027 with any days off and any made-up Saturdays and Sundays."""
    spans = draw(st.lists(st.tuples(st.dates(date(2027, 1, 1), date(2027, 12, 24)), st.integers(0, 7)), max_size=6))
    off = tuple(Rest("放假", (first, first + timedelta(days=n))) for first, n in spans)
    ends = [date(2027, 1, 2) + timedelta(days=n) for n in range(360) if (date(2027, 1, 2) + timedelta(days=n)).weekday() > 4]
    resting = {rest.days[0] + timedelta(days=n) for rest in off for n in range((rest.days[1] - rest.days[0]).days + 1)}
    work = tuple(day for day in draw(st.lists(st.sampled_from(ends), max_size=6, unique=True)) if day not in resting)
    return {2027: Year(off=off, work=work, notice="试")}


def moved_rows(file: File, span: Span) -> list[dict[str, Any]]:
    """The rows by the old calendar, with the moves made: without what is the sweep's own."""
    moves, _ = compared(file, span)
    ends = {(m.reading.clock.id, m.reading.key, m.reading.started_by): m.after for m in moves}
    rows = []
    for row in clock_rows(file, span.old):
        end = ends.get((row["clock"], row["key"], row["started_by"]))
        moved = {"due_at": end.moment, "due_day": end.due, "provisional": end.provisional} if end else {}
        rows.append(_told({**row, **moved}))
    return rows


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in SWEPT}


def agrees(file: File, span: Span) -> None:
    assert moved_rows(file, span) == [_told(row) for row in clock_rows(file, span.new)]
    promised = [m.after.moment for m in compared(file, span)[0] if m.promise]
    assert case_row(file, span.new)["promised_at"] == (promised or [case_row(file, span.old)["promised_at"]])[0]


@given(histories(), years())
@settings(max_examples=60, deadline=None)
def test_loading_then_recomputing_is_having_had_it_from_the_start(file: File, tables: dict[int, Year]) -> None:
    agrees(file, made_plan(CITY, {}, tables).span)


@pytest.mark.parametrize("tables", EDITIONS)
def test_so_it_is_for_signed_examples(tables: dict[int, Year]) -> None:
    span = made_plan(CITY, {}, tables).span
    for example in EXAMPLES:
        agrees(_file(example), span)


@given(histories(), DAYS.filter(lambda day: day.year == 2027))
@settings(max_examples=50, deadline=None)
def test_a_longer_holiday_never_makes_a_date_earlier(file: File, more: date) -> None:
    table = CITY.calendar.years[2027]
    longer = Year(off=(*table.off, Rest("加放", (more, more))), notice="试")
    for move in compared(file, made_plan(CITY, {}, {2027: longer}).span)[0]:
        earlier = move.after.moment < move.before.moment
        assert move.reading.clock.backward or not earlier


@given(histories())
@settings(max_examples=20, deadline=None)
def test_the_same_calendar_moves_nothing(file: File) -> None:
    span = made_plan(CITY, {}, CITY.calendar.years).span
    assert compared(file, span) == ([], [])


@given(histories(), years())
@settings(max_examples=30, deadline=None)
def test_what_was_over_before_the_year_is_not_touched(file: File, tables: dict[int, Year]) -> None:
    span = made_plan(CITY, {}, tables).span
    untouched = [r for r in file.readings(span.old) if span.untouched(r)]
    anew = {(r.clock.id, r.key, r.started_by): r.end for r in file.readings(replace_calendar(span.old, span.new))}
    assert all(anew[r.clock.id, r.key, r.started_by] == r.end for r in untouched)


def replace_calendar(old: City, new: City) -> City:
    return replace(old, calendar=new.calendar)
