"""Public case numbers: day, serial of the day, check digit — `2026112300012-7`.

Readable over the telephone; the check digit (ISO 7064 MOD 11,10) catches every single slip and nearly
every swapped pair. The number is no secret: a status page wants the code or the phone's last digits too.
"""

import re
from datetime import date

_SHAPE = re.compile(r"\D*(\d{8})(\d{5})\D?(\d)\D*")
PER_DAY = 100_000


def case_id(day: date, serial: int) -> int:
    """The integer id of the `serial`-th case of `day` (1-based, below 100,000)."""
    assert 0 < serial < PER_DAY, serial
    return int(f"{day:%Y%m%d}") * PER_DAY + serial


def public_number(case: int) -> str:
    """The number people are told."""
    return f"{case}-{_check(str(case))}"


def parse_number(text: str) -> int | None:
    """The case id in a number as somebody typed it, with or without the dash; None when it is not one."""
    found = _SHAPE.fullmatch(text.strip().translate(str.maketrans("０１２３４５６７８９－", "0123456789-")))
    if not found:
        return None
    body = found[1] + found[2]
    return int(body) if _check(body) == found[3] else None


def _check(digits: str) -> str:
    rest = 10
    for digit in digits:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)
