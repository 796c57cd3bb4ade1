"""What stands beside a case for those who work on it: the co-handlers' parts, the notes that stay inside an office,
and the colleagues to whom it may be given. A note is no step: nobody outside the office learns that it is there, and
it is in no answer, letter or export; but it is written with name and time and never changed."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, select

from cases.history import ENTRUST
from cases.people import CENTRE, OFFICE
from cases.procedure import Attempt, File, why_not
from cases.tables import table_of
from hotline import bell
from hotline.accounts.colleagues import colleagues
from hotline.accounts.seats import Seat
from hotline.calendar.lights import due_words
from hotline.house import House
from hotline.office.casefile import Words
from hotline.office.tray_tables import OfficeNoteRow
from hotline.problems import Problem

NOTES = table_of(OfficeNoteRow)
LONGEST = 2_000
MOST = 50  # notes shown, the newest


class Part(Struct, frozen=True, kw_only=True):
    """What one co-handling office was asked for, and what it said."""

    office: str
    asked: str
    due: str
    answer: str
    answered_at: datetime | None


class Remark(Struct, frozen=True):
    """A note inside the office."""

    at: datetime
    by: str
    text: str


def room_of(seat: Seat) -> str:
    """Whose notes a seat reads and writes: its office's, the hotline centre's, or those of its role."""
    if seat.roles & OFFICE and seat.office:
        return seat.office
    return "centre" if seat.roles & CENTRE else sorted(role.value for role in seat.roles)[0]


def beside(connection: Connection, house: House, seat: Seat, file: File, words: Words) -> dict[str, Any]:
    """What the case page shows of it: three statements."""
    now, step = house.now(), file.procedure.step(ENTRUST)
    attempt = Attempt(file=file, step=step, actor=seat.actor, at=now, now=now, city=house.city)
    gives = seat.roles & OFFICE and why_not(attempt) is None
    return {
        "unseen": bell.unseen(connection, seat),
        "remarks": _remarks(connection, house, seat, file.id),
        "colleagues": colleagues(connection, seat.office) if gives else {},
        "co_parts": _parts(file, house, words),
    }


def _remarks(connection: Connection, house: House, seat: Seat, case: int) -> list[Remark]:
    own = select(NOTES).where(NOTES.c.case_id == case, NOTES.c.office == room_of(seat))
    rows = connection.execute(own.order_by(NOTES.c.id.desc()).limit(MOST)).all()
    people = bell.names(connection, {row.by for row in rows})
    return [Remark(row.at, people.get(row.by, row.by), house.vault.open(row.body)) for row in rows]


def _parts(file: File, house: House, words: Words) -> list[Part]:
    asked = {e.facts.office: e.facts.part for e in file.history if e.step == "add_co_handler"}
    said = {e.facts.office: e for e in file.history if e.step == "co_answer"}
    due = {r.key: r.end.moment for r in file.readings(house.city) if r.clock.per == "office" and r.end and r.open}
    return [
        Part(
            office=words.office(office),
            asked=asked.get(office, ""),
            due=due_words(due[office], house.city.calendar) if office in due else "",
            answer=said[office].facts.text if office in said else "",
            answered_at=said[office].at if office in said else None,
        )
        for office in file.co_offices
    ]


def note(house: House, seat: Seat, case: int, text: str) -> dict[str, Any]:
    """Writes a note; `Problem` when there is nothing to write or too much of it."""
    if not 1 <= len(text) <= LONGEST:
        raise Problem("内部记录没有记下", {"text": f"请填写，最多{LONGEST}个字"})
    row = {"case_id": case, "office": room_of(seat), "by": seat.actor.id, "at": house.now(), "body": house.vault.seal(text)}
    with house.writing() as connection:
        connection.execute(NOTES.insert().values(**row))
    return row
