"""What may be done to an account and by whom: each deed checks its power, writes, and is written down.

Three powers are kept apart. An administrator keeps accounts and never gives a role; a security officer gives and
takes roles that somebody else has asked for; nobody does either for the own account.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection

from cases.people import POWERS, Role
from cases.procedure import Refused
from hotline.accounts import accounts, in_hand, invitations, seats, second_step
from hotline.accounts import changes as account_changes
from hotline.accounts.accounts import Account, Kept
from hotline.accounts.changes import Change, values_of
from hotline.accounts.invitations import Made
from hotline.accounts.seats import Seat
from hotline.accounts.signing import about_login
from hotline.house import House
from hotline.problems import Problem
from hotline.throttle import forget

OWN_ROLES = "不能变更自己的岗位，请由他人申请、安全管理员确认"
PHONE_FIXED = "担任三员之一的账号，手机号只能由本人在“我的账号”中修改"


def account_typed(typed: Mapping[str, Any], house: House) -> Account:
    """An account as a form or JSON names it; `Problem` for an office or role that does not exist."""
    said = {name: " ".join(str(typed.get(name) or "").split()) for name in ("login", "name", "office", "phone")}
    if said["office"] and said["office"] not in house.city.offices:
        raise Problem("账号信息有误", {"office": "没有这个单位，请从列表中选择"})
    return Account(**said, roles=roles_typed(typed))


def roles_typed(typed: Mapping[str, Any]) -> frozenset[Role]:
    """The roles that were ticked."""
    given = typed.get("roles") or []
    listed = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    known = {role.value: role for role in Role}
    if unknown := [str(one)[:20] for one in listed if one not in known]:
        raise Problem("账号信息有误", {"roles": f"没有“{unknown[0]}”这个岗位"})
    return frozenset(known[one] for one in listed)


def invite(connection: Connection, house: House, seat: Seat, account: Account) -> tuple[int, Made]:
    """A new account that nobody can use yet, the roles it asks for, and the link to its password."""
    account_changes.apart(account.roles)
    if account.roles & POWERS and not account.phone:
        raise Problem("账号信息有误", {"phone": "三员的设置密码链接只发到本人手机，请填写手机号"})
    made = accounts.invite_user(connection, account, house.vault, house.now())
    person = _again(connection, house, made)
    by, after = seat.actor.id, values_of(person)
    account_changes.record(connection, house, by, "invite", person, {"after": {**after, "roles": None}})
    _ask(connection, house, by, person, account.roles)
    return made, invitations.make(connection, house, person, by)


def edit(
    connection: Connection, house: House, seat: Seat, person: Kept, account: Account, restores: int | None = None
) -> None:
    """Login, name, office and telephone. Roles are another's to give."""
    after = replace(account, roles=person.roles)
    was = values_of(person)
    accounts.change_user(connection, person.id, after, house.vault)
    now = values_of(_again(connection, house, person.id))
    if was["phone"] != now["phone"] and person.roles & POWERS and not person.invited:
        raise Problem("账号信息有误", {"phone": PHONE_FIXED})
    if was == now:
        raise Problem("没有改动", {"name": "内容与现有的一样，没有需要保存的改动"})
    more = {"before": was, "after": now, "restores": restores}
    account_changes.record(connection, house, seat.actor.id, "edit", person, more)


def ask_roles(
    connection: Connection, house: House, seat: Seat, person: Kept, roles: frozenset[Role], restores: int | None = None
) -> int:
    """Asks for other roles; they count once a security officer who did not ask has confirmed them."""
    if seat.actor.id == person.actor:
        raise Refused(OWN_ROLES)
    if account_changes.asked_roles(connection, house, person.id):
        raise Refused("已有一份待确认的岗位申请，请等确认或者撤回后再申请")
    if roles == person.roles:
        raise Problem("没有改动", {"roles": "与现有岗位相同"})
    if errors := accounts.wrong_roles(replace(person, roles=roles)) if roles else {}:
        raise Problem("账号信息有误", errors)
    account_changes.apart(roles)
    account_changes.keep_a_holder(connection, person, person.roles - roles)
    return _ask(connection, house, seat.actor.id, person, roles, restores)


def decide(connection: Connection, house: House, seat: Seat, change: Change, confirm: bool) -> None:
    """A security officer confirms roles, or does not: one who neither asked nor is the person."""
    person = _again(connection, house, change.user_id)
    by = seat.actor.id
    if by == person.actor:
        raise Refused(OWN_ROLES)
    if by == change.by:
        raise Refused("申请人不能确认自己提出的申请，须由另一名安全管理员确认")
    account_changes.settle(connection, change, "done" if confirm else "refused", by, house.now())
    roles = frozenset(Role(one) for one in change.after.get("roles") or ())
    if confirm:
        if sorted(person.roles) != (change.before.get("roles") or []):
            raise Refused("申请之后岗位已有变更，请撤回后重新申请")
        if errors := accounts.wrong_roles(replace(person, roles=roles)) if roles else {}:
            raise Problem("不能确认", errors)
        account_changes.apart(roles)
        account_changes.keep_a_holder(connection, person, person.roles - roles)
        accounts.set_roles(connection, person.id, roles)
    _note(connection, house, by, "account.decide", person, f"变更{change.id}：{'确认' if confirm else '不同意'}")


