"""Clocks as data, and reading them off a history.

A reading is pure: the same history, calendar and rules give the same dates, whoever asks and whenever.
Whether a running clock is late depends on `now`, which the caller brings.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from cases.calendar import Calendar
from cases.city import City
from cases.explaining import Day, explain
from cases.history import Event, after_last
from cases.law import Article, Length, Unit
from cases.periods import End, Period, Span, day_span, end_of, moment_on


class Binds(StrEnum):
    """Whose time it is. A citizen's clock running out loses a right; it is no office's breach."""

    OFFICE = "office"
    CENTRE = "centre"
    CITIZEN = "citizen"
    RESPONDENT = "respondent"
    COURT = "court"


class ByCity(Struct, frozen=True):
    """The length is the city's rule for this clock, by kind and urgency."""


class Given(Struct, frozen=True):
    """The length or last day is what the event itself says in `field`: a day, or a number of `unit`."""

    field: str
    unit: Unit = Unit.WORKING_DAY


class Extends(Struct, frozen=True):
    """What lengthens a clock: `step` adds `by`, at most `times`; no single one over `cap`. After one of `anew`
    the times are counted anew."""

    step: str
    by: Length | Given
    cap: Length | ByCity | None = None
    times: int = 1
    anew: AbstractSet[str] = frozenset()


class Clock(Struct, frozen=True):
    """One limit of a procedure. `starts`, `stops`, `restarts` name steps; `pauses` maps the step that stops
    the counting to the one that resumes it; `per` is the fact that keys a reading of its own (an office, a
    letter); `then` is the step the law attaches to silence, taken by the system at `Reading.expiry`. A step in
    both `starts` and `stops` of a clock with `since` is judged on its own day: in time, or late. A start is one
    only where its facts are as `when` lists them (no values: where the fact is named at all)."""

    id: str
    title: str
    article: Article
    length: Length | ByCity | Given
    starts: AbstractSet[str]
    stops: AbstractSet[str]
    restarts: AbstractSet[str] = frozenset()
    pauses: Mapping[str, str] = {}
    extends: Extends | None = None
    rolls: bool = False
    backward: bool = False
    closes: bool = False
    soft: bool = False
    watched: bool = True  # whether anyone is alerted; a mere promise or a right is not
    binds: Binds = Binds.OFFICE
    per: str = ""
    then: str = ""
    since: str = ""  # the fact with the day to count from, where that is not the event's own (a hearing's day)
    since_step: Mapping[str, str] = {}  # a start → the earlier step to count from (a change of procedure: acceptance)
    when: Mapping[str, AbstractSet[Any]] = {}
    leaves_out: str = ""  # the fact of the start that lists days not counted, `first` to `last`


class State(StrEnum):
    """Where a reading stands at a moment."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    LATE = "late"  # stopped after the end
    OVERDUE = "overdue"  # still running after the end


class Reading(Struct, frozen=True, kw_only=True):
    """One run of a clock from the event that started it. `end` is None while an open pause holds it still."""

    clock: Clock
    key: str
    started_by: int  # seq of the starting event
    begun_at: datetime  # its moment; `period.start` is another where the clock counts `since` a day
    period: Period
    article: Article
    end: End | None
    stopped_at: datetime | None = None
    stopped_by: str = ""

    def state(self, now: datetime) -> State:
        """Running, paused, met, late or overdue at `now`."""
        if self.stopped_at is not None:
            over = self.end.moment if self.end else None
            if self.stopped_by == self.clock.then:  # what stands for silence is said at the expiry itself
                over = self.expiry
            return State.LATE if over and self.stopped_at >= over else State.MET
        if self.end is None:
            return State.PAUSED
        return State.OVERDUE if now >= self.end.moment else State.RUNNING

    @property
    def open(self) -> bool:
        """Whether nothing has stopped it yet."""
        return self.stopped_at is None

    @property
    def expiry(self) -> datetime | None:
        """The moment at which what the law attaches to silence takes effect: 届满之日, the last second of the
        last day, so that what follows counts from that day; for hours the end itself."""
        if self.end is None or self.period.lengths[0].unit.timed:
            return self.end.moment if self.end else None
        return self.end.moment - timedelta(seconds=1)

    @property
    def lengths(self) -> str:
        """The length with its extensions, e.g. 5个工作日＋5个工作日."""
        return "＋".join(str(length) for length in self.period.lengths)

    def explain(self, calendar: Calendar) -> tuple[Day, ...]:
        """The days one by one with the reason each did or did not count."""
        return explain(self.period, calendar)


class Setting(Struct, frozen=True, kw_only=True):
    """What a reading is taken against: the city, and what the rules ask of the case."""

    city: City
    kind: str = ""
    urgent: bool = False
    limits: str = ""
    opened: date


def read(clock: Clock, history: Iterable[Event], setting: Setting) -> tuple[Reading, ...]:
    """Every run of `clock` in a standing `history`, oldest first: one per start, and per key where keyed."""
    events = tuple(history)
    done: list[Reading] = []
    running: dict[str, tuple[Event, list[Event]]] = {}
    for event in events:
        starts = event.step in clock.starts and _begins(clock, event)
        for key in _keys(clock, event, running):
            if key in running and event.step in clock.stops:
                done.append(_reading(clock, key, running.pop(key), events, setting, stop=event))
            if (starts and key not in running) or event.step in clock.restarts:
                running[key] = (event, [])
                if clock.since and event.step in clock.stops:
                    done.append(_reading(clock, key, running.pop(key), events, setting, stop=event))
            elif clock.extends and key in running and event.step == clock.extends.step:
                running[key][1].append(event)
    for key, run in running.items():
        done.append(_reading(clock, key, run, events, setting))
    return tuple(done)


def _begins(clock: Clock, event: Event) -> bool:
    """Whether a starting event bears the facts asked of it; a step that has no such fact is not asked."""
    for name, wanted in clock.when.items():
        value = getattr(event.facts, name, wanted)
        if value is None or (wanted and value is not wanted and value not in wanted):
            return False
    return True


def _keys(clock: Clock, event: Event, running: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys an event speaks to: its own, or every running one when it names none (as closing does)."""
    if not clock.per:
        return ("",)
    named = getattr(event.facts, clock.per, None)
    return (str(named),) if named else tuple(running)


