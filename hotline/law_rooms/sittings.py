"""When a case sits: hearings in court and before the reconsideration body, opinions heard, sessions of a mediation.

Read from the histories and nowhere kept: a sitting that is set anew before it was held is the same sitting, moved;
one that was called off, or whose case came to an end first, stays as cancelled, so that a calendar can take it out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Select, select

from cases.calendar import Calendar
from cases.history import CORRECT, Correction, Event, standing
from cases.procedures import PROCEDURES
from cases.tables import SITS, CaseRow, ClockRow, EventRow, table_of
from hotline.access import NOT_FOR_LAWYERS, scope
from hotline.accounts.seats import Seat

EVENTS = table_of(EventRow)
LEGAL_ONES = tuple(name for name in PROCEDURES if name not in NOT_FOR_LAWYERS)
BACK = timedelta(days=400)  # a sitting is set at most so long before it is held
MOST_CASES = 1_000  # looked into for one page
MOST_DUE = 1_000
DEADLINE = "deadline"
KINDS = {
    "court": "开庭",
    "hearing": "听证",
    "opinion": "听取意见",
    "session": "调解",
    DEADLINE: "期限",
}
SETS = {  # the step that sets a sitting → of which kind, and the step by which it was held
    "set_hearing": ("court", "hold_hearing"),
    "arrange_hearing": ("hearing", "hold_hearing"),
    "plan_session": ("session", "hold_session"),
}
OFF = {"call_off_hearing": "arrange_hearing"}
AT_ONCE = {"hear_opinions": "opinion"}  # recorded when it is over
HOLDS = frozenset(held for _, held in SETS.values())
SPEAK = (*SETS, *HOLDS, *OFF, *AT_ONCE, CORRECT)


class Sitting(Struct, frozen=True, kw_only=True):
    """One sitting. `uid` stays when it is moved, `revision` grows with every word about it; `whole_day` where the
    hour is not known. `state`: set, held or off."""

    uid: str
    kind: str
    number: str
    procedure: str
    stage: str
    office: str
    start: datetime
    end: datetime
    whole_day: bool
    state: str = "set"
    place: str = ""
    moved: bool = False
    revision: int = 0
    changed_at: datetime
    clock: str = ""  # of a deadline: which limit, by which it is explained
    title: str = ""

    @property
    def kind_title(self) -> str:
        """What it is called."""
        return self.title or KINDS[self.kind]


def of_case(case: Mapping[Any, Any], events: Sequence[Event], calendar: Calendar) -> list[Sitting]:
    """The sittings of one case, from those of its events that speak of sittings or correct something."""
    found: dict[int, Sitting] = {}
    waiting: dict[
        str, int
    ] = {}  # the step that set it → the first event of the sitting that is still to come
    for event in standing(events):
        step = event.step
        if step in SETS:
            first = waiting.setdefault(step, event.seq)
            moved = first in found
            found[first] = replace(_set(case, event, calendar), uid=_uid(case, first), moved=moved)
        elif step in OFF and OFF[step] in waiting:
            first = waiting.pop(OFF[step])
            found[first] = replace(found[first], state="off", changed_at=event.recorded_at)
        elif step in HOLDS:
            name = next((one for one, (_, held) in SETS.items() if held == step and one in waiting), "")
            if name:
                first = waiting.pop(name)
                found[first] = replace(found[first], state="held", changed_at=event.recorded_at)
        elif step in AT_ONCE:
            found[event.seq] = _heard(case, event)
    return [
        _finished(case, events, first, one) for first, one in _with_dropped(case, events, found, calendar)
    ]


def _with_dropped(
    case: Mapping[Any, Any], events: Sequence[Event], found: Mapping[int, Sitting], calendar: Calendar
) -> Iterator[tuple[int, Sitting]]:
    """Those found, and those whose only event was corrected away."""
    yield from found.items()
    void = {
        e.facts.seq for e in events if e.step == CORRECT and isinstance(e.facts, Correction) and e.facts.void
    }
    for event in events:
        if event.seq in void and event.step in SETS and event.seq not in found:
            yield event.seq, replace(_set(case, event, calendar), uid=_uid(case, event.seq), state="off")


def _finished(case: Mapping[Any, Any], events: Sequence[Event], first: int, one: Sitting) -> Sitting:
    """With its revision, and cancelled where the case ended before it was held."""
    spoken = [event.seq for event in events if event.seq >= first]
    over = case["ended"] and one.state == "set"
    revision = (case["seq"] if over else max(spoken, default=first)) - first
    return replace(one, state="off" if over else one.state, revision=revision)


def _uid(case: Mapping[Any, Any], first: int) -> str:
    return f"sitting-{case['number']}-{first}"


def _set(case: Mapping[Any, Any], event: Event, calendar: Calendar) -> Sitting:
    kind, facts = SETS[event.step][0], event.facts
    start, end = getattr(facts, "start", None), getattr(facts, "end", None)
    whole = start is None
    if start is None or end is None:
        day: date = getattr(facts, "hearing", None) or facts.held_on
        start, end = calendar.midnight(day), calendar.midnight(day + timedelta(days=1))
    place = str(getattr(facts, "place", "") or getattr(facts, "room", ""))
    when: dict[str, Any] = {"start": start, "end": end, "whole_day": whole, "place": place}
    return Sitting(uid="", kind=kind, changed_at=event.recorded_at, **_known(case), **when)


def _heard(case: Mapping[Any, Any], event: Event) -> Sitting:
    when: dict[str, Any] = {
        "start": event.at,
        "end": event.at + timedelta(minutes=30),
        "whole_day": False,
        "state": "held",
    }
    uid = _uid(case, event.seq)
    return Sitting(uid=uid, kind="opinion", changed_at=event.recorded_at, **_known(case), **when)


def _known(case: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: case[name] for name in ("number", "procedure", "stage", "office")}


# -- asking the database -----------------------------------------------------------------------------


class Asked(Struct, frozen=True, kw_only=True):
    """What is looked for: from one day until before another, of these kinds, one procedure, one office."""

    first: date
    until: date
    kinds: tuple[str, ...] = tuple(KINDS)
    procedure: str = ""
    office: str = ""


COLUMNS: tuple[Any, ...] = (
    CaseRow.id, CaseRow.number, CaseRow.procedure, CaseRow.stage, CaseRow.office, CaseRow.ended, CaseRow.seq,
    CaseRow.changed_at,
)  # fmt: skip


def _cases(seat: Seat, asked: Asked) -> Select[Any]:
    named = (asked.procedure,) if asked.procedure in LEGAL_ONES else LEGAL_ONES
    found: Select[Any] = select(*COLUMNS).where(scope(seat), CaseRow.procedure.in_(named))
    return found.where(CaseRow.office == asked.office) if asked.office else found


def sittings(connection: Connection, calendar: Calendar, seat: Seat, asked: Asked) -> list[Sitting]:
    """What `seat` may see of it, by the hour: two statements, however many."""
    first, last = calendar.midnight(asked.first), calendar.midnight(asked.until)
    spoke = select(EVENTS.c.case_id).where(
        SITS, EVENTS.c.at >= first - BACK, EVENTS.c.at < last
    )  # as the index says it
    cases = _cases(seat, asked).where(CaseRow.id.in_(spoke))
    rows = {
        row["id"]: row
        for row in connection.execute(cases.order_by(CaseRow.id.desc()).limit(MOST_CASES)).mappings()
    }
    about = EVENTS.c.case_id.in_(rows), EVENTS.c.step.in_(SPEAK)
    events = (
        connection.execute(select(EVENTS).where(*about).order_by(EVENTS.c.case_id, EVENTS.c.seq))
        if rows
        else ()
    )
    found = [
        sitting
        for case, group in groupby(events, key=lambda row: row.case_id)
        for sitting in of_case(rows[case], [_event(row, rows[case]["procedure"]) for row in group], calendar)
    ]
    wanted = [one for one in found if one.kind in asked.kinds and one.start < last and one.end > first]
    return sorted(wanted, key=lambda one: (one.start, one.number))


def _event(row: Any, procedure: str) -> Event:
    asks = PROCEDURES[procedure].step(row.step).asks
    facts = msgspec.json.decode(row.facts, type=asks) if asks else None
    return Event(seq=row.seq, step=row.step, at=row.at, recorded_at=row.recorded_at, by=row.by, facts=facts)


def deadlines(
    connection: Connection,
    calendar: Calendar,
    seat: Seat,
    asked: Asked,
    stopped_since: datetime | None = None,
) -> list[Sitting]:
    """The limits of those cases that run out in these days, the soonest first; with `stopped_since` also those that
    were met or dropped after it, as cancelled. One statement."""
    if DEADLINE not in asked.kinds:
        return []
    open_ones: ColumnElement[bool] = ClockRow.stopped_at.is_(None)
    if stopped_since is not None:
        open_ones = open_ones | (ClockRow.stopped_at >= stopped_since)
    days = ClockRow.due_day >= asked.first, ClockRow.due_day < asked.until
    more = (
        ClockRow.clock,
        ClockRow.key,
        ClockRow.started_by,
        ClockRow.due_at,
        ClockRow.due_day,
        ClockRow.stopped_at,
    )
    found = (
        _cases(seat, asked)
        .add_columns(*more)
        .join(ClockRow, ClockRow.case_id == CaseRow.id)
        .where(open_ones, *days)
    )
    rows = connection.execute(
        found.order_by(ClockRow.due_at, CaseRow.id, ClockRow.clock).limit(MOST_DUE)
    ).mappings()
    return [_due(row, calendar) for row in rows]


def _due(row: Mapping[Any, Any], calendar: Calendar) -> Sitting:
    day: date = row["due_day"]
    whole = calendar.midnight(day + timedelta(days=1)) == row["due_at"]
    start = calendar.midnight(day) if whole else row["due_at"]
    title = PROCEDURES[row["procedure"]].clock(row["clock"]).title
    return Sitting(
        uid=f"due-{row['number']}-{row['clock']}-{row['started_by']}-{row['key']}".strip("-"),
        kind=DEADLINE,
        start=start,
        end=calendar.midnight(day + timedelta(days=1)) if whole else start,
        whole_day=whole,
        state="off" if row["stopped_at"] else "set",
        revision=row["seq"],
        changed_at=row["changed_at"],
        clock=row["clock"],
        title=f"{title}期限",
        **_known(row),
    )


def everything(connection: Connection, calendar: Calendar, seat: Seat, asked: Asked) -> list[Sitting]:
    """Sittings and deadlines together, those of a whole day first."""
    found: Iterable[Sitting] = [
        *sittings(connection, calendar, seat, asked),
        *deadlines(connection, calendar, seat, asked),
    ]
    return sorted(
        found, key=lambda one: (calendar.day_of(one.start), not one.whole_day, one.start, one.number)
    )
