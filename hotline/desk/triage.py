"""What no rule could send, and what offices sent back: the two lists where a person decides.

Oldest deadline first. Each row says why it is here and carries the form that takes it away; the step itself is
taken by the case's own handler, as every step is.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from litestar import get
from litestar.response import Redirect, Template
from msgspec import Struct
from sqlalchemy import Connection, func, select

from cases.clocks import latest
from cases.history import last_of
from cases.lists import load_files
from cases.procedure import File
from cases.procedures.work_order_facts import KINDS, RETURN_REASONS
from cases.tables import CaseRow, ClockRow
from hotline import bell
from hotline.access import visible
from hotline.accounts.seats import Seat
from hotline.accounts.signin import HOMES
from hotline.alarms import Notice, notices
from hotline.calendar.lights import Light, due_words, light, moment_words
from hotline.house import House
from hotline.rules.second_opinion import Opinion, opinion
from hotline.sent import Number
from hotline.web import Asking, render, see_other

PAGE = 20
DECIDES = {"registered": "wo.dispatch", "returning": "wo.rule_on_return"}  # stage → the clock that runs


class Waiting(Struct, frozen=True, kw_only=True):
    """One case a person has to decide on."""

    number: str
    title: str
    text: str
    kind: str
    urgent: bool
    street: str
    place: str
    opened: str
    because: tuple[str, ...]
    due: str
    light: Light
    office: str = ""
    office_title: str = ""
    return_reason: str = ""
    return_text: str = ""
    suggests: str = ""
    alarm: Notice | None = None
    opinion: Opinion | None = None
    seq: int
    key: str


@get("/triage", sync_to_thread=True)
def triage(request: Asking, house: House, seat: Seat, page: Number = 1, done: str = "") -> Template:
    """Both lists; the undispatched one in pages."""
    page = max(1, page)
    with house.reading() as connection:
        undispatched, total = _waiting(connection, house, seat, "registered", page)
        returned, returns = _waiting(connection, house, seat, "returning", 1)
        count = bell.unseen(connection, seat)
    return render(
        request,
        "triage.html",
        undispatched=undispatched,
        total=total,
        returned=returned,
        returns=returns,
        page=page,
        pages=max(1, -(-total // PAGE)),
        offices=sorted(house.city.offices.items(), key=lambda item: item[1]),
        unseen=count,
        done=done[:20],
    )


def _waiting(
    connection: Connection, house: House, seat: Seat, stage: str, page: int
) -> tuple[list[Waiting], int]:
    asked = visible(select(CaseRow.id), seat).where(CaseRow.procedure == "work_order", CaseRow.stage == stage)
    total = connection.scalar(select(func.count()).select_from(asked.subquery())) or 0
    due = (
        select(func.min(ClockRow.due_at))
        .where(
            ClockRow.case_id == CaseRow.id, ClockRow.clock == DECIDES[stage], ClockRow.stopped_at.is_(None)
        )
        .scalar_subquery()
    )
    ids = connection.scalars(asked.order_by(due, CaseRow.id).limit(PAGE).offset(PAGE * (page - 1))).all()
    files, now = load_files(connection, ids), house.now()
    raised = {case: last_of(files[case].history, "raise_alarm") for case in ids} if stage == "registered" else {}
    told = notices(connection, house, {case: alarm.facts.number for case, alarm in raised.items() if alarm})
    return [_one(files[case], house, stage, now, told.get(case)) for case in ids], total


def _one(file: File, house: House, stage: str, now: datetime, alarm: Notice | None) -> Waiting:
    asked, calendar = file.opening.facts, house.city.calendar
    reading = latest(file.readings(house.city), DECIDES[stage])
    due = reading.end.moment if reading and reading.end else None
    sent = last_of(file.history, "send_back")
    offices = house.city.offices
    return Waiting(
        number=file.number,
        title=asked.title or asked.text[:40],
        text=asked.text,
        kind=KINDS.get(asked.kind, asked.kind),
        urgent=asked.urgent,
        street=house.book.places.streets.get(asked.street, ""),
        place=asked.place,
        opened=moment_words(file.opening.at, calendar),
        because=asked.because,
        due=due_words(due, calendar) if due else "",
        light=light(due, now, calendar),
        office=file.office,
        office_title=offices.get(file.office, file.office),
        return_reason=RETURN_REASONS[sent.facts.reason] if sent else "",
        return_text=sent.facts.text if sent else "",
        suggests=sent.facts.suggests if sent else "",
        alarm=alarm,
        opinion=opinion(house, asked.title, asked.text) if stage == "registered" and not alarm else None,
        seq=file.events[-1].seq,
        key=uuid4().hex,
    )


@get("/home", sync_to_thread=False)
def home(seat: Seat) -> Redirect:
    """The right room after signing in."""
    return see_other(next((room for role, room in HOMES if role in seat.roles), "/alerts"))


ROUTES: list[Any] = [triage, home]
