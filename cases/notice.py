"""Reading holiday notices, strictly: what a person typed off an official paper and may have mistyped.

Every mistake is a sentence with its line or field, all of them at once: the table is mended in one go.
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
EXPECTED = {"str": "文字", "date": "日期，例如2027-01-01", "array": "列表", "object": "{ name = …, days = [首日, 末日] }"}


class BadNotice(ValueError):
    """What is wrong with a notice, sentence by sentence."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("；".join(mistakes))
        self.mistakes = mistakes


def read_notice(text: str) -> dict[int, Year]:
    """The table of each year from TOML text in the shape of `holidays.toml`; or `BadNotice`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = AT.search(str(error))
        where = f"第{at[1]}行第{at[2]}列" if at else "文件末尾"
        raise BadNotice(f"{where}：不是有效的TOML，请对照样例检查引号、括号和日期") from error
    if not tables:
        raise BadNotice("没有年份的表，至少要有一个，例如[2027]")
    years: dict[int, Year] = {}
    mistakes: list[str] = []
    for name, table in tables.items():
        try:
            years[int(name)] = _year(name, table, text)
            mistakes += _mistakes(int(name), years[int(name)], text)
        except BadNotice as bad:
            mistakes += bad.mistakes
    if mistakes:
        raise BadNotice(*mistakes)
    return years


def _year(name: str, table: Any, text: str) -> Year:
    named = re.fullmatch(r"\d{4}", name, re.ASCII) and FIRST_YEAR <= int(name) <= LAST_YEAR
    if not named or not isinstance(table, dict):
        raise BadNotice(f"[{name}]：表名应为{FIRST_YEAR}至{LAST_YEAR}的年份，例如[2027]")
    unknown = sorted(set(table) - FIELDS)
    if unknown:
        said = "没有这个字段，只有notice、work、off"
        raise BadNotice(*(f"[{name}].{field}{_line(text, field)}：{said}" for field in unknown))
    try:
        return msgspec.convert(table, Year)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        field = place.strip("`").removeprefix("$").removeprefix(".")
        where = _line(text, re.split(r"[.\[]", field)[0])
        raise BadNotice(f"[{name}].{field or 'off'}{where}：{_plain(reason)}") from error


def _plain(reason: str) -> str:
    """What msgspec found, in the words of who types a table."""
    if found := re.search(r"missing required field `(\w+)`", reason):
        return f"缺少{found[1]}"
    if found := re.search(r"Expected `(\w+)`", reason):
        return f"应当是{EXPECTED.get(found[1], found[1])}"
    return "写法不对，应如 { name = \"元旦\", days = [2027-01-01, 2027-01-03] }"


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
    lines = enumerate(text.splitlines(), 1)
    found = [n for n, line in lines if needle in line and not line.lstrip().startswith("#")]
    return f"（第{found[0]}行）" if found and needle else ""
