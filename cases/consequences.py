"""What the law attaches to silence: steps the system takes by itself when a clock has run out.

They take effect at the due moment, whenever somebody gets to write them down, and what follows counts from
that moment.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine, select, tuple_

from cases.calendar import Calendar
from cases.changes import Taking
from cases.clocks import Clock
from cases.ledger import Ledger
from cases.people import SYSTEM
from cases.procedure import Refused
from cases.procedures import PROCEDURES
from cases.tables import ClockRow

BATCH = 500


def take_consequences(ledger: Ledger, now: datetime) -> int:
    """Takes every consequence that is due, oldest first; how many. One that may not be any more is left out."""
    thens = {c.id: _Silence(c, p.step(c.then).asks) for p in PROCEDURES.values() for c in p.clocks if c.then}
    taken = 0
    for rows in _due(ledger.engine, sorted(thens), now):
        answers = [ledger.submit(_taking(row, thens[row.clock], now, ledger.city.calendar)) for row in rows]
        for answer in answers:
            try:
                taken += answer.result().new
            except Refused:
                continue
    return taken


class _Silence(Struct, frozen=True):
    """A clock with a consequence, and what the consequent step asks for: nothing, or the key of the clock."""

    clock: Clock
    asks: type[Any] | None


def _taking(row: Any, silence: _Silence, now: datetime, calendar: Calendar) -> Taking:
    """The step at the expiry: the last second of the last day, so that what follows counts from that day."""
    facts = silence.asks(**{silence.clock.per: row.key}) if silence.asks else None
    key = f"then:{row.case_id}:{row.clock}:{row.key}:{row.started_by}"
    by_day = row.due_at == calendar.end_of(row.due_day)
    at = row.due_at - timedelta(seconds=1) if by_day else row.due_at
    step = silence.clock.then
    return Taking(case=row.case_id, step=step, actor=SYSTEM, at=at, now=now, facts=facts, key=key)


def _due(engine: Engine, clocks: Sequence[str], now: datetime) -> Iterator[Sequence[Any]]:
    """Batches of clocks that have run out, each after the last: one that stays open cannot starve the rest."""
    columns = (ClockRow.due_at, ClockRow.case_id, ClockRow.clock, ClockRow.key, ClockRow.started_by)
    query = select(*columns).where(
        ClockRow.stopped_at.is_(None), ClockRow.due_at <= now, ClockRow.clock.in_(clocks)
    )
    after: tuple[Any, ...] | None = None
    while clocks:
        further = query if after is None else query.where(tuple_(*columns) > after)
        with engine.connect() as connection:
            rows = connection.execute(further.add_columns(ClockRow.due_day).order_by(*columns).limit(BATCH)).all()
        yield rows
        if len(rows) < BATCH:
            return
        after = tuple(rows[-1][: len(columns)])