def recall(connection: Connection, house: House, seat: Seat, change: Change) -> None:
    """Who asked takes it back."""
    if change.by != seat.actor.id:
        raise Refused("只有申请人可以撤回")
    account_changes.settle(connection, change, "recalled", seat.actor.id, house.now())
    person = _again(connection, house, change.user_id)
    _note(connection, house, seat.actor.id, "account.recall", person, f"变更{change.id}：撤回")


def close(
    connection: Connection, house: House, seat: Seat, person: Kept, anyway: bool, restores: int | None = None
) -> None:
    """Ends an account's use at once. Who still has things in hand is not closed without a second word."""
    if not person.active:
        raise Refused("账号已经停用")
    if seat.actor.id == person.actor:
        raise Refused("不能停用自己的账号，请由另一名系统管理员办理")
    account_changes.keep_a_holder(connection, person, person.roles)
    held = in_hand.count(connection, person)
    if held and not anyway:
        raise Refused(f"{person.name}名下还有{held}件在办案件，请先移交；确需立即停用的，勾选“不移交，直接停用”")
    accounts.set_active(connection, person.id, False)
    invitations.withdraw(connection, house, person)
    more = {"before": {"active": True}, "after": {"active": False}, "restores": restores}
    account_changes.record(connection, house, seat.actor.id, "close", person, more)


def reopen(connection: Connection, house: House, seat: Seat, person: Kept, restores: int | None = None) -> None:
    """Opens a closed account again, with the roles it had."""
    if person.active:
        raise Refused("账号正在使用中")
    accounts.set_active(connection, person.id, True)
    more = {"before": {"active": False}, "after": {"active": True}, "restores": restores}
    account_changes.record(connection, house, seat.actor.id, "reopen", person, more)


def restore(connection: Connection, house: House, seat: Seat, change: Change) -> None:
    """Makes a change back, as a new one under the powers that it needs."""
    person = _again(connection, house, change.user_id)
    if change.state != "done" or change.kind not in account_changes.BACK:
        raise Refused(f"“{account_changes.KINDS[change.kind]}”不能恢复")
    if change.kind != "roles" and Role.ADMIN not in seat.roles:
        raise Refused("这项变更须由系统管理员恢复")
    now = values_of(person)
    if any(now[name] != value for name, value in change.after.items()):
        raise Refused("此后又有变更，现在的内容已不是这次变更的结果，请从最近一次变更恢复起")
    if change.kind == "roles":
        ask_roles(connection, house, seat, person, frozenset(map(Role, change.before["roles"])), change.id)
    elif change.kind == "edit":
        back = Account(**{**{name: now[name] for name in ("login", "name", "office", "phone")}, **change.before},
                       roles=person.roles)  # fmt: skip
        edit(connection, house, seat, person, back, change.id)
    elif change.kind == "close":
        reopen(connection, house, seat, person, change.id)
    else:
        close(connection, house, seat, person, False, change.id)


def free(connection: Connection, house: House, seat: Seat, person: Kept, what: str) -> None:
    """The security officer's help: the pause lifted, every sign-in ended, or the second step forgotten."""
    if seat.actor.id == person.actor:
        raise Refused("请由另一名安全管理员办理")
    note = ""
    if what == "unlock":
        forget(connection, about_login(person.login))
    elif what == "sessions":
        note = f"，共{seats.end_all(connection, person.id)}处"
    elif not second_step.turn_off(connection, person.id):
        raise Refused("没有开启两步验证")
    else:
        seats.end_all(connection, person.id)
    account_changes.record(connection, house, seat.actor.id, what, person, {"note": note})


def _ask(
    connection: Connection, house: House, by: str, person: Kept, roles: frozenset[Role], restores: int | None = None
) -> int:
    was, wanted = {"roles": sorted(person.roles)}, {"roles": sorted(roles)}
    more = {"before": was, "after": wanted, "state": "asked", "restores": restores}
    return account_changes.record(connection, house, by, "roles", person, more)


def _note(connection: Connection, house: House, by: str, what: str, person: Kept, detail: str) -> None:
    accounts.audit(connection, house.now(), by, what, about=person.login, detail=detail)


def _again(connection: Connection, house: House, person: int) -> Kept:
    found = accounts.read(connection, person, house.vault)
    assert found is not None, "a change is about an account that is there"
    return found
