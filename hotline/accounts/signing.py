"""What becomes of a try to sign in: counted, tried, told; a seat only when all that is asked was shown.

Nothing here knows of requests and pages; `signin` draws what this answers.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct
from sqlalchemy import Connection, func, select, update

from cases.bulk import insert_rows
from cases.outbox import message
from cases.tables import OutboxRow, table_of
from hotline.accounts import accounts, seats, second_step
from hotline.accounts.accounts import Known
from hotline.citizens import tickets
from hotline.house import House
from hotline.tables import UserRow
from hotline.throttle import forget, network, note_failure, take_back, too_many

WITHIN = timedelta(minutes=15)
MOST_LOGIN, MOST_ADDRESS = 5, 20
WRONG = "账号或密码不正确"
WRONG_CODE = "验证码不正确，或者已经用过"
OVER = "登录步骤已过期，请重新输入账号和密码"
UNCONFIRMED = "账号的岗位尚待安全管理员确认，确认后即可登录"


class Try(Struct, frozen=True, kw_only=True):
    """What somebody shows, from where, with what."""

    login: str
    password: str
    code: str
    address: str
    device: str


class Attempted(Struct, frozen=True, kw_only=True):
    """What became of a try: a token; or a slip and the question for the code; or what is said instead."""

    token: str = ""
    ticket: str = ""
    said: str = ""
    status: int = 200
    wait: int = 0


def attempt(house: House, tried: Try) -> Attempted:
    """One try with login and password, and with a code where it comes along."""
    about = about_login(tried.login)
    with house.writing() as connection:
        if wait := _wait(connection, house, about, tried.address):
            return wait
        counted = _count(connection, house, about, tried.address)
        account = accounts.known(connection, tried.login)
    right = accounts.proved(account, tried.password)
    renewed = accounts.renewed(account, tried.password) if right and account else None
    with house.writing() as connection:
        if account is None or not right:
            return _wrong(connection, house, tried, account)
        take_back(connection, counted)
        if renewed:
            connection.execute(update(UserRow).where(UserRow.id == account.id).values(password=renewed))
        if not account.roles:
            return Attempted(said=UNCONFIRMED, status=403)
        if second_step.is_on(connection, account.id) is None:
            return _welcome(connection, house, tried, account.id)
    ticket = tickets.issue(house, tickets.SEAT, f"{account.id}\n{_mark(renewed or account.password)}\n{tried.login}")
    return attempt_code(house, ticket, tried) if tried.code else Attempted(ticket=ticket)


def attempt_code(house: House, ticket: str, tried: Try) -> Attempted:
    """The second step, for who holds the slip of the first."""
    user, _, rest = (tickets.read(house, tickets.SEAT, ticket) or "").partition("\n")
    mark, _, login = rest.partition("\n")
    with house.writing() as connection:
        account = accounts.known(connection, login) if user else None
        if account is None or str(account.id) != user or _mark(account.password) != mark or not account.active:
            return Attempted(said=OVER, status=401)
        about = about_login(login)
        if wait := _wait(connection, house, about, tried.address):
            return wait
        counted = _count(connection, house, about, tried.address)
        way = second_step.right(connection, house, account.id, tried.code)
        shown = Try(login=login, password="", code="", address=tried.address, device=tried.device)
        if not way:
            _wrong(connection, house, shown, account)
            return Attempted(ticket=ticket, said=WRONG_CODE, status=401)
        take_back(connection, counted)
        return _welcome(connection, house, shown, account.id, way)


def attempt_password(house: House, tried: Try) -> str:
    """Whether somebody signed in still knows the password: empty, or what is said instead. Counted like any guess,
    so that a seat left open is no place to try passwords from."""
    about = about_login(tried.login)
    with house.writing() as connection:
        if wait := _wait(connection, house, about, tried.address):
            return wait.said
        counted = _count(connection, house, about, tried.address)
        account = accounts.known(connection, tried.login)
    right = accounts.proved(account, tried.password)
    with house.writing() as connection:
        if not right:
            _wrong(connection, house, tried, account)
            return "密码不正确"
        take_back(connection, counted)
    return ""


def about_login(login: str) -> str:
    """What failures of a login are counted under: what was typed may be a password."""
    return f"login:{_hidden(login)}"


def _wait(connection: Connection, house: House, about: str, address: str) -> Attempted | None:
    now, where = house.now(), f"signin:{network(address)}"
    wait = max(
        too_many(connection, about, now, MOST_LOGIN, WITHIN), too_many(connection, where, now, MOST_ADDRESS, WITHIN)
    )
    said = f"尝试次数过多，请{-(-wait // 60)}分钟后再试"
    return Attempted(said=said, status=429, wait=wait) if wait else None


def _count(connection: Connection, house: House, about: str, address: str) -> list[int]:
    now = house.now()
    return [note_failure(connection, about, now), note_failure(connection, f"signin:{network(address)}", now)]


def _welcome(connection: Connection, house: House, tried: Try, user: int, way: str = "") -> Attempted:
    """A seat, and what was guessed before no longer counts."""
    now, idle = house.now(), timedelta(minutes=house.city.sign_in.idle_minutes)
    forget(connection, about_login(tried.login))
    by = {"code": "（动态验证码）", "recovery": "（恢复码）"}.get(way, "")
    accounts.audit(connection, now, f"user:{user}", "sign_in", about=tried.login, detail=tried.address + by)
    return Attempted(token=seats.begin(connection, user, tried.address, now, tried.device, idle))


def _wrong(connection: Connection, house: House, tried: Try, account: Known | None) -> Attempted:
    """Written down; whom it is about is told when it was once too often."""
    now = house.now()
    whom = tried.login if account else f"未知账号 {_hidden(tried.login)[:8]}"  # what was typed may be a password
    accounts.audit(connection, now, "", "sign_in_failed", about=whom, detail=tried.address)
    if account:
        failed = update(UserRow).where(UserRow.id == account.id)
        connection.execute(failed.values(failed=func.coalesce(UserRow.failed, 0) + 1))
        if too_many(connection, about_login(tried.login), now, MOST_LOGIN, WITHIN):
            _tell_locked(connection, now, account.id)
    return Attempted(said=WRONG, status=401)


def _tell_locked(connection: Connection, now: datetime, user: int) -> None:
    phone = select(UserRow.phone).where(UserRow.id == user, UserRow.phone.is_not(None))
    if connection.scalar(phone) is None:
        return  # the page after the next sign-in says how many wrong passwords there were
    dedupe = f"locked:{user}:{int(now.timestamp() // WITHIN.total_seconds())}"
    row = message(dedupe=dedupe, case=None, recipient=f"user:{user}", template="locked", facts={}, now=now)
    insert_rows(connection, table_of(OutboxRow), [row], or_leave=True)


def _mark(password: str) -> str:
    return sha256(password.encode()).hexdigest()[:16]


def _hidden(login: str) -> str:
    return sha256(login.casefold().encode()).hexdigest()[:32]
