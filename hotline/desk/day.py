"""The agent's own day: in a call, in wrap-up or ready, and how it went so far. Counted from the agent's own calls
by their index, whatever the house's size; what came after a call is written once, when the agent says so."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, func, select

from cases.bulk import insert_rows
from cases.procedure import Refused
from cases.tables import EventRow, table_of
from hotline.accounts.seats import Seat
from hotline.calendar.lights import span
from hotline.channels.phone import CALLS
from hotline.desk.tables import TransferRow, WrapUpRow
from hotline.house import House
from hotline.problems import Problem
from hotline.pulse import rings_for

WRAPS, TRANSFERS = table_of(WrapUpRow), table_of(TransferRow)
LATEST = timedelta(hours=2)  # a call that ended longer ago keeps nobody in wrap-up
EMERGENCY = {"110": "公安", "119": "消防救援", "120": "医疗急救", "122": "交通事故报警"}
HOTLINES = {
    "12348": "公共法律服务热线",
    "12333": "人力资源社会保障服务热线",
    "12366": "纳税缴费服务热线",
    "12315": "消费者投诉举报热线",
    "12393": "医疗保障服务热线",
    "12329": "住房公积金热线",
    "12328": "交通运输服务监督热线",
    "12338": "妇女维权热线",
    "12351": "职工服务热线",
    "12355": "青少年服务热线",
    "12309": "检察服务热线",
    "12368": "诉讼服务热线",
}
NUMBERS = EMERGENCY | HOTLINES


class Day(Struct, frozen=True, kw_only=True):
    """Today's numbers. `handling` and `wrapping` are averages in words, empty where nothing is to be averaged."""

    state: str  # ready | talking | wrapping
    since: datetime | None
    call: str  # the one that is spoken or wrapped up
    taken: int
    logged: int
    at_once: int
    handling: str
    wrapping: str


class Transfer(Struct, frozen=True, kw_only=True):
    """One putting through, in words."""

    number: str
    title: str
    told: str
    at: datetime


def day_of(connection: Connection, house: House, seat: Seat) -> Day:
    """The agent's day: two statements."""
    now, calendar = house.now(), house.city.calendar
    midnight = calendar.midnight(calendar.day_of(now))
    columns = CALLS.c.id, CALLS.c.state, CALLS.c.case_id, CALLS.c.answered_at, CALLS.c.ended_at, WRAPS.c.over_at
    own = (CALLS.c.agent == seat.actor.id, CALLS.c.rang_at >= midnight)
    wanted = select(*columns).outerjoin(WRAPS, WRAPS.c.call == CALLS.c.id).where(*own)
    calls = [row for row in connection.execute(wanted.order_by(CALLS.c.rang_at)) if row.answered_at]
    events = table_of(EventRow)
    cases = {row.case_id for row in calls if row.case_id}
    answered = select(func.count(events.c.case_id.distinct())).where(
        events.c.case_id.in_(select(CALLS.c.case_id).where(*own)), events.c.step == "answer_at_desk"
    )
    state, since, call = _state(calls, now)
    return Day(
        state=state,
        since=since,
        call=call,
        taken=len(calls),
        logged=len(cases),
        at_once=connection.scalar(answered) or 0,
        handling=_average([row.ended_at - row.answered_at for row in calls if row.ended_at]),
        wrapping=_average([row.over_at - row.ended_at for row in calls if row.ended_at and row.over_at]),
    )


def _state(calls: Sequence[Any], now: datetime) -> tuple[str, datetime | None, str]:
    for row in reversed(calls):
        if row.state == "answered":
            return "talking", row.answered_at, row.id
        if row.state == "ended" and row.over_at is None and row.ended_at > now - LATEST:
            return "wrapping", row.ended_at, row.id
    return "ready", None, ""


def _average(lengths: Sequence[timedelta]) -> str:
    if not lengths:
        return ""
    seconds = int(sum(lengths, timedelta()).total_seconds() / len(lengths))
    if seconds >= 3600:
        return span(timedelta(seconds=seconds))
    return f"{seconds // 60}分{seconds % 60}秒" if seconds >= 60 else f"{seconds}秒"


def be_ready(house: House, seat: Seat) -> None:
    """The after-work of every ended call of this agent is done; said twice, it was done the first time."""
    now = house.now()
    ended = select(CALLS.c.id).where(
        CALLS.c.agent == seat.actor.id, CALLS.c.state == "ended", CALLS.c.rang_at > now - 3 * LATEST
    )
    with house.writing() as connection:
        calls = connection.scalars(ended.where(~select(WRAPS.c.call).where(WRAPS.c.call == CALLS.c.id).exists())).all()
        rows = [{"call": call, "agent": seat.actor.id, "over_at": now} for call in calls]
        insert_rows(connection, WRAPS, rows, or_leave=True)


def put_through(house: House, seat: Seat, said: Mapping[str, str]) -> None:
    """Records that the caller was put through, with the moment. `Problem` names what is wrong."""
    number, told, call = said.get("number", ""), said.get("told", "").strip(), said.get("call", "")
    errors = {"number": "请选择转往哪里"} if number not in NUMBERS else {}
    if len(told) > 500:
        errors["told"] = f"最多500个字，现有{len(told)}个字"
    if errors:
        raise Problem("没有记录转接", errors)
    with house.writing() as connection:
        row = connection.execute(select(CALLS).where(CALLS.c.id == call)).mappings().one_or_none()
        if row is None or not rings_for(seat, row):
            raise Refused("没有可以转接的通话，请在有来电时转接")
        sealed = house.vault.seal(told)
        moved = {"call": call, "number": number, "told": sealed, "by": seat.actor.id, "at": house.now()}
        connection.execute(TRANSFERS.insert().values(**moved))


def transfers_of(connection: Connection, house: House, call: str) -> list[Transfer]:
    """What is recorded of a call's transfers, the first first."""
    rows = connection.execute(select(TRANSFERS).where(TRANSFERS.c.call == call).order_by(TRANSFERS.c.id))
    return [
        Transfer(number=row.number, title=NUMBERS.get(row.number, ""), told=house.vault.open(row.told), at=row.at)
        for row in rows
    ]
