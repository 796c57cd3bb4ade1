"""Statutes, articles and lengths of time as values.

A number never stands alone: whoever writes a length writes the article on the same line, and an
article knows how lawyers cite it. Law has dates, so a new edition is a new `Law` beside the old.
"""

import re
from datetime import date
from enum import StrEnum

from msgspec import Struct

_PART = re.compile(r"(\d+)(?:-(\d+))?((?:\(\d+\))*)(?:-\((\d+)\))?(?:\[(\d+)\])?")
_NUMERALS = "零一二三四五六七八九"


class Unit(StrEnum):
    """What a length is counted in."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    OFFICE_HOUR = "office_hour"  # an hour in which the office is open
    DAY = "calendar_day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    YEAR = "year"

    @property
    def label(self) -> str:
        """The unit as statutes write it."""
        return _UNIT_TITLES[self]

    @property
    def timed(self) -> bool:
        """Whether the period ends at a moment and not with a day."""
        return self in (Unit.SECOND, Unit.MINUTE, Unit.HOUR, Unit.OFFICE_HOUR)


_UNIT_TITLES = {
    Unit.SECOND: "秒",
    Unit.MINUTE: "分钟",
    Unit.HOUR: "小时",
    Unit.OFFICE_HOUR: "个办公小时",
    Unit.DAY: "日",
    Unit.WORKING_DAY: "个工作日",
    Unit.MONTH: "个月",
    Unit.YEAR: "年",
}


class Length(Struct, frozen=True):
    """A length of time: `n` of `unit`. Zero is allowed for an immediate duty."""

    n: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.n}{self.unit.label}"

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError(f"length: {self.n} is below zero")


def hours(n: int) -> Length:
    """`n` hours by the clock on the wall, day and night."""
    return Length(n, Unit.HOUR)


def office_hours(n: int) -> Length:
    """`n` hours in which the office is open."""
    return Length(n, Unit.OFFICE_HOUR)


def days(n: int) -> Length:
    """`n` calendar days (日)."""
    return Length(n, Unit.DAY)


def working_days(n: int) -> Length:
    """`n` working days (工作日)."""
    return Length(n, Unit.WORKING_DAY)


def months(n: int) -> Length:
    """`n` calendar months."""
    return Length(n, Unit.MONTH)


def years(n: int) -> Length:
    """`n` calendar years."""
    return Length(n, Unit.YEAR)


class Article(Struct, frozen=True):
    """A place in a statute: `number` in the short form `33(2)`, `39(1)(6)`, `29-36`, or `31[6]` for an item of an
    article that has one paragraph. Two editions of one statute are told apart by `in_force`."""

    law: str
    number: str
    in_force: date | None = None
    key: str = ""

    def __str__(self) -> str:
        return f"《{self.law}》{cited(self.number)}" if self.number else f"《{self.law}》"


class Law(Struct, frozen=True):
    """One edition of an instrument. `key` is the short sign used in tables; `note` tells the edition."""

    name: str
    in_force: date
    key: str = ""
    note: str = ""

    def article(self, number: int | str) -> Article:
        """The article `number`, e.g. `33`, `"33(2)"` (paragraph) or `"39(1)(6)"` (item)."""
        return Article(self.name, str(number), self.in_force, self.key)


def cited(number: str) -> str:
    """`33(2)` → 第三十三条第二款, `39(1)(6)` → 第三十九条第一款第六项, `31[6]` → 第三十一条第六项,
    `29-36` → 第二十九条至第三十六条, `30(1)-(2), 88(2)` → 第三十条第一款至第二款、第八十八条第二款."""
    parts = [_PART.fullmatch(part) for part in number.split(", ")]
    return "、".join(_cited(part) for part in parts if part) if all(parts) else number


def _cited(part: re.Match[str]) -> str:
    first, last, inner, until, item = part.groups()
    text = f"第{numeral(int(first))}条" + (f"至第{numeral(int(last))}条" if last else "")
    places = list(zip(re.findall(r"\d+", inner), ("款", "项"), strict=False))
    text += "".join(f"第{numeral(int(place))}{word}" for place, word in places)
    text += f"至第{numeral(int(until))}{places[-1][1]}" if until and places else ""
    return f"{text}第{numeral(int(item))}项" if item else text


def numeral(n: int) -> str:
    """1…999 in Chinese numerals, as article numbers are written."""
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    text = _NUMERALS[hundreds] + "百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _NUMERALS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_NUMERALS[ones] if ones else "")
