"""Who sits here: a sign-in kept on the server, found again by a digest of the cookie's token.

The roles are read from the account on every request, so that a change or a deactivation holds at once. The
cookie says nothing by itself and only its digest is stored: who reads the table can take nobody's place.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from litestar.connection import ASGIConnection
from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from cases.people import Actor, Role
from hotline.house import House
from hotline.tables import SessionRow, UserRow

COOKIE = "hotline_seat"
IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
REFRESH = timedelta(minutes=1)  # a sign-in's last sight is written at most this often

SIGNED_IN = (  # put together once: it is asked on every request
    select(SessionRow.csrf, SessionRow.created_at, SessionRow.seen_at, UserRow)
    .join(UserRow, UserRow.id == SessionRow.user_id)
    .where(SessionRow.token == bindparam("key"), UserRow.active)
)


class Seat(Struct, frozen=True, kw_only=True):
    """Somebody signed in. A handler asks for it by naming a parameter `seat: Seat`."""

    user_id: int
    login: str
    name: str
    roles: frozenset[Role]
    office: str
    csrf: str
    actor: Actor  # its id is `user:12`


class Unseated(Exception):
    """Nobody is signed in where somebody must be: 401 to a program, the sign-in page to a browser."""


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


def find_seat(house: House, token: str, active: bool = True) -> Seat | None:
    """The seat of a cookie's token; None when it is unknown, was left idle, has run its time, or when the
    account is closed. `active` is whether a person asks: a page that listens by itself keeps no seat warm."""
    now, key = house.now(), _digest(token)
    with house.reading() as connection:
        row = connection.execute(SIGNED_IN, {"key": key}).one_or_none()
    if row is None or now - row.seen_at >= IDLE or now - row.created_at >= LONGEST:
        return None
    if active and now - row.seen_at >= REFRESH:
        with house.writing() as connection:
            connection.execute(update(SessionRow).where(SessionRow.token == key).values(seen_at=now))
    return _seat(row, row.csrf)


def begin(connection: Connection, user_id: int, address: str, now: datetime) -> str:
    """A new sign-in; the token for the cookie. Those that have run their time are swept away."""
    stale = or_(SessionRow.created_at <= now - LONGEST, SessionRow.seen_at <= now - IDLE)
    connection.execute(delete(SessionRow).where(stale))
    token = secrets.token_urlsafe(32)
    row = {"token": _digest(token), "user_id": user_id, "csrf": secrets.token_urlsafe(24)}
    connection.execute(insert(SessionRow).values(**row, created_at=now, seen_at=now, address=address[:64]))
    return token


def end(connection: Connection, token: str) -> None:
    """Ends one sign-in."""
    connection.execute(delete(SessionRow).where(SessionRow.token == _digest(token)))


def end_all(connection: Connection, user_id: int) -> None:
    """Ends every sign-in of an account: its password was changed, or it is no longer active."""
    connection.execute(delete(SessionRow).where(SessionRow.user_id == user_id))


def roles_of(text: str) -> frozenset[Role]:
    """The roles in the comma-separated form an account keeps."""
    return frozenset(Role(part) for part in text.split(",") if part)


def _seat(row: Any, csrf: str) -> Seat:
    roles = roles_of(row.roles)
    return Seat(
        user_id=row.id,
        login=row.login,
        name=row.name,
        roles=roles,
        office=row.office,
        csrf=csrf,
        actor=Actor(f"user:{row.id}", row.name, roles, row.office),
    )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
