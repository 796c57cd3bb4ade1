"""Which days the offices work, and what time it is there.

A calendar is a value: tables of rest days and make-up working days, one a year, each from that year's
notice. A year without a notice is provisional: it is computed on the fixed days and weekends alone, and
every date that leans on it says so. Look-ups are by bisection, since a million clocks may ask at once.
"""

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, convert

FIRST_YEAR, LAST_YEAR = 1996, 2075  # long enough for the twenty-year caps on both sides
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (5, 2): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}
OUTSIDE = f"超出日历的范围（{FIRST_YEAR}年至{LAST_YEAR}年）"
OFFICE_HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
ONE = timedelta(days=1)


class Rest(Struct, frozen=True):
    """A named block of rest, `days` = (first, last)."""

    name: str
    days: tuple[date, date]


class Year(Struct, frozen=True):
    """One year's table. `notice` is the number of the notice; without one the year is provisional."""

    off: tuple[Rest, ...]
    work: tuple[date, ...] = ()
    notice: str = ""


class Calendar:
    """Working days of all years and the office's zone and opening hours. Immutable after making."""

    def __init__(
        self,
        years: Mapping[int, Year],
        hours: Iterable[tuple[time, time]] = OFFICE_HOURS,
        zone: str = "Asia/Shanghai",
    ) -> None:
        self.years = dict(years)
        self.hours = tuple(hours)
        self.zone = ZoneInfo(zone)
        self._off = _rest_days(years)
        self._work = {day for year in years.values() for day in year.work}
        span = range(date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal() + 1)
        self._working = [n for n in span if self.works(date.fromordinal(n))]
        self.seconds_a_day = sum(_seconds(shut) - _seconds(opens) for opens, shut in self.hours)

    # -- days ---------------------------------------------------------------------------------------

    def works(self, day: date) -> bool:
        """Whether `day` is a working day: make-up Saturdays and Sundays are, named rest days are not."""
        return day in self._work or (day.weekday() < 5 and day not in self._off)

    def covers(self, day: date) -> bool:
        """Whether the days around `day` are known: what is counted from or to another is no answer."""
        return FIRST_YEAR <= day.year <= LAST_YEAR

    def firm(self, day: date) -> bool:
        """Whether the year of `day` rests on a published notice."""
        year = self.years.get(day.year)
        return year is not None and bool(year.notice)

    def why(self, day: date) -> str:
        """Why `day` is or is not a working day, in a few words."""
        weekday = WEEKDAYS[day.weekday()]
        if day in self._work:
            return f"{weekday}调休上班"
        if day in self._off:
            return f"{self._off[day]}放假"
        return weekday if day.weekday() < 5 else f"{weekday}休息"

    def after(self, day: date, n: int) -> date:
        """The `n`-th working day after `day`; 0 is `day` itself, a negative `n` counts back before it."""
        if n > 0:
            return date.fromordinal(self._working[bisect_right(self._working, day.toordinal()) + n - 1])
        if n < 0:
            position = bisect_left(self._working, day.toordinal()) + n
            if position < 0:
                raise IndexError("before the first working day that is known")
            return date.fromordinal(self._working[position])
        return day

    def between(self, first: date, until: date) -> int:
        """How many working days lie in [first, until)."""
        if until <= first:
            return 0
        return bisect_left(self._working, until.toordinal()) - bisect_left(self._working, first.toordinal())

    def roll(self, day: date) -> date:
        """`day`, or the first working day after it (民法典第二百零三条)."""
        return day if self.works(day) else self.after(day, 1)

    # -- moments ------------------------------------------------------------------------------------

    def day_of(self, moment: datetime) -> date:
        """The day an aware moment falls on where the office stands, never in UTC."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """The first moment of `day` at the office, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """24:00 of `day` at the office, in UTC."""
        return self.midnight(day + ONE)

    def close_of(self, day: date) -> datetime:
        """When the office shuts on `day`, in UTC."""
        return datetime.combine(day, self.hours[-1][1], self.zone).astimezone(UTC)

    def open_seconds(self, moment: datetime) -> int:
        """Seconds of office time from the beginning of the calendar to `moment`: a position to subtract."""
        local = moment.astimezone(self.zone)
        position = bisect_left(self._working, local.toordinal()) * self.seconds_a_day
        if not self.works(local.date()):
            return position
        now = _seconds(local.time())
        return position + sum(max(0, min(now, _seconds(shut)) - _seconds(opens)) for opens, shut in self.hours)

    def at_open_seconds(self, position: int) -> datetime:
        """The earliest moment at which `position` seconds of office time have passed, in UTC."""
        whole, rest = divmod(position, self.seconds_a_day)
        if rest == 0 and whole:
            whole, rest = whole - 1, self.seconds_a_day
        day = date.fromordinal(self._working[whole])
        for opens, shut in self.hours:
            length = _seconds(shut) - _seconds(opens)
            if rest <= length:
                start = datetime.combine(day, opens, self.zone)
                return (start + timedelta(seconds=rest)).astimezone(UTC)
            rest -= length
        raise AssertionError("a day has no more office time than its hours")

    def next_open(self, moment: datetime) -> datetime:
        """`moment` if the office is open then, else when it opens next, in UTC."""
        local = moment.astimezone(self.zone)
        day, now = local.date(), local.time()
        if self.works(day):
            for opens, shut in self.hours:
                if now < shut:
                    return moment if now >= opens else datetime.combine(day, opens, self.zone).astimezone(UTC)
        return datetime.combine(self.after(day, 1), self.hours[0][0], self.zone).astimezone(UTC)

    # -- making another -----------------------------------------------------------------------------

    def with_years(self, years: Mapping[int, Year]) -> "Calendar":
        """This calendar with the tables of some years put in or replaced."""
        return Calendar({**self.years, **years}, self.hours, self.zone.key) if years else self


def read_years(text: str) -> dict[int, Year]:
    """Year tables from TOML text of the shape of `holidays.toml`; `ValueError` names the year at fault."""
    years: dict[int, Year] = {}
    for name, table in tomllib.loads(text).items():
        years[int(name)] = _checked(int(name), table)
    return years


@cache
def published() -> Calendar:
    """The calendar of the tables that come with this package."""
    return Calendar(read_years(files("cases").joinpath("holidays.toml").read_text(encoding="utf-8")))


def _checked(number: int, table: dict[str, Any]) -> Year:
    year = convert(table, Year)
    for day in [*year.work, *(day for rest in year.off for day in rest.days)]:
        if day.year != number:
            raise ValueError(f"[{number}] {day}: this day is not in {number}")
    for day in year.work:
        if day.weekday() < 5:
            raise ValueError(f"[{number}].work {day}: a make-up working day must be a Saturday or a Sunday")
        if any(rest.days[0] <= day <= rest.days[1] for rest in year.off):
            raise ValueError(f"[{number}].work {day}: named as a rest day too")
    return year


def _rest_days(years: Mapping[int, Year]) -> dict[date, str]:
    found: dict[date, str] = {}
    for number in range(FIRST_YEAR, LAST_YEAR + 1):
        if number not in years:
            found |= {date(number, month, day): name for (month, day), name in FIXED.items()}
            continue
        for rest in years[number].off:
            first, last = rest.days
            found |= {first + ONE * n: rest.name for n in range((last - first).days + 1)}
    return found


@cache
def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
