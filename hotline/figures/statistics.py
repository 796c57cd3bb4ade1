"""The yearly figures read from the database: which cases have a say in a year, and what of their histories counts.

Three statements a procedure however many cases: the cases, their counted events, when their decisions were due.
A case whose record was corrected is read whole, since a correction may move or void what was counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, or_, select, true
from sqlalchemy.orm import aliased

from cases.calendar import Calendar
from cases.history import CORRECT, Event
from cases.lists import load_files
from cases.people import CENTRE, Role
from cases.procedure import Procedure
from cases.procedures import PROCEDURES
from cases.tables import CaseLinkRow, CaseOfficeRow, CaseRow, ClockRow, EventRow
from cases.yearbooks import YEARBOOKS, lines_elsewhere
from cases.yearly import Line, Past, Span, Tally, Yearbook, counting, span_of, tally
from hotline.accounts.seats import Seat

AT_ONCE = 200  # whole files read together
PIECE = 2_000  # rows fetched together
FIRST_YEAR, LAST_YEAR = 2000, 2075
SOURCE = aliased(CaseRow)
Cells = tuple[int, int, str, datetime, str, str]  # of an event: case, seq, step, at, by, facts
BY_LAW = attrgetter("at", "seq")


class Section(Struct, frozen=True, kw_only=True):
    """A table: the lines of one book and its figures; the first is the procedure's own."""

    book: Yearbook
    lines: tuple[Line, ...]
    tally: Tally


class Sight(Struct, frozen=True):
    """Whose cases are counted: everybody's, or those that `office` leads or joins."""

    office: str = ""

    @property
    def condition(self) -> ColumnElement[bool]:
        """On `CaseRow`."""
        if not self.office:
            return true()
        held = select(CaseOfficeRow.case_id).where(
            CaseOfficeRow.case_id == CaseRow.id, CaseOfficeRow.office == self.office
        )
        return held.exists()


def sight_of(seat: Seat) -> Sight:
    """The centre's supervisors and lawyers count the whole city; who belongs to an office its own cases."""
    whole = not seat.office and seat.roles & (CENTRE | {Role.LEGAL, Role.AUDITOR})
    return Sight() if whole else Sight(seat.office or "-")


def sections(connection: Connection, house: "Known", year: int, procedure: str, sight: Sight) -> list[Section]:
    """The tables of one procedure's year."""
    book, span = YEARBOOKS[procedure], span_of(year, house.calendar)
    found = [Section(book=book, lines=book.lines, tally=tally(book, pasts(connection, house, book, span, sight), span))]
    counted: dict[str, Tally] = {}
    for other, lines in lines_elsewhere(procedure):
        if other.procedure not in counted:
            counted[other.procedure] = tally(other, pasts(connection, house, other, span, sight), span)
        found.append(Section(book=other, lines=lines, tally=counted[other.procedure]))
    return found


def cases_behind(
    connection: Connection, house: "Known", wanted: "Figure", sight: Sight
) -> list[int]:
    """The cases that one figure counts, the newest first."""
    book, span = YEARBOOKS[wanted.procedure], span_of(wanted.year, house.calendar)
    found = counting(book, pasts(connection, house, book, span, sight), span, wanted.line, (wanted.by, wanted.value))
    return sorted(set(found), reverse=True)


class Figure(Struct, frozen=True, kw_only=True):
    """One figure: of which year, procedure and line; of one field or respondent where `by` says so."""

    year: int
    procedure: str
    line: str
    by: str = ""
    value: str = ""


class Known(Struct, frozen=True):
    """What the counting needs of the house: its calendar, and what offices are called."""

    calendar: Calendar
    offices: Mapping[str, str]


