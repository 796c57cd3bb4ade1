"""Who may come through which door: one table for all routes, and one question about every case.

A route without a row does not start: forgetting is then seen at once, and never as an open door. What an
office does not hold it does not see: somebody else's case is answered like one that does not exist.
"""

import asyncio
import hmac
from enum import Enum
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

from cases.numbers import parse_number
from cases.people import CENTRE, OFFICE, Role
from cases.procedures import PROCEDURES
from cases.tables import CaseOfficeRow, CaseRow
from hotline import forms
from hotline.house import House
from hotline.seats import COOKIE, Seat, Unseated, find_seat
from hotline.throttle import Buckets


class Door(Enum):
    """Doors that ask for no role."""

    PUBLIC = "anybody"
    FILES = "anybody, and nobody is looked up: files and probes"
    CHANNEL = "the exchange and the SMS gateway, by their token"
    OPERATOR = "this machine, or whoever has the channels' token"


PUBLIC, FILES, CHANNEL, OPERATOR = Door.PUBLIC, Door.FILES, Door.CHANNEL, Door.OPERATOR
STAFF = frozenset(Role) - {Role.CITIZEN, Role.SYSTEM}
WITH_CASES = STAFF - {Role.ADMIN, Role.AUDITOR}
RULERS = frozenset({Role.ADMIN, Role.SUPERVISOR})
RULE_READERS = CENTRE | RULERS
CALENDAR_READERS = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.LEGAL})
WATCHERS = frozenset({Role.SUPERVISOR, Role.CHIEF, Role.LEGAL})
CENTRES_OWN = ("work_order", "petition")
NOT_FOR_LAWYERS = ("work_order", "research_project")

Rule = frozenset[Role] | Door

