"""Signing in and out: one answer for a wrong login and a wrong password, a pause after too many of either.

A guess is counted before it is tried and taken back when it was right, so that many at once gain nothing.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect
from msgspec import Struct
from sqlalchemy import update

from cases.people import Role
from hotline import accounts, seats
from hotline.access import address_of
from hotline.house import House
from hotline.seats import Seat as Seat
from hotline.seats import seated as seated
from hotline.tables import UserRow
from hotline.throttle import forget, network, note_failure, take_back, too_many
from hotline.web import render, see_other, wants_html

WITHIN = timedelta(minutes=15)
MOST_LOGIN, MOST_ADDRESS = 5, 20
WRONG = "账号或密码不正确"
HOMES = (
    (Role.AGENT, "/desk"),
    (Role.SUPERVISOR, "/board"),
    (Role.HANDLER, "/tray"),
    (Role.CHIEF, "/tray"),
    (Role.LEGAL, "/procedures"),
    (Role.MEDIATOR, "/procedures"),
    (Role.ADMIN, "/rulesets"),
    (Role.AUDITOR, "/audit"),
)


class Attempted(Struct, frozen=True):
    """What became of a try: a token, or the seconds to wait, or neither."""

    token: str = ""
    wait: int = 0


@get("/signin", sync_to_thread=False, include_in_schema=False)
def show(request: Request[Any, Any, Any]) -> Response[Any]:
    """The sign-in page; who is signed in already is sent on."""
    onward = local_path(request.query_params.get("next", ""))
    seat = seated(request)
    return see_other(onward or home(seat.roles)) if seat else _page(request, onward)


@post("/signin", sync_to_thread=True, status_code=200)
def sign_in(request: Request[Any, Any, Any], house: House, typed: dict[str, Any]) -> Response[Any]:
    """登录：字段 `login`、`password`，可带 `next`；成功后给出会话 cookie。"""
    login, onward = str(typed.get("login", "")).strip(), local_path(str(typed.get("next", "")))
    tried = attempt(house, login, str(typed.get("password", "")), address_of(request))
    if not tried.token:
        return _turned_away(request, tried, login, onward)
    with house.writing() as connection:
        seats.end(connection, request.cookies.get(seats.COOKIE, ""))
    seat = seats.find_seat(house, tried.token)
    assert seat is not None, "a sign-in just begun is good"
    secure = house.settings.public_url.startswith("https://")
    cookie = Cookie(key=seats.COOKIE, value=tried.token, httponly=True, samesite="lax", secure=secure)
    onward = onward or home(seat.roles)
    if wants_html(request):
        return Redirect(onward, status_code=303, cookies=[cookie])
    told = {
        "name": seat.name,
        "roles": sorted(seat.roles),
        "office": seat.office,
        "csrf": seat.csrf,
        "next": onward,
    }
    return Response(told, cookies=[cookie], headers={"Cache-Control": "no-store"})


@post("/signout", sync_to_thread=True, status_code=200)
def sign_out(request: Request[Any, Any, Any], house: House, seat: Seat) -> Response[Any]:
    """退出登录。"""
    with house.writing() as connection:
        seats.end(connection, request.cookies.get(seats.COOKIE, ""))
        accounts.audit(
            connection, house.now(), seat.actor.id, "sign_out", about=seat.login, detail=address_of(request)
        )
    answer: Response[Any] = see_other("/signin") if wants_html(request) else Response({"signed_out": True})
    answer.delete_cookie(seats.COOKIE, path="/")
    return answer


def attempt(house: House, login: str, password: str, address: str) -> Attempted:
    """One try to sign in."""
    now, about, where = house.now(), f"login:{_hidden(login)}", f"signin:{network(address)}"
    with house.writing() as connection:
        wait = max(
            too_many(connection, about, now, MOST_LOGIN, WITHIN),
            too_many(connection, where, now, MOST_ADDRESS, WITHIN),
        )
        if wait:
            return Attempted(wait=wait)
        counted = [note_failure(connection, about, now), note_failure(connection, where, now)]
        account = accounts.known(connection, login)
    right = accounts.proved(account, password)
    renewed = accounts.renewed(account, password) if right and account else None
    with house.writing() as connection:
        if account is None or not right:
            whom = login if account else f"未知账号 {_hidden(login)[:8]}"  # what was typed may be a password
            accounts.audit(connection, now, "", "sign_in_failed", about=whom, detail=address)
            return Attempted()
        take_back(connection, counted)
        forget(connection, about)
        if renewed:
            connection.execute(update(UserRow).where(UserRow.id == account.id).values(password=renewed))
        accounts.audit(connection, now, f"user:{account.id}", "sign_in", about=login, detail=address)
        return Attempted(seats.begin(connection, account.id, address, now))


def local_path(target: str) -> str:
    """`target` when it is a path of this site, else empty: nobody is sent elsewhere by signing in."""
    parts = urlsplit(target) if target.isprintable() else None
    if parts is None or parts.scheme or parts.netloc or "\\" in target:
        return ""
    return target if target.startswith("/") and not target.startswith("//") else ""


def home(roles: frozenset[Role]) -> str:
    """Where somebody of these roles begins."""
    return next((path for role, path in HOMES if role in roles), "/alerts")


def _page(
    request: Request[Any, Any, Any], onward: str, login: str = "", error: str = "", status: int = 200
) -> Any:
    return render(request, "signin.html", status, next=onward, login=login, error=error)


def _turned_away(request: Request[Any, Any, Any], tried: Attempted, login: str, onward: str) -> Response[Any]:
    """401 with the one sentence, or 429 with the minutes to wait."""
    said = f"尝试次数过多，请{-(-tried.wait // 60)}分钟后再试" if tried.wait else WRONG
    status = 429 if tried.wait else 401
    answer: Response[Any]
    if wants_html(request):
        answer = _page(request, onward, login, said, status)
    else:
        body = {"type": "about:blank", "status": status, "title": said}
        answer = Response(body, status_code=status, media_type="application/problem+json")
    if tried.wait:
        answer.headers["Retry-After"] = str(tried.wait)
    return answer


def _hidden(login: str) -> str:
    return sha256(login.casefold().encode()).hexdigest()[:32]


ROUTES = [show, sign_in, sign_out]