def pasts(connection: Connection, house: Known, book: Yearbook, span: Span, sight: Sight) -> Iterator[Past]:
    """Every case of the book that has a say in the year, one by one."""
    procedure = PROCEDURES[book.procedure]
    rows = {case: (office, source) for case, office, source in connection.execute(_cases(book, span, sight))}
    due = _due(connection, book, span, sight)
    opens = next(step.name for step in procedure.steps if step.opens)
    steps = {opens, *book.steps, CORRECT}
    corrected: list[int] = []
    for case, told in _told(connection, procedure, _events(book, span, sight, steps)):
        if case not in rows:  # came in between the statements
            continue
        if any(event.step == CORRECT for event in told):
            corrected.append(case)
        else:
            yield _past(case, told, due.get(case), rows[case], house)
    for first in range(0, len(corrected), AT_ONCE):
        for case, file in load_files(connection, corrected[first : first + AT_ONCE]).items():
            kept = [event for event in file.history if event.step in steps]
            yield _past(case, kept, due.get(case), rows[case], house)


def _past(
    case: int, events: Sequence[Event], due: datetime | None, row: tuple[str, str | None], house: Known
) -> Past:
    office, source = row
    return Past(
        case=case,
        opening=events[0],  # nothing may be earlier
        events=tuple(events[1:]),
        due=due,
        office=house.offices.get(office, office),
        source=source or "",
    )


def _having_a_say(book: Yearbook, span: Span, sight: Sight) -> tuple[ColumnElement[bool], ...]:
    """Opened before the year was over, and not both concluded and at rest before it began: what was recorded last
    before the year cannot have happened in it."""
    return (
        CaseRow.procedure == book.procedure,
        CaseRow.opened_at < span.until,
        or_(CaseRow.changed_at >= span.first, CaseRow.stage.not_in(sorted(book.done))),
        sight.condition,
    )


def _cases(book: Yearbook, span: Span, sight: Sight) -> Select[int, str, str]:
    return (
        select(CaseRow.id, CaseRow.office, SOURCE.procedure.label("source"))
        .outerjoin(CaseLinkRow, CaseLinkRow.to_case == CaseRow.id)
        .outerjoin(SOURCE, SOURCE.id == CaseLinkRow.from_case)
        .where(*_having_a_say(book, span, sight))
    )


def _events(book: Yearbook, span: Span, sight: Sight, steps: Iterable[str]) -> Select[*Cells]:
    return (
        select(EventRow.case_id, EventRow.seq, EventRow.step, EventRow.at, EventRow.by, EventRow.facts)
        .join(CaseRow, CaseRow.id == EventRow.case_id)
        .where(*_having_a_say(book, span, sight), EventRow.step.in_(sorted(steps)))
        .order_by(EventRow.case_id, EventRow.seq)
    )


def _told(connection: Connection, procedure: Procedure, asked: Select[*Cells]) -> Iterator[tuple[int, list[Event]]]:
    """Case after case with its events in the order of law, a piece of the answer in memory at a time."""
    steps = (*procedure.steps, procedure.step(CORRECT))
    readers = {step.name: msgspec.json.Decoder(step.asks).decode for step in steps if step.asks}
    now, events = 0, list[Event]()
    for case, seq, step, at, by, facts in connection.execution_options(yield_per=PIECE).execute(asked):
        if case != now and events:
            yield now, sorted(events, key=BY_LAW)
            events = []
        now, read = case, readers.get(step)
        told = read(facts) if read else None
        events.append(Event(seq=seq, step=step, at=at, recorded_at=at, by=by, facts=told))
    if events:
        yield now, sorted(events, key=BY_LAW)


def _due(connection: Connection, book: Yearbook, span: Span, sight: Sight) -> dict[int, datetime]:
    """When the decision of each case was due: the run that started last (a procedure may change)."""
    asked = (
        select(ClockRow.case_id, ClockRow.due_at)
        .join(CaseRow, CaseRow.id == ClockRow.case_id)
        .where(*_having_a_say(book, span, sight), ClockRow.clock.in_(sorted(book.clocks)))
        .order_by(ClockRow.started_by)
    )
    return {case: due for case, due in connection.execute(asked) if due is not None}
