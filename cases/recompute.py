"""Bringing every case to another edition of the calendar, batch by batch, and telling whom it concerns once.

How far a pass has come stands in the row of its load and moves in the transaction that does the work: killed
anywhere it goes on there, and of two processes each batch is one's alone. What is read before that transaction
is only a draft; a case that has changed meanwhile is read again inside it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, or_, select, update
from sqlalchemy.exc import OperationalError

from cases.alerts import recipient_of
from cases.bulk import insert_rows
from cases.calendar import Year, read_years
from cases.calendar_tables import CalendarLoadRow
from cases.city import City
from cases.database import writing
from cases.lists import load_files
from cases.moves import Aim, Move, Span, Tally, compared
from cases.outbox import message
from cases.people import Role
from cases.procedure import File
from cases.refit import refit
from cases.tables import EMPTY, CaseRow, ClockRow, OutboxRow, PartyRow, table_of

BATCH = 1000
TRIES = 6  # of a batch that keeps meeting the ledger
SETTLE = timedelta(seconds=3)  # until every process reads the new edition: they look each second
LOADS = table_of(CalendarLoadRow)
CASES = table_of(CaseRow)

Progress = Callable[[int], None]


class Plan(Struct, frozen=True):
    """One load, and between which cities it is made. One that is not in force yet is only looked at."""

    load: int
    span: Span


class Changed(Struct, frozen=True):
    """A case with what moves in it."""

    file: File
    moves: list[Move]
    aims: list[Aim]


class Found(Struct, frozen=True):
    """A batch as it was read: its cases in order, and those in which something moves."""

    cases: Sequence[int]
    changed: list[Changed]


def editions(connection: Connection, before: int | None = None) -> dict[int, Year]:
    """The tables of all loads in force, or of those before one: of each year the last edition."""
    wanted = select(LOADS.c.text).where(LOADS.c.state.in_(("going", "done"))).order_by(LOADS.c.id)
    if before is not None:
        wanted = wanted.where(LOADS.c.id < before)
    return {number: year for text in connection.scalars(wanted) for number, year in read_years(text).items()}


def plan_of(connection: Connection, packaged: City, load: int) -> Plan:
    """What the load of that id asks for, over the tables that come with the house."""
    row = connection.execute(select(LOADS.c.text, LOADS.c.loaded_at).where(LOADS.c.id == load)).one()
    return made_plan(packaged, editions(connection, load), read_years(row.text), load, row.loaded_at)


def made_plan(
    packaged: City,
    before: dict[int, Year],
    years: dict[int, Year],
    load: int = 0,
    loaded_at: datetime | None = None,
) -> Plan:
    """The same for tables that are not stored. Runs that began when all processes had them were told by them."""
    calendar = packaged.calendar.with_years(before)
    old, new = (replace(packaged, calendar=one) for one in (calendar, calendar.with_years(years)))
    since = loaded_at + SETTLE if loaded_at else None
    return Plan(load, Span(old=old, new=new, first=date(min(years), 1, 1), since=since))


def affected(span: Span) -> ColumnElement[bool]:
    """The cases of which some run, or its next rung, has to do with the days from `span.first` on: what was
    over before has not, and never will."""
    reaches = select(ClockRow.case_id).where(
        ClockRow.case_id == CASES.c.id,
        or_(ClockRow.due_day >= span.first, ClockRow.started_at >= span.eve, ClockRow.next_at >= span.eve),
    )
    return or_(CASES.c.promised_day >= span.first, reaches.exists())


def count_affected(connection: Connection, plan: Plan) -> int:
    """How many cases have to be looked at."""
    return connection.scalar(select(func.count()).select_from(CASES).where(affected(plan.span))) or 0


def look(connection: Connection, plan: Plan, after: int) -> Found:
    """The batch behind case `after`."""
    cases: list[int] = list(connection.scalars(_next(plan, after)))
    return Found(cases, _changed(load_files(connection, cases).values(), plan))


def foresee(engine: Engine, plan: Plan, now: datetime, progress: Progress) -> Tally:
    """What the plan would move; writes nothing and needs no stored load."""
    tally, after = Tally(), 0
    while True:
        with engine.connect() as connection:
            found = look(connection, plan, after)
        count(tally, found.changed, now)
        progress(len(found.cases))
        if len(found.cases) < BATCH:
            return tally
        after = found.cases[-1]


def advance(engine: Engine, plan: Plan, now: datetime) -> int | None:
    """The next batch of a stored load, foreseen or done as its state says; how many cases that was, or None
    when there is nothing more to do. Whoever comes second to a batch has only read it."""
    with engine.connect() as connection:
        at = select(LOADS.c.state, LOADS.c.last_case).where(LOADS.c.id == plan.load)
        row = connection.execute(at).one()
        if row.state not in ("asked", "going"):
            return None
        found = look(connection, plan, row.last_case)
    for left in reversed(range(TRIES)):
        try:
            with writing(engine) as connection:
                return _step(connection, plan, found, (row.state, row.last_case), now)
        except OperationalError:  # the ledger and we each held what the other wanted
            if left == 0:
                raise
    raise AssertionError("the last try returns or raises")


def _step(connection: Connection, plan: Plan, found: Found, at: tuple[str, int], now: datetime) -> int:
    row = connection.execute(select(LOADS).where(LOADS.c.id == plan.load).with_for_update()).one()
    if (row.state, row.last_case) != at:
        return 0
    going, over = row.state == "going", len(found.cases) < BATCH
    tally = msgspec.json.decode(row.moved if going else row.foreseen, type=Tally)
    changed = _written(connection, plan, found) if going else found.changed
    if going:
        tally.told += _tell_citizens(connection, changed, plan, now)
    count(tally, changed, now)
    seen = row.seen + len(found.cases)
    values: dict[str, Any] = {"seen": seen, "total": max(row.total, seen)}
    if found.cases:
        values["last_case"] = found.cases[-1]
    if over:
        values["state"] = "done" if going else "foreseen"
    if over and going:
        tally.told += _tell_staff(connection, tally, plan, now)
        values |= {"finished_at": now, "open": None}
    values["moved" if going else "foreseen"] = msgspec.json.encode(tally).decode()
    connection.execute(update(LOADS).where(LOADS.c.id == plan.load).values(values))
    return len(found.cases)


def count(tally: Tally, changed: Iterable[Changed], now: datetime) -> None:
    """Counts a batch in, with whom each open case concerns."""
    for one in changed:
        if one.file.ended:
            continue
        tally.count(one.file, one.moves, now)
        tally.promises += promise_of(one) is not None
        told = (move for move in one.moves if move.told and move.reading.clock.watched)
        for who in sorted({who for move in told for who in _whom(one.file, move)}):
            tally.concern(who, one.file.number)


def promise_of(one: Changed) -> Move | None:
    """The move of the promise that a citizen was given and still waits for."""
    moved = (move for move in one.moves if move.promise and move.told)
    return None if one.file.ended else next(moved, None)


def _whom(file: File, move: Move) -> set[str]:
    """The handler and the chief of an office's clock; for others whoever keeps it."""
    reading = move.reading
    office = reading.key if reading.clock.per == "office" else file.office
    row = {"binds": reading.clock.binds.value, "office": office, "in_charge": file.in_charge}
    return {recipient_of(row, Role.HANDLER), recipient_of(row, Role.CHIEF)}


