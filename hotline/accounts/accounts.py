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
from msgspec.structs import replace
from sqlalchemy import Connection, insert, select, update

from cases.parties import Vault
from cases.people import OFFICE, Role
from cases.phones import understand
from hotline.accounts import audit_trail, seats
from hotline.problems import Problem
from hotline.tables import UserRow

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
    roles: str = ""


class Kept(Account, frozen=True, kw_only=True):
    """An account as it stands. `invited` until the person has set a password."""

    id: int
    active: bool
    invited: bool

    @property
    def actor(self) -> str:
        """As events and lists name the person."""
        return f"user:{self.id}"


def add_user(connection: Connection, account: Account, password: str, vault: Vault, now: datetime) -> int:
    """A new account that works at once; its id. `Problem` names what is wrong with it."""
    if errors := _wrong(connection, account) | wrong_password(password):
        raise Problem("账号信息有误", errors)
    return _insert(connection, account, hashed(password), vault, now)


def invite_user(connection: Connection, account: Account, vault: Vault, now: datetime) -> int:
    """A new account without a password and without a role: the one is the person's to set, the other to be
    confirmed. `account.roles` are those it shall have."""
    if errors := _wrong(connection, account):
        raise Problem("账号信息有误", errors)
    return _insert(connection, replace(account, roles=frozenset()), "", vault, now)


def change_user(connection: Connection, user_id: int, account: Account, vault: Vault) -> None:
    """Writes an account anew. What it may do changes with its next request."""
    if errors := _wrong(connection, account, user_id):
        raise Problem("账号信息有误", errors)
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(**_columns(account, vault)))
    seats.cool(user_id)


def set_roles(connection: Connection, user_id: int, roles: frozenset[Role]) -> None:
    """What the account may do from its next request on."""
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(roles=_listed(roles)))
    seats.cool(user_id)


def read(connection: Connection, user_id: int, vault: Vault) -> Kept | None:
    """The account of that id."""
    row = connection.execute(select(UserRow).where(UserRow.id == user_id)).one_or_none()
    return kept(row, vault) if row else None


def kept(row: Any, vault: Vault) -> Kept:
    """An account's row as a value, its telephone in clear: pages mask it."""
    return Kept(
        id=row.id,
        login=row.login,
        name=row.name,
        roles=seats.roles_of(row.roles),
        office=row.office,
        phone=vault.open(row.phone),
        active=row.active,
        invited=not row.password,
    )


def set_password(connection: Connection, user_id: int, password: str) -> None:
    """A new password; every sign-in with the old one ends."""
    if errors := wrong_password(password):
        raise Problem("密码不符合要求", errors)
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(password=hashed(password)))
    seats.end_all(connection, user_id)


def change_password(connection: Connection, user_id: int, password: str, here: str) -> None:
    """A new password of the person's own; every sign-in ends but `here`."""
    if errors := wrong_password(password):
        raise Problem("密码不符合要求", errors)
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(password=hashed(password)))
    seats.end_all(connection, user_id, but=here)


def set_active(connection: Connection, user_id: int, active: bool) -> None:
    """Closes an account and ends its sign-ins, or opens it again."""
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(active=active))
    seats.cool(user_id)
    if not active:
        seats.end_all(connection, user_id)


def known(connection: Connection, login: str) -> Known | None:
    """The account of a login, active or not."""
    found = select(UserRow.id, UserRow.password, UserRow.active, UserRow.roles).where(UserRow.login == login)
    row = connection.execute(found).one_or_none()
    return Known(*row) if row else None


def proved(account: Known | None, password: str) -> bool:
    """Whether `password` is the account's and the account is active; takes as long where there is none."""
    own = account.password if account else ""
    with _at_once:
        if not own and not _nobodys:
            _nobodys.append(_hasher.hash("nobody"))
        try:
            right = _hasher.verify(own or _nobodys[0], password[:LONGEST])
        except (VerifyMismatchError, InvalidHashError):
            return False
    return right and bool(own) and account is not None and account.active


def renewed(account: Known, password: str) -> str | None:
    """A new hash of a proved password where the old one was made with weaker settings."""
    return hashed(password) if _hasher.check_needs_rehash(account.password) else None


def hashed(password: str) -> str:
    """The argon2id hash that is kept."""
    with _at_once:
        return _hasher.hash(password[:LONGEST])


def audit(connection: Connection, now: datetime, by: str, what: str, **about: str) -> None:
    """Writes down what is no step of a case: `about` whom or what, with its `detail`."""
    audit_trail.append(connection, now, by, what, about.get("about", "")[:120], about.get("detail", ""))


def wrong_password(password: str) -> dict[str, str]:
    """What is wrong with a password that somebody chose, by field."""
    fits = LEAST <= len(password) <= LONGEST
    return {} if fits else {"password": f"密码应为{LEAST}至{LONGEST}个字符"}


def _insert(connection: Connection, account: Account, password: str, vault: Vault, now: datetime) -> int:
    row = {**_columns(account, vault), "password": password, "active": True, "created_at": now}
    made = connection.execute(insert(UserRow).values(**row).returning(UserRow.id)).scalar_one()
    return int(made)


def _listed(roles: frozenset[Role]) -> str:
    return ",".join(sorted(roles))


def _columns(account: Account, vault: Vault) -> dict[str, Any]:
    return {
        "login": account.login,
        "name": account.name,
        "roles": _listed(account.roles),
        "office": account.office,
        "phone": vault.seal(understand(account.phone).number),
    }


def _wrong(connection: Connection, account: Account, own: int = 0) -> dict[str, str]:
    """What is wrong with an account, by field; `own` is its id where it has one."""
    errors = {}
    if not 1 <= len(account.login) <= 60 or not account.login.isprintable() or " " in account.login:
        errors["login"] = "账号应为1至60个字符，不含空格"
    elif (other := known(connection, account.login)) and other.id != own:
        errors["login"] = f"账号{account.login}已经存在"
    if not account.name.strip() or len(account.name) > 60:
        errors["name"] = "姓名应为1至60个字符"
    unasked = own and not account.roles  # still to be confirmed
    return errors | ({} if unasked else wrong_roles(account)) | wrong_phone(account.phone)


def wrong_roles(account: Account) -> dict[str, str]:
    """What is wrong with the roles an account has or shall have, and with its office for them."""
    errors = {}
    if not account.roles or account.roles & {Role.CITIZEN, Role.SYSTEM}:
        errors["roles"] = "应至少有一个工作人员角色"
    if account.roles & OFFICE and not account.office:
        errors["office"] = "承办人和承办单位负责人应有所属单位"
    return errors


def wrong_phone(phone: str) -> dict[str, str]:
    """What is wrong with the telephone that takes alerts."""
    fits = not phone or understand(phone).takes_text
    return {} if fits else {"phone": "应为可以接收短信的手机号码"}
