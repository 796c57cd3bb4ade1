"""Loading holiday notices: handed in, foreseen, confirmed, carried out, by the command and the page alike.

What a notice would move is foreseen by a pass over the cases and shown before anything holds; the confirmation
puts the calendar in force at once, and the same pass then brings the cases along, wherever it was stopped.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from cases import recompute
from cases.calendar import Year, read_years
from cases.calendar_tables import CalendarLoadRow
from cases.moves import Tally
from cases.notice import read_notice
from cases.procedure import Refused
from cases.recompute import SETTLE, Plan
from cases.tables import table_of
from hotline.accounts.accounts import audit
from hotline.house import House

LOADS = table_of(CalendarLoadRow)
EMPTY = msgspec.json.encode(Tally()).decode()
KNOWN = "这份安排与现行的完全相同，没有要装入的"
BUSY = "已有一份放假安排正在预览、等待确认或者重算，请先办完或撤下那一份"


def hand_in(house: House, text: str, by: str, confirmed: bool = False) -> int:
    """Stores a notice and answers its id; `confirmed` puts it in force at once. `BadNotice` for one that cannot
    be meant; `Refused` for one that says nothing new, or while another is under way."""
    years = check_new(house, text)
    plan = plan_for(house, text)
    with house.reading() as connection:
        total = recompute.count_affected(connection, plan)
    try:
        with house.writing() as connection:  # the moment is taken inside: others read the calendar right after it
            now = house.now()
            load = _stored(connection, text, years, total, (by, now))
            audit(connection, now, by, "calendar.ask", about=_years(years), detail=_numbers(years))
            if confirmed:
                _put_in_force(connection, load, by, now)
    except IntegrityError as taken:
        raise Refused(BUSY) from taken
    house.almanac.look()
    return load


def _stored(
    connection: Connection, text: str, years: dict[int, Year], total: int, asked: tuple[str, datetime]
) -> int:
    row = {
        "open": True, "state": "asked", "years": _years(years), "text": text,
        "asked_by": asked[0], "asked_at": asked[1], "loaded_by": "", "loaded_at": None, "finished_at": None,
        "total": total, "seen": 0, "last_case": 0, "foreseen": EMPTY, "moved": EMPTY,
    }  # fmt: skip
    return int(connection.execute(insert(LOADS).values(row).returning(LOADS.c.id)).scalar_one())


def check_new(house: House, text: str) -> dict[int, Year]:
    """The tables of a notice; `Refused` when all of them are what holds already."""
    years = read_notice(text)
    if all(house.city.calendar.years.get(number) == year for number, year in years.items()):
        raise Refused(KNOWN)
    return years


def confirm(house: House, load: int, by: str) -> None:
    """Puts a foreseen notice in force; `Refused` when it is not one, or not any more."""
    with house.writing() as connection:
        _put_in_force(connection, load, by, house.now())
    house.almanac.look()


def _put_in_force(connection: Connection, load: int, by: str, now: datetime) -> None:
    going = {"state": "going", "loaded_by": by, "loaded_at": now, "last_case": 0, "seen": 0}
    open_ = update(LOADS).where(LOADS.c.id == load, LOADS.c.state.in_(("asked", "foreseen")))
    if not connection.execute(open_.values(going)).rowcount:
        raise Refused("这份放假安排已经确认或者撤下")
    row = connection.execute(select(LOADS).where(LOADS.c.id == load)).one()
    audit(connection, now, by, "calendar.load", about=row.years, detail=_numbers(read_notice(row.text)))


def drop(house: House, load: int, by: str) -> None:
    """Sets a notice aside that has not been confirmed."""
    now = house.now()
    with house.writing() as connection:
        open_ = update(LOADS).where(LOADS.c.id == load, LOADS.c.state.in_(("asked", "foreseen")))
        if not connection.execute(open_.values(state="dropped", open=None, finished_at=now)).rowcount:
            raise Refused("这份放假安排已经确认或者撤下")
        audit(connection, now, by, "calendar.drop", about=str(load))


class Load(Struct, frozen=True, kw_only=True):
    """A load as it is shown."""

    id: int
    state: str
    years: str
    tables: dict[int, Year]
    asked_by: str
    asked_at: datetime
    loaded_by: str
    loaded_at: datetime | None
    finished_at: datetime | None
    total: int
    seen: int
    foreseen: Tally
    moved: Tally


def one(house: House, load: int) -> Load:
    """The load of that id; `LookupError` when there is none."""
    with house.reading() as connection:
        row = connection.execute(select(LOADS).where(LOADS.c.id == load)).mappings().one_or_none()
    if row is None:
        raise LookupError(load)
    return _load(row)


def record(connection: Connection, most: int) -> list[Load]:
    """The last loads, the newest first."""
    rows = connection.execute(select(LOADS).order_by(LOADS.c.id.desc()).limit(most)).mappings()
    return [_load(row) for row in rows]


def _load(row: RowMapping) -> Load:
    tallies = {name: msgspec.json.decode(row[name], type=Tally) for name in ("foreseen", "moved")}
    known: dict[str, Any] = {**row, **tallies, "tables": read_years(row["text"])}
    return Load(**{name: known[name] for name in Load.__struct_fields__})


def under_way_now(house: House) -> RowMapping | None:
    """`under_way`, asked by itself."""
    with house.reading() as connection:
        return under_way(connection)


def under_way(connection: Connection) -> RowMapping | None:
    """The load that is being looked at, if one is."""
    return connection.execute(select(LOADS).where(LOADS.c.open)).mappings().one_or_none()


def work_on(house: House, going_on: Callable[[], bool], progress: Callable[[int], None]) -> None:
    """Takes the load under way as far as it can go without a person, batch by batch while `going_on` says so.
    Every process has the new calendar before the first case is brought to it."""
    with house.reading() as connection:
        row = under_way(connection)
        if row is None or (row["loaded_at"] and house.now() < row["loaded_at"] + SETTLE):
            return
        plan = recompute.plan_of(connection, house.almanac.packaged, row["id"])
    house.almanac.look()
    while going_on():
        seen = recompute.advance(house.engine, plan, house.now())
        if seen is None:
            return
        progress(seen)


def foresee(house: House, plan: Plan, progress: Callable[[int], None]) -> Tally:
    """What a plan would move; writes nothing."""
    return recompute.foresee(house.engine, plan, house.now(), progress)


def plan_for(house: House, text: str) -> Plan:
    """The plan of a notice that is not stored."""
    with house.reading() as connection:
        return recompute.made_plan(house.almanac.packaged, recompute.editions(connection), read_notice(text))


def _years(years: dict[int, Year]) -> str:
    return ",".join(map(str, sorted(years)))


def _numbers(years: dict[int, Year]) -> str:
    return "；".join(f"{number}年：{years[number].notice}" for number in sorted(years))
