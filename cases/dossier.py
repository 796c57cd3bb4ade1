"""A case file as it leaves the house: plain values that say what was counted, with what, and why.

Pure, and the same on both sides: the export writes these values, whoever verifies makes them again from the
events and compares. Whatever a date leans on (definition, city rules, calendar) stands in the file itself.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
from msgspec import Struct

from cases.calendar import Calendar, Rest, Year
from cases.city import City, Edition
from cases.clocks import ByCity, Clock, Given, Reading
from cases.history import Event
from cases.numbers import public_number
from cases.procedure import File, Procedure
from cases.procedures import PROCEDURES

FORMAT = "hotline-case-file/1"


class Written(Struct, frozen=True, kw_only=True):
    """One event as it stands in the file: `at` and `recorded_at` as they were sealed, `facts` the sealed text."""

    seq: int
    step: str
    title: str
    at: str
    recorded_at: str
    by: str
    facts: str
    digest: str


class Sealed(Struct, frozen=True, kw_only=True):
    """An event with its moments as moments, as `history.seal` asks for it."""

    seq: int
    step: str
    at: datetime
    recorded_at: datetime
    by: str


class Places(Struct, frozen=True, kw_only=True):
    """The city's part: zone, office hours, its own limits by edition, and the titles of its offices."""

    name: str
    zone: str
    hours: tuple[tuple[time, time], ...]
    editions: tuple[Edition, ...]
    offices: dict[str, str]


# -- what the house says ----------------------------------------------------------------------------


def written(procedure: Procedure, row: Any) -> Written:
    """An event row, or an event whose `facts` are text, as it stands in the file."""
    return Written(
        seq=row.seq,
        step=row.step,
        title=procedure.step(row.step).title,
        at=_moment(row.at),
        recorded_at=_moment(row.recorded_at),
        by=row.by,
        facts=row.facts,
        digest=row.digest,
    )


def definition(procedure: Procedure) -> dict[str, Any]:
    """The procedure as it counts: its law, stages, steps with their articles, and every limit."""
    return {
        "name": procedure.name,
        "title": procedure.title,
        "law": procedure.law.name,
        "in_force": procedure.law.in_force.isoformat(),
        "stages": dict(procedure.stages),
        "ends": sorted(procedure.ends),
        "steps": [
            {"step": step.name, "title": step.title, "article": str(step.article), "to": step.to}
            for step in procedure.steps
        ],
        "limits": [_limit(clock) for clock in procedure.clocks],
    }


def _limit(clock: Clock) -> dict[str, Any]:
    figures = msgspec.json.decode(msgspec.json.encode(clock, order="deterministic"))
    words = {"article": str(clock.article), "length": _length(clock)}
    return {**words, "figures": figures}


def _length(clock: Clock) -> str:
    if isinstance(clock.length, ByCity):
        return "由本市规则确定，见 city.json"
    return f"个案确定，见事件的 {clock.length.field}" if isinstance(clock.length, Given) else str(clock.length)


def places(city: City) -> Places:
    """The city's rules and offices."""
    calendar = city.calendar
    known = dict(city.offices.items())
    return Places(
        name=city.name, zone=calendar.zone.key, hours=calendar.hours, editions=city.editions, offices=known
    )


def years(calendar: Calendar) -> dict[str, Year]:
    """The calendar, year by year; a year that is not here has no notice yet and is provisional."""
    return {str(number): year for number, year in sorted(calendar.years.items())}


def readings(file: File, city: City) -> list[dict[str, Any]]:
    """Every run of every limit with its whole explanation, in the order the procedure names them."""
    return [_reading(reading, file, city.calendar) for reading in file.readings(city)]


def _reading(reading: Reading, file: File, calendar: Calendar) -> dict[str, Any]:
    begun = next(event for event in file.history if event.seq == reading.started_by)
    end, period = reading.end, reading.period
    return {
        "limit": reading.clock.id,
        "title": reading.clock.title,
        "key": reading.key,
        "binds": reading.clock.binds.value,
        "article": str(reading.article),
        "start_event": {"seq": begun.seq, "step": begun.step, "title": file.procedure.step(begun.step).title},
        "counted_from": _moment(period.start),
        "length": str(period.lengths[0]),
        "extended_by": [str(length) for length in period.lengths[1:]],
        "backward": period.backward,
        "pauses": [
            {"from": _moment(span.start), "until": _moment(span.end) if span.end else None}
            for span in period.excluded
        ],
        "last_day": end.unrolled.isoformat() if end else None,
        "rolls": period.rolls,
        "rolled_to": end.due.isoformat() if end and end.rolled else None,
        "due_day": end.due.isoformat() if end else None,
        "over_at": _moment(end.moment) if end else None,
        "provisional": bool(end and end.provisional),
        "stopped_at": _moment(reading.stopped_at) if reading.stopped_at else None,
        "stopped_by": reading.stopped_by,
        "days": [
            {"date": day.date.isoformat(), "counted": day.counted, "because": day.because}
            for day in reading.explain(calendar)
        ],
    }


def standing_of(file: File) -> dict[str, Any]:
    """Where the case stands, as read from its events."""
    return {"stage": file.stage, "stage_title": file.procedure.stages[file.stage], "office": file.office}


# -- and how it is read again -----------------------------------------------------------------------


def sealed(event: Written) -> Sealed:
    """An event with its moments; `ValueError` where one is none."""
    at, recorded = (datetime.fromisoformat(moment) for moment in (event.at, event.recorded_at))
    if at.tzinfo is None or recorded.tzinfo is None:
        raise ValueError(f"第{event.seq}个事件的时间没有时区")
    return Sealed(seq=event.seq, step=event.step, at=at, recorded_at=recorded, by=event.by)


def file_of(case: int, procedure: str, events: Iterable[Written]) -> File:
    """The file that the events make; `KeyError` for what this house does not know."""
    known = PROCEDURES[procedure]
    found = []
    for event in events:
        asks, plain = known.step(event.step).asks, sealed(event)
        facts = msgspec.json.decode(event.facts, type=asks) if asks else None
        found.append(Event(**msgspec.structs.asdict(plain), facts=facts, digest=event.digest))
    return File(id=case, number=public_number(case), procedure=known, events=tuple(found))


def city_of(told: Places, calendar: Mapping[str, Year]) -> City:
    """The city and calendar that a file was counted with."""
    made = Calendar({int(number): year for number, year in calendar.items()}, told.hours, told.zone)
    return City(calendar=made, editions=told.editions, ladder=(), name=told.name, offices=told.offices)


def same_notice(ours: Calendar, theirs: Mapping[str, Year]) -> str | None:
    """The first year whose table names the very notice that comes with this house and yet says otherwise."""
    for number, year in theirs.items():
        known = ours.years.get(int(number))
        if known and known.notice and known.notice == year.notice and _days(known) != _days(year):
            return f"{number}年的日历与其所注明的放假通知（{year.notice}）不一致"
    return None


def _days(year: Year) -> tuple[list[Rest], list[date]]:
    return sorted(year.off, key=lambda rest: rest.days), sorted(year.work)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
