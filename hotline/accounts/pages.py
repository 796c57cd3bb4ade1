"""My account: name and telephone, password, where I am signed in, and the second step.

What would let another sit here for good (a new password, the second step off) asks for the password once more.
"""

from typing import Any

from litestar import Response, get, post
from msgspec.structs import replace
from sqlalchemy import Connection, Row, select

from cases.parties import Person, masked
from cases.procedure import Refused
from hotline import bell
from hotline.access import address_of
from hotline.accounts import accounts, seats, second_step
from hotline.accounts import changes as account_changes
from hotline.accounts.accounts import Kept
from hotline.accounts.changes import values_of
from hotline.accounts.seats import LONGEST, Seat
from hotline.accounts.signing import Try, attempt_password
from hotline.house import House
from hotline.problems import Problem
from hotline.tables import SessionRow
from hotline.web import Asking, render, see_other, wants_html

Wrong = Problem | Refused
DONE = {
    "own": "已保存。", "password": "密码已修改，其他地方的登录已结束。", "ended": "登录已结束。", "others": "其他地方的登录已全部结束。",
    "off": "两步验证已关闭。",
}  # fmt: skip
KEY = 16  # of a sign-in's digest, enough to tell a person's own apart


@get("/account", sync_to_thread=True)
def account(request: Asking, house: House, seat: Seat) -> Response[Any]:
    """本人的账号信息、登录记录和两步验证的状态。"""
    if wants_html(request):
        return _page(request, house, seat)
    with house.reading() as connection:
        who, rows = _me(connection, house, seat), _sessions(connection, seat)
        since = second_step.is_on(connection, seat.user_id)
    told: dict[str, Any] = {"login": who.login, "name": who.name, "roles": sorted(who.roles), "office": who.office}
    told |= {"phone": masked(Person(phone=who.phone)).phone, "totp": since is not None}
    own = [
        {"id": row.token[:KEY], "device": row.device or "", "address": row.address, "began": row.created_at,
         "seen": row.seen_at, "here": row.token == seat.key}
        for row in rows
    ]  # fmt: skip
    return Response({**told, "sessions": own}, headers={"Cache-Control": "no-store"})


