"""A year drawn as a calendar, and a notice typed as lines turned into the file it might have been.

Every day off bears 休 and every made-up working day 班, so that the sheet says without colours what it says.
"""

import re
from calendar import Calendar as Weeks
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from cases.calendar import Calendar, Year
from cases.notice import BadNotice
from hotline.city import toml_text

DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
FIELDS = ("year", "notice", "off", "work")
MONDAY_FIRST = Weeks(firstweekday=0)


class Cell(Struct, frozen=True):
    """One day: `sort` is off, work, weekend or plain; `mark` is its sign."""

    day: date
    sort: str
    mark: str
    name: str


class Sheet(Struct, frozen=True, kw_only=True):
    """One year: its months as weeks of days, None where the week belongs to another month."""

    year: int
    notice: str
    months: tuple[tuple[tuple[Cell | None, ...], ...], ...]
    off: tuple[tuple[str, date, date, int], ...]
    work: tuple[date, ...]

    @property
    def provisional(self) -> bool:
        """Whether no notice has been published."""
        return not self.notice


def sheet(calendar: Calendar, number: int) -> Sheet:
    """The year `number` as `calendar` knows it; without a table on its fixed days alone."""
    table = calendar.years.get(number, Year(off=()))
    months = (
        tuple(
            tuple(_cell(calendar, day) if day.month == month else None for day in week)
            for week in MONDAY_FIRST.monthdatescalendar(number, month)
        )
        for month in range(1, 13)
    )
    off = tuple((rest.name, *rest.days, (rest.days[1] - rest.days[0]).days + 1) for rest in table.off)
    return Sheet(year=number, notice=table.notice, months=tuple(months), off=off, work=table.work)


def _cell(calendar: Calendar, day: date) -> Cell:
    weekend = day.weekday() >= 5
    why = calendar.why(day)
    if calendar.works(day):
        return Cell(day, "work", "班", why) if weekend else Cell(day, "plain", "", "")
    if why.endswith("放假"):
        return Cell(day, "off", "休", why)
    return Cell(day, "weekend", "", "")


# -- what was typed ----------------------------------------------------------------------------------


def typed_notice(typed: Mapping[str, Any]) -> str:
    """The text of a notice from the lines of the form. `BadNotice` names the line at fault."""
    said = {name: str(typed.get(name, "")).strip() for name in FIELDS}
    if not re.fullmatch(r"\d{4}", said["year"], re.ASCII):
        raise BadNotice("year：年份应为四位数字，例如2027")
    lines = {name: list(filter(None, map(str.strip, said[name].splitlines()))) for name in ("off", "work")}
    table = {
        "notice": said["notice"],
        "work": [day for line in lines["work"] for day in _days("work", line, range(1, 32))],
        "off": [dict(_rest(line)) for line in lines["off"]],
    }
    return toml_text.table(f"[{said['year']}]", table)


def _rest(line: str) -> Iterator[tuple[str, Any]]:
    name = DAY.split(line, maxsplit=1)[0].strip(" ：:，,")
    if not name:
        raise BadNotice(f"off：“{line[:40]}”缺少节日名称，应如“元旦 2027-01-01 2027-01-03”")
    days = _days("off", line, range(1, 3))
    yield "name", name
    yield "days", [days[0], days[-1]]


def _days(field: str, line: str, allowed: range) -> list[date]:
    found = [tuple(map(int, parts)) for parts in DAY.findall(line)]
    if len(found) not in allowed:
        raise BadNotice(f"{field}：“{line[:40]}”里没有看懂日期，应如2027-01-01")
    try:
        return [date(*parts) for parts in found]
    except ValueError as error:
        raise BadNotice(f"{field}：“{line[:40]}”不是日历上的日期") from error


def field_of(mistake: str) -> str:
    """The field of the form that a mistake of a typed notice speaks of."""
    head = mistake.partition("：")[0]
    return next((name for name in ("notice", "off", "work") if f".{name}" in head or head == name), "year")


def lines_of(year: Year) -> dict[str, str]:
    """A year as the form shows it, to be corrected."""
    off = (f"{rest.name} {rest.days[0]} {rest.days[1]}" for rest in year.off)
    return {"notice": year.notice, "off": "\n".join(off), "work": "\n".join(map(str, year.work))}


def years_around(calendar: Calendar, today: date) -> list[int]:
    """The years to choose from: those with a table, this one and the two to come."""
    return sorted({*calendar.years, *((today + timedelta(days=366 * n)).year for n in range(3))})
