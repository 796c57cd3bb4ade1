"""What one case leaves in the figures: each thing on the day it happened, with the office that answered for it then.

Pure, and from the history alone. A limit that runs out counts on that day, whether an answer ever comes or not:
leaving a case open keeps it out of nothing.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct

from cases.city import City
from cases.clocks import Reading, State
from cases.history import Event
from cases.procedure import File
from cases.yearbooks import YEARBOOKS

EDGE = timedelta(minutes=60)  # answered with less than this left
AGAIN = timedelta(days=30)  # asked for again within this after an answer; called again within this
MAIN = {"work_order": frozenset({"wo.handle"}), **{name: book.clocks for name, book in YEARBOOKS.items()}}
SIGNING = "wo.sign_for"
ANSWERS = frozenset({"approve_answer", "answer_at_desk"})
NO_ANSWER = frozenset({"send_back", "redispatch", "merge", "withdraw", "archive", "divert", "hand_to_emergency"})
NOT_COUNTED = frozenset({"merged", "withdrawn"})  # ends that are no conclusion
MOST_DAYS = 400
PLAIN = {  # an event that counts as such
    "send_back": "returned",
    "reject_return": "returned.no",
    "supervise": "supervised",
    "suspend": "suspended",
    "answer_at_desk": "desk",
}


class Mark(Struct, frozen=True):
    """One thing that counts."""

    measure: str
    day: date
    office: str
    length: int = 0


def marks_of(file: File, city: City, now: datetime, again: bool) -> list[Mark]:
    """Everything the case leaves; `again`: whether its caller had called within `AGAIN` before."""
    if file.has("archive"):  # brought in as the past
        return []
    return [*_opening(file, city, again), *_events(file, city), *_runs(file, city, now), *_end(file, city)]


def again_at(file: File, city: City, now: datetime) -> datetime | None:
    """The next moment at which time alone adds a mark."""
    ends = (r.end.moment for r in _counted(file, city) if r.open and r.end)
    return min((end for end in ends if end > now), default=None)


def _counted(file: File, city: City) -> Iterator[Reading]:
    wanted = MAIN.get(file.procedure.name, frozenset()) | {SIGNING}
    return (reading for reading in file.readings(city) if reading.clock.id in wanted)


def _opening(file: File, city: City, again: bool) -> Iterator[Mark]:
    day = city.calendar.day_of(file.opening.at)
    yield Mark("received", day, file.office)
    if again:
        yield Mark("repeat", day, file.office)


def _events(file: File, city: City) -> Iterator[Mark]:
    answered: tuple[datetime, str] | None = None
    office = ""
    for event in file.history:
        day = city.calendar.day_of(event.at)
        if event.step in file.procedure.leads:
            office = str(getattr(event.facts, file.procedure.leads[event.step]))
            yield Mark("sent", day, office)
        if event.step in PLAIN:
            yield Mark(PLAIN[event.step], day, office)
        if event.step in ANSWERS:
            answered = event.at, office
            yield Mark("answered", day, office)
        if event.step == "reopen" and answered and event.at - answered[0] <= AGAIN:
            yield Mark("reopened", city.calendar.day_of(answered[0]), answered[1])
        if event.step == "call_back":
            yield from _called(event, day, office)
        if event.step == "rate":
            yield Mark("rated", day, office)
            if event.facts.score >= 4:
                yield Mark("rated.good", day, office)
        if event.step in file.procedure.frees:
            office = ""


def _called(event: Event, day: date, office: str) -> Iterator[Mark]:
    said = event.facts
    yield Mark("called.yes" if said.reached else "called.no", day, office)
    if said.reached:
        for name in ("contacted", "solved", "satisfied"):
            if getattr(said, name):
                yield Mark(name, day, office)


def _runs(file: File, city: City, now: datetime) -> Iterator[Mark]:
    """What became of the limits: kept on the day of the answer, broken on the day they ran out."""
    for reading in _counted(file, city):
        late = reading.state(now) in (State.LATE, State.OVERDUE)
        name = "signed" if reading.clock.id == SIGNING else "handled"
        if late:
            assert reading.end is not None, "what is late had an end"
            moment = reading.end.moment - timedelta(microseconds=1)  # 24:00 belongs to the day it ends
        elif reading.stopped_at is None or (name == "handled" and reading.stopped_by in NO_ANSWER):
            continue
        else:
            moment = reading.stopped_at
        day, office = city.calendar.day_of(moment), _office_at(file, moment)
        yield Mark(f"{name}.late" if late else f"{name}.ok", day, office)
        if name == "handled":
            yield from (Mark(more, day, office) for more in _softened(file, reading, late))


def _softened(file: File, reading: Reading, late: bool) -> Iterator[str]:
    """By what a limit that was kept might have been kept: more time, a standstill, the last minutes."""
    extends = reading.clock.extends
    taken = {event.step for event in file.history if event.seq > reading.started_by}
    if extends and extends.step in taken:
        yield "extended"
    if not late and reading.end and reading.stopped_at and reading.end.moment - reading.stopped_at <= EDGE:
        yield "edge"


def _office_at(file: File, moment: datetime) -> str:
    office, procedure = "", file.procedure
    for event in file.history:
        if event.at > moment:
            break
        if event.step in procedure.leads:
            office = str(getattr(event.facts, procedure.leads[event.step]))
        elif event.step in procedure.frees and event.at < moment:
            office = ""
    return office or (file.office if not procedure.leads else "")


def _end(file: File, city: City) -> Iterator[Mark]:
    if file.ended and file.stage not in NOT_COUNTED:
        first, last = city.calendar.day_of(file.opening.at), city.calendar.day_of(file.entered.at)
        yield Mark("closed", last, file.office, min(max(0, (last - first).days), MOST_DAYS))
