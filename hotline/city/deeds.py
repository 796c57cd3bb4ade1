"""Saving a setting: a new version after the one that was looked at, never over somebody else's.

Nothing is changed in place. What is to hold from a day on holds from a moment that every process has heard of
before it comes; bringing an old version back is a new version too.
"""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from cases.calendar import ONE
from cases.tables import table_of
from hotline.accounts.accounts import audit
from hotline.calendar.lights import moment_words
from hotline.city.sorts import Sort
from hotline.city.tables import CityVersionRow
from hotline.house import House
from hotline.problems import Problem

VERSIONS = table_of(CityVersionRow)
LEAD = timedelta(seconds=10)  # a day begins this much later at the earliest: every process has read of it by then
FURTHEST = timedelta(days=3 * 366)
LONGEST = 200  # characters of the reason


class Stale(Exception):
    """Somebody saved another version first: its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Draft(Struct, frozen=True, kw_only=True):
    """What is to become a version, after which one, from when, by whom and why."""

    sort: Sort
    name: str
    content: Any
    base: int
    from_at: datetime
    by: str
    why: str
    restores: int | None = None


def row_of(connection: Connection, sort: str, name: str, number: int) -> Any:
    """The row of one version; None when there is none."""
    where = (CityVersionRow.sort == sort, CityVersionRow.name == name, CityVersionRow.number == number)
    return connection.execute(select(VERSIONS).where(*where)).one_or_none()


def newest(connection: Connection, sort: str, name: str) -> int:
    """The number of the last version, 0 when there is none yet."""
    asked = select(func.max(CityVersionRow.number)).where(CityVersionRow.sort == sort, CityVersionRow.name == name)
    return connection.scalar(asked) or 0


def beginning(house: House, sort: Sort, said: str) -> datetime:
    """The moment from which a version holds: a day to come, or for what may at once nothing for now. `Problem`."""
    calendar, now = house.city.calendar, house.now()
    if not said.strip() and not sort.DATED:
        return now
    try:
        day = date.fromisoformat(said.strip())
        at = calendar.midnight(day)
    except (ValueError, OverflowError):
        raise Problem("生效日期有误", {"effective": "请填写生效的日期，例如2026-12-01"}) from None
    if not sort.DATED and day == calendar.day_of(now):
        return now
    if at < now + LEAD or at > now + FURTHEST:
        raise Problem("生效日期有误", {"effective": _when(sort, first_day(house))})
    return at


def first_day(house: House) -> date:
    """The first day from which a new version may hold."""
    calendar, now = house.city.calendar, house.now()
    tomorrow = calendar.day_of(now) + ONE
    return tomorrow if calendar.midnight(tomorrow) >= now + LEAD else tomorrow + ONE


def reason(said: str) -> str:
    """Why: a change that nobody can explain later is none. `Problem`."""
    why = " ".join(said.split())
    if not 2 <= len(why) <= LONGEST:
        raise Problem("没有写明理由", {"why": f"请写明为什么改，2至{LONGEST}字"})
    return why


def save(house: House, draft: Draft) -> int:
    """Writes the version; its number. `Stale` when another was saved since, `Problem` when nothing differs."""
    sort, name = draft.sort, draft.name
    words = sort.told(house, name, draft.content)
    before = sort.standing(house, name, draft.from_at)
    if before is not None and sort.told(house, name, before) == words:
        raise Problem("没有保存", {"why": "与那一天现行的内容没有差别，不用保存"})
    try:
        with house.writing() as connection:
            if (last := newest(connection, sort.SORT, name)) != draft.base:
                raise Stale(last)
            number = _insert(connection, house, draft)
    except IntegrityError as lost:
        with house.reading() as connection:
            raise Stale(newest(connection, sort.SORT, name)) from lost
    house.almanac.look()
    return number


def _insert(connection: Connection, house: House, draft: Draft) -> int:
    sort, now, number = draft.sort, house.now(), draft.base + 1
    row = {
        "sort": sort.SORT, "name": draft.name, "number": number, "content": msgspec.json.encode(draft.content).decode(),
        "from_at": draft.from_at, "at": now, "by": draft.by, "why": draft.why, "restores": draft.restores,
    }  # fmt: skip
    connection.execute(insert(VERSIONS).values(row))
    begins = moment_words(draft.from_at, house.city.calendar)
    what = "city.restore" if draft.restores is not None else "city.change"
    detail = f"第{number}版，自{begins}起生效：{draft.why}"
    audit(connection, now, draft.by, what, about=f"{sort.SORT}/{draft.name}", detail=detail)
    return number


def _when(sort: Sort, first: date) -> str:
    return f"最早从{first.isoformat()}起生效，最晚在三年之内" if sort.DATED else "应为今天或者以后三年之内的日期"
