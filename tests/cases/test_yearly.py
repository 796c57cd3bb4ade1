"""The yearly figures: every case in one kind, parts that make the whole, what is carried over carried on."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from cases.history import Event
from cases.procedures import PROCEDURES
from cases.yearbooks import YEARBOOKS, lines_elsewhere
from cases.yearly import Past, Yearbook, counting, field_of, labels, span_of, tally
from tests.cases.test_procedures import CITY

EVERY = pytest.mark.parametrize("book", YEARBOOKS.values(), ids=list(YEARBOOKS))
NEW_YEAR = datetime(2025, 12, 31, 16, tzinfo=UTC)  # 2026 begins at the office
SPANS = {year: span_of(year, CITY.calendar) for year in range(2024, 2029)}


def facts_of(asks: Any, draw: Any) -> Any:
    """Something with the fields of `asks`: any word of a closed list, any of a few numbers and days."""
    if asks is None:
        return None
    kind = inspect.type_info(asks)
    assert isinstance(kind, inspect.StructType)
    found = {}
    for field in kind.fields:
        if isinstance(field.type, inspect.LiteralType):
            found[field.name] = draw(st.sampled_from(sorted(field.type.values)))
        elif isinstance(field.type, inspect.BoolType):
            found[field.name] = draw(st.booleans())
        elif isinstance(field.type, inspect.IntType):
            found[field.name] = draw(st.integers(1, 7))
        else:
            found[field.name] = draw(st.sampled_from(["", "区住建局", "=1+1"]))
    return SimpleNamespace(**found)


@st.composite
def pasts(draw: Any, book: Yearbook) -> Past:
    """A case with counted steps on any days around three years; the order of law is by their moments."""
    procedure = PROCEDURES[book.procedure]
    opens = next(step for step in procedure.steps if step.opens)
    at = NEW_YEAR + timedelta(days=draw(st.integers(-400, 400)))
    opening = Event(seq=1, step=opens.name, at=at, recorded_at=at, by="user:1", facts=facts_of(opens.asks, draw))
    events = []
    for seq, step in enumerate(draw(st.lists(st.sampled_from(sorted(book.steps)), max_size=6)), start=2):
        at += timedelta(days=draw(st.sampled_from([0, 0, 1, 30, 200, 365])), seconds=draw(st.integers(0, 1)))
        asks = procedure.step(step).asks
        events.append(Event(seq=seq, step=step, at=at, recorded_at=at, by="user:1", facts=facts_of(asks, draw)))
    due = draw(st.none() | st.integers(-10, 200))
    return Past(
        case=draw(st.integers(1, 10**6)),
        opening=opening,
        events=tuple(events),
        due=opening.at + timedelta(days=due) if due is not None else None,
        office=draw(st.sampled_from(["", "区住房和城乡建设局", "市公安局武陵分局"])),
        source=draw(st.sampled_from(["", "disclosure", "reconsideration", "work_order"])),
    )


@EVERY
def test_a_year_adds_up(book: Yearbook) -> None:
    lines = {line.key for line in book.lines}

    @settings(max_examples=80, deadline=None)
    @given(st.lists(pasts(book), max_size=8))
    def adds_up(found: list[Past]) -> None:
        figures = {year: tally(book, found, span).figures for year, span in SPANS.items()}
        for year, span in SPANS.items():
            counted = figures[year]
            assert set(counted) <= lines, set(counted) - lines
            for line in book.lines:
                parts = [other for other in book.lines if other.whole == line.key and other.part]
                if parts:
                    assert sum(counted[part.key] for part in parts) == counted[line.key], line.key
            assert counted["carried_in"] + counted["received"] - counted["concluded"] == counted["carried_out"]
            if year + 1 in SPANS:
                assert counted["carried_out"] == figures[year + 1]["carried_in"]
            for past in found:
                said = Counter(labels(book, past, span))
                kinds = [key for key in said if key.startswith("concluded.") and key.count(".") == 1]
                assert said["concluded"] <= 1
                assert len(kinds) == said["concluded"]
        assert sum(figures[year]["received"] for year in SPANS) == len(found)

    adds_up()


@EVERY
def test_breakdowns_and_lists_say_what_the_figures_say(book: Yearbook) -> None:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(pasts(book), max_size=6, unique_by=lambda past: past.case))
    def agree(found: list[Past]) -> None:
        span = SPANS[2026]
        counted = tally(book, found, span)
        for line in book.columns:
            for rows in (counted.fields, counted.respondents):
                assert sum(row.get(line, 0) for row in rows.values()) == counted.figures[line]
        for line in ("received", "carried_in", "concluded", "carried_out"):
            assert len(list(counting(book, found, span, line))) == counted.figures[line]
            for who, row in counted.respondents.items():
                assert len(list(counting(book, found, span, line, ("respondent", who)))) == row.get(line, 0)
            for field, row in counted.fields.items():
                assert len(list(counting(book, found, span, line, ("field", field)))) == row.get(line, 0)

    agree()


@EVERY
def test_a_book_knows_every_step_that_concludes(book: Yearbook) -> None:
    procedure = PROCEDURES[book.procedure]
    assert set(procedure.ends) <= set(book.done) <= set(procedure.stages)
    for step in procedure.steps:
        if step.name in book.ends:
            assert step.to in book.done
        elif step.to in book.done:
            assert set(step.at) <= set(book.done), f"{step.name} concludes and is not counted"
    assert {clock.id for clock in procedure.clocks} >= set(book.clocks)
    assert all(clock.watched or clock.then for clock in procedure.clocks if clock.id in book.clocks)
    assert {step.name for step in procedure.steps} >= set(book.steps)
    assert set(book.columns) <= {line.key for line in book.lines}
    assert len({line.key for line in book.lines}) == len(book.lines)


def test_the_disclosure_report_has_the_suits_of_other_books() -> None:
    found = [(book.procedure, [line.key for line in lines]) for book, lines in lines_elsewhere("disclosure")]
    assert [name for name, _ in found] == ["reconsideration", "litigation", "litigation"]
    assert all(len(lines) == 5 for _, lines in found)
    assert lines_elsewhere("petition") == []


@pytest.mark.parametrize(
    ("agency", "field"),
    [("常德市公安局武陵分局", "公安"), ("区住建局", "住房城乡建设"), ("区城市管理和综合执法局", "城市管理"),
     ("武陵区人民政府", "人民政府"), ("府坪街道办事处", "街道乡镇"),
     ("丹洲乡人民政府", "街道乡镇"), ("区民政局", "民政"), ("某局", "其他"), ("", "其他")],
)  # fmt: skip
def test_an_agency_has_a_field(agency: str, field: str) -> None:
    assert field_of(agency) == field


def test_a_judgment_that_takes_effect_counts_by_what_it_said() -> None:
    book = YEARBOOKS["litigation"]

    def event(seq: int, step: str, day: int, **facts: Any) -> Event:
        at = NEW_YEAR + timedelta(days=day)
        return Event(seq=seq, step=step, at=at, recorded_at=at, by="user:1", facts=SimpleNamespace(**facts))

    past = Past(
        case=1,
        opening=event(1, "receive", 1, kind="act"),
        events=(
            event(2, "name_appearance", 20, hearing="2026-02-01", excuse="duty"),
            event(3, "hold_hearing", 31, hearing="2026-02-01", head_came=False, officer_came=True),
            event(4, "hold_hearing", 40, hearing="2026-02-10", head_came=True, officer_came=True),
            event(5, "judge", 50, outcome="revoke"),
            event(6, "take_effect", 70),
        ),
    )
    said = Counter(labels(book, past, SPANS[2026]))
    assert said["concluded.first.revoke"] == said["corrected"] == said["judged.revoke"] == 1
    assert (said["hearing"], said["hearing.head"], said["hearing.officer"]) == (2, 1, 1)
    assert (said["excuse"], said["excuse.duty"]) == (1, 1)
