"""What is kept beside the history so that SQL can search: pure functions from a file to its rows.

The ledger writes them with the event, `rebuild` writes them again and finds nothing to change, `verify`
compares. Nothing else may say what these rows are.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.city import City, Rung
from cases.clocks import Reading, latest
from cases.numbers import parse_number
from cases.origin import act_key
from cases.procedure import File
from cases.procedures.work_order_facts import AGENT

SWEPT = frozenset({"rung", "next_at"})  # columns of `clocks` that are the sweep's and not history's
Climb = list[tuple[datetime, Rung]]  # the rungs of a clock in the order they are reached


def case_row(file: File, city: City) -> dict[str, Any]:
    """The row of `cases`."""
    asked = file.opening.facts
    promise = latest(file.readings(city), file.procedure.promise) if file.procedure.promise else None
    end = promise.end if promise else None
    return {
        "id": file.id,
        "number": file.number,
        "procedure": file.procedure.name,
        "stage": file.stage,
        "ended": file.ended,
        "kind": getattr(asked, "kind", ""),
        "urgent": getattr(asked, "urgent", False),
        "channel": getattr(asked, "channel", ""),
        "topic": _latest_fact(file, "topic"),
        "street": _latest_fact(file, "street"),
        "title": _title(asked),
        "office": file.office,
        "rule": _first_rule(file),
        "in_charge": file.in_charge,
        "party": getattr(asked, "party", 0),
        "about": act_key(getattr(asked, "about", "")),
        "merged_into": _latest_fact(file, "into") if file.stage == "merged" else "",
        "opened_at": file.opening.at,
        "changed_at": file.events[-1].recorded_at,
        "promised_at": end.moment if end else None,
        "promised_day": end.due if end else None,
        "seq": file.events[-1].seq,
    }


def clock_rows(file: File, city: City) -> list[dict[str, Any]]:
    """The rows of `clocks`, each with the first rung of its ladder."""
    return [row for row, _ in climbing(file, city)]


def climbing(file: File, city: City) -> list[tuple[dict[str, Any], Climb]]:
    """The same rows, each with all its rungs. A clock that nobody watches and nothing follows from is read when it
    is shown."""
    kept = (r for r in file.readings(city) if r.clock.watched or r.clock.then)
    climbs = ((reading, _climb(reading, city)) for reading in kept)
    return [(_clock_row(file, reading, climb), climb) for reading, climb in climbs]


def office_rows(file: File) -> list[dict[str, Any]]:
    """The rows of `case_offices`: who may see it."""
    rows = [{"case_id": file.id, "office": office, "part": "co"} for office in file.co_offices]
    if file.office:
        rows = [row for row in rows if row["office"] != file.office]
        rows.append({"case_id": file.id, "office": file.office, "part": "lead"})
    return rows


def link_rows(file: File) -> list[dict[str, Any]]:
    """The row of `case_links`, where the case arose from another."""
    opening = file.opening
    source = parse_number(getattr(opening.facts, "from_case", ""))
    if source is None:
        return []
    told = {"kind": file.procedure.name, "at": opening.at, "by": opening.by}
    return [{"to_case": file.id, "from_case": source, **told}]


def first_rung(reading: Reading, city: City) -> tuple[datetime, Rung] | None:
    """The first rung of a running, watched clock."""
    return next(iter(_climb(reading, city)), None)


def stands(row: Mapping[Any, Any], climb: Climb) -> int | None:
    """How many rungs a row of `clocks` has behind it; None when it stands on none of them."""
    if row["next_at"] is None:
        return len(climb) if row["rung"] == "" else None
    steps = ((at, rung.id) for at, rung in climb)
    return next((n for n, step in enumerate(steps) if step == (row["next_at"], row["rung"])), None)


def _climb(reading: Reading, city: City) -> Climb:
    """The rungs of a clock; none where it stands still or nobody watches it."""
    if reading.end is None or not reading.open or not reading.clock.watched:
        return []
    timed = reading.period.lengths[0].unit.timed
    return city.climb(reading.period.start, reading.end, timed, city.ladder_on(reading.begun_at))


def _clock_row(file: File, reading: Reading, climb: Climb) -> dict[str, Any]:
    first = next(iter(climb), None)
    end = reading.end
    return {
        "case_id": file.id,
        "clock": reading.clock.id,
        "key": reading.key,
        "started_by": reading.started_by,
        "started_at": reading.period.start,
        "due_at": end.moment if end else None,
        "due_day": end.due if end else None,
        "provisional": bool(end and end.provisional),
        "binds": reading.clock.binds.value,
        "office": reading.key if reading.clock.per == "office" else file.office,
        "stopped_at": reading.stopped_at,
        "watched": reading.clock.watched,
        "rung": first[1].id if first else "",
        "next_at": first[0] if first else None,
    }


def _latest_fact(file: File, name: str) -> str:
    for event in reversed(file.history):
        if value := getattr(event.facts, name, ""):
            return str(value)
    return ""


def _first_rule(file: File) -> str:
    """The rule that sent the case to its first office, if a rule did."""
    first = next((event.facts for event in file.history if event.step == "dispatch"), None)
    rule: str = getattr(first, "rule", "")
    return "" if rule == AGENT else rule


def _title(asked: Any) -> str:
    title = getattr(asked, "title", "") or getattr(asked, "text", "")
    return " ".join(str(title).split())[:60]
