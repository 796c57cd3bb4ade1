"""Dates, lengths and citations from Chinese into English: what no catalogue can list because it is computed.

第三十条第一款至第二款 is Art. 30(1)–(2), as lawyers cite in English; a title in 《》 comes from the catalogue.
"""

import re

from hotline.english.catalogue import everything

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = {"一": "Mon", "二": "Tue", "三": "Wed", "四": "Thu", "五": "Fri", "六": "Sat", "日": "Sun", "天": "Sun"}
UNITS = {
    "个工作日": "working day", "个办公小时": "office hour", "个小时": "hour", "小时": "hour", "分钟": "minute",
    "分": "minute", "个月": "month", "年": "year", "天": "day", "日": "day", "秒": "second", "件": "case", "人": "person",
}  # fmt: skip
_NUMERAL = "零〇一二三四五六七八九十百0-9"
_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
_DATE = re.compile(
    r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日?(?:\s?(?:（(?:周|星期)([一二三四五六日天])）|(?:周|星期)([一二三四五六日天])))?"
    r"(?:\s?(\d\d:\d\d))?(（暂定）)?"
)
_RANGE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日至(?:(?:(\d{4})年)?(\d{1,2})月)?(\d{1,2})日")
_MONTH = re.compile(r"(?:(\d{4})年)?(\d{1,2})月")
_LONE_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_LENGTH = re.compile(rf"(\d+)({'|'.join(UNITS)})(?:(\d+)(分钟|分))?")
_ARTICLE = re.compile(
    rf"第([{_NUMERAL}]+)条((?:第[{_NUMERAL}]+[款项])*)(?:至第([{_NUMERAL}]+)([条款项]))?"
)
_INNER = re.compile(rf"第([{_NUMERAL}]+)[款项]")
_TITLE = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》")


def lawful(text: str) -> str:
    """The English of a text that is one date, one length or one weekday; empty for anything else."""
    if found := _DATE.fullmatch(text):
        return _dated(found)
    if found := _RANGE.fullmatch(text):
        return _ranged(found)
    if found := _MONTH.fullmatch(text):
        return f"{_month(found[2])} {found[1] or ''}".strip()
    if found := _LENGTH.fullmatch(text):
        return _long(found)
    if found := _LONE_WEEKDAY.fullmatch(text):
        return WEEKDAYS[found[1]]
    return ""


def plain_law(text: str) -> str:
    """`text` with its dates, articles and known titles in English."""
    text = _RANGE.sub(lambda found: f"{_ranged(found)} ", text)
    text = _DATE.sub(lambda found: f"{_dated(found)} ", text)
    text = _TITLE.sub(_entitled, text)
    return _ARTICLE.sub(_cited, text).strip()


def _dated(found: re.Match[str]) -> str:
    """Mon 23 Nov 2026 14:05 (provisional)."""
    year, month, day, bracketed, weekday, hour, provisional = found.groups()
    week = WEEKDAYS.get(bracketed or weekday or "", "")
    named = " ".join(part for part in (week, day, _month(month), year, hour) if part)
    return f"{named} (provisional)" if provisional else named


def _ranged(found: re.Match[str]) -> str:
    """1–31 Oct 2026; 28 Oct – 3 Nov 2026."""
    year, month, day, last_year, last_month, last_day = found.groups()
    if not last_month:
        return f"{day}–{last_day} {_month(month)} {year}"
    begun = f"{day} {_month(month)}" + (f" {year}" if last_year else "")
    return f"{begun} – {last_day} {_month(last_month)} {last_year or year}"


def _month(number: str) -> str:
    n = int(number)
    return MONTHS[n - 1] if 1 <= n <= 12 else number


def _long(found: re.Match[str]) -> str:
    many, unit, rest, _ = found.groups()
    return _counted(many, UNITS[unit]) + (f" {_counted(rest, 'minute')}" if rest else "")


def _counted(many: str, unit: str) -> str:
    if unit == "person":
        return f"{many} person" if many == "1" else f"{many} people"
    return f"{many} {unit}" if many == "1" else f"{many} {unit}s"


def _entitled(found: re.Match[str]) -> str:
    said = everything().get(found[1]) or everything().get(found[0])
    return f"{said} " if said else found[0]


def _cited(found: re.Match[str]) -> str:
    first, inner, last, kind = found.groups()
    places = "".join(f"({number(place)})" for place in _INNER.findall(inner))
    until = "" if not last else f"–{number(last)}" if kind == "条" else f"–({number(last)})"
    return f"{'Arts.' if kind == '条' else 'Art.'} {number(first)}{places}{until} "


def number(numeral: str) -> int:
    """三百八十五 → 385; digits as they are."""
    if numeral.isdigit() and numeral.isascii():
        return int(numeral)
    total, digit = 0, 0
    for sign in numeral:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS.get(sign, 0)
    return total + digit
