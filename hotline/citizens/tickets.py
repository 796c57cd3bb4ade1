"""Slips that the house signs for itself: who has shown a code once need not show it in every address.

A slip says what it is for, what about, and until when; nobody but the house can write one, and one written
for a file opens no case.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from litestar.datastructures import Cookie

from hotline.house import House

COOKIE = "hotline_case"
CASE, FILE, CODE, SEAT, SOURCE = "case", "file", "code", "seat", "source"
LASTS = {
    CASE: timedelta(minutes=30), FILE: timedelta(hours=2), CODE: timedelta(minutes=10), SEAT: timedelta(minutes=5),
    SOURCE: timedelta(hours=2),
}  # fmt: skip
PROVED = " proved"  # after the number in a slip that the query code itself has opened
MARK = 16  # bytes of the signature


def issue(house: House, purpose: str, about: str) -> str:
    """A slip for `about`, good from now on for as long as its purpose lasts."""
    until = int((house.now() + LASTS[purpose]).timestamp())
    content = f"{until}\n{about}".encode()
    return urlsafe_b64encode(_mark(house, purpose, content) + content).decode().rstrip("=")


def read(house: House, purpose: str, slip: str) -> str | None:
    """What the slip is about; None when it is forged, for something else, or over."""
    try:
        raw = urlsafe_b64decode(slip.encode("ascii") + b"=" * (-len(slip) % 4))
        mark, content = raw[:MARK], raw[MARK:]
        if not hmac.compare_digest(mark, _mark(house, purpose, content)):
            return None
        until, _, about = content.decode().partition("\n")
    except ValueError:
        return None
    return about if house.now() < datetime.fromtimestamp(int(until), UTC) else None


def cookie(house: House, number: str, proved: bool) -> Cookie:
    """The slip for a case as a cookie that is sent to that case's own pages and nowhere else. `proved`: shown for
    the code, and not for four digits that a neighbour may know."""
    return Cookie(
        key=COOKIE,
        value=issue(house, CASE, number + PROVED * proved),
        path=f"/requests/{number}",
        max_age=int(LASTS[CASE].total_seconds()),
        httponly=True,
        samesite="lax",
        secure=house.settings.public_url.startswith("https://"),
    )


def _mark(house: House, purpose: str, content: bytes) -> bytes:
    key = hmac.digest(house.settings.secret(), b"citizens' slips", "sha256")
    return hmac.digest(key, purpose.encode() + b"\n" + content, "sha256")[:MARK]
