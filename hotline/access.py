"""The guard of every door, by the table of `matrix`, and one question about every case.

A route without a row does not start: forgetting is then seen at once, and never as an open door. What an
office does not hold it does not see: somebody else's case is answered like one that does not exist.
"""

import asyncio
import hmac
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote_plus

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.exceptions import (
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
    TooManyRequestsException,
)
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute
from sqlalchemy import ColumnElement, Connection, Select, false, or_, select

from cases.database import aside
from cases.numbers import parse_number
from cases.people import CENTRE, OFFICE, Role
from cases.procedures import PROCEDURES
from cases.tables import CaseOfficeRow, CaseRow
from hotline import forms
from hotline.accounts.seats import COOKIE, Owing, Seat, Unseated, find_seat, warm_seat
from hotline.house import House
from hotline.matrix import CHANNEL, FILES, MATRIX, OPERATOR
from hotline.sent import CONTROLS, MOST
from hotline.throttle import Buckets

CENTRES_OWN = ("work_order", "petition")
NOT_FOR_LAWYERS = ("work_order", "research_project")
SELF = ("/account", "/signout")  # what a seat may do before its second step is set up


def unlisted(app: Litestar) -> list[tuple[str, str]]:
    """The routes of `app` that have no row."""
    return sorted(row for row in rows_of(app) if row not in MATRIX)


def rows_of(app: Litestar) -> list[tuple[str, str]]:
    """Every route as the table names it: method and path."""
    return [
        (method, route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    ]


async def keep_the_door(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """The guard of every route: the table's row, then whether the form is ours."""
    assert isinstance(connection, Request)
    if connection.method == "OPTIONS":
        return
    ids = (value for value in connection.path_params.values() if isinstance(value, int))
    if CONTROLS.search(connection.scope["path"]) or any(abs(value) > MOST for value in ids):
        raise NotFoundException(detail="没有这个地址")
    rule = MATRIX[connection.method, connection.scope["path_template"]]
    if rule is FILES:
        return
    house: House = connection.app.state.house
    if rule is CHANNEL or rule is OPERATOR:
        if not (_has_token(connection) or (rule is OPERATOR and _from_here(connection, house))):
            raise NotAuthorizedException(detail="缺少通道令牌，或者令牌不正确")
        return
    await _take_seat(connection, house)
    if isinstance(rule, frozenset):
        _check_roles(connection, rule)
    elif connection.method not in forms.SAFE:
        _slow_down(connection, house)
    await forms.check(connection)


async def _take_seat(request: Request[Any, Any, Any], house: House) -> None:
    token = request.cookies.get(COOKIE, "")
    listens = request.headers.get("Accept", "") == "text/event-stream"
    seat = warm_seat(house, token) if token else None
    if seat is None and token:
        seat = await asyncio.to_thread(find_seat, house, token, not listens)
    request.scope["user"] = seat


def _check_roles(request: Request[Any, Any, Any], roles: frozenset[Role]) -> None:
    seat: Seat | None = request.scope["user"]
    if seat is None:
        raise Unseated
    if seat.roles.isdisjoint(roles):
        raise PermissionDeniedException(detail="您的岗位不能使用这个页面")
    if seat.owes and not request.url.path.startswith(SELF):
        raise Owing


def _slow_down(request: Request[Any, Any, Any], house: House) -> None:
    buckets: Buckets = request.app.state.buckets
    if wait := buckets.take(address_of(request), house.now()):
        raise TooManyRequestsException(detail="提交过于频繁，请稍后再试", headers={"Retry-After": str(wait)})


def address_of(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The client's address; behind a proxy the one the proxy names, if the operator said to believe it."""
    return request.client.host if request.client else ""


def _has_token(request: Request[Any, Any, Any]) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        given = _token(request.scope["query_string"])
    wanted: str = request.app.state.channel_token
    return hmac.compare_digest(given.strip().encode(), wanted.encode())


def _token(query: bytes) -> str:
    """The token in a query, read without taking apart the long text beside it."""
    said = next((pair for pair in query.split(b"&") if pair.startswith(b"token=")), b"")
    return unquote_plus(said[6:].decode("latin-1"))


def _from_here(request: Request[Any, Any, Any], house: House) -> bool:
    """Whether this machine itself asks, and not a proxy on it for somebody else."""
    try:
        local = ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
    return local and (house.settings.trust_proxy or "X-Forwarded-For" not in request.headers)


def scope(seat: Seat) -> ColumnElement[bool]:
    """The condition on `CaseRow` for the cases that `seat` may see."""
    seen: list[ColumnElement[bool]] = []
    if seat.roles & CENTRE:
        seen.append(aside(CaseRow.procedure).in_(CENTRES_OWN))
    if seat.roles & OFFICE and seat.office:
        held = select(CaseOfficeRow.case_id).where(
            CaseOfficeRow.case_id == CaseRow.id, CaseOfficeRow.office == seat.office
        )
        seen.append(held.exists())
    if Role.LEGAL in seat.roles:
        seen.append(CaseRow.procedure.not_in(NOT_FOR_LAWYERS))
    if Role.MEDIATOR in seat.roles:
        seen.append(CaseRow.procedure == "mediation")
    return or_(*seen) if seen else false()


def seen_marks(seat: Seat) -> tuple[str, ...]:
    """`scope` as the search knows it: a case that bears one of these may be for this seat, others are not. What
    the search lags behind, `scope` itself decides."""
    seen = {f"#p:{name}" for name in CENTRES_OWN} if seat.roles & CENTRE else set()
    if seat.roles & OFFICE and seat.office:
        seen.add(f"#o:{seat.office}")
    if Role.LEGAL in seat.roles:
        seen.update(f"#p:{name}" for name in PROCEDURES if name not in NOT_FOR_LAWYERS)
    if Role.MEDIATOR in seat.roles:
        seen.add("#p:mediation")
    return tuple(sorted(seen))


def visible(asked: Select[Any], seat: Seat) -> Select[Any]:
    """`asked`, a select over `CaseRow`, narrowed to what `seat` may see."""
    return asked.where(scope(seat))


def may_see(connection: Connection, seat: Seat, case_id: int) -> bool:
    """Whether `seat` may see that case; False for one that does not exist."""
    found = connection.scalar(select(CaseRow.id).where(CaseRow.id == case_id, scope(seat)))
    return found is not None


def seen_case(connection: Connection, seat: Seat, number: str) -> int:
    """The id of the case of that public number, or 404: it does not exist, or is not for this seat."""
    case_id = parse_number(number)
    if case_id is None or not may_see(connection, seat, case_id):
        raise NotFoundException(detail=f"没有编号为{number[:20]}的案件")
    return case_id
