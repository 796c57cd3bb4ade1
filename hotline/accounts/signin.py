"""Signing in and out: one answer for a wrong login and a wrong password, a pause after too many of either.

A guess is counted before it is tried and taken back when it was right, so that many at once gain nothing. Where
a second step is on, the right password earns a slip and no seat; a wrong code counts like a wrong password.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from cases.people import Role
from hotline.access import address_of
from hotline.accounts import accounts, seats
from hotline.accounts.devices import device
from hotline.accounts.seats import Seat as Seat
from hotline.accounts.seats import seated as seated
from hotline.accounts.signing import Attempted, Try, attempt, attempt_code
from hotline.house import House
from hotline.web import render, see_other, wants_html

HOMES = (
    (Role.AGENT, "/desk"),
    (Role.SUPERVISOR, "/board"),
    (Role.HANDLER, "/tray"),
    (Role.CHIEF, "/tray"),
    (Role.LEGAL, "/procedures"),
    (Role.MEDIATOR, "/procedures"),
    (Role.ADMIN, "/people"),
    (Role.SECURITY, "/people"),
    (Role.AUDITOR, "/audit"),
)


@get("/signin", sync_to_thread=False, include_in_schema=False)
def show(request: Request[Any, Any, Any]) -> Response[Any]:
    """The sign-in page; who is signed in already is sent on."""
    onward = local_path(request.query_params.get("next", ""))
    seat = seated(request)
    if seat:
        return see_other(onward or home(seat.roles))
    return _page(request, Attempted(), {"next": onward, "login": ""}, chosen="set" in request.query_params)


@post("/signin", sync_to_thread=True, status_code=200)
def sign_in(request: Request[Any, Any, Any], house: House, typed: dict[str, Any]) -> Response[Any]:
    """登录：字段 `login`、`password`，开启两步验证的另加 `code`，可带 `next`；成功后给出会话 cookie。"""
    said = {name: str(typed.get(name, "")).strip() for name in ("login", "code")}
    said["next"] = local_path(str(typed.get("next", "")))
    tried = attempt(house, _try(request, said["login"], str(typed.get("password", "")), said["code"]))
    return _seated(request, house, tried.token, said["next"]) if tried.token else _turned_away(request, tried, said)


@post("/signin/code", sync_to_thread=True, status_code=200)
def prove(request: Request[Any, Any, Any], house: House, typed: dict[str, Any]) -> Response[Any]:
    """登录的第二步：字段 `ticket`（第一步给出，五分钟内有效）和 `code`（动态验证码或者恢复码）。"""
    ticket, onward = str(typed.get("ticket", "")), local_path(str(typed.get("next", "")))
    tried = attempt_code(house, ticket, _try(request, "", "", str(typed.get("code", "")).strip()))
    if tried.token:
        return _seated(request, house, tried.token, onward)
    return _turned_away(request, tried, {"login": "", "next": onward})


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


def local_path(target: str) -> str:
    """`target` when it is a path of this site, else empty: nobody is sent elsewhere by signing in."""
    parts = urlsplit(target) if target.isprintable() else None
    if parts is None or parts.scheme or parts.netloc or "\\" in target:
        return ""
    return target if target.startswith("/") and not target.startswith("//") else ""


def home(roles: frozenset[Role]) -> str:
    """Where somebody of these roles begins."""
    return next((path for role, path in HOMES if role in roles), "/alerts")


def _try(request: Request[Any, Any, Any], login: str, password: str, code: str) -> Try:
    agent = device(request.headers.get("User-Agent", ""))
    return Try(login=login, password=password, code=code, address=address_of(request), device=agent)


def _seated(request: Request[Any, Any, Any], house: House, token: str, onward: str) -> Response[Any]:
    with house.writing() as connection:
        seats.end(connection, request.cookies.get(seats.COOKIE, ""))
    seat = seats.find_seat(house, token)
    assert seat is not None, "a sign-in just begun is good"
    secure = house.settings.public_url.startswith("https://")
    cookie = Cookie(key=seats.COOKIE, value=token, httponly=True, samesite="lax", secure=secure)
    onward = "/account/totp" if seat.owes else onward or home(seat.roles)
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


def _page(request: Request[Any, Any, Any], tried: Attempted, said: dict[str, str], chosen: bool = False) -> Response[Any]:
    template = "signin_code.html" if tried.ticket else "signin.html"
    told = {"next": said["next"], "login": said["login"], "ticket": tried.ticket, "set": chosen}
    return render(request, template, tried.status, error=tried.said, **told)


def _turned_away(request: Request[Any, Any, Any], tried: Attempted, said: dict[str, str]) -> Response[Any]:
    """The one sentence, the minutes to wait, or the question for the code."""
    answer: Response[Any]
    if wants_html(request):
        answer = _page(request, tried, said)
    else:
        body = {"type": "about:blank", "status": tried.status, "title": tried.said or "请输入动态验证码"}
        body |= {"ticket": tried.ticket} if tried.ticket else {}
        status = 401 if tried.status == 200 else tried.status
        answer = Response(body, status_code=status, media_type="application/problem+json")
    if tried.wait:
        answer.headers["Retry-After"] = str(tried.wait)
    return answer


ROUTES = [show, sign_in, prove, sign_out]
