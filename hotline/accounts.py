"""Accounts: making, changing and closing them, and proving that a password is the right one.

An account is never deleted, since events name who took a step; it is closed. Proving takes 64 MB and some
50 ms on purpose (argon2id), so only a few are proved at a time.
"""

from datetime import datetime
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from cases.parties import Vault
from cases.people import OFFICE, Role
from cases.phones import understand
from hotline import seats
from hotline.problems import Problem
from hotline.tables import AuditRow, UserRow

LEAST = 10  # characters of a password
LONGEST = 200

_hasher = PasswordHasher()  # RFC 9106, the second recommended setting
_at_once = BoundedSemaphore(4)
_nobodys: list[str] = []  # a hash to try against when there is no account, so that both take as long


class Account(Struct, frozen=True, kw_only=True):
    """What an account says of a person. `phone` takes alerts by SMS."""

    login: str
    name: str
    roles: frozenset[Role]
    office: str = ""
    phone: str = ""


class Known(Struct, frozen=True):
    """An account as signing in sees it."""

    id: int
    password: str
    active: bool


def add_user(connection: Connection, account: Account, password: str, vault: Vault, now: datetime) -> int:
    """A new account; its id. `Problem` names what is wrong with it."""
    errors = _wrong(account) | _wrong_password(password)
    if account.login and known(connection, account.login):
        errors["login"] = f"账号{account.login}已经存在"
    if errors:
        raise Problem("账号信息有误", errors)
    row = {**_columns(account, vault), "password": hashed(password), "active": True, "created_at": now}
    made = connection.execute(insert(UserRow).values(**row).returning(UserRow.id)).scalar_one()
    return int(made)


def change_user(connection: Connection, user_id: int, account: Account, vault: Vault) -> None:
    """Writes an account anew. What it may do changes with its next request."""
    errors = _wrong(account)
    other = known(connection, account.login)
    if other and other.id != user_id:
        errors["login"] = f"账号{account.login}已经存在"
    if errors:
        raise Problem("账号信息有误", errors)
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(**_columns(account, vault)))


def set_password(connection: Connection, user_id: int, password: str) -> None:
    """A new password; every sign-in with the old one ends."""
    if errors := _wrong_password(password):
        raise Problem("密码不符合要求", errors)
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(password=hashed(password)))
    seats.end_all(connection, user_id)


def set_active(connection: Connection, user_id: int, active: bool) -> None:
    """Closes an account and ends its sign-ins, or opens it again."""
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(active=active))
    if not active:
        seats.end_all(connection, user_id)


def known(connection: Connection, login: str) -> Known | None:
    """The account of a login, active or not."""
    found = select(UserRow.id, UserRow.password, UserRow.active).where(UserRow.login == login)
    row = connection.execute(found).one_or_none()
    return Known(row.id, row.password, row.active) if row else None


def proved(account: Known | None, password: str) -> bool:
    """Whether `password` is the account's and the account is active; takes as long where there is none."""
    with _at_once:
        if account is None and not _nobodys:
            _nobodys.append(_hasher.hash("nobody"))
        try:
            right = _hasher.verify(account.password if account else _nobodys[0], password[:LONGEST])
        except (VerifyMismatchError, InvalidHashError):
            return False
    return right and account is not None and account.active


def renewed(account: Known, password: str) -> str | None:
    """A new hash of a proved password where the old one was made with weaker settings."""
    return hashed(password) if _hasher.check_needs_rehash(account.password) else None


def hashed(password: str) -> str:
    """The argon2id hash that is kept."""
    with _at_once:
        return _hasher.hash(password[:LONGEST])


def audit(connection: Connection, now: datetime, by: str, what: str, **about: str) -> None:
    """Writes down what is no step of a case: `about` whom or what, with its `detail`."""
    row = {
        "at": now,
        "by": by,
        "what": what,
        "about": about.get("about", "")[:120],
        "detail": about.get("detail", ""),
    }
    connection.execute(insert(AuditRow).values(**row))


def _columns(account: Account, vault: Vault) -> dict[str, Any]:
    return {
        "login": account.login,
        "name": account.name,
        "roles": ",".join(sorted(account.roles)),
        "office": account.office,
        "phone": vault.seal(understand(account.phone).number),
    }


def _wrong(account: Account) -> dict[str, str]:
    """What is wrong with an account, by field."""
    errors = {}
    if (
        not account.login
        or len(account.login) > 60
        or not account.login.isprintable()
        or " " in account.login
    ):
        errors["login"] = "账号应为1至60个字符，不含空格"
    if not account.name.strip() or len(account.name) > 60:
        errors["name"] = "姓名应为1至60个字符"
    if not account.roles or account.roles & {Role.CITIZEN, Role.SYSTEM}:
        errors["roles"] = "应至少有一个工作人员角色"
    if account.roles & OFFICE and not account.office:
        errors["office"] = "承办人和承办单位负责人应有所属单位"
    if account.phone and not understand(account.phone).takes_text:
        errors["phone"] = "应为可以接收短信的手机号码"
    return errors


def _wrong_password(password: str) -> dict[str, str]:
    fits = LEAST <= len(password) <= LONGEST
    return {} if fits else {"password": f"密码应为{LEAST}至{LONGEST}个字符"}