@post("/account", status_code=200, sync_to_thread=True)
def change_own(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """修改本人的姓名和手机（留空不变，`no_phone` 删去）。"""

    def change(connection: Connection) -> None:
        who = _me(connection, house, seat)
        name = " ".join(str(typed.get("name") or who.name).split())
        phone = "" if typed.get("no_phone") else str(typed.get("phone") or "") or who.phone
        was = values_of(who)
        accounts.change_user(connection, seat.user_id, replace(_plain(who), name=name, phone=phone), house.vault)
        now = values_of(_me(connection, house, seat))
        if was != now:
            more = {"before": was, "after": now, "note": "，本人修改"}
            account_changes.record(connection, house, seat.actor.id, "edit", who, more)

    return _done(request, house, seat, change, ("own", typed))


@post("/account/password", status_code=200, sync_to_thread=True)
def change_password(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """修改密码：`old`、`password`、`again`；其他地方的登录随即结束。"""

    def change(connection: Connection) -> None:
        if str(typed.get("password", "")) != str(typed.get("again", "")):
            raise Problem("密码没有修改", {"again": "两次输入的密码不一致"})
        accounts.change_password(connection, seat.user_id, str(typed.get("password", "")), seat.key)
        _audit(connection, house, seat, "account.password", "本人修改密码，其他登录已结束")

    return _done(request, house, seat, change, ("password", typed), asks="old")


@post("/account/sessions", status_code=200, sync_to_thread=True)
def end_sessions(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """结束一处登录 `session`（列表中的 id），或者除此处外的全部（`others`）。"""

    def change(connection: Connection) -> None:
        if typed.get("others"):
            seats.end_all(connection, seat.user_id, but=seat.key)
        elif not _end_one(connection, seat, str(typed.get("session", ""))):
            raise Problem("没有结束", {"session": "没有这处登录，可能已经结束"})
        _audit(connection, house, seat, "account.sessions", "本人结束其他登录")

    return _done(request, house, seat, change, ("others" if typed.get("others") else "ended", typed))


@get("/account/totp", sync_to_thread=True, include_in_schema=False)
def totp(request: Asking, house: House, seat: Seat) -> Response[Any]:
    """The picture to scan; who has it on already sees the account."""
    return _totp_page(request, house, seat)


@post("/account/totp", status_code=200, sync_to_thread=True)
def turn_on(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """开启两步验证：先取得密钥（`secret`），再以 `code` 证明；给出恢复码，只显示这一次。"""
    code = str(typed.get("code") or "")
    with house.writing() as connection:
        if second_step.is_on(connection, seat.user_id):
            raise Refused("两步验证已经开启")
        if not code and not wants_html(request):
            return Response({"secret": second_step.prepare(connection, house, seat.user_id, seat.login).secret})
        codes = second_step.turn_on(connection, house, seat.user_id, code)
        if codes:
            _audit(connection, house, seat, "account.totp_on", "开启两步验证")
    return _codes(request, house, seat, codes)


@post("/account/totp/codes", status_code=200, sync_to_thread=True)
def new_codes(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """重新生成恢复码：须输入密码 `old`；先前的恢复码作废。"""
    wrong = attempt_password(house, _try(request, seat, typed))
    if wrong:
        return _again(request, house, seat, "codes", typed, Problem("没有生成", {"old": wrong}))
    with house.writing() as connection:
        if not second_step.is_on(connection, seat.user_id):
            raise Refused("没有开启两步验证")
        codes = second_step.new_codes(connection, seat.user_id)
        _audit(connection, house, seat, "account.totp_codes", "重新生成恢复码")
    return _codes(request, house, seat, codes)


@post("/account/totp/removal", status_code=200, sync_to_thread=True)
def turn_off(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """关闭两步验证：须输入密码 `old`；本市规定须用的岗位不能关闭。"""

    def change(connection: Connection) -> None:
        if not seat.roles.isdisjoint(house.city.sign_in.second_step):
            raise Refused("本市规定您的岗位须以动态验证码登录，不能关闭")
        if not second_step.turn_off(connection, seat.user_id):
            raise Refused("没有开启两步验证")
        _audit(connection, house, seat, "account.totp_off", "关闭两步验证")

    return _done(request, house, seat, change, ("off", typed), asks="old")


# -- how they answer -----------------------------------------------------------------------------------


def _done(
    request: Asking, house: House, seat: Seat, change: Any, deed: tuple[str, dict[str, Any]], asks: str = ""
) -> Response[Any]:
    """Does what was asked, after the password where that is asked, and answers."""
    name, typed = deed
    try:
        if asks and (wrong := attempt_password(house, _try(request, seat, typed))):
            raise Problem("没有办理", {asks: wrong})
        with house.writing() as connection:
            change(connection)
    except (Problem, Refused) as wrong_one:
        return _again(request, house, seat, name, typed, wrong_one)
    return see_other(f"/account?done={name}") if wants_html(request) else Response({"done": name})


def _again(
    request: Asking, house: House, seat: Seat, name: str, typed: dict[str, Any], wrong: Wrong
) -> Response[Any]:
    if not wants_html(request):
        raise wrong
    return _page(request, house, seat, (name, typed, wrong))


def _page(
    request: Asking, house: House, seat: Seat, wrong: tuple[str, dict[str, Any], Wrong] | None = None
) -> Response[Any]:
    form, typed, error = wrong or ("", {}, None)
    with house.reading() as connection:
        who, rows = _me(connection, house, seat), _sessions(connection, seat)
        since, left = second_step.is_on(connection, seat.user_id), second_step.codes_left(connection, seat.user_id)
        count = bell.unseen(connection, seat)
    status = 200 if error is None else error.status if isinstance(error, Problem) else 409
    return render(
        request, "account.html", status, who=who, phone=masked(Person(phone=who.phone)).phone, sessions=rows,
        key=KEY, since=since, left=left, form=form, name=str(typed.get("name") or who.name), unseen=count,
        errors=error.errors if isinstance(error, Problem) else {}, problem=str(error) if error else "",
        idle=house.city.sign_in.idle_minutes, longest=int(LONGEST.total_seconds() // 3600), least=accounts.LEAST,
        must=not seat.roles.isdisjoint(house.city.sign_in.second_step),
        done=DONE.get(request.query_params.get("done", ""), ""),
    )  # fmt: skip


def _totp_page(request: Asking, house: House, seat: Seat, wrong: bool = False) -> Response[Any]:
    with house.writing() as connection:
        if second_step.is_on(connection, seat.user_id):
            return see_other("/account")
        shown = second_step.prepare(connection, house, seat.user_id, seat.login)
        count = bell.unseen(connection, seat)
    return render(request, "account_totp.html", 422 if wrong else 200, shown=shown, wrong=wrong, unseen=count)


def _codes(request: Asking, house: House, seat: Seat, codes: list[str]) -> Response[Any]:
    """The recovery codes, this once; or the picture again where the code was wrong."""
    if not codes and wants_html(request):
        return _totp_page(request, house, seat, wrong=True)
    if not codes:
        raise Problem("没有开启", {"code": "验证码不正确，请用应用上当前显示的六位数字"})
    if wants_html(request):
        return render(request, "account_codes.html", codes=codes)
    return Response({"codes": codes}, headers={"Cache-Control": "no-store"})


def _try(request: Asking, seat: Seat, typed: dict[str, Any]) -> Try:
    old = str(typed.get("old", ""))
    return Try(login=seat.login, password=old, code="", address=address_of(request), device="")


def _me(connection: Connection, house: House, seat: Seat) -> Kept:
    who = accounts.read(connection, seat.user_id, house.vault)
    assert who is not None, "who is signed in has an account"
    return who


def _plain(who: Kept) -> accounts.Account:
    return accounts.Account(login=who.login, name=who.name, roles=who.roles, office=who.office, phone=who.phone)


def _sessions(connection: Connection, seat: Seat) -> list[Row[Any]]:
    own = select(SessionRow).where(SessionRow.user_id == seat.user_id).order_by(SessionRow.seen_at.desc())
    return list(connection.execute(own.limit(50)))


def _end_one(connection: Connection, seat: Seat, said: str) -> bool:
    known = [row.token for row in _sessions(connection, seat) if said and row.token[:KEY] == said]
    return bool(known) and seats.end_key(connection, seat.user_id, known[0])


def _audit(connection: Connection, house: House, seat: Seat, what: str, detail: str) -> None:
    accounts.audit(connection, house.now(), seat.actor.id, what, about=seat.login, detail=detail)


ROUTES: list[Any] = [account, change_own, change_password, end_sessions, totp, turn_on, new_codes, turn_off]
