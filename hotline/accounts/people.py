"""The people of the house as lists and pages show them: found by name, office, role and state, and read one by one.

A telephone is masked here already; what a page asks is a fixed number of statements, however many people there are.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from sqlalchemy import Connection, Select, func, select

from cases.parties import Person, masked
from cases.people import Role
from hotline import bell
from hotline.accounts import accounts, invitations, second_step
from hotline.accounts import changes as account_changes
from hotline.accounts.accounts import Kept
from hotline.accounts.changes import CHANGES, Change, Line
from hotline.accounts.signing import MOST_LOGIN, WITHIN, about_login
from hotline.accounts.tables import SecondStepRow
from hotline.calendar.lights import moment_words
from hotline.house import House
from hotline.tables import SessionRow, UserRow
from hotline.throttle import too_many

PAGE = 50
SHOWN = 20  # changes on a person's page
STATES = {"active": "在用", "invited": "未设密码", "asked": "岗位待确认", "closed": "已停用"}
ROLES = [(role.value, role.label) for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)]


class Wanted(Struct, frozen=True, kw_only=True):
    """Which people: part of a login or name, an office, a role, a state, after a login."""

    q: str = ""
    office: str = ""
    role: str = ""
    state: str = ""
    after: str = ""

    def link(self, after: str) -> str:
        """The address of the page that begins after a login."""
        told = {name: getattr(self, name) for name in self.__struct_fields__} | {"after": after}
        return "/people?" + urlencode({name: value for name, value in told.items() if value})


class Listed(Struct, frozen=True, kw_only=True):
    """One row of the list."""

    id: int
    login: str
    name: str
    roles: str
    office: str
    state: str
    asked: str
    seen: str
    totp: bool


class Told(Struct, frozen=True, kw_only=True):
    """One change as a page tells it. `may` says what the reader could do with it: decide, recall, restore."""

    id: int
    person: int
    name: str
    kind: str
    state: str
    lines: list[Line]
    by: str
    at: str
    decided: str
    restores: int | None
    may: str


def wanted_of(given: Mapping[str, str]) -> Wanted:
    """What an address asks for; a role or state that does not exist is left out."""
    role, state = given.get("role", ""), given.get("state", "")
    return Wanted(
        q=given.get("q", "").strip()[:60],
        office=given.get("office", "")[:60],
        role=role if role in dict(ROLES) else "",
        state=state if state in STATES else "",
        after=given.get("after", "")[:60],
    )


def listed(connection: Connection, house: House, wanted: Wanted) -> list[Listed]:
    """One page of people and one more, by login."""
    rows = connection.execute(_asked(wanted)).all()
    waiting = _waiting(connection, house, [row.id for row in rows])
    return [
        Listed(
            id=row.id,
            login=row.login,
            name=row.name,
            roles=account_changes.role_words(sorted(filter(None, row.roles.split(",")))),
            office=house.city.offices.get(row.office, row.office),
            state=_state(row, row.id in waiting),
            asked=waiting.get(row.id, ""),
            seen=moment_words(row.signed_in_at, house.city.calendar) if row.signed_in_at else "",
            totp=row.since is not None,
        )
        for row in rows
    ]


def _asked(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    asked: Select[*tuple[Any, ...]] = select(
        UserRow.id, UserRow.login, UserRow.name, UserRow.roles, UserRow.office, UserRow.active, UserRow.signed_in_at,
        (UserRow.password == "").label("invited"), SecondStepRow.since,
    ).outerjoin(SecondStepRow, SecondStepRow.user_id == UserRow.id)  # fmt: skip
    if wanted.q:
        like = UserRow.login.contains(wanted.q, autoescape=True), UserRow.name.contains(wanted.q, autoescape=True)
        asked = asked.where(like[0] | like[1])
    if wanted.office:
        asked = asked.where(UserRow.office == wanted.office)
    if wanted.role:
        asked = asked.where(UserRow.roles.contains(wanted.role))
    if wanted.state == "asked":
        waits = select(CHANGES.c.id).where(CHANGES.c.user_id == UserRow.id, *_WAITS)
        asked = asked.where(waits.exists())
    elif wanted.state:
        asked = asked.where(UserRow.active.is_(wanted.state != "closed"))
        asked = asked.where(UserRow.password == "") if wanted.state == "invited" else asked
    if wanted.after:
        asked = asked.where(UserRow.login > wanted.after)
    return asked.order_by(UserRow.login).limit(PAGE + 1)


_WAITS = (CHANGES.c.kind == "roles", CHANGES.c.state == "asked")


def _waiting(connection: Connection, house: House, ids: list[int]) -> dict[int, str]:
    asked = select(CHANGES).where(CHANGES.c.user_id.in_(ids), *_WAITS)
    found = account_changes.changes(connection, house, asked) if ids else []
    return {change.user_id: account_changes.role_words(change.after.get("roles", [])) for change in found}


def _state(row: Any, waits: bool) -> str:
    if not row.active:
        return "closed"
    return "asked" if waits else "invited" if row.invited else "active"


# -- one person ----------------------------------------------------------------------------------------


class Shown(Struct, frozen=True, kw_only=True):
    """One person as the page shows it."""

    person: Kept
    phone: str
    state: str
    totp: datetime | None
    sessions: int
    locked: int  # minutes
    link: Any
    asked: Told | None
    changes: list[Told]
    seen: tuple[datetime, str] | None


def shown(connection: Connection, house: House, reader: frozenset[Role], me: str, person: Kept) -> Shown:
    """Everything the page of a person says."""
    now = house.now()
    recent = select(CHANGES).where(CHANGES.c.user_id == person.id).order_by(CHANGES.c.id.desc()).limit(SHOWN)
    lines = told(connection, house, recent, reader, me)
    seats = select(func.count()).select_from(SessionRow).where(SessionRow.user_id == person.id)
    row = connection.execute(select(UserRow.signed_in_at, UserRow.signed_in_from).where(UserRow.id == person.id)).one()
    locked = too_many(connection, about_login(person.login), now, MOST_LOGIN, WITHIN)
    asked = next((line for line in lines if line.state == "asked"), None)
    return Shown(
        person=person,
        phone=masked(Person(phone=person.phone)).phone,
        state="closed" if not person.active else "asked" if asked else "invited" if person.invited else "active",
        totp=second_step.is_on(connection, person.id),
        sessions=connection.scalar(seats) or 0,
        locked=-(-locked // 60),
        link=invitations.standing(connection, person.id, now),
        asked=asked,
        changes=lines,
        seen=(row[0], row[1] or "") if row[0] else None,
    )


def told(connection: Connection, house: House, asked: Select[Any], reader: frozenset[Role], me: str) -> list[Told]:
    """Changes in words, and what the reader may do with each."""
    found = account_changes.changes(connection, house, asked)
    people = bell.names(connection, {who for one in found for who in (one.by, one.decided_by, f"user:{one.user_id}")})
    calendar = house.city.calendar
    return [
        Told(
            id=one.id,
            person=one.user_id,
            name=people.get(f"user:{one.user_id}", ""),
            kind=account_changes.KINDS.get(one.kind, one.kind),
            state=one.state,
            lines=account_changes.compared(one.before, one.after, house),
            by=people.get(one.by, one.by),
            at=moment_words(one.at, calendar),
            decided=f"{people.get(one.decided_by, one.decided_by)} {moment_words(one.decided_at, calendar)}"
            if one.decided_at else "",
            restores=one.restores,
            may=_may(one, reader, me),
        )
        for one in found
    ]  # fmt: skip


def _may(one: Change, reader: frozenset[Role], me: str) -> str:
    own = me == f"user:{one.user_id}"
    if one.state == "asked":
        return "recall" if one.by == me else "decide" if Role.SECURITY in reader and not own else ""
    if one.state != "done" or one.kind not in account_changes.BACK or (own and one.kind == "roles"):
        return ""
    return "restore" if one.kind == "roles" or Role.ADMIN in reader else ""


def person_of(connection: Connection, house: House, person: int) -> Kept | None:
    """The account of that id."""
    return accounts.read(connection, person, house.vault)