def _changed(files: Iterable[File], plan: Plan) -> list[Changed]:
    found = (Changed(file, *compared(file, plan.span)) for file in files)
    return [one for one in found if one.moves or one.aims]


def _next(plan: Plan, after: int) -> Select[Any]:
    wanted = select(CASES.c.id).where(CASES.c.id > after, affected(plan.span))
    return wanted.order_by(CASES.c.id).limit(BATCH)


def _written(connection: Connection, plan: Plan, found: Found) -> list[Changed]:
    """Writes the batch; a case that has gone on since it was read is read again, now that it stands still."""
    drafted = {one.file.id: one for one in found.changed}
    held = select(CASES.c.id, CASES.c.seq).where(CASES.c.id.in_(drafted)).order_by(CASES.c.id)
    seqs = connection.execute(held.with_for_update())
    stale = [case for case, seq in seqs if seq != drafted[case].file.events[-1].seq]
    again = {one.file.id: one for one in _changed(load_files(connection, stale).values(), plan)}
    changed = [one for case, one in (drafted | again).items() if case not in stale or case in again]
    moves = [(one.file, move) for one in changed for move in one.moves]
    refit(connection, moves, [(one.file, aim) for one in changed for aim in one.aims])
    return changed


def _tell_citizens(connection: Connection, changed: Sequence[Changed], plan: Plan, now: datetime) -> int:
    """Tells the citizen of each case whose promise moves, and of those merged into it; who has a mobile."""
    promised = {one.file.number: promise.after for one in changed if (promise := promise_of(one))}
    if not promised:
        return 0
    asked = select(CaseRow.id, CaseRow.number, CaseRow.merged_into, CaseRow.party).join(
        PartyRow, PartyRow.id == CaseRow.party
    )
    inside = and_(CaseRow.merged_into != EMPTY, CaseRow.merged_into.in_(promised))
    concerned = or_(CaseRow.number.in_(promised), inside)
    rows = connection.execute(asked.where(PartyRow.phone_kind == "mobile", concerned)).all()
    at = plan.span.new.calendar.next_open(now)
    owed = []
    for row in rows:
        end = promised.get(row.number) or promised[row.merged_into]
        facts = {"number": row.number, "promised": end.moment}
        whom = {"dedupe": f"moved:{plan.load}:{row.id}", "case": row.id, "recipient": f"party:{row.party}"}
        owed.append(message(**whom, template="moved", facts=facts, now=at))
    return insert_rows(connection, table_of(OutboxRow), owed, or_leave=True)


def _tell_staff(connection: Connection, tally: Tally, plan: Plan, now: datetime) -> int:
    """One message a person, office or role, however many of their cases moved."""
    at = plan.span.new.calendar.next_open(now)
    owed = [
        message(
            dedupe=f"moved:{plan.load}:{recipient}"[:120],
            case=None,
            recipient=recipient,
            template="moved_work",
            facts={"count": count, "numbers": numbers},
            now=at,
        )
        for recipient, (count, numbers) in sorted(tally.concerned.items())
    ]
    return insert_rows(connection, table_of(OutboxRow), owed, or_leave=True)
