"""The city's own rules as values: limits with effective dates, the alert ladder, opening hours.

No national figure binds a hotline's work orders, so every one of these is a setting; a case keeps the
edition in force on the day it was opened.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from msgspec import Struct

from cases.calendar import Calendar
from cases.law import Article, Length, Unit
from cases.people import Role
from cases.periods import End


class CityLimit(Struct, frozen=True, kw_only=True):
    """One limit of the city. Empty `kinds` is every kind; `urgent` None is both. `extension` caps a single one."""

    clock: str
    length: Length
    kinds: frozenset[str] = frozenset()
    urgent: bool | None = None
    extension: Length | None = None
    source: str = ""

    def fits(self, kind: str, urgent: bool) -> bool:
        """Whether this limit speaks of such a request."""
        return (not self.kinds or kind in self.kinds) and self.urgent in (None, urgent)

    @property
    def closeness(self) -> int:
        """How specific: a limit for this kind and urgency goes before one for all."""
        return (2 if self.urgent is not None else 0) + (1 if self.kinds else 0)


class Edition(Struct, frozen=True, kw_only=True):
    """The rules in force from a day on. `follows` says whose example they are."""

    name: str
    effective: date
    follows: str
    limits: tuple[CityLimit, ...]

    def __hash__(self) -> int:
        return hash((self.name, self.effective))


class Rung(Struct, frozen=True, kw_only=True):
    """One rung of the alert ladder: at a `share` of the way, some time `before` the end, at it, or `after`."""

    id: str
    title: str
    to: Role
    timed: bool = False  # whether for clocks that end at a moment, or those that end with a day
    share: float | None = None
    before: Length | None = None
    after: Length | None = None
    board: bool = False  # the top: shown to the city's board as well

    def moment(self, started: datetime, end: End, calendar: Calendar) -> datetime:
        """When this rung is reached, in UTC."""
        if self.share is not None:
            return started + (end.moment - started) * self.share
        if self.before is not None:
            return _shifted(end, self.before, -1, calendar)
        return end.moment if self.after is None else _shifted(end, self.after, 1, calendar)


class City(Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """What a reading needs to know of the place: its calendar, its rules, its ladder."""

    calendar: Calendar
    editions: tuple[Edition, ...]
    ladder: tuple[Rung, ...]
    name: str = ""
    offices: Mapping[str, str] = {}  # code → title of every office that work can be sent to

    def edition(self, on: date) -> Edition:
        """The edition in force on a day; the first one for days before it."""
        in_force = [edition for edition in self.editions if edition.effective <= on]
        return in_force[-1] if in_force else self.editions[0]

    def limit(self, clock: str, kind: str, urgent: bool, on: date) -> CityLimit:
        """The limit of `clock` for such a request on that day; `LookupError` when the city set none."""
        return _closest(self.edition(on), clock, kind, urgent)

    def climb(self, started: datetime, end: End, timed: bool) -> list[tuple[datetime, Rung]]:
        """The rungs of a clock in the order they are reached; one before the clock's start is none."""
        rungs = [(rung.moment(started, end, self.calendar), rung) for rung in self.ladder if rung.timed == timed]
        return sorted(((at, rung) for at, rung in rungs if at > started), key=lambda found: found[0])

    def rung(self, rung_id: str) -> Rung | None:
        """The rung of that id, or None when the city has taken it away."""
        return next((rung for rung in self.ladder if rung.id == rung_id), None)

    def source(self, limit: CityLimit, on: date) -> Article:
        """What is quoted for a limit: the edition and, where known, the example it follows."""
        return Article(self.edition(on).name, limit.source)


@lru_cache(maxsize=1024)
def _closest(edition: Edition, clock: str, kind: str, urgent: bool) -> CityLimit:
    fitting = [lim for lim in edition.limits if lim.clock == clock and lim.fits(kind, urgent)]
    if not fitting:
        raise LookupError(f"the city has set no limit for {clock} ({kind}, urgent={urgent})")
    return max(fitting, key=lambda lim: lim.closeness)


def _shifted(end: End, by: Length, sign: int, calendar: Calendar) -> datetime:
    if by.unit is Unit.WORKING_DAY:  # told when the office opens on that day
        day = calendar.after(end.due, sign * by.n)
        return calendar.midnight(day) + _opening(calendar)
    if by.unit is Unit.OFFICE_HOUR:
        return calendar.at_open_seconds(calendar.open_seconds(end.moment) + sign * by.n * 3600)
    seconds = {Unit.MINUTE: 60, Unit.HOUR: 3600, Unit.DAY: 86400}[by.unit]
    return end.moment + timedelta(seconds=sign * by.n * seconds)


def _opening(calendar: Calendar) -> timedelta:
    opens = calendar.hours[0][0]
    return timedelta(hours=opens.hour, minutes=opens.minute)
