"""The city's own confirmed dispatches: what a classifier may learn from, and nothing that only our rules said.

Confirmed is a dispatch that an office took in hand and did not send back, or that the centre upheld against a
return. Archived past requests count only where the file itself named the office: a rule's own guess about
yesterday is no evidence.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Select, select

from cases.procedures.work_order_facts import AGENT, Dispatch, Request
from cases.tables import CaseRow, EventRow, table_of

SENDS = ("dispatch", "redispatch")
TAKEN = ("start", "answer")
SPOKEN = ("register", *SENDS, *TAKEN, "uphold_return", "reject_return", "archive", "correct")
AT_ONCE = 1000  # rows fetched at a time

By = Literal["handling", "ruling", "record"]


class Confirmed(Struct, frozen=True, kw_only=True):
    """One request with the office that rightly had it. `topic` is empty where the dispatch that was confirmed
    did not say one of its own; `by` is what confirmed it."""

    title: str
    detail: str
    topic: str
    office: str
    by: By
    at: datetime  # when it was sent there


def confirmed(connection: Connection, since: datetime) -> Iterator[Confirmed]:
    """The confirmed dispatches among the requests opened since, in the order of their numbers. Streams: holds one
    case at a time. A case with a correction in it is left out, as its rows are not its history."""
    rows = connection.execute(_asked(since))
    for _, events in groupby(rows, key=attrgetter("case_id")):
        if found := _one(list(events)):
            yield found


def _asked(since: datetime) -> Select[Any]:
    events = table_of(EventRow)
    return (
        select(events.c.case_id, events.c.step, events.c.at, events.c.facts)
        .join(CaseRow, CaseRow.id == events.c.case_id)
        .where(CaseRow.procedure == "work_order", CaseRow.opened_at >= since, events.c.step.in_(SPOKEN))
        .order_by(events.c.case_id, events.c.seq)
        .execution_options(yield_per=AT_ONCE)
    )


def _one(events: Sequence[Any]) -> Confirmed | None:
    steps = [event.step for event in events]
    sent = [n for n, step in enumerate(steps) if step in SENDS]
    if steps[0] != "register" or "correct" in steps or not sent:
        return None
    last, after = events[sent[-1]], steps[sent[-1] + 1 :]
    dispatch = msgspec.json.decode(last.facts, type=Dispatch)
    by = _by(after, dispatch)
    if by is None:
        return None
    asked = msgspec.json.decode(events[0].facts, type=Request)
    own = dispatch.topic or (asked.topic if len(sent) == 1 else "")
    return Confirmed(
        title=asked.title, detail=asked.text, topic=own, office=dispatch.office, by=by, at=last.at
    )


def _by(after: Sequence[str], dispatch: Dispatch) -> By | None:
    """What confirmed the last dispatch, given the steps after it; None when nothing has yet, or it came back."""
    if "uphold_return" in after:
        return None
    if "reject_return" in after:
        return "ruling"
    if any(step in TAKEN for step in after):
        return "handling"
    return "record" if "archive" in after and dispatch.rule == AGENT else None
