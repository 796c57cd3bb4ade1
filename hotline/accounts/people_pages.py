"""The people of the house: the list, an invitation, one person with everything that can be done there.

What a reader's power does not allow is not drawn, and refused where it is sent all the same.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from msgspec.structs import replace
from sqlalchemy import Connection, select

from cases.procedure import Refused
from hotline import bell
from hotline.accounts import changes as account_changes
from hotline.accounts import in_hand, people
from hotline.accounts import rules as account_rules
from hotline.accounts.accounts import Kept
from hotline.accounts.changes import CHANGES
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import Number
from hotline.web import Asking, render, see_other, wants_html

Wrong = Problem | Refused
DONE = {
    "edit": "已保存。", "link": "已发出设置密码的链接。", "unlink": "链接已撤回，不能再用。", "close": "账号已停用，登录已全部结束。",
    "reopen": "账号已启用。", "roles": "申请已提交，由另一名安全管理员确认后生效。", "confirm": "岗位已生效。",
    "refuse": "已记录不同意。", "recall": "申请已撤回。", "restore": "已恢复，并作为一项新的变更记录。",
    "unlock": "登录暂停已解除。", "sessions": "登录已全部结束。", "totp": "两步验证已重置，请本人重新登录后设置。",
}  # fmt: skip


@get("/people", sync_to_thread=True)
def people_list(request: Asking, house: House, seat: Seat) -> Response[Any]:
    """人员：可按 `q`、单位 `office`、岗位 `role`、状态 `state` 筛选，每页50人，`next` 是下一页的地址。"""
    wanted = people.wanted_of({name: str(value) for name, value in request.query_params.items()})
    with house.reading() as connection:
        rows = people.listed(connection, house, wanted)
        count = bell.unseen(connection, seat)
    onward = wanted.link(rows[people.PAGE - 1].login) if len(rows) > people.PAGE else ""
    rows = rows[: people.PAGE]
    if not wants_html(request):
        return Response({"results": rows, "next": onward or None}, headers={"Cache-Control": "no-store"})
    return render(
        request, "people.html", rows=rows, onward=onward, wanted=wanted, unseen=count, roles=people.ROLES,
        offices=house.city.offices, states=people.STATES,
    )  # fmt: skip


@get("/people/new", sync_to_thread=False, include_in_schema=False)
def new_person(request: Asking, house: House) -> Response[Any]:
    """The form of an invitation."""
    return _form(request, house, {}, None)


@post("/people", status_code=201, sync_to_thread=True)
def invite(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """邀请开户：`login`、`name`、`office`、`phone`、`roles`；岗位经安全管理员确认后生效，链接72小时内有效、只能用一次。"""
    try:
        account = account_rules.account_typed(typed, house)
        with house.writing() as connection:
            made, link = account_rules.invite(connection, house, seat, account)
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        return _form(request, house, typed, wrong)
    if not wants_html(request):
        return Response({"id": made, "link": link.link or None, "sent": link.sent}, status_code=201)
    return linked(request, house, seat, made, link)


@get("/people/{person:int}", sync_to_thread=True)
def one_person(request: Asking, house: House, seat: Seat, person: int) -> Response[Any]:
    """一个账号：信息（手机掩码）、岗位、状态、变更记录。"""
    if wants_html(request):
        return page(request, house, seat, person)
    with house.reading() as connection:
        shown = people.shown(connection, house, seat.roles, seat.actor.id, found(connection, house, person))
    told = {name: getattr(shown.person, name) for name in ("id", "login", "name", "office", "active", "invited")}
    told |= {"roles": sorted(shown.person.roles), "phone": shown.phone, "state": shown.state, "changes": shown.changes}
    return Response(msgspec.to_builtins(told), headers={"Cache-Control": "no-store"})


@post("/people/{person:int}", status_code=200, sync_to_thread=True)
def edit(request: Asking, house: House, seat: Seat, person: int, typed: dict[str, Any]) -> Response[Any]:
    """修改账号、姓名、单位、手机（留空不变，`no_phone` 删去）。"""

    def change(connection: Connection, who: Kept) -> None:
        account = account_rules.account_typed({**msgspec.to_builtins(who), **typed, "roles": []}, house)
        phone = "" if typed.get("no_phone") else str(typed.get("phone") or "") or who.phone
        account_rules.edit(connection, house, seat, who, replace(account, phone=phone))

    return done(request, house, seat, person, (change, "edit", typed))


@get("/people/changes", sync_to_thread=True)
def changes(request: Asking, house: House, seat: Seat, before: Number = 0) -> Response[Any]:
    """全部账号的变更，最新在前；`state=asked` 只看待确认的。"""
    said = str(request.query_params.get("state", ""))
    state = said if said in account_changes.STATES else ""
    asked = select(CHANGES).order_by(CHANGES.c.id.desc()).limit(people.PAGE + 1)
    asked = asked.where(CHANGES.c.state == state) if state else asked
    asked = asked.where(CHANGES.c.id < before) if before else asked
    with house.reading() as connection:
        lines = people.told(connection, house, asked, seat.roles, seat.actor.id)
        count = bell.unseen(connection, seat)
    onward = f"/people/changes?state={state}&before={lines[people.PAGE - 1].id}" if len(lines) > people.PAGE else ""
    lines = lines[: people.PAGE]
    if not wants_html(request):
        return Response({"results": lines, "next": onward or None}, headers={"Cache-Control": "no-store"})
    return render(
        request, "people_changes.html", lines=lines, onward=onward, state=state, states=account_changes.STATES,
        unseen=count,
    )  # fmt: skip


# -- shared with the deeds -----------------------------------------------------------------------------


def found(connection: Connection, house: House, person: int) -> Kept:
    """The account of that id, or 404."""
    who = people.person_of(connection, house, person)
    if who is None:
        raise NotFoundException(detail="没有这个账号")
    return who


def done(request: Asking, house: House, seat: Seat, person: int, deed: tuple[Any, str, Mapping[str, Any]]) -> Response[Any]:
    """Does a deed about a person in one transaction, and answers: back to the page, or the page again with what
    was wrong. A deed is what does it, its name, and what was typed for it."""
    do, name, typed = deed
    try:
        with house.writing() as connection:
            do(connection, found(connection, house, person))
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        return page(request, house, seat, person, (name, typed, wrong))
    return see_other(f"/people/{person}?done={name}") if wants_html(request) else Response({"done": name})


def page(
    request: Asking, house: House, seat: Seat, person: int, wrong: tuple[str, Mapping[str, Any], Wrong] | None = None
) -> Response[Any]:
    """One person's page, with what was typed and what is wrong with it."""
    with house.reading() as connection:
        who = found(connection, house, person)
        shown = people.shown(connection, house, seat.roles, seat.actor.id, who)
        held, alerts = in_hand.count(connection, who), in_hand.unseen_alerts(connection, who)
        count = bell.unseen(connection, seat)
    form, typed, error = wrong or ("", {}, None)
    return render(
        request, "person.html", _status(error), shown=shown, who=who, held=held, alerts=alerts, unseen=count,
        form=form, typed=_plain(typed), ticked=_ticked(typed, who, form), errors=_errors(error),
        problem=str(error) if error else "", roles=people.ROLES, offices=house.city.offices, states=people.STATES,
        change_states=account_changes.STATES, done=DONE.get(request.query_params.get("done", ""), ""),
    )  # fmt: skip


