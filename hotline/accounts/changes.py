"""What was changed about accounts: written down with before and after, compared, and made back on demand.

What a change says of a person is sealed whole; pages and the audit show it masked. A change that is made back is
a new change under the same powers: nothing that was written down is ever taken away.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Select, insert, select, update

from cases.parties import Person, masked
from cases.people import POWERS, Role
from cases.procedure import Refused
from cases.tables import table_of
from hotline.accounts import accounts
from hotline.accounts.accounts import Kept
from hotline.accounts.tables import AccountChangeRow
from hotline.house import House
from hotline.tables import UserRow

CHANGES = table_of(AccountChangeRow)
KINDS = {
    "invite": "邀请开户", "edit": "修改信息", "roles": "变更岗位", "close": "停用账号", "reopen": "启用账号",
    "link": "发出设置密码链接", "unlink": "撤回设置密码链接", "unlock": "解除登录暂停", "sessions": "结束登录",
    "totp": "重置两步验证", "handover": "移交案件",
}  # fmt: skip
STATES = {"asked": "待确认", "done": "已生效", "refused": "未同意", "recalled": "已撤回"}
FIELDS = {"login": "账号", "name": "姓名", "office": "单位", "phone": "手机", "roles": "岗位", "active": "状态"}
BACK = frozenset({"edit", "roles", "close", "reopen"})  # what can be made back
APART = "系统管理员、安全管理员、审计员须由不同的人担任，一个账号只能有其中一种"

Values = Mapping[str, Any]


class Change(Struct, frozen=True, kw_only=True):
    """One change as it is kept, with its values open."""

    id: int
    user_id: int
    kind: str
    state: str
    before: dict[str, Any]
    after: dict[str, Any]
    by: str
    at: datetime
    decided_by: str
    decided_at: datetime | None
    restores: int | None


class Line(Struct, frozen=True):
    """One field of a change, in words."""

    title: str
    before: str
    after: str


def values_of(person: Kept) -> dict[str, Any]:
    """What of an account a change may speak of."""
    return {
        "login": person.login,
        "name": person.name,
        "office": person.office,
        "phone": person.phone,
        "roles": sorted(person.roles),
        "active": person.active,
    }


def record(
    connection: Connection, house: House, by: str, kind: str, person: Kept, more: Mapping[str, Any]
) -> int:
    """Writes a change down, and in the audit as well. `more` may hold `before`, `after`, `state`, `restores`; of
    the values only those that differ are kept."""
    before, after = more.get("before", {}), more.get("after", {})
    differ = [name for name in FIELDS if _said(before, name) != _said(after, name)]
    now, state = house.now(), more.get("state", "done")
    row = {
        "user_id": person.id,
        "kind": kind,
        "state": state,
        "before": _sealed(house, {name: before.get(name) for name in differ}),
        "after": _sealed(house, {name: after.get(name) for name in differ}),
        "by": by,
        "at": now,
        "decided_by": "",
        "decided_at": None,
        "restores": more.get("restores"),
    }
    made = int(connection.execute(insert(CHANGES).values(**row).returning(CHANGES.c.id)).scalar_one())
    told = "；".join(f"{line.title}：{line.before or '无'} → {line.after or '无'}" for line in compared(before, after, house))
    accounts.audit(
        connection, now, by, f"account.{kind}", about=person.login,
        detail=f"变更{made}（{STATES[state]}）{told}{more.get('note', '')}",
    )  # fmt: skip
    return made


def compared(before: Values, after: Values, house: House) -> list[Line]:
    """The fields that differ, in words, telephones masked."""
    titles = house.city.offices
    return [
        Line(title, _words(name, before.get(name), titles), _words(name, after.get(name), titles))
        for name, title in FIELDS.items()
        if _said(before, name) != _said(after, name)
    ]


def changes(connection: Connection, house: House, asked: Select[Any]) -> list[Change]:
    """The changes of a select over `CHANGES`."""
    return [_opened(house, row) for row in connection.execute(asked)]


def change_of(connection: Connection, house: House, change: int) -> Change | None:
    """One change, its row held until the transaction ends."""
    asked = select(CHANGES).where(CHANGES.c.id == change).with_for_update()
    row = connection.execute(asked).one_or_none()
    return _opened(house, row) if row else None


def asked_roles(connection: Connection, house: House, user_id: int) -> Change | None:
    """The roles that were asked for a person and wait to be confirmed."""
    wanted = select(CHANGES).where(CHANGES.c.user_id == user_id, CHANGES.c.kind == "roles", CHANGES.c.state == "asked")
    row = connection.execute(wanted).first()
    return _opened(house, row) if row else None


def settle(connection: Connection, change: Change, state: str, by: str, now: datetime) -> None:
    """What became of a change that was asked for; `Refused` when it is settled already."""
    open_one = update(CHANGES).where(CHANGES.c.id == change.id, CHANGES.c.state == "asked")
    moved = connection.execute(open_one.values(state=state, decided_by=by, decided_at=now)).rowcount
    if not moved:
        raise Refused(f"这项申请已经是“{STATES[change.state]}”，不能再办理")


def apart(roles: frozenset[Role]) -> None:
    """Refuses two of the three powers in one person."""
    if len(roles & POWERS) > 1:
        raise Refused(APART, field="roles")


def keep_a_holder(connection: Connection, person: Kept, lost: frozenset[Role]) -> None:
    """Refuses to take the last active holder of one of the three powers away. Locks their rows, so that two do
    not take each other away at once."""
    for power in sorted(lost & POWERS & person.roles):
        held = select(UserRow.id, UserRow.roles).where(
            UserRow.active, UserRow.password != "", UserRow.roles.contains(power.value)
        )
        rows = connection.execute(held.order_by(UserRow.id).with_for_update()).all()
        if person.active and not [row for row in rows if row.id != person.id]:
            raise Refused(f"{person.name}是唯一在用的{power.label}，请先有另一人担任，再停用或者变更")


def _said(values: Values, name: str) -> Any:
    """A value, where nothing typed is the same as nothing said."""
    return values.get(name) if values.get(name) not in ("", []) else None


def _sealed(house: House, values: Values) -> bytes | None:
    return house.vault.seal(msgspec.json.encode(values).decode()) if values else None


def _opened(house: House, row: Any) -> Change:
    read = {name: msgspec.json.decode(house.vault.open(getattr(row, name)) or "{}") for name in ("before", "after")}
    plain = ("id", "user_id", "kind", "state", "by", "at", "decided_by", "decided_at", "restores")
    return Change(**{name: getattr(row, name) for name in plain}, **read)


def _words(name: str, value: Any, offices: Mapping[str, str]) -> str:
    if value is None or value == "":
        return ""
    if name == "roles":
        return role_words(value)
    if name == "active":
        return "在用" if value else "已停用"
    if name == "phone":
        return masked(Person(phone=value)).phone
    return offices.get(value, value) if name == "office" else str(value)


def role_words(roles: Sequence[str] | frozenset[Role]) -> str:
    """Roles by their titles."""
    return "、".join(Role(role).label for role in sorted(roles))
