"""The second step of signing in: six digits from the person's telephone (RFC 6238), or a code from paper.

The secret is sealed with the house's key and each code is good once, even within its half minute: the counter of
the last one is kept, and moved by one statement, so that of two at once only one comes in.
"""

import io
import secrets
from datetime import datetime
from hashlib import sha256

import pyotp
import segno
from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select, update

from cases.tables import table_of
from hotline.accounts import seats
from hotline.accounts.tables import RecoveryRow, SecondStepRow
from hotline.house import House

PERIOD = 30  # seconds
CODES = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another
STEPS, RECOVERY = table_of(SecondStepRow), table_of(RecoveryRow)


class Shown(Struct, frozen=True):
    """What a person's telephone is shown: the secret in groups of four, and its picture to scan (SVG)."""

    secret: str
    picture: str


def is_on(connection: Connection, user_id: int) -> datetime | None:
    """Since when; None when it is off or not yet proved."""
    since: datetime | None = connection.scalar(select(STEPS.c.since).where(STEPS.c.user_id == user_id))
    return since


def prepare(connection: Connection, house: House, user_id: int, login: str) -> Shown:
    """The secret to scan: a new one, or the one that was shown and is not yet proved."""
    sealed = connection.scalar(select(STEPS.c.secret).where(STEPS.c.user_id == user_id, STEPS.c.since.is_(None)))
    secret = house.vault.open(sealed) if sealed else pyotp.random_base32()
    if not sealed:
        row = {"user_id": user_id, "secret": house.vault.seal(secret), "since": None, "last": 0}
        connection.execute(insert(STEPS).values(**row))
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=f"{house.city.name}12345")
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", border=2, xmldecl=False, svgns=False, omitsize=True, dark="#000", light="#fff", title="二维码"
    )
    return Shown(" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)), drawn.getvalue().decode())


def turn_on(connection: Connection, house: House, user_id: int, code: str) -> list[str]:
    """Proved by a first code: on from now. The recovery codes, to be shown once; empty where the code is wrong."""
    if not _right_code(connection, house, user_id, code):
        return []
    connection.execute(update(STEPS).where(STEPS.c.user_id == user_id).values(since=house.now()))
    seats.cool(user_id)
    return new_codes(connection, user_id)


def turn_off(connection: Connection, user_id: int) -> bool:
    """Forgets secret and codes; whether there was any."""
    connection.execute(delete(RECOVERY).where(RECOVERY.c.user_id == user_id))
    seats.cool(user_id)
    return bool(connection.execute(delete(STEPS).where(STEPS.c.user_id == user_id)).rowcount)


def new_codes(connection: Connection, user_id: int) -> list[str]:
    """Ten new codes for paper; those before are good no more."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(CODES)]
    connection.execute(delete(RECOVERY).where(RECOVERY.c.user_id == user_id))
    rows = [{"user_id": user_id, "digest": _digest(user_id, code), "used_at": None} for code in codes]
    connection.execute(insert(RECOVERY), rows)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def codes_left(connection: Connection, user_id: int) -> int:
    """How many codes on paper are still good."""
    asked = select(func.count()).select_from(RECOVERY).where(RECOVERY.c.user_id == user_id, RECOVERY.c.used_at.is_(None))
    return connection.scalar(asked) or 0


def right(connection: Connection, house: House, user_id: int, said: str) -> str:
    """By what `said` lets the person in, and from now on no more: code, recovery, or empty for neither."""
    plain = "".join(letter for letter in said.lower() if letter.isalnum())
    if plain.isdigit() and len(plain) == 6:
        return "code" if _right_code(connection, house, user_id, plain) else ""
    spent = update(RECOVERY).where(
        RECOVERY.c.user_id == user_id, RECOVERY.c.digest == _digest(user_id, plain), RECOVERY.c.used_at.is_(None)
    )
    return "recovery" if connection.execute(spent.values(used_at=house.now())).rowcount else ""


def _right_code(connection: Connection, house: House, user_id: int, code: str) -> bool:
    sealed = connection.scalar(select(STEPS.c.secret).where(STEPS.c.user_id == user_id))
    if sealed is None:
        return False
    totp, now = pyotp.TOTP(house.vault.open(sealed)), int(house.now().timestamp()) // PERIOD
    plain = "".join(letter for letter in code if letter in "0123456789")
    counters = [n for n in (now - 1, now, now + 1) if secrets.compare_digest(totp.generate_otp(n), plain)]
    if not counters:
        return False
    moved = update(STEPS).where(STEPS.c.user_id == user_id, STEPS.c.last < counters[-1])
    return bool(connection.execute(moved.values(last=counters[-1])).rowcount)


def _digest(user_id: int, code: str) -> str:
    return sha256(f"{user_id}:{code}".encode()).hexdigest()