MATRIX: dict[tuple[str, str], Rule] = {
    ("GET", "/static/{file_path}"): FILES,
    ("HEAD", "/static/{file_path}"): FILES,
    ("GET", "/signin"): PUBLIC,
    ("POST", "/signin"): PUBLIC,
    ("POST", "/signout"): STAFF,
    ("GET", "/health/live"): FILES,
    ("GET", "/health/ready"): FILES,
    ("GET", "/metrics"): OPERATOR,
    ("GET", "/schema"): FILES,
    ("GET", "/schema/openapi.json"): FILES,
    ("GET", "/schema/docs"): FILES,
    ("GET", "/schema/ui/{file_path}"): FILES,
    ("HEAD", "/schema/ui/{file_path}"): FILES,
    ("GET", "/schema/{path}"): FILES,
    ("GET", "/home"): STAFF,
    ("GET", "/desk"): CENTRE,
    ("POST", "/desk"): CENTRE,
    ("POST", "/desk/preview"): CENTRE,
    ("GET", "/desk/call"): CENTRE,
    ("GET", "/desk/events"): CENTRE,
    ("GET", "/routes"): RULE_READERS,
    ("POST", "/routes/explain"): RULE_READERS,
    ("GET", "/routes/check"): RULERS,
    ("GET", "/routes/order"): RULERS,
    ("GET", "/triage"): CENTRE,
    ("GET", "/calendar"): CALENDAR_READERS,
    ("POST", "/calendar"): frozenset({Role.ADMIN}),
    ("GET", "/calendar/loads/{load}"): CALENDAR_READERS,
    ("POST", "/calendar/loads/{load}/confirmation"): frozenset({Role.ADMIN}),
    ("POST", "/calendar/loads/{load}/withdrawal"): frozenset({Role.ADMIN}),
    ("GET", "/audit"): frozenset({Role.AUDITOR}),
    ("GET", "/search"): WITH_CASES,
    ("GET", "/rulesets"): RULERS,
    ("POST", "/rulesets"): RULERS,
    ("GET", "/rulesets/returns"): RULERS,
    ("POST", "/rulesets/returns"): RULERS,
    ("GET", "/rulesets/rule"): RULERS,
    ("GET", "/rulesets/versions/{digest}"): STAFF,
    ("GET", "/rulesets/{version}"): RULERS,
    ("POST", "/rulesets/{version}/steps"): RULERS,
    ("GET", "/rulesets/{version}/files/{file}"): RULERS,
    ("POST", "/rulesets/{version}/files/{file}"): RULERS,
    ("GET", "/rulesets/{version}/changes/{change}"): RULERS,
    ("GET", "/rulesets/{version}/compare/{other}"): RULERS,
    ("GET", "/rulesets/{version}/duties"): RULERS,
    ("POST", "/rulesets/{version}/duties"): RULERS,
    ("GET", "/rulesets/{version}/duties/sheet"): RULERS,
    ("POST", "/rulesets/{version}/duties/sheet"): RULERS,
    ("GET", "/rulesets/{version}/offices"): RULERS,
    ("POST", "/rulesets/{version}/offices"): RULERS,
    ("GET", "/tray"): OFFICE,
    ("POST", "/tray/sign"): OFFICE,
    ("GET", "/cases/{number}"): WITH_CASES,
    ("POST", "/cases/{number}/steps"): WITH_CASES,
    ("POST", "/cases/{number}/party"): WITH_CASES,
    ("GET", "/cases/{number}/letters/{seq}/{kind}/{paper}"): WITH_CASES,
    ("GET", "/cases/{number}/table"): WITH_CASES,
    ("POST", "/cases/{number}/table"): WITH_CASES,
    ("POST", "/cases/{number}/letters/{seq}/{kind}/issue"): WITH_CASES,
    ("POST", "/cases/{number}/letters/{seq}/{kind}/served"): WITH_CASES,
    ("GET", "/cases/{number}/export"): WITH_CASES,
    ("GET", "/cases/{number}/alike"): CENTRE,
    ("GET", "/topics/hot"): frozenset({Role.SUPERVISOR}),
    ("GET", "/topics/hot/{topic}"): frozenset({Role.SUPERVISOR}),
    ("GET", "/procedures"): WITH_CASES,
    ("GET", "/procedures/{name}"): WITH_CASES,
    ("POST", "/procedures/{name}/cases"): WITH_CASES,
    ("GET", "/statistics"): WATCHERS,
    ("GET", "/statistics/cases"): WATCHERS,
    ("GET", "/statistics/{sheet}"): WATCHERS,
    ("GET", "/board"): WATCHERS,
    ("GET", "/board/rows"): WATCHERS,
    ("GET", "/board/events"): WATCHERS,
    ("GET", "/alerts"): STAFF,
    ("POST", "/alerts/{alert}/seen"): STAFF,
    ("GET", "/bell/events"): STAFF,
    ("POST", "/calls"): CHANNEL,
    ("GET", "/sms"): CHANNEL,
    ("POST", "/sms"): CHANNEL,
    ("GET", "/sms/reports"): CHANNEL,
    ("GET", "/"): PUBLIC,
    ("GET", "/help"): PUBLIC,
    ("GET", "/topics"): PUBLIC,
    ("GET", "/status"): PUBLIC,
    ("POST", "/status"): PUBLIC,
    ("GET", "/requests/new"): PUBLIC,
    ("POST", "/requests"): PUBLIC,
    ("POST", "/attachments"): PUBLIC,
    ("GET", "/attachments/{digest}"): WITH_CASES,
    ("GET", "/requests/{number}"): PUBLIC,
    ("GET", "/requests/{number}/receipt"): PUBLIC,
    ("GET", "/requests/{number}/attachments/{digest}"): PUBLIC,
    ("POST", "/requests/{number}/material"): PUBLIC,
    ("GET", "/requests/{number}/withdrawal"): PUBLIC,
    ("POST", "/requests/{number}/withdrawal"): PUBLIC,
    ("POST", "/requests/{number}/rating"): PUBLIC,
    ("POST", "/requests/{number}/same"): PUBLIC,
    ("POST", "/requests/{number}/reopening"): PUBLIC,
}


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
    request.scope["user"] = await asyncio.to_thread(find_seat, house, token, not listens) if token else None


def _check_roles(request: Request[Any, Any, Any], roles: frozenset[Role]) -> None:
    seat: Seat | None = request.scope["user"]
    if seat is None:
        raise Unseated
    if seat.roles.isdisjoint(roles):
        raise PermissionDeniedException(detail="您的岗位不能使用这个页面")


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
        seen.append(CaseRow.procedure.in_(CENTRES_OWN))
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
