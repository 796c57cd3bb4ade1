"""Which figures somebody asks for: read from an address, held to what the seat may see, kept as typed where wrong."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from cases.procedures import PROCEDURES
from hotline.accounts.seats import Seat
from hotline.figures.figures import DAY, LONGEST, Wanted, bounds, month_on
from hotline.house import House
from hotline.problems import Problem
from hotline.web import Asking

PERIODS = {
    "month": "本月",
    "last_month": "上月",
    "quarter": "本季度",
    "last_quarter": "上季度",
    "year": "近十二个月",
    "custom": "自定起止日",
}
CODE = re.compile(r"[\w.-]{1,80}")
NAMES = ("period", "first", "last", "office", "street", "topic", "procedure")


class Said(Struct, frozen=True, kw_only=True):
    """What was asked: the figures meant, what was typed, and what was wrong with it, by field."""

    wanted: Wanted
    typed: Mapping[str, str]
    errors: Mapping[str, str]

    def whole(self) -> Wanted:
        """The figures, or `Problem` with every field that is wrong."""
        if self.errors:
            raise Problem("不能统计", dict(self.errors))
        return self.wanted


def said(request: Asking, house: House, seat: Seat) -> Said:
    """`period` (month, last_month, quarter, last_quarter, year) or `first` and `last`, and what narrows."""
    typed = {name: str(request.query_params.get(name, "")).strip()[:80] for name in NAMES}
    today = house.city.calendar.day_of(house.now())
    errors: dict[str, str] = {}
    own, procedures = bounds(seat)
    first, last = _days(typed, today, errors)
    wanted = Wanted(
        first=first,
        last=last,
        office=own or _coded(typed, "office", errors),
        street=_coded(typed, "street", errors),
        topic=_coded(typed, "topic", errors),
        procedure=_procedure(typed, procedures, errors),
        procedures=procedures,
    )
    return Said(wanted=wanted, typed=typed, errors=errors)


def _coded(typed: dict[str, str], name: str, errors: dict[str, str]) -> str:
    """A code; one that is in no list any more still has its past."""
    if typed[name] and not CODE.fullmatch(typed[name]):
        errors[name] = "没有这一项，请从列表中选择"
        return ""
    return typed[name]


def _procedure(typed: dict[str, str], may: tuple[str, ...], errors: dict[str, str]) -> str:
    value = typed["procedure"]
    if value and value not in (may or PROCEDURES):
        errors["procedure"] = "没有这种程序，或者您的岗位不能查看"
        return ""
    return value


def stretch(period: str, today: date) -> tuple[date, date]:
    """The days a named period stands for; what has not come yet is left out."""
    month = today.replace(day=1)
    quarter = month_on(today, -((today.month - 1) % 3))
    return {
        "last_month": (month_on(today, -1), month - DAY),
        "quarter": (quarter, today),
        "last_quarter": (month_on(quarter, -3), quarter - DAY),
        "year": (month_on(today, -11), today),
    }.get(period, (month, today))


def _days(typed: dict[str, str], today: date, errors: dict[str, str]) -> tuple[date, date]:
    if typed["period"] and typed["period"] not in PERIODS:
        errors["period"] = "没有这种时段，请从列表中选择"
    plain = stretch(typed["period"], today)
    custom = typed["period"] == "custom" or (not typed["period"] and (typed["first"] or typed["last"]))
    if not custom:
        return plain
    typed["period"] = "custom"
    first, last = _day(typed, "first", errors), _day(typed, "last", errors)
    if first is None or last is None:
        return plain
    if last < first:
        errors["last"] = "截止日不能早于起始日"
    elif last - first >= timedelta(days=LONGEST):
        errors["last"] = f"一次最多统计{LONGEST}天"
    elif first > today:
        errors["first"] = "起始日还没有到"
    return plain if errors.keys() & {"first", "last"} else (first, last)


def _day(typed: dict[str, str], name: str, errors: dict[str, str]) -> date | None:
    try:
        found = date.fromisoformat(typed[name])
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2075:
        errors[name] = "请写成年-月-日，例如2026-11-01"
        return None
    return found
