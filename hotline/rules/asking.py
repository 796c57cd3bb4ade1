"""What routing is asked, made of an incoming request: what circumstances it may know, and nothing of the person.

Whether the office is open, on which day it is there, and which procedures the same number has open are read here,
so that routing itself reads no clock and no table.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from cases.calendar import Calendar
from cases.phones import understand
from hotline.house import House
from routing import Asked

if TYPE_CHECKING:
    from hotline.intake import Incoming


def asked_of(house: House, incoming: "Incoming", now: datetime) -> Asked:
    """The question to routing, as of the moment the request was said."""
    calendar, number = house.city.calendar, understand(incoming.person.phone).number
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
        open_matters=house.elsewhere.of(house.vault.index(number)),
        lat=incoming.lat,
        lon=incoming.lon,
    )


def is_open(calendar: Calendar, local: datetime) -> bool:
    """Whether the offices are open at a moment of their own zone."""
    clock = local.time()
    return any(opens <= clock < shuts for opens, shuts in calendar.hours) and calendar.works(local.date())
