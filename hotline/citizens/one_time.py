"""A telephone proved by a code of six digits that was sent to it, and what it then opens for half an hour.

Whether a number is known is never told: the answer, the row and the limits are the same, only no message goes
out to a stranger. A code is guessed at five times at most, counted before it is compared, and serves once.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select, update

from cases.bulk import insert_rows
from cases.lists import confidential
from cases.outbox import message
from cases.tables import CaseRow, OutboxRow, PartyRow, table_of
from hotline.citizens.one_time_tables import CitizenSessionRow, OneTimeCodeRow
from hotline.house import House
from hotline.throttle import network, note_failure, too_many

COOKIE = "hotline_citizen"
GOOD, STAYS, KEPT = timedelta(minutes=10), timedelta(minutes=30), timedelta(days=1)
GUESSES = 5
SENDS_A_PHONE, SENDS_AN_ADDRESS = 3, 10
WRONG_AN_ADDRESS, WITHIN = 20, timedelta(minutes=15)
A_PAGE = 20
CODES = table_of(OneTimeCodeRow)


class Often(Exception):
    """Too many codes asked for, or too many wrong ones; how many seconds to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Own(Struct, frozen=True, kw_only=True):
    """One of a number's own cases, as the list shows it. What is confidential stays without words."""

    number: str
    procedure: str
    kind: str
    title: str
    stage: str
    ended: bool
    opened_at: datetime
    promised_at: datetime | None
    confidential: bool


def send(house: House, phone_index: str, address: str) -> int:
    """Makes a code for a number and owes it to that number if somebody has it; the code's id. `Often` tells
    how long to wait when too many were asked for."""
    now, code = house.now(), f"{secrets.randbelow(10**6):06d}"
    about = [(f"code:{phone_index}", SENDS_A_PHONE), (f"codes@{network(address)}"[:120], SENDS_AN_ADDRESS)]
    with house.writing() as connection:
        wait = max(too_many(connection, name, now, most, WITHIN) for name, most in about)
        if wait:
            raise Often(wait)
        for name, _ in about:
            note_failure(connection, name, now)
        _sweep(connection, now)
        row = {"phone_index": phone_index, "digest": _digest(house, phone_index, code), "made_at": now}
        made = insert(CODES).values(**row, wrong=0, used=False).returning(OneTimeCodeRow.id)
        found = int(connection.execute(made).scalar_one())
        party = connection.scalar(
            select(func.max(PartyRow.id)).where(PartyRow.phone_index == phone_index, PartyRow.phone_kind == "mobile")
        )
        if party is not None:
            facts = {"sealed": (house.vault.seal(code) or b"").hex()}  # in the clear it is nowhere in the database
            owed = message(dedupe=f"one-time:{found}", case=None, recipient=f"party:{party}",
                           template="one_time", facts=facts, now=now)  # fmt: skip
            insert_rows(connection, table_of(OutboxRow), [owed])
    house.ledger.on_commit()
    return found


def enter(house: House, asked: int, code: str, address: str) -> str | None:
    """The token of a new session for a right code; None for a wrong, used or old one."""
    now, place = house.now(), f"code@{network(address)}"[:120]
    token = secrets.token_urlsafe(32)
    alive = OneTimeCodeRow.id == asked, OneTimeCodeRow.made_at > now - GOOD, OneTimeCodeRow.used.is_(False)
    with house.writing() as connection:
        if wait := too_many(connection, place, now, WRONG_AN_ADDRESS, WITHIN):
            raise Often(wait)
        guess = update(CODES).where(*alive, OneTimeCodeRow.wrong < GUESSES).values(wrong=OneTimeCodeRow.wrong + 1)
        row = connection.execute(guess.returning(OneTimeCodeRow.phone_index, OneTimeCodeRow.digest)).one_or_none()
        right = row is not None and secrets.compare_digest(row.digest, _digest(house, row.phone_index, code))
        if row is None or not right:
            note_failure(connection, place, now)
            return None
        connection.execute(update(CODES).where(*alive).values(used=True))
        session = {"token": _hashed(token), "phone_index": row.phone_index, "until": now + STAYS}
        connection.execute(insert(CitizenSessionRow).values(**session))
    return token


def leave(house: House, token: str) -> None:
    """Ends a session."""
    with house.writing() as connection:
        connection.execute(delete(CitizenSessionRow).where(CitizenSessionRow.token == _hashed(token)))


def cookie(house: House, token: str) -> Cookie:
    """The session as a cookie; without a token the one that takes it away."""
    secure = house.settings.public_url.startswith("https://")
    lasts = int(STAYS.total_seconds()) if token else 0
    return Cookie(key=COOKIE, value=token, max_age=lasts, httponly=True, samesite="lax", secure=secure)


def phone_of(request: Request[Any, Any, Any], house: House, connection: Connection) -> str:
    """The blind index of the number that the request's session has proved, or empty."""
    token = request.cookies.get(COOKIE, "")
    wanted = CitizenSessionRow.token == _hashed(token), CitizenSessionRow.until > house.now()
    return str(connection.scalar(select(CitizenSessionRow.phone_index).where(*wanted)) or "") if token else ""


def opens(request: Request[Any, Any, Any], house: House, case: int) -> bool:
    """Whether the session opens that case: its number is the party's, and nothing in it is confidential. Numbers
    change hands, so what was told in confidence wants the query code as well."""
    if COOKIE not in request.cookies:
        return False
    with house.reading() as connection:
        index = phone_of(request, house, connection)
        theirs = connection.scalar(select(PartyRow.phone_index).where(PartyRow.id == case)) if index else None
        return bool(index) and theirs == index and case not in confidential(connection, [case])


def own(house: House, phone_index: str, page: int) -> tuple[list[Own], int]:
    """One page of the cases of a number, the newest first, and how many there are in all."""
    held = PartyRow.phone_index == phone_index
    joined = select(CaseRow.id).join(PartyRow, PartyRow.id == CaseRow.party).where(held)
    columns = (
        CaseRow.id, CaseRow.number, CaseRow.procedure, CaseRow.kind, CaseRow.title, CaseRow.stage, CaseRow.ended,
        CaseRow.opened_at, CaseRow.promised_at,
    )  # fmt: skip
    asked = select(*columns).join(PartyRow, PartyRow.id == CaseRow.party).where(held)
    asked = asked.order_by(CaseRow.opened_at.desc(), CaseRow.id.desc()).limit(A_PAGE).offset((page - 1) * A_PAGE)
    with house.reading() as connection:
        whole = connection.scalar(select(func.count()).select_from(joined.subquery())) or 0
        rows = connection.execute(asked).all()
        hidden = confidential(connection, [row.id for row in rows])
    names = [column.key for column in columns[1:]]
    return [Own(**_told(row, names, row.id in hidden)) for row in rows], whole


def _told(row: Any, names: list[str], hidden: bool) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in names}
    return {**told, "title": "" if hidden else row.title, "confidential": hidden}


def _sweep(connection: Connection, now: datetime) -> None:
    """Forgets the codes of yesterday and the sessions that are over."""
    connection.execute(delete(OneTimeCodeRow).where(OneTimeCodeRow.made_at < now - KEPT))
    connection.execute(delete(CitizenSessionRow).where(CitizenSessionRow.until < now))


def _digest(house: House, phone_index: str, code: str) -> str:
    return house.vault.index(f"one-time {phone_index} {code}")


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
