"""The bell: what the sweep has told this person, seen once and by name.

An alert belongs to a person, to the handlers or chiefs of an office, or to a role; whoever of them acknowledges
it first stands there by name, and the others see that it was seen.
"""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Template
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, RowMapping, func, or_, select, update

from cases.alerts import ALARM
from cases.city import City
from cases.people import OFFICE, SYSTEM, Role
from cases.procedures import PROCEDURES
from cases.tables import AlertRow, CaseRow
from hotline.accounts.seats import Seat
from hotline.calendar.lights import due_words, is_provisional, moment_words
from hotline.figures.standing import article_of
from hotline.house import House
from hotline.sent import Number
from hotline.tables import UserRow
from hotline.web import Asking, render, see_other, wants_html

PAGE = 50  # alerts on a page
BESIDE = {ALARM: "疑似险情，请立即核实"}  # what is told beside the ladder
COLUMNS = (
    AlertRow.id, AlertRow.clock, AlertRow.key, AlertRow.due_at, AlertRow.rung, AlertRow.recipient, AlertRow.board,
    AlertRow.reached_at, AlertRow.claimed_at, AlertRow.seen_by, AlertRow.seen_at,
    CaseRow.number, CaseRow.title, CaseRow.procedure, CaseRow.kind, CaseRow.urgent, CaseRow.opened_at,
)  # fmt: skip
ALERTS = select(*COLUMNS).join(CaseRow, CaseRow.id == AlertRow.case_id)


class Alert(Struct, frozen=True, kw_only=True):
    """One alert in words."""

    id: int
    number: str
    title: str
    clock: str
    limit: str  # the id of that clock
    article: str
    rung: str
    due: str
    due_at: datetime
    provisional: bool
    at: str
    seen_by: str = ""
    seen_at: str = ""


def recipients(seat: Seat) -> list[str]:
    """The names under which alerts reach this seat."""
    named = [seat.actor.id, *(f"role:{role.value}" for role in sorted(seat.roles))]
    if seat.office:
        named += [f"office:{seat.office}:{role.value}" for role in sorted(seat.roles & OFFICE)]
    return named


def for_me(seat: Seat) -> ColumnElement[bool]:
    """The condition on `AlertRow`; supervisors hear what goes to the city's board as well."""
    mine = AlertRow.recipient.in_(recipients(seat))
    return or_(mine, AlertRow.board) if Role.SUPERVISOR in seat.roles else mine


def unseen(connection: Connection, seat: Seat) -> int:
    """How many alerts nobody has acknowledged."""
    wanted = select(func.count()).select_from(AlertRow).where(for_me(seat), AlertRow.seen_by.is_(None))
    return connection.scalar(wanted) or 0


def alert_of(row: RowMapping, city: City, people: dict[str, str] | None = None) -> Alert:
    """An alert's row in words."""
    clock = PROCEDURES[row["procedure"]].clock(row["clock"])
    rung = city.rung(row["rung"])
    about = row["kind"], row["urgent"], row["opened_at"], city
    return Alert(
        id=row["id"],
        number=row["number"],
        title=row["title"],
        clock=clock.title,
        limit=clock.id,
        article=article_of(clock, *about),
        rung=rung.title if rung else BESIDE.get(row["rung"], row["rung"]),
        due=due_words(row["due_at"], city.calendar),
        due_at=row["due_at"],
        provisional=is_provisional(row["due_at"], city.calendar),
        at=moment_words(row["reached_at"], city.calendar),
        seen_by={SYSTEM.id: SYSTEM.name, **(people or {})}.get(row["seen_by"] or "", row["seen_by"] or ""),
        seen_at=moment_words(row["seen_at"], city.calendar),
    )


def names(connection: Connection, actors: set[str]) -> dict[str, str]:
    """The names behind `user:12` and the like, in one statement."""
    ids = [int(actor[5:]) for actor in actors if actor.startswith("user:") and actor[5:].isdigit()]
    if not ids:
        return {}
    found = connection.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(ids)))
    return {f"user:{user}": name for user, name in found}


@get("/alerts", sync_to_thread=True)
def alerts(
    request: Asking, house: House, seat: Seat, seen: bool = False, page: Number = 1, taken: Number = 0
) -> Template:
    """The alerts of this seat, what nobody has seen first, the newest on top. `taken`: one that somebody else was
    quicker to acknowledge; the page says who."""
    page = min(max(1, page), 100_000)
    mine = for_me(seat), AlertRow.seen_by.is_not(None) if seen else AlertRow.seen_by.is_(None)
    wanted = ALERTS.where(*mine).order_by(AlertRow.id.desc()).limit(PAGE).offset(PAGE * (page - 1))
    with house.reading() as connection:
        rows = connection.execute(wanted).mappings().all()
        other = connection.execute(ALERTS.where(AlertRow.id == taken, for_me(seat))).mappings().one_or_none()
        people = names(connection, {row["seen_by"] or "" for row in (*rows, *([other] if other else []))})
        total = connection.scalar(select(func.count()).select_from(AlertRow).where(*mine)) or 0
        count = unseen(connection, seat)
    shown = [alert_of(row, house.city, people) for row in rows]
    first = alert_of(other, house.city, people) if other and other["seen_by"] else None
    more: dict[str, Any] = {"page": page, "pages": max(1, -(-total // PAGE)), "first": first}
    return render(request, "bell.html", alerts=shown, unseen=count, seen=seen, **more)


@post("/alerts/{alert:int}/seen", status_code=200, sync_to_thread=True)
def acknowledge(request: Asking, house: House, seat: Seat, alert: int) -> Response[Any]:
    """Acknowledges once: the first stands by name, later ones change nothing and learn who it was."""
    with house.writing() as connection:
        known = AlertRow.id == alert, for_me(seat)
        fresh = update(AlertRow).where(*known, AlertRow.seen_by.is_(None))
        won = connection.execute(fresh.values(seen_by=seat.actor.id, seen_at=house.now())).rowcount == 1
        row = connection.execute(ALERTS.where(*known)).mappings().one_or_none()
        if row is None:
            raise NotFoundException(detail="没有这条提醒")
        shown = alert_of(row, house.city, names(connection, {row["seen_by"]}))
        count = unseen(connection, seat)
    ours = row["seen_by"] == seat.actor.id
    if wants_html(request):
        return see_other("/alerts" if ours else f"/alerts?taken={alert}")
    told = {"id": alert, "seen_by": shown.seen_by, "seen_at": shown.seen_at, "first": won, "unseen": count}
    return Response(told)


ROUTES: list[Any] = [alerts, acknowledge]
