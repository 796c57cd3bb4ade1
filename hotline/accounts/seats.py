"""Who sits here: a sign-in kept on the server, found again by a digest of the cookie's token.

The cookie says nothing by itself and only its digest is stored: who reads the table can take nobody's place.
Roles are read from the account, not from the sign-in. What was read is kept warm for a second in this process,
since a page asks several times at once; whatever changes an account or ends a sign-in here cools it at once.
"""

import secrets
import time
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from litestar.connection import ASGIConnection
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from cases.people import Actor, Role
from hotline.accounts.tables import SecondStepRow
from hotline.house import House
from hotline.tables import SessionRow, UserRow

COOKIE = "hotline_seat"
IDLE = timedelta(minutes=60)  # where the city sets no other
LONGEST = timedelta(hours=12)
REFRESH = timedelta(minutes=1)  # a sign-in's last sight is written at most this often
FRESH = timedelta(minutes=1)  # how long a page tells of the sign-in before
WARM = 1.0  # seconds
MOST_WARM = 4096

SIGNED_IN = (  # put together once: it is asked for every seat that is not warm
    select(SessionRow, UserRow.id, UserRow.login, UserRow.name, UserRow.roles, UserRow.office, SecondStepRow.since)
    .join(UserRow, UserRow.id == SessionRow.user_id)
    .outerjoin(SecondStepRow, SecondStepRow.user_id == UserRow.id)
    .where(SessionRow.token == bindparam("key"), UserRow.active)
)


class Before(Struct, frozen=True):
    """The sign-in before this one, as the person is told: when, from where, and wrong passwords since."""

    at: datetime
    address: str
    failed: int


class Seat(Struct, frozen=True, kw_only=True):
    """Somebody signed in. A handler asks for it by naming a parameter `seat: Seat`."""

    user_id: int
    login: str
    name: str
    roles: frozenset[Role]
    office: str
    csrf: str
    actor: Actor  # its id is `user:12`
    key: str = ""  # the digest of the token: which of the person's sign-ins this is
    proves: bool = False  # by a second step
    owes: bool = False  # the city asks this seat for a second step that is not set up
    before: Before | None = None  # only while the sign-in is fresh


class Sitting(Struct, frozen=True):
    """A sign-in as it was read, and until when it may be believed."""

    seat: Seat
    began: datetime
    seen: datetime
    before: Before | None
    until: float


class Unseated(Exception):
    """Nobody is signed in where somebody must be: 401 to a program, the sign-in page to a browser."""


class Owing(Exception):
    """The city asks this seat's role for a second step first."""


_warm: dict[str, Sitting] = {}
_cooled: dict[int, float] = {}  # until when nothing of a person is kept: what was changed is not yet committed


def seated(request: ASGIConnection[Any, Any, Any, Any]) -> Seat | None:
    """The seat of a request, or None: for pages that anybody may see."""
    found: Seat | None = request.scope.get("user")
    return found


def provide_seat(request: ASGIConnection[Any, Any, Any, Any]) -> Seat:
    """The seat a handler asks for."""
    seat = seated(request)
    if seat is None:
        raise Unseated
    return seat


def warm_seat(house: House, token: str) -> Seat | None:
    """The seat of a token that was read within the last second, without asking the database; None where it must
    be asked, be it only to write down that the person is still here."""
    kept, now = _warm.get(_digest(token)), house.now()
    if kept is None or kept.until < time.monotonic() or now - kept.seen >= REFRESH:
        return None
    return _as_now(kept, house, now)


