"""Promises to call somebody back, apart from any case: made at the desk within office hours, taken by one agent
alone, tried until reached. The number is masked until somebody takes the appointment, and that is recorded."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Template
from msgspec import Struct
from sqlalchemy import Connection, RowMapping, func, select, update

from cases.parties import Person, masked
from cases.phones import understand
from cases.procedure import Refused
from cases.tables import table_of
from hotline import bell
from hotline.accounts import accounts
from hotline.accounts.seats import Seat
from hotline.calendar.lights import Light, light
from hotline.desk.form import on_line
from hotline.desk.tables import AppointmentRow
from hotline.house import House
from hotline.problems import Problem
from hotline.web import Asking, render, see_other

MOST = 20  # shown at the desk, the soonest first
AGAIN = timedelta(minutes=30)  # until the next try
FURTHEST = timedelta(days=30)
TRIES = 3  # before an appointment may be given up
OPEN, DONE, DROPPED = "open", "done", "dropped"
ROWS = table_of(AppointmentRow)
EMPTY: dict[str, Any] = {"back": {}, "back_errors": {}, "back_refused": ""}  # nothing typed, nothing wrong


class Appointment(Struct, frozen=True, kw_only=True):
    """One promise as the desk shows it. `phone` is in clear for who has taken it, and for nobody else."""

    id: int
    phone: str
    why: str
    at: datetime
    due: bool
    light: Light
    tries: int
    taken_by: str
    mine: bool


def waiting(connection: Connection, house: House, seat: Seat) -> dict[str, Any]:
    """The open appointments, the soonest first, and how many there are: three statements."""
    now = house.now()
    found = select(ROWS).where(ROWS.c.state == OPEN).order_by(ROWS.c.at, ROWS.c.id).limit(MOST)
    rows = connection.execute(found).mappings().all()
    people = bell.names(connection, {row["taken_by"] for row in rows})
    total = connection.scalar(select(func.count()).select_from(ROWS).where(ROWS.c.state == OPEN)) or 0
    shown = [_shown(row, house, seat, people, now) for row in rows]
    due = sum(one.due and (one.mine or not one.taken_by) for one in shown)
    return {"appointments": shown, "appointments_total": total, "appointments_due": due, "tries": TRIES}


def _shown(row: RowMapping, house: House, seat: Seat, people: Mapping[str, str], now: datetime) -> Appointment:
    phone, mine = understand(house.vault.open(row["phone"])).local, row["taken_by"] == seat.actor.id
    return Appointment(
        id=row["id"],
        phone=phone if mine else masked(Person(phone=phone)).phone,
        why=house.vault.open(row["why"]),
        at=row["at"],
        due=row["at"] <= now,
        light=Light("late", "该回电了") if row["at"] <= now else light(row["at"], now, house.city.calendar),
        tries=row["tries"],
        taken_by=people.get(row["taken_by"], ""),
        mine=mine,
    )


def promised(house: House, seat: Seat, said: Mapping[str, str]) -> dict[str, Any]:
    """The row of an appointment as it was typed; `Problem` names every field that is wrong."""
    now, errors = house.now(), {}
    phone = understand(said.get("phone", "").strip() or on_line(house, seat, said.get("call", "")))
    why = said.get("why", "").strip()
    if not phone.number:
        errors["phone"] = "请填写可以拨通的电话号码"
    if not 2 <= len(why) <= 500:
        errors["why"] = "请写明回电事由，2至500个字"
    at = _moment(said.get("at", ""), house, now, errors)
    if errors:
        raise Problem("没有约定回电", errors)
    return {
        "phone": house.vault.seal(phone.number), "phone_index": house.vault.index(phone.number),
        "why": house.vault.seal(why), "at": at, "call": said.get("call", "")[:80], "state": OPEN, "tries": 0,
        "made_by": seat.actor.id, "made_at": now, "taken_by": "", "taken_at": None, "over_at": None,
    }  # fmt: skip


def _moment(said: str, house: House, now: datetime, errors: dict[str, str]) -> datetime:
    calendar = house.city.calendar
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        errors["at"] = "请填写日期和时间"
        return now
    at = at if at.tzinfo else at.replace(tzinfo=calendar.zone)
    if not now <= at <= now + FURTHEST:
        errors["at"] = "应为今后30天以内的时间"
    elif (opens := calendar.next_open(at)) != at:
        local = opens.astimezone(calendar.zone)
        errors["at"] = f"不在工作时间内，之后最早可以约在{local.month}月{local.day}日{local:%H:%M}"
    return at


@get("/desk/appointments", sync_to_thread=True)
def appointments(request: Asking, house: House, seat: Seat) -> Template:
    """The list as a part of the desk, fetched again by itself each minute."""
    return _part(request, house, seat)


@post("/desk/appointments", status_code=200, sync_to_thread=True)
def appoint(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Response[Any]:
    """Promises a call back; what was typed comes back with a sentence beside each wrong field."""
    said = {name: str(value) for name, value in typed.items()}
    try:
        row = promised(house, seat, said)
    except Problem as wrong:
        if "HX-Request" not in request.headers:
            raise
        return cast(Response[Any], _part(request, house, seat, back=said, back_errors=wrong.errors, status=422))
    with house.writing() as connection:
        connection.execute(ROWS.insert().values(**row))
    return _onward(request, house, seat)


@post("/desk/appointments/{appointment:int}/{deed:str}", status_code=200, sync_to_thread=True)
def deal(request: Asking, house: House, seat: Seat, appointment: int, deed: str) -> Response[Any]:
    """Takes an appointment, or says how it went: done, not reached, given up."""
    if deed not in ("take", "leave", "done", "missed", "drop"):
        raise NotFoundException(detail="没有这样的操作")
    try:
        _deal(house, seat, appointment, deed)
    except Refused as refused:
        if "HX-Request" not in request.headers:
            raise
        return cast(Response[Any], _part(request, house, seat, back_refused=str(refused), status=409))
    return _onward(request, house, seat)


def _deal(house: House, seat: Seat, number: int, deed: str) -> None:
    with house.writing() as connection:
        row = connection.execute(select(ROWS).where(ROWS.c.id == number).with_for_update()).mappings().one_or_none()
        if row is None or row["state"] != OPEN:
            raise Refused("这条回电约定已经了结或者不存在")
        _allow(connection, row, seat, deed)
        connection.execute(update(ROWS).where(ROWS.c.id == number).values(**_after(row, seat, deed, house)))
        if deed == "take":  # the number is seen in clear from here on
            accounts.audit(connection, house.now(), seat.actor.id, "appointment.take", about=str(number))


def _allow(connection: Connection, row: RowMapping, seat: Seat, deed: str) -> None:
    holder = row["taken_by"]
    if deed == "take" and holder not in ("", seat.actor.id):
        raise Refused(f"这条回电已由{bell.names(connection, {holder}).get(holder, '他人')}领取")
    if deed != "take" and holder != seat.actor.id:
        raise Refused("请先领取，再登记回电结果")
    if deed == "drop" and row["tries"] < TRIES:
        raise Refused(f"至少拨打{TRIES}次仍未接通的才能了结，现在拨打了{row['tries']}次")


def _after(row: RowMapping, seat: Seat, deed: str, house: House) -> dict[str, Any]:
    now, free = house.now(), {"taken_by": "", "taken_at": None}
    if deed == "take":
        return {"taken_by": seat.actor.id, "taken_at": now}
    if deed == "leave":
        return free
    if deed == "missed":
        return {"tries": row["tries"] + 1, "at": house.city.calendar.next_open(now + AGAIN), **free}
    ended = {"state": DONE, "tries": row["tries"] + 1} if deed == "done" else {"state": DROPPED}
    return {**ended, "over_at": now}


def _onward(request: Asking, house: House, seat: Seat) -> Response[Any]:
    return cast(Response[Any], _part(request, house, seat) if "HX-Request" in request.headers else see_other("/desk"))


def _part(request: Asking, house: House, seat: Seat, **more: Any) -> Template:
    status = more.pop("status", 200)
    with house.reading() as connection:
        known = waiting(connection, house, seat)
    return render(request, "_appointments.html", status, **{**EMPTY, **known, **more})


ROUTES: list[Any] = [appoint, appointments, deal]
