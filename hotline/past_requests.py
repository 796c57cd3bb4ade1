"""Past requests for a rehearsal: from the events in the order of their keys, or from a CSV, one at a time.

Only what was asked is replayed. Which topic a person had chosen is not told apart from what the rules found, so
the topic is left to the rules; the street is kept as it was registered.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select

from cases.calendar import Calendar
from cases.numbers import public_number
from cases.procedures.work_order_facts import Dispatch, Request
from cases.tables import CaseRow, EventRow, table_of
from hotline.csv_rows import Bad, encoding_of, rows_of
from hotline.imports import COLUMNS, TIMES
from hotline.rules.asking import is_open
from routing import Asked
from routing.asked import KINDS
from routing.rehearse import Past

SENDS = ("dispatch", "redispatch")
SPOKEN = ("register", *SENDS, "send_back", "uphold_return", "reject_return", "correct")
AT_ONCE = 1000  # rows fetched at a time
FURTHER = {
    "returned": ("returned", "退单"),
    "upheld": ("upheld", "退单成立"),
    "ended_at": ("ended_at", "最终承办单位代码"),
}
YES = frozenset({"1", "true", "yes", "是", "有"})


def count(connection: Connection, since: datetime) -> int:
    """How many requests there are since."""
    return connection.scalar(select(func.count()).select_from(CaseRow).where(*_wanted(since))) or 0


def since(connection: Connection, moment: datetime, calendar: Calendar) -> Iterator[Past]:
    """The requests opened since, in the order of their numbers. Streams: holds one case at a time. One with a
    correction in it is left out, as its rows are not its history."""
    return _streamed(connection, calendar, *_wanted(moment))


def of_cases(connection: Connection, cases: Sequence[int], calendar: Calendar) -> Iterator[Past]:
    """The same of these cases alone, for who goes slice by slice."""
    return _streamed(connection, calendar, CaseRow.id.in_(cases))


def _streamed(connection: Connection, calendar: Calendar, *wanted: ColumnElement[bool]) -> Iterator[Past]:
    events = table_of(EventRow)
    rows = connection.execute(
        select(events.c.case_id, events.c.step, events.c.at, events.c.facts)
        .join(CaseRow, CaseRow.id == events.c.case_id)
        .where(*wanted, events.c.step.in_(SPOKEN))
        .order_by(events.c.case_id, events.c.seq)
        .execution_options(yield_per=AT_ONCE)
    )
    for case, found in groupby(rows, key=attrgetter("case_id")):
        told = list(found)
        if told[0].step == "register" and all(event.step != "correct" for event in told):
            yield _past(case, told, calendar)


def _wanted(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return CaseRow.procedure == "work_order", CaseRow.opened_at >= moment


def _past(case: int, events: list[Any], calendar: Calendar) -> Past:
    asked = msgspec.json.decode(events[0].facts, type=Request)
    at = events[0].at.astimezone(calendar.zone)
    sent = [msgspec.json.decode(event.facts, type=Dispatch).office for event in events if event.step in SENDS]
    steps = {event.step for event in events}
    return Past(
        asked=Asked(
            text=asked.text,
            title=asked.title,
            kind=asked.kind,
            urgent=asked.urgent,
            channel=asked.channel,
            place=asked.place,
            street=asked.street or None,
            at=at,
            office_hours=is_open(calendar, at),
            who=asked.who,
        ),
        office=sent[0] if sent else "",
        returned="send_back" in steps,
        upheld="uphold_return" in steps,
        ended_at=sent[-1] if sent else "",
        number=public_number(case),
    )


def of_file(path: Path, calendar: Calendar) -> Iterator[Past]:
    """The rows of a CSV with the columns of an import, and of how it went: returned, upheld, ended_at.

    Raises:
        ValueError: no column of text, or a row that cannot be read.
    """
    for n, row in enumerate(rows_of(path, encoding_of(path), {**COLUMNS, **FURTHER}), 1):
        if isinstance(row, Bad):
            raise ValueError(f"第{row.line}行：{row.reason}")  # noqa: TRY004 - the file's fault and no caller's
        yield _row(row.cells, n, calendar)


def _row(row: Mapping[str, str], n: int, calendar: Calendar) -> Past:
    titles = {title: kind for kind, title in KINDS.items()}
    kind = titles.get(row["kind"], row["kind"])
    at = moment(row["time"], calendar) if row["time"] else None
    return Past(
        asked=Asked(
            text=row["text"],
            title=row["title"],
            kind=kind if kind in KINDS else "complaint",
            place=row["place"],
            street=row["street"] or None,
            at=at,
            office_hours=is_open(calendar, at) if at else None,
        ),
        office=row["office"],
        returned=row["returned"].casefold() in YES,
        upheld=row["upheld"].casefold() in YES,
        ended_at=row["ended_at"],
        number=row["id"] or str(n),
    )


def moment(text: str, calendar: Calendar) -> datetime:
    """A moment as people write it, in the office's zone; ValueError says how it should be written."""
    for shape in TIMES:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=calendar.zone)
        except ValueError:
            continue
    raise ValueError(f"时间“{text}”认不出，应如 2026-11-23 09:30:00")
