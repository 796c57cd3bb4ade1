"""Reading one year's holiday notice, strictly: what a person typed off an official paper and may have mistyped.

Every mistake is a sentence with its line or field, all of them at once, so that the table is mended in one go.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from cases.calendar import FIRST_YEAR, FIXED, LAST_YEAR, ONE, Year

AT = re.compile(r"line (\d+), column (\d+)")
FIELDS = {"notice", "work", "off"}


class BadNotice(ValueError):
    """What is wrong with a notice, sentence by sentence."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("；".join(mistakes))
        self.mistakes = mistakes


def read_notice(text: str) -> tuple[int, Year]:
    """The year and its table from TOML text of one table in the shape of `holidays.toml`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = AT.search(str(error))
        where = f"第{at[1]}行第{at[2]}列" if at else "末尾"
        raise BadNotice(f"{where}不是有效的 TOML（{error}）") from error
    number = _number(tables)
    unknown = sorted(set(tables[str(number)]) - FIELDS)
    if unknown:
        raise BadNotice(*(f"[{number}].{name}{_line(text, name)}：没有这个字段，只有 notice、work、off" for name in unknown))
    try:
        year = msgspec.convert(tables[str(number)], Year)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        field = place.strip("`").removeprefix("$.")
        where = _line(text, re.split(r"[.\[]", field)[0])
        raise BadNotice(f"[{number}].{field}{where}：{reason}") from error
    if mistakes := tuple(_mistakes(number, year, text)):
        raise BadNotice(*mistakes)
    return number, year


def _number(tables: dict[str, Any]) -> int:
    if len(tables) != 1:
        raise BadNotice(f"应当只有一个年份的表，例如[2027]；现有{len(tables)}个")
    (name, table), *_ = tables.items()
    if not name.isdigit() or not FIRST_YEAR <= int(name) <= LAST_YEAR or not isinstance(table, dict):
        raise BadNotice(f"表名[{name}]应为年份，例如[2027]")
    return int(name)


def _mistakes(number: int, year: Year, text: str) -> Iterator[str]:
    if not year.notice.strip() or len(year.notice) > 80:
        yield f"[{number}].notice：应写明通知的文号，例如国办发明电〔2025〕7号"
    resting: dict[date, str] = {}
    for n, rest in enumerate(year.off):
        first, last = rest.days
        where = f"[{number}].off[{n}]（{rest.name}）{_line(text, rest.name)}"
        if last < first:
            yield f"{where}：末日{last}早于首日{first}"
        for day in {first, last}:
            if day.year != number:
                yield f"{where}：{day}不在{number}年；跨年的那一天写进{day.year}年的表，另行装入"
        for n_th in range(min((last - first).days + 1, 31)):
            if (day := first + ONE * n_th) in resting:
                yield f"{where}：{day}已经列在“{resting[day]}”中"
            resting.setdefault(day, rest.name)
    yield from _at_work(number, year, resting, text)
    for month, day_of_month in FIXED:
        if date(number, month, day_of_month) not in resting:
            yield f"[{number}].off：缺少法定节日{month}月{day_of_month}日"


def _at_work(number: int, year: Year, resting: dict[date, str], text: str) -> Iterator[str]:
    for n, day in enumerate(year.work):
        where = f"[{number}].work[{n}]{_line(text, day.isoformat())}：{day}"
        if day.year != number:
            yield f"{where}不在{number}年"
        if day.weekday() < 5:
            yield f"{where}本来就是工作日，调休上班日应为星期六或星期日"
        if day in resting:
            yield f"{where}同时列为“{resting[day]}”放假"
        if day in year.work[:n]:
            yield f"{where}重复"


def _line(text: str, needle: str) -> str:
    """（第3行）, where the line can be found."""
    found = [n for n, line in enumerate(text.splitlines(), 1) if needle in line and not line.lstrip().startswith("#")]
    return f"（第{found[0]}行）" if found and needle else ""
