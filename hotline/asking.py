"""What routing is asked, made of an incoming request: what circumstances it may know, and nothing of the person.

Whether the office is open, on which day it is there, and which procedures the same number has open are read here,
so that routing itself reads no clock and no table.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.calendar import Calendar
from cases.phones import understand
from cases.tables import CaseRow, PartyRow
from hotline.house import House
from routing import Asked

if TYPE_CHECKING:
    from hotline.intake import Incoming

MATTERS = ("petition", "reconsideration", "litigation")  # what is handled there is not taken up a second time


def asked_of(incoming: "Incoming", calendar: Calendar, now: datetime) -> Asked:
    """The question to routing, as of the moment the request was said."""
    at = (incoming.at or now).astimezone(calendar.zone)
    return Asked(
        text=incoming.text,
        title=incoming.title,
        kind=incoming.kind,
        urgent=incoming.urgent,
        channel=incoming.channel,
        place=incoming.place,
        street=incoming.street or None,
        topic=incoming.topic or None,
        at=at,
        office_hours=is_open(calendar, at),
        who=incoming.who,
        open_matters=incoming.open_matters,
        lat=incoming.lat,
        lon=incoming.lon,
    )


def is_open(calendar: Calendar, local: datetime) -> bool:
    """Whether the offices are open at a moment of their own zone."""
    clock = local.time()
    return any(opens <= clock < shuts for opens, shuts in calendar.hours) and calendar.works(local.date())


def matters(house: House, phone: str) -> tuple[str, ...]:
    """The procedures that the same number has open; one look by its blind index."""
    index = house.vault.index(understand(phone).number) if phone else ""
    if not index:
        return ()
    wanted = (
        select(CaseRow.procedure)
        .join(PartyRow, PartyRow.id == CaseRow.party)
        .where(PartyRow.phone_index == index, CaseRow.ended.is_(False), CaseRow.procedure.in_(MATTERS))
        .distinct()
    )
    with house.reading() as connection:
        return tuple(sorted(connection.scalars(wanted)))
