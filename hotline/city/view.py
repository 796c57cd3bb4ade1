"""What the pages of the city's settings show: the list of a sort, one setting with its versions, two compared."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from cases.people import Role
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.city import figures as city_figures
from hotline.city import ladder as city_ladder
from hotline.city import letters as city_letters
from hotline.city import limits as city_limits
from hotline.city import texts as city_texts
from hotline.city.deeds import VERSIONS, first_day, newest, row_of
from hotline.city.sorts import Line, Sort
from hotline.city.tables import CityVersionRow
from hotline.house import House

SORTS: Mapping[str, Sort] = {
    city_limits.SORT: city_limits,
    city_ladder.SORT: city_ladder,
    city_texts.SORT: city_texts,
    city_letters.SORT: city_letters,
    city_figures.SORT: city_figures,
}
PAGE = 20  # versions on a page
COMING = 5  # of those that will be in force
Words = list[tuple[str, str]]
Side = tuple[str, str, str, bool]  # label, before, after, whether they differ


def lines_of(house: House, sort: Sort) -> list[dict[str, Any]]:
    """The settings of a sort by group, each with its version's number and what is to come."""
    now, found = house.now(), []
    for line in sort.listed(house):
        version = house.papers.standing(sort.SORT, line.name, now)
        coming = house.papers.coming(sort.SORT, line.name, now)
        found.append({
            "line": line, "number": version.number if version else 0, "since": version.from_at if version else None,
            "coming": coming[0].from_at if coming else None,
        })  # fmt: skip
    return found


def groups_of(rows: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rows of each group, in the order the groups first come in."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        line: Line = row["line"]
        found.setdefault(line.group, []).append(row)
    return list(found.items())


def latest(connection: Connection, house: House, before: int = 0) -> dict[str, Any]:
    """What was changed lately in all of them, the latest first."""
    asked = select(VERSIONS).order_by(CityVersionRow.id.desc()).limit(PAGE + 1)
    rows = connection.execute(asked.where(CityVersionRow.id < before) if before else asked).all()
    shown = rows[:PAGE]
    people = bell.names(connection, {row.by for row in shown})
    deeds = [
        {"row": row, "sort": SORTS[row.sort].TITLE, "title": titled(house, row.sort, row.name), "by": people.get(row.by, row.by)}
        for row in shown
        if row.sort in SORTS
    ]
    return {"deeds": deeds, "more": shown[-1].id if len(rows) > PAGE else 0}


def titled(house: House, sort: str, name: str) -> str:
    """What a setting is called; its name where this house no longer knows it."""
    try:
        return SORTS[sort].title_of(house, name)
    except LookupError:
        return name


def one(connection: Connection, house: House, seat: Seat, sort: Sort, name: str) -> dict[str, Any]:
    """One setting: what is in force, what is to come, its versions, and who may change it."""
    now = house.now()
    standing = sort.standing(house, name, now) if name != city_limits.NEW else None
    version = house.papers.standing(sort.SORT, name, now)
    coming = [
        {"number": one.number, "from_at": one.from_at, "words": words_of(house, sort, name, one.content)}
        for one in house.papers.coming(sort.SORT, name, now)[:COMING]
    ]
    last = newest(connection, sort.SORT, name)
    return {
        "sort": sort.SORT, "sort_title": sort.TITLE, "dated": sort.DATED, "name": name, "title": sort.title_of(house, name),
        "standing": standing, "words": sort.told(house, name, standing) if standing is not None else [],
        "number": version.number if version else 0, "since": version.from_at if version else None, "coming": coming,
        "base": last, "may": Role.ADMIN in seat.roles, "first": first_day(house),
    }  # fmt: skip


def versions(connection: Connection, sort: str, name: str, before: int = 0) -> dict[str, Any]:
    """A page of the versions, the latest first; 0 has no row."""
    where = [CityVersionRow.sort == sort, CityVersionRow.name == name]
    if before:
        where.append(CityVersionRow.number < before)
    rows = connection.execute(
        select(VERSIONS).where(*where).order_by(CityVersionRow.number.desc()).limit(PAGE + 1)
    ).all()
    people = bell.names(connection, {row.by for row in rows})
    return {
        "versions": [{"row": row, "by": people.get(row.by, row.by)} for row in rows[:PAGE]],
        "older": rows[PAGE - 1].number if len(rows) > PAGE else 0,
    }


def words_of(house: House, sort: Sort, name: str, content: str) -> Words:
    """A kept content in words."""
    try:
        return sort.told(house, name, sort.understood(name, content))
    except msgspec.DecodeError:
        return [("状态", "这一版是旧系统写的，现在读不出来")]


def content_of(connection: Connection, house: House, sort: Sort, name: str, number: int) -> Any:
    """The content of a version, 0 being what came with the house; `LookupError`."""
    if number == 0:
        found = sort.packaged(house, name)
    else:
        row = row_of(connection, sort.SORT, name, number)
        found = sort.understood(name, row.content) if row else None
    if found is None:
        raise LookupError(number)
    return found


def side_by_side(before: Words, after: Words) -> list[Side]:
    """Two contents beside each other: by their labels, or where they have none as running text."""
    if any(label for label, _ in [*before, *after]):
        old, new = dict(before), dict(after)
        labels = [*old, *(label for label in new if label not in old)]
        return [(n, old.get(n, ""), new.get(n, ""), old.get(n) != new.get(n)) for n in labels]
    left, right = [said for _, said in before], [said for _, said in after]
    found: list[Side] = []
    for what, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        some, others = left[a:b], right[c:d]
        for n in range(max(len(some), len(others))):
            pair = some[n] if n < len(some) else "", others[n] if n < len(others) else ""
            found.append(("", *pair, what != "equal"))
    return found


