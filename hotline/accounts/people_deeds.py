"""What is done to an account beside writing it anew: closed, opened, linked, given roles, confirmed, made back, freed.

Each is a noun under the person (or the change) and a few lines here; what may be is `account_rules`'s to say.
"""

from typing import Any

from litestar import Response, post
from litestar.exceptions import NotFoundException
from sqlalchemy import Connection

from cases.procedure import Refused
from hotline.accounts import changes as account_changes
from hotline.accounts import invitations
from hotline.accounts import rules as account_rules
from hotline.accounts.accounts import Kept
from hotline.accounts.changes import Change
from hotline.accounts.people_pages import done, found, linked, page
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.problems import Problem
from hotline.web import Asking, wants_html

PERSON, CHANGE = "/people/{person:int}", "/people/changes/{change:int}"


@post(f"{PERSON}/closing", status_code=200, sync_to_thread=True)
def close(request: Asking, house: House, seat: Seat, person: int, typed: dict[str, Any]) -> Response[Any]:
    """停用账号；名下有在办案件的先提示移交，`anyway` 为不移交直接停用。"""
    anyway = bool(typed.get("anyway"))

    def change(connection: Connection, who: Kept) -> None:
        account_rules.close(connection, house, seat, who, anyway)

    return done(request, house, seat, person, (change, "close", typed))


@post(f"{PERSON}/reopening", status_code=200, sync_to_thread=True)
def reopen(request: Asking, house: House, seat: Seat, person: int) -> Response[Any]:
    """启用已停用的账号。"""
    return done(request, house, seat, person, (lambda c, who: account_rules.reopen(c, house, seat, who), "reopen", {}))


@post(f"{PERSON}/link", status_code=200, sync_to_thread=True)
def link(request: Asking, house: House, seat: Seat, person: int) -> Response[Any]:
    """发出（重发）设置密码的链接；先前的链接随即作废。"""
    try:
        with house.writing() as connection:
            made = invitations.make(connection, house, found(connection, house, person), seat.actor.id)
    except Refused as wrong:
        if not wants_html(request):
            raise
        return page(request, house, seat, person, ("link", {}, wrong))
    if not wants_html(request):
        return Response({"link": made.link or None, "sent": made.sent}, headers={"Cache-Control": "no-store"})
    return linked(request, house, seat, person, made)


@post(f"{PERSON}/link/withdrawal", status_code=200, sync_to_thread=True)
def unlink(request: Asking, house: House, seat: Seat, person: int) -> Response[Any]:
    """撤回尚未使用的链接。"""

    def change(connection: Connection, who: Kept) -> None:
        if not invitations.withdraw(connection, house, who):
            raise Refused("没有可以撤回的链接")
        account_changes.record(connection, house, seat.actor.id, "unlink", who, {})

    return done(request, house, seat, person, (change, "unlink", {}))


@post(f"{PERSON}/roles", status_code=200, sync_to_thread=True)
def ask_roles(request: Asking, house: House, seat: Seat, person: int, typed: dict[str, Any]) -> Response[Any]:
    """申请变更岗位 `roles`；由申请人以外的安全管理员确认后生效。"""

    def change(connection: Connection, who: Kept) -> None:
        account_rules.ask_roles(connection, house, seat, who, account_rules.roles_typed(typed))

    return done(request, house, seat, person, (change, "roles", {"roles": [], **typed}))


@post(f"{PERSON}/unlocking", status_code=200, sync_to_thread=True)
def unlock(request: Asking, house: House, seat: Seat, person: int) -> Response[Any]:
    """解除因输错密码的登录暂停。"""
    return _free(request, house, seat, person, "unlock")


@post(f"{PERSON}/sessions", status_code=200, sync_to_thread=True)
def end_sessions(request: Asking, house: House, seat: Seat, person: int) -> Response[Any]:
    """结束该账号的全部登录。"""
    return _free(request, house, seat, person, "sessions")


@post(f"{PERSON}/totp", status_code=200, sync_to_thread=True)
def reset_totp(request: Asking, house: House, seat: Seat, person: int) -> Response[Any]:
    """重置两步验证，并结束该账号的全部登录。"""
    return _free(request, house, seat, person, "totp")


@post(f"{CHANGE}/decision", status_code=200, sync_to_thread=True)
def decide(request: Asking, house: House, seat: Seat, change: int, typed: dict[str, Any]) -> Response[Any]:
    """安全管理员确认（`confirm` 为 yes）或者不同意（no）一份岗位申请。"""
    answer = str(typed.get("confirm", ""))
    if answer not in ("yes", "no"):
        raise Problem("没有办理", {"confirm": "请选择确认或者不同意"})

    def settle(connection: Connection, one: Change) -> None:
        account_rules.decide(connection, house, seat, one, answer == "yes")

    return _change(request, house, seat, change, (settle, "confirm" if answer == "yes" else "refuse"))


@post(f"{CHANGE}/recall", status_code=200, sync_to_thread=True)
def recall(request: Asking, house: House, seat: Seat, change: int) -> Response[Any]:
    """申请人撤回尚未确认的岗位申请。"""
    return _change(request, house, seat, change, (lambda c, one: account_rules.recall(c, house, seat, one), "recall"))


@post(f"{CHANGE}/restoration", status_code=200, sync_to_thread=True)
def restore(request: Asking, house: House, seat: Seat, change: int) -> Response[Any]:
    """恢复到一项变更之前，作为新的变更记录；岗位的恢复同样须经确认。"""
    return _change(request, house, seat, change, (lambda c, one: account_rules.restore(c, house, seat, one), "restore"))


def _free(request: Asking, house: House, seat: Seat, person: int, what: str) -> Response[Any]:
    return done(request, house, seat, person, (lambda c, who: account_rules.free(c, house, seat, who, what), what, {}))


def _change(request: Asking, house: House, seat: Seat, change: int, deed: tuple[Any, str]) -> Response[Any]:
    """A deed about a change: back to the person's page, or the page with the reason."""
    do, name = deed
    with house.reading() as connection:
        known = account_changes.change_of(connection, house, change)
    if known is None:
        raise NotFoundException(detail="没有这项变更")

    def act(connection: Connection, _: Kept) -> None:
        one = account_changes.change_of(connection, house, change)
        assert one is not None, "a change is never deleted"
        do(connection, one)

    return done(request, house, seat, known.user_id, (act, name, {}))


ROUTES: list[Any] = [
    close, reopen, link, unlink, ask_roles, unlock, end_sessions, reset_totp, decide, recall, restore,
]  # fmt: skip