def _reading(
    clock: Clock,
    key: str,
    run: tuple[Event, list[Event]],
    events: tuple[Event, ...],
    setting: Setting,
    stop: Event | None = None,
) -> Reading:
    begun, added = run
    calendar = setting.city.calendar
    start = _start(clock, begun, events, calendar)
    spells = getattr(begun.facts, clock.leaves_out, ()) if clock.leaves_out else ()
    base, article = _base(clock, begun, start, setting)
    period = Period(
        start=start,
        lengths=(base, *(_added(clock, event) for event in added)),
        excluded=(*_pauses(clock, events, stop), *(day_span(s.first, s.last, calendar) for s in spells)),
        rolls=clock.rolls,
        backward=clock.backward,
        closes=clock.closes,
    )
    return Reading(
        clock=clock,
        key=key,
        started_by=begun.seq,
        begun_at=begun.at,
        period=period,
        article=article,
        end=end_of(period, calendar),
        stopped_at=stop.at if stop else None,
        stopped_by=stop.step if stop else "",
    )


def _start(clock: Clock, begun: Event, events: tuple[Event, ...], calendar: Calendar) -> datetime:
    day = getattr(begun.facts, clock.since, None) if clock.since else None
    if day is not None:
        return moment_on(day, calendar)
    earlier = clock.since_step.get(begun.step)
    found = [event.at for event in events if event.step == earlier and event.at <= begun.at]
    return found[-1] if found else begun.at


def _base(clock: Clock, begun: Event, start: datetime, setting: Setting) -> tuple[Length, Article]:
    if isinstance(clock.length, Length):
        return clock.length, clock.article
    if isinstance(clock.length, Given):
        return _given(clock.length, begun, start, setting.city.calendar), clock.article
    limit = setting.city.limit(clock.id, setting.kind, setting.urgent, setting.opened, setting.limits)
    return limit.length, setting.city.source(limit, setting.opened)


def _given(given: Given, event: Event, start: datetime, calendar: Calendar) -> Length:
    value = getattr(event.facts, given.field)
    if isinstance(value, date):
        return Length((value - calendar.day_of(start)).days, Unit.DAY)
    return Length(int(value), given.unit)


def _added(clock: Clock, event: Event) -> Length:
    assert clock.extends is not None
    by = clock.extends.by
    return by if isinstance(by, Length) else Length(int(getattr(event.facts, by.field)), by.unit)


def _pauses(clock: Clock, events: tuple[Event, ...], stop: Event | None) -> tuple[Span, ...]:
    """Each pair as spans; several pauses of one kind nest. One still open ends where the clock stopped."""
    spans: list[Span] = []
    for opens, shuts in clock.pauses.items():
        depth, since = 0, None
        for event in events:
            if event.step == opens:
                depth, since = depth + 1, since or event.at
            elif event.step == shuts and depth:
                depth -= 1
                if depth == 0 and since:
                    spans.append(Span(since, event.at))
                    since = None
        if since:
            spans.append(Span(since, stop.at if stop else None))
    return tuple(spans)


def extension_left(clock: Clock, history: Iterable[Event], setting: Setting) -> tuple[int, Length | None]:
    """How many extensions remain and the cap of one; (0, None) for a clock that cannot be extended."""
    if clock.extends is None:
        return 0, None
    taken = sum(event.step == clock.extends.step for event in after_last(history, clock.extends.anew))
    cap = clock.extends.cap
    if isinstance(cap, ByCity):
        limit = setting.city.limit(clock.id, setting.kind, setting.urgent, setting.opened, setting.limits)
        cap = limit.extension
    return max(0, clock.extends.times - taken), cap


def latest(readings: Iterable[Reading], clock_id: str, key: str = "") -> Reading | None:
    """The last run of one clock among `readings`."""
    found = [r for r in readings if r.clock.id == clock_id and r.key == key]
    return found[-1] if found else None


