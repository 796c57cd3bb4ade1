"""A person's calendar as a feed that other programs read (iCalendar, RFC 5545), at an address that is the secret.

A feed reader has no cookie, so the address itself opens it: only its digest is kept, it is shown once, and whoever
made it replaces or withdraws it. What it tells is number, kind, office and stage, and never a person.
"""

import secrets
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from icalendar import Calendar, Event, Timezone
from litestar import Response, get, post
from litestar.exceptions import NotFoundException, TooManyRequestsException
from litestar.response import Redirect, Template
from sqlalchemy import Connection, delete, insert, select, update

from cases.calendar import Calendar as OfficeCalendar
from cases.people import Actor
from cases.procedures import PROCEDURES
from hotline.access import address_of
from hotline.accounts.accounts import audit
from hotline.accounts.seats import Seat, roles_of
from hotline.house import House
from hotline.law_rooms.feed_tables import FeedRow
from hotline.law_rooms.sittings import Asked, Sitting, deadlines, sittings
from hotline.law_rooms.sittings_page import page
from hotline.matrix import SITTERS
from hotline.tables import UserRow
from hotline.throttle import network, note_failure, too_many
from hotline.web import Asking, see_other, wants_html

WRONG, WITHIN = 20, timedelta(minutes=15)  # guesses from one network
BEHIND, AHEAD = timedelta(days=60), timedelta(days=400)
MEDIA = "text/calendar; charset=utf-8"
NONE = "没有这个日历"
HOURLY = timedelta(hours=1)


@post("/sittings/feed", status_code=201, sync_to_thread=True)
def make(request: Asking, house: House, seat: Seat) -> Response[Any] | Template:
    """Makes the address, or another in its place: the old one is closed in the same moment. Shown this once."""
    token, now = secrets.token_urlsafe(32), house.now()
    with house.writing() as connection:
        connection.execute(delete(FeedRow).where(FeedRow.user_id == seat.user_id))
        row = {"user_id": seat.user_id, "token": _digest(token), "made_at": now, "read_at": None}
        connection.execute(insert(FeedRow).values(row))
        audit(connection, now, seat.actor.id, "feed.make", about=seat.login)
    url = f"{house.settings.public_url}/feeds/{token}.ics"
    if wants_html(request):
        return page(request, house, seat, feed_url=url)
    return Response({"url": url}, headers={"Cache-Control": "no-store"})


@post("/sittings/feed/withdrawal", status_code=200, sync_to_thread=True)
def withdraw(request: Asking, house: House, seat: Seat) -> Response[Any] | Redirect:
    """Closes the address."""
    with house.writing() as connection:
        connection.execute(delete(FeedRow).where(FeedRow.user_id == seat.user_id))
        audit(connection, house.now(), seat.actor.id, "feed.withdraw", about=seat.login)
    return see_other("/sittings") if wants_html(request) else Response({"url": None})


@get("/feeds/{token:str}", sync_to_thread=True)
def feed(request: Asking, house: House, token: str) -> Response[bytes]:
    """The feed of whoever made that address; 404 for any other, and too many wrong ones are told to wait."""
    now, about = house.now(), f"feed@{network(address_of(request))}"[:120]
    with house.reading() as connection:
        wait = too_many(connection, about, now, WRONG, WITHIN)
        found = None if wait else _whose(connection, token.removesuffix(".ics"))
    if wait:
        raise TooManyRequestsException(detail="尝试次数过多，请稍后再试", headers={"Retry-After": str(wait)})
    if found is None:
        with house.writing() as connection:
            note_failure(connection, about, now)
        raise NotFoundException(detail=NONE)
    seat, made_at = found
    today, calendar = house.city.calendar.day_of(now), house.city.calendar
    asked = Asked(first=today - BEHIND, until=today + AHEAD)
    with house.reading() as connection:
        entries = sittings(connection, calendar, seat, asked)
        entries += deadlines(connection, calendar, seat, asked, max(now - BEHIND, made_at))
    with house.writing() as connection:
        connection.execute(update(FeedRow).where(FeedRow.user_id == seat.user_id).values(read_at=now))
    return Response(
        written(house, entries), media_type=MEDIA, headers={"Cache-Control": "private, max-age=300"}
    )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _whose(connection: Connection, token: str) -> tuple[Seat, datetime] | None:
    """The person of an address with the roles of this moment, and since when it is there; None when the account is
    closed or sees no cases."""
    asked = (
        select(UserRow, FeedRow.made_at)
        .join(FeedRow, FeedRow.user_id == UserRow.id)
        .where(FeedRow.token == _digest(token), UserRow.active)
    )
    row = connection.execute(asked).one_or_none()
    if row is None or SITTERS.isdisjoint(roles := roles_of(row.roles)):
        return None
    actor = Actor(f"user:{row.id}", row.name, roles, row.office)
    seat = Seat(
        user_id=row.id, login=row.login, name=row.name, roles=roles, office=row.office, csrf="", actor=actor
    )
    return seat, row.made_at


def written(house: House, found: list[Sitting]) -> bytes:
    """The feed as a file: the office's zone first, then one entry a sitting or deadline."""
    zone = house.city.calendar.zone
    made = Calendar()
    made.add("prodid", "-//12345 sittings//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", f"{house.city.name}12345 期日")
    made.add("x-wr-timezone", zone.key)
    made.add("refresh-interval", HOURLY, parameters={"VALUE": "DURATION"})
    today = house.now().date()
    made.add_component(Timezone.from_tzinfo(zone, first_date=today - BEHIND, last_date=today + AHEAD))
    for one in found:
        made.add_component(_entry(house, one))
    return bytes(made.to_ical())


def _entry(house: House, one: Sitting) -> Event:
    """One entry. All it says of the case is its number, its kind, the office and the stage."""
    calendar, procedure = house.city.calendar, PROCEDURES[one.procedure]
    entry = Event()
    entry.add("uid", f"{one.uid}@12345")
    entry.add("dtstamp", one.changed_at)
    entry.add("last-modified", one.changed_at)
    entry.add("sequence", one.revision)
    entry.add("summary", f"{one.kind_title} {procedure.title} {one.number}")
    office = house.city.offices.get(one.office, one.office)
    entry.add("description", "，".join(filter(None, (office, procedure.stages.get(one.stage, "")))))
    entry.add("url", f"{house.settings.public_url}/cases/{one.number}")
    for name, at in (("dtstart", one.start), ("dtend", one.end)):
        entry.add(name, _when(at, one, calendar))
    entry.add("status", "CANCELLED" if one.state == "off" else "CONFIRMED")
    entry.add("transp", "TRANSPARENT" if one.kind == "deadline" else "OPAQUE")
    return entry


def _when(at: datetime, one: Sitting, calendar: OfficeCalendar) -> date | datetime:
    return calendar.day_of(at) if one.whole_day else at.astimezone(calendar.zone)


ROUTES: list[Any] = [make, withdraw, feed]