def linked(request: Asking, house: House, seat: Seat, person: int, link: Any) -> Response[Any]:
    """The link, shown this once."""
    with house.reading() as connection:
        who = found(connection, house, person)
        count = bell.unseen(connection, seat)
    return render(request, "person_link.html", who=who, link=link.link, sent=link.sent, unseen=count)


def _form(request: Asking, house: House, typed: Mapping[str, Any], wrong: Wrong | None) -> Response[Any]:
    return render(
        request, "person_new.html", _status(wrong), typed=_plain(typed), ticked=_ticked(typed, None, "roles"),
        errors=_errors(wrong), problem=str(wrong) if wrong else "", roles=people.ROLES, offices=house.city.offices,
    )  # fmt: skip


def _status(wrong: Wrong | None) -> int:
    return 200 if wrong is None else wrong.status if isinstance(wrong, Problem) else 409


def _errors(wrong: Wrong | None) -> Mapping[str, str]:
    if isinstance(wrong, Problem):
        return wrong.errors
    return {wrong.field: wrong.message} if wrong and wrong.field else {}


def _plain(typed: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in typed.items() if isinstance(value, str | int)}


def _ticked(typed: Mapping[str, Any], who: Kept | None, form: str) -> list[str]:
    """The roles that stand ticked: as typed, else as they are."""
    if form == "roles" and "roles" in typed:
        given = typed["roles"]
        return [given] if isinstance(given, str) else [str(one) for one in given]
    return sorted(who.roles) if who and form != "roles" else []


ROUTES: list[Any] = [people_list, new_person, invite, changes, one_person, edit]
