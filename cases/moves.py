"""What another calendar moves in one case, and the sums over many.

A reading's period does not depend on the days of the calendar, only its end does: so every run is read once
and its end counted twice, which makes a million of them quick and lets one comparison serve preview and deed.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property, lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from cases.beside import first_rung
from cases.city import City, Rung
from cases.clocks import Reading, latest, read
from cases.periods import End, end_of
from cases.procedure import File

SAMPLES = 20  # of each sort
NUMBERS = 3  # cases named to one person


class Move(Struct, frozen=True, kw_only=True):
    """One run whose end the new calendar sees otherwise, with the next rung it then waits for. `promise`: its
    end is what the citizen was told. `known` is False for a run that began when the new calendar held already,
    so that nobody was told another date."""

    reading: Reading
    after: End
    rung: tuple[datetime, Rung] | None
    promise: bool
    known: bool

    @property
    def before(self) -> End:
        """The end as it was."""
        assert self.reading.end is not None, "what stands still does not move"
        return self.reading.end

    @property
    def moved(self) -> bool:
        """Whether it ends at another moment, and not only with more certainty."""
        return self.before.moment != self.after.moment

    @property
    def told(self) -> bool:
        """Whether it is one that somebody waits for and was told otherwise of."""
        return self.known and self.reading.open and self.moved


class Aim(Struct, frozen=True):
    """A rung of a running clock whose own end stays: a working day before or after it is another now."""

    reading: Reading
    rung: str
    before: datetime
    after: datetime


class Span(Struct, frozen=True, kw_only=True, dict=True):
    """Between which two cities to compare: `first` is the first day of which they may say otherwise, `since`
    when the new one came into force (None: it has not yet)."""

    old: City
    new: City
    first: date
    since: datetime | None = None

    @cached_property
    def eve(self) -> datetime:
        """The last moment before the first day."""
        return self.old.calendar.midnight(self.first)

    def untouched(self, reading: Reading) -> bool:
        """Whether a run was over before the first day: it has nothing to do with it."""
        return reading.end is None or (reading.end.moment <= self.eve and reading.period.start < self.eve)


def compared(file: File, span: Span) -> tuple[list[Move], list[Aim]]:
    """What the new city sees otherwise in one case, among the runs kept beside it or promised."""
    moves: list[Move] = []
    aims: list[Aim] = []
    readings = _kept(file, span.old)
    promise = latest(readings, file.procedure.promise) if file.procedure.promise else None
    for reading in readings:
        if not span.untouched(reading):
            after = end_of(reading.period, span.new.calendar)
            assert after is not None, "no calendar makes a run stand still"
            if after != reading.end:
                moves.append(_move(file, reading, after, span, reading is promise))
                if moves[-1].moved:
                    continue
        if reading.open and reading.end is not None and reading.clock.watched:
            aims += _aims(reading, reading.end, span)
    return moves, aims


def _kept(file: File, city: City) -> tuple[Reading, ...]:
    """The runs that have a row, and those of the promise: nobody was told of another."""
    setting, promise = file.setting(city), file.procedure.promise
    taken = {event.step for event in file.history}
    begun = (clock for clock in file.procedure.clocks if not taken.isdisjoint(clock.starts | clock.restarts))
    kept = (clock for clock in begun if clock.watched or clock.then or clock.id == promise)
    return tuple(reading for clock in kept for reading in read(clock, file.history, setting))


def _move(file: File, reading: Reading, after: End, span: Span, promise: bool) -> Move:
    begun = next(event for event in file.history if event.seq == reading.started_by)
    rung = first_rung(replace(reading, end=after), span.new)
    known = span.since is None or begun.recorded_at < span.since
    return Move(reading=reading, after=after, rung=rung, promise=promise, known=known)


def _aims(reading: Reading, end: End, span: Span) -> list[Aim]:
    timed = reading.period.lengths[0].unit.timed
    day = span.old.calendar.day_of(reading.begun_at) if span.old.ladders else date.min
    was = _ladder(end, timed, span.old, day)
    if all(at < span.eve for _, at in was):
        return []
    pairs = zip(was, _ladder(end, timed, span.new, day), strict=True)
    return [Aim(reading, rung, before, after) for (rung, before), (_, after) in pairs if before != after]


@lru_cache(maxsize=8192)
def _ladder(end: End, timed: bool, city: City, begun: date) -> tuple[tuple[str, datetime], ...]:
    """The rungs that hang on the end alone: those at a share of the way stay where the end stays."""
    ladder = city.ladder_on(city.calendar.midnight(begun)) if city.ladders else city.ladder
    rungs = (rung for rung in ladder if rung.timed == timed and rung.share is None)
    return tuple((rung.id, rung.moment(end.moment, end, city.calendar)) for rung in rungs)


# -- the sums ----------------------------------------------------------------------------------------


class Sample(Struct, frozen=True):
    """One of the clocks, by way of example: `moved`, `firmed` or `late` (would be overdue at once)."""

    sort: str
    number: str
    procedure: str
    clock: str
    before: date
    after: date
    provisional: bool


class Tally(Struct):
    """What moves: the open clocks and the cases they are of; those whose day stays and is no longer
    provisional; those that would be overdue at once; the citizens promised another day; by procedure and
    clock; whom it concerns, with how many cases and the first of them."""

    cases: int = 0
    clocks: int = 0
    firmed: int = 0
    late: int = 0
    promises: int = 0
    told: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    sorts: dict[str, int] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    concerned: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def count(self, file: File, found: Iterable[Move], now: datetime) -> None:
        """Counts what moves in one open case."""
        open_ = [move for move in found if move.known and move.reading.open]
        moved = [move for move in open_ if move.moved]
        self.cases += bool(moved)
        self.clocks += len(moved)
        for move in moved:
            kind = f"{file.procedure.title}·{move.reading.clock.title}"
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
            late = move.before.moment > now >= move.after.moment
            self.late += late
            self._sample("late" if late else "moved", file, move)
        for move in open_:
            if move.before.provisional and not move.after.provisional:
                self.firmed += not move.moved
                self._sample("firmed", file, move)

    def concern(self, recipient: str, number: str) -> None:
        """Counts one case for one person, office or role."""
        count, numbers = self.concerned.get(recipient, (0, []))
        self.concerned[recipient] = (count + 1, numbers if len(numbers) == NUMBERS else [*numbers, number])

    def _sample(self, sort: str, file: File, move: Move) -> None:
        self.sorts[sort] = self.sorts.get(sort, 0) + 1
        if self.sorts[sort] <= SAMPLES:
            title, name = file.procedure.title, move.reading.clock.title
            days = move.before.due, move.after.due, move.after.provisional
            self.samples.append(Sample(sort, file.number, title, name, *days))
