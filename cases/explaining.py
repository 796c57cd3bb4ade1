"""Why a period ends where it does: every day on the way, and the reason it did or did not count."""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from cases.calendar import ONE, Calendar
from cases.law import Unit
from cases.periods import End, Period, advance, days_out, end_of

FIRST_DAY = "起算当日不计入（《民法典》第二百零一条）"


class Day(Struct, frozen=True):
    """One day of the way: whether it counted, and why or why not."""

    date: date
    counted: bool
    because: str


def explain(period: Period, calendar: Calendar) -> tuple[Day, ...]:
    """The days of `period` one by one in the order they were counted; years and months name only the days
    that decided. Empty for a period that stands still."""
    end = end_of(period, calendar)
    if end is None:
        return ()
    first = calendar.day_of(period.start)
    if period.lengths[0].unit.timed:
        return tuple(_timed_days(period, end, calendar))
    if period.backward:
        return (Day(first, False, "基准日不计入"), *_days_before(first, end, period, calendar))
    return (Day(first, False, FIRST_DAY), *_days_after(first, end, period, calendar), *_rolled(end, calendar))


def _timed_days(period: Period, end: End, calendar: Calendar) -> Iterator[Day]:
    local = end.moment.astimezone(calendar.zone)
    office = period.lengths[0].unit is Unit.OFFICE_HOUR
    total = "＋".join(str(length) for length in period.lengths)
    day = min(calendar.day_of(period.start), end.due)
    while day <= max(end.due, calendar.day_of(period.start)):
        counted = calendar.works(day) or not office
        if day == end.due:
            yield Day(day, True, f"{calendar.why(day)}，满{total}，{local:%H:%M:%S}届满")
        else:
            yield Day(day, counted, calendar.why(day) + ("" if counted else "，非办公时间不计入"))
        day += ONE


def _days_after(first: date, end: End, period: Period, calendar: Calendar) -> Iterator[Day]:
    away = days_out(period.excluded, calendar)
    working = period.lengths[0].unit is Unit.WORKING_DAY
    by_date = period.lengths[0].unit in (Unit.MONTH, Unit.YEAR)
    bounds = _bounds(first, period, away, calendar)
    n, day = 0, first + ONE
    while day <= end.unrolled:
        if any(start <= day and (until is None or day < until) for start, until in away):
            yield Day(day, False, "中止或扣除期间，不计入")
        elif working and not calendar.works(day):
            yield Day(day, False, f"{calendar.why(day)}，不计入")
        elif by_date:
            if day in bounds:
                yield Day(day, True, f"{calendar.why(day)}，满{bounds[day]}的对应日（《民法典》第二百零二条）")
        else:
            n += 1
            full = f"，满{bounds[day]}" if day in bounds else ""
            yield Day(day, True, f"{calendar.why(day)}，第{n}{'个工作日' if working else '日'}{full}")
        day += ONE


def _bounds(
    first: date, period: Period, away: Sequence[tuple[date, date | None]], calendar: Calendar
) -> dict[date, str]:
    """Where the base and each extension end."""
    found: dict[date, str] = {}
    day, said = first, ""
    for length in period.lengths:
        reached = advance(day, length, away, calendar)
        assert reached is not None, "only a period that ends is explained"
        day, said = reached, f"{said}＋{length}" if said else str(length)
        found[day] = said
    return found


def _days_before(first: date, end: End, period: Period, calendar: Calendar) -> Iterator[Day]:
    working = period.lengths[0].unit is Unit.WORKING_DAY
    day, n = first - ONE, 0
    while day > end.due:
        if (working and not calendar.works(day)) or n >= period.lengths[0].n:
            yield Day(day, False, f"{calendar.why(day)}，不计入")
        else:
            n += 1
            yield Day(day, True, f"{calendar.why(day)}，向前第{n}{'个完整工作日' if working else '个完整日'}")
        day -= ONE
    yield Day(end.due, False, f"{calendar.why(end.due)}，最迟应在当日完成")


def _rolled(end: End, calendar: Calendar) -> Iterator[Day]:
    day = end.unrolled
    while day < end.due:
        day += ONE
        works = day == end.due
        said = "顺延至节假日后第一日（《民法典》第二百零三条）" if works else "届满日为休息日，继续顺延"
        yield Day(day, False, f"{calendar.why(day)}，{said}")
