"""The city's own rules as values: limits with effective dates, the alert ladder, opening hours.

No national figure binds a hotline's work orders, so every one of these is a setting; a case keeps the
edition in force on the day it was opened.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Annotated

from msgspec import Meta, Struct

from cases.calendar import Calendar
from cases.law import Article, Length, Unit
from cases.people import Role
from cases.periods import End


class CityLimit(Struct, frozen=True, kw_only=True):
    """One limit of the city. Empty `kinds` is every kind; `urgent` None is both. `extension` caps a single one.
    One with `set` is for the cases only that routing put under that limit set, and goes before the others."""

    clock: str
    length: Length
    kinds: frozenset[str] = frozenset()
    urgent: bool | None = None
    extension: Length | None = None
    source: str = ""
    set: str = ""

    def fits(self, kind: str, urgent: bool, limits: str = "") -> bool:
        """Whether this limit speaks of such a request."""
        ours = self.set in ("", limits)
        return ours and (not self.kinds or kind in self.kinds) and self.urgent in (None, urgent)

    @property
    def closeness(self) -> int:
        """How specific: a limit set's before the ordinary, then one for this kind and urgency before one for all."""
        return (4 if self.set else 0) + (2 if self.urgent is not None else 0) + (1 if self.kinds else 0)


class Edition(Struct, frozen=True, kw_only=True, dict=True):
    """The rules in force from a day on. `follows` says whose example they are. From a confidence of
    `second_opinion` on, a learned model may dispatch what no rule claims; without it a person always does."""

    name: str
    effective: date
    follows: str
    limits: tuple[CityLimit, ...]
    second_opinion: Annotated[float, Meta(ge=0.5, le=1)] | None = None

    @cached_property
    def _found(self) -> dict[tuple[str, str, bool, str], CityLimit]:
        return {}

    def closest(self, clock: str, kind: str, urgent: bool, limits: str = "") -> CityLimit:
        """The limit of `clock` that speaks most closely of such a request; `LookupError` when there is none."""
        asked = clock, kind, urgent, limits
        if asked not in self._found:
            fitting = [lim for lim in self.limits if lim.clock == clock and lim.fits(kind, urgent, limits)]
            if not fitting:
                raise LookupError(f"the city has set no limit for {clock} ({kind}, urgent={urgent})")
            self._found[asked] = max(fitting, key=lambda lim: lim.closeness)
        return self._found[asked]


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


class Ladder(Struct, frozen=True):
    """The rungs for every clock that is started on `effective` or later. Their ids are no other ladder's."""

    effective: date
    rungs: tuple[Rung, ...]


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a seat may be left idle, and the roles that sign in with a code beside the password."""

    idle_minutes: Annotated[int, Meta(ge=5, le=720)] = 60
    second_step: frozenset[Role] = frozenset()


class City(Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """What a reading needs to know of the place: its calendar, its rules, its ladder. `ladder` is the first,
    `ladders` are those that followed it, by day: a clock keeps the one it was started under."""

    calendar: Calendar
    editions: tuple[Edition, ...]
    ladder: tuple[Rung, ...]
    name: str = ""
    offices: Mapping[str, str] = {}  # code → title of every office that work can be sent to
    ladders: tuple[Ladder, ...] = ()
    sign_in: SignIn = SignIn()

    def edition(self, on: date) -> Edition:
        """The edition in force on a day; the first one for days before it."""
        for edition in reversed(self.editions):
            if edition.effective <= on:
                return edition
        return self.editions[0]

    def limit(self, clock: str, kind: str, urgent: bool, on: date, limits: str = "") -> CityLimit:
        """The limit of `clock` for such a request on that day; `LookupError` when the city set none."""
        return self.edition(on).closest(clock, kind, urgent, limits)

    @property
    def limit_sets(self) -> frozenset[str]:
        """The names of the limit sets a routing rule may put a request under."""
        return frozenset(limit.set for edition in self.editions for limit in edition.limits if limit.set)

    def climb(
        self, started: datetime, end: End, timed: bool, ladder: tuple[Rung, ...] | None = None
    ) -> list[tuple[datetime, Rung]]:
        """The rungs of a clock in the order they are reached; one before the clock's start is none."""
        ours = self.ladder if ladder is None else ladder
        rungs = [(rung.moment(started, end, self.calendar), rung) for rung in ours if rung.timed == timed]
        return sorted(((at, rung) for at, rung in rungs if at > started), key=lambda found: found[0])

    def ladder_on(self, begun: datetime) -> tuple[Rung, ...]:
        """The ladder of a clock that an event of that moment started."""
        day = self.calendar.day_of(begun) if self.ladders else date.min
        return next((one.rungs for one in reversed(self.ladders) if one.effective <= day), self.ladder)

    def ladder_with(self, rung_id: str) -> tuple[Rung, ...]:
        """The ladder that has the rung of that id; the first where the city has taken it away."""
        later = (one.rungs for one in self.ladders if any(rung.id == rung_id for rung in one.rungs))
        return next(later, self.ladder)

    def rung(self, rung_id: str) -> Rung | None:
        """The rung of that id, or None when the city has taken it away."""
        return next((rung for rung in self.ladder_with(rung_id) if rung.id == rung_id), None)

    def source(self, limit: CityLimit, on: date) -> Article:
        """What is quoted for a limit: the edition and, where known, the example it follows."""
        return _article(self.edition(on).name, limit.source)


@lru_cache(maxsize=1024)
def _article(name: str, source: str) -> Article:
    return Article(name, source)


@lru_cache(maxsize=8192)  # of a clock that ends with a day, all that start on one day share the rungs
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
