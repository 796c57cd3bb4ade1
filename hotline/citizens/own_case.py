"""Whose request it is: the number with its query code or four digits, the slip that says so afterwards, and a
telephone proved by SMS.

A number is no secret, so guesses are counted and every wrong one is told the same. A slip is bound to its number
for half an hour, so that no address anybody copies opens a case, and remembers how strong the proof was.
"""

import hmac
import unicodedata
from datetime import timedelta
from typing import Any, cast

from litestar import Request
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException, PermissionDeniedException, TooManyRequestsException
from sqlalchemy import Connection, select

from cases.lists import confidential, load_file
from cases.numbers import parse_number, public_number
from cases.parties import opened
from cases.procedure import File as CaseFile
from cases.tables import PartyRow
from hotline.citizens import one_time, tickets
from hotline.house import House
from hotline.progress import Progress, progress
from hotline.throttle import forget, network, note_failure, too_many

Asking = Request[Any, Any, Any]

WRONG = "没有查到。请核对编号与查询码（或登记手机号的后四位）"
OFTEN = "查询失败次数过多，请{minutes}分钟后再试，或拨打12345人工查询"
PER_NUMBER, PER_ADDRESS, WITHIN = 5, 20, timedelta(minutes=15)
LOOKALIKE = str.maketrans("018", "OIB")  # not in the alphabet of codes


class Barred(TooManyRequestsException):
    """Too many wrong guesses; the message says how long to wait."""

    def __init__(self, seconds: int) -> None:
        said = OFTEN.format(minutes=-(-seconds // 60))
        super().__init__(detail=said, headers={"Retry-After": str(seconds)})


def shown(house: House, number: str, word: str, address: str, *, digits: bool = True) -> int | None:
    """The case that `word` (its code, or with `digits` the telephone's last four, where nothing was told in
    confidence) opens, or None. Raises `Barred` when there were too many wrong ones about this number or from this address."""
    case = parse_number(number)
    about = [(f"status@{network(address)}"[:120], PER_ADDRESS)]
    if case is not None:
        about.append((f"status:{case}", PER_NUMBER))
    now = house.now()
    with house.writing() as connection:
        if wait := max(too_many(connection, name, now, most, WITHIN) for name, most in about):
            raise Barred(wait)
        if case is not None and _opens(house, connection, case, word, digits):
            forget(connection, f"status:{case}")
            return case
        for name, _ in about:
            note_failure(connection, name, now)
    return None


def _opens(house: House, connection: Connection, case: int, word: str, digits: bool) -> bool:
    said = unicodedata.normalize("NFKC", word).strip().upper()
    party = connection.execute(select(PartyRow).where(PartyRow.id == case)).one_or_none()
    if party is None:
        return False
    if digits and len(said) == 4 and said.isdigit() and case not in confidential(connection, [case]):
        phone = opened(house.vault, cast(PartyRow, party)).phone
        return len(phone) >= 8 and hmac.compare_digest(phone[-4:].encode(), said.encode())
    code = house.vault.code(public_number(case))
    return hmac.compare_digest(said.translate(LOOKALIKE).encode(), code.encode())


def carried(request: Asking, house: House, number: str) -> bool:
    """Whether the request carries a slip for this very number, or a session of its party's telephone."""
    if _slip(request, house) in (number, number + tickets.PROVED):
        return True
    case = parse_number(number)
    return case is not None and one_time.opens(request, house, case)


def proved(request: Asking, house: House, number: str) -> bool:
    """Whether it was opened by the query code or a code sent by SMS: four digits of a telephone, which a neighbour
    may know, open neither letters nor the change of a contact, and do nothing that cannot be undone."""
    case = parse_number(number)
    if case is None:
        return False
    return _slip(request, house) == public_number(case) + tickets.PROVED or one_time.opens(request, house, case)


def renewed(request: Asking, house: House, number: str) -> Cookie | None:
    """The slip for another half hour, as strong as it was; none where a telephone's session opened the case, so that
    nothing stays open when that one ends."""
    strong = {number: False, number + tickets.PROVED: True}.get(_slip(request, house))
    return None if strong is None else tickets.cookie(house, number, strong)


def _slip(request: Asking, house: House) -> str:
    return tickets.read(house, tickets.CASE, request.cookies.get(tickets.COOKIE, "")) or ""


def file_of(house: House, case: int) -> tuple[CaseFile, CaseFile | None]:
    """The case and, where it was merged, the one it was merged into."""
    with house.reading() as connection:
        file = load_file(connection, case)
        if file is None:
            raise NotFoundException(detail="没有这个编号")
        into = next((event.facts.into for event in reversed(file.history) if event.step == "merge"), "")
        lead = parse_number(into) if file.stage == "merged" else None
        return file, load_file(connection, lead) if lead is not None else None


def standing(request: Asking, house: House, number: str) -> Progress:
    """How the case of an address stands, for who carries its slip; 403 for anybody else."""
    case = parse_number(number)
    if case is None or not carried(request, house, public_number(case)):
        raise PermissionDeniedException(detail="请先用编号和查询码查询")
    file, lead = file_of(house, case)
    return progress(file, house.city, house.now(), lead)


def is_code(word: str) -> bool:
    """Whether what opened a case was its code, and not four digits."""
    return len(unicodedata.normalize("NFKC", word).strip()) > 4