def find_seat(house: House, token: str, active: bool = True) -> Seat | None:
    """The seat of a cookie's token; None when it is unknown, was left idle, has run its time, or when the
    account is closed. `active` is whether a person asks: a page that listens by itself keeps no seat warm."""
    now, key = house.now(), _digest(token)
    with house.reading() as connection:
        row = connection.execute(SIGNED_IN, {"key": key}).one_or_none()
    if row is None:
        return None
    kept = _sitting(row)
    seat = _as_now(kept, house, now)
    if seat is not None and active and now - kept.seen >= REFRESH:
        with house.writing() as connection:
            connection.execute(update(SessionRow).where(SessionRow.token == key).values(seen_at=now))
        kept = replace(kept, seen=now)
    if _cooled.get(kept.seat.user_id, 0.0) < time.monotonic():
        if len(_warm) >= MOST_WARM:
            _warm.clear()
        _warm[key] = kept
    return seat


def cool(user_id: int) -> None:
    """Forgets what is warm of a person: the account was changed, or a sign-in ended."""
    _cooled[user_id] = time.monotonic() + WARM
    for key in [key for key, kept in list(_warm.items()) if kept.seat.user_id == user_id]:
        _warm.pop(key, None)


def begin(
    connection: Connection, user_id: int, address: str, now: datetime, device: str = "", idle: timedelta = IDLE
) -> str:
    """A new sign-in; the token for the cookie. Those that have run their time are swept away."""
    stale = or_(SessionRow.created_at <= now - LONGEST, SessionRow.seen_at <= now - idle)
    connection.execute(delete(SessionRow).where(stale))
    asked = select(UserRow.signed_in_at, UserRow.signed_in_from, UserRow.failed).where(UserRow.id == user_id)
    at, before, failed = connection.execute(asked).one()
    here = {"signed_in_at": now, "signed_in_from": address[:64], "failed": 0}
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(**here))
    token = secrets.token_urlsafe(32)
    row = {"token": _digest(token), "user_id": user_id, "csrf": secrets.token_urlsafe(24), "created_at": now}
    row |= {"seen_at": now, "address": address[:64], "device": device[:80]}
    row |= {"before_at": at, "before_from": before, "before_failed": failed}
    connection.execute(insert(SessionRow).values(**row))
    return token


def end(connection: Connection, token: str) -> None:
    """Ends one sign-in."""
    _warm.pop(_digest(token), None)
    connection.execute(delete(SessionRow).where(SessionRow.token == _digest(token)))


def end_all(connection: Connection, user_id: int, but: str = "") -> int:
    """Ends every sign-in of an account, except the one of the key `but`; how many."""
    cool(user_id)
    ended = delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.token != but)
    return connection.execute(ended).rowcount


def end_key(connection: Connection, user_id: int, key: str) -> bool:
    """Ends one sign-in of a person by its key; whether there was one."""
    _warm.pop(key, None)
    ended = delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.token == key)
    return bool(connection.execute(ended).rowcount)


def roles_of(text: str) -> frozenset[Role]:
    """The roles in the comma-separated form an account keeps."""
    return frozenset(Role(part) for part in text.split(",") if part)


def _as_now(kept: Sitting, house: House, now: datetime) -> Seat | None:
    """What a sitting is worth at this moment, by the city's rules of this moment."""
    rules = house.city.sign_in
    if now - kept.seen >= timedelta(minutes=rules.idle_minutes) or now - kept.began >= LONGEST:
        return None
    owes = not kept.seat.proves and not kept.seat.roles.isdisjoint(rules.second_step)
    fresh = kept.before is not None and now - kept.began < FRESH
    return replace(kept.seat, owes=owes, before=kept.before if fresh else None) if owes or fresh else kept.seat


def _sitting(row: Any) -> Sitting:
    roles = roles_of(row.roles)
    seat = Seat(
        user_id=row.user_id,
        login=row.login,
        name=row.name,
        roles=roles,
        office=row.office,
        csrf=row.csrf,
        actor=Actor(f"user:{row.user_id}", row.name, roles, row.office),
        key=row.token,
        proves=row.since is not None,
    )
    before = Before(row.before_at, row.before_from or "", row.before_failed or 0) if row.before_at else None
    return Sitting(seat, row.created_at, row.seen_at, before, time.monotonic() + WARM)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
