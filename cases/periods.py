"""Counting a period: from the day it starts to the moment it is over.

The rules are those of 民法典 200–203 and the procedural codes: the first day is not counted, a month ends on
the corresponding day or the last of its month, only the *last* day moves when it is a day of rest. Where the
law is silent: a pause from day A to day B takes out A … B−1, an extension is added to the end before it is
rolled, and a period counted backwards is full clear days.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache

from msgspec import Struct

from cases.calendar import ONE, Calendar
from cases.law import Length, Unit

SECONDS = {Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3600, Unit.OFFICE_HOUR: 3600}


class Span(Struct, frozen=True):
    """Time that does not count: from `start` until before `end`; `end` None is a pause nobody has ended."""

    start: datetime
    end: datetime | None = None


class Period(Struct, frozen=True, kw_only=True):
    """What is to be counted. `lengths` is the base and its extensions in order; `rolls` moves the last day."""

    start: datetime
    lengths: tuple[Length, ...]
    excluded: tuple[Span, ...] = ()
    rolls: bool = False
    backward: bool = False
    closes: bool = False  # ends at close of business and not at 24:00


class End(Struct, frozen=True, kw_only=True):
    """Where a period ends. `moment` is the first moment at which it is over, in UTC; `unrolled` and `due` are
    days at the office. `provisional` when a year without a published notice had a say."""

    unrolled: date
    due: date
    moment: datetime
    provisional: bool

    @property
    def rolled(self) -> bool:
        """Whether the last day had to move."""
        return self.due != self.unrolled


def end_of(period: Period, calendar: Calendar) -> End | None:
    """When `period` is over; None while it stands still in a pause that nobody has ended."""
    if period.lengths[0].unit.timed:
        return _timed_end(period, calendar)
    away = tuple(days_out(period.excluded, calendar))
    return _whole_days_end(calendar.day_of(period.start), away, _shape(period), calendar)


def _shape(period: Period) -> tuple[tuple[Length, ...], bool, bool, bool]:
    return period.lengths, period.backward, period.rolls, period.closes


@lru_cache(maxsize=8192)
def _whole_days_end(
    day: date,
    away: tuple[tuple[date, date | None], ...],
    shape: tuple[tuple[Length, ...], bool, bool, bool],
    calendar: Calendar,
) -> End | None:
    """Only the day of the start matters, so a busy morning asks the same question over and over."""
    lengths, backward, rolls, closes = shape
    for length in lengths:
        reached = _back(day, length, calendar) if backward else advance(day, length, away, calendar)
        if reached is None:
            return None
        day = reached
    due = calendar.roll(day) if rolls else day
    firm = calendar.firm(due) and calendar.firm(day)
    moment = calendar.close_of(due) if closes else calendar.end_of(due)
    return End(unrolled=day, due=due, moment=moment, provisional=not firm)


# -- days, working days, months, years ---------------------------------------------------------------


def advance(
    day: date, length: Length, away: Sequence[tuple[date, date | None]], calendar: Calendar
) -> date | None:
    """`length` after `day`, stepping over the days `away`: a span that is touched is left out whole, since a
    period cannot end inside it. Each round takes in at least one more span, so rounds are bounded."""
    lost = 0
    for _ in range(len(away) + 1):
        end = _reach(day, length, lost, calendar)
        touched = [span for span in away if span[0] <= end and (span[1] is None or span[1] > day + ONE)]
        if any(until is None for _, until in touched):
            return None
        again = sum(
            _measure(max(first, day + ONE), until, length.unit, calendar) for first, until in touched if until
        )
        if again == lost:
            return end
        lost = again
    raise AssertionError("every round takes in one more span")


def _reach(day: date, length: Length, lost: int, calendar: Calendar) -> date:
    if length.unit is Unit.WORKING_DAY:
        return calendar.after(day, length.n + lost)
    if length.unit is Unit.DAY:
        return day + ONE * (length.n + lost)
    return add_months(day, length.n * (12 if length.unit is Unit.YEAR else 1)) + ONE * lost


def _measure(first: date, until: date, unit: Unit, calendar: Calendar) -> int:
    if unit is Unit.WORKING_DAY:
        return calendar.between(first, until)
    return max(0, (until - first).days)


def _back(day: date, length: Length, calendar: Calendar) -> date:
    """The last day that leaves `length` full clear days before `day`."""
    if length.unit is Unit.WORKING_DAY:
        return calendar.after(day, -length.n - 1)
    if length.unit is Unit.DAY:
        return day - ONE * (length.n + 1)
    return add_months(day, -length.n * (12 if length.unit is Unit.YEAR else 1)) - ONE


def add_months(day: date, n: int) -> date:
    """The corresponding day `n` months on, or the last of that month (民法典第二百零二条)."""
    index = day.year * 12 + day.month - 1 + n
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_out(excluded: Iterable[Span], calendar: Calendar) -> list[tuple[date, date | None]]:
    """Pauses as disjoint spans of days [A, B), in order: overlapping and nested ones are one."""
    spans = sorted(
        ((calendar.day_of(s.start), calendar.day_of(s.end) if s.end else None) for s in excluded),
        key=lambda span: span[0],
    )
    merged: list[tuple[date, date | None]] = []
    for first, until in spans:
        if merged and (merged[-1][1] is None or first <= merged[-1][1]):
            last = merged[-1][1]
            merged[-1] = (merged[-1][0], None if last is None or until is None else max(last, until))
        else:
            merged.append((first, until))
    return [span for span in merged if span[1] is None or span[1] > span[0]]


# -- hours -------------------------------------------------------------------------------------------


def _timed_end(period: Period, calendar: Calendar) -> End | None:
    seconds = sum(length.n * SECONDS[length.unit] for length in period.lengths)
    office = period.lengths[0].unit is Unit.OFFICE_HOUR
    position: Callable[[datetime], int] = calendar.open_seconds if office else _wall
    moment_at: Callable[[int], datetime] = calendar.at_open_seconds if office else _from_wall
    if period.backward:
        return _moment_end(moment_at(position(period.start) - seconds), calendar)
    start, lost = position(period.start), 0
    spans = _moments_out(period.excluded, period.start)
    for _ in range(len(spans) + 1):
        end = start + seconds + lost
        touched = [span for span in spans if position(span.start) < end]
        if any(span.end is None for span in touched):
            return None
        again = sum(position(s.end) - position(max(s.start, period.start)) for s in touched if s.end)
        if again == lost:
            return _moment_end(moment_at(end), calendar)
        lost = again
    raise AssertionError("every round takes in one more span")


def _moment_end(moment: datetime, calendar: Calendar) -> End:
    day = calendar.day_of(moment)
    return End(unrolled=day, due=day, moment=moment, provisional=not calendar.firm(day))


def _moments_out(excluded: Iterable[Span], start: datetime) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(excluded, key=lambda span: span.start):
        if span.end is not None and span.end <= max(span.start, start):
            continue
        last = merged[-1] if merged else None
        if last and (last.end is None or span.start <= last.end):
            end = None if last.end is None or span.end is None else max(last.end, span.end)
            merged[-1] = Span(last.start, end)
        else:
            merged.append(span)
    return merged


def _wall(moment: datetime) -> int:
    return int(moment.timestamp())


def _from_wall(position: int) -> datetime:
    return datetime.fromtimestamp(position, UTC)


def day_span(first: date, last: date, calendar: Calendar) -> Span:
    """Whole days `first` to `last`, both left out, as a span of moments."""
    return Span(calendar.midnight(first), calendar.midnight(last + ONE))


def moment_on(day: date, calendar: Calendar, at: time | None = None) -> datetime:
    """An aware moment on `day` at the office: `at`, or noon where only the day matters."""
    return datetime.combine(day, at or time(12), calendar.zone).astimezone(UTC)


