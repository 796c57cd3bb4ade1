"""Messages that reached nobody, by their reason, and sending them once more.

What waits for the gateway to come back goes out by itself and is only counted here. A resend is a deed of a
person: asked back once, written into the audit, and safe to press twice.
"""

from collections.abc import Mapping
from typing import Any

from litestar import get, post
from litestar.response import Redirect, Template
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, func, select, update

from cases.people import Role
from cases.tables import CaseRow, OutboxRow, table_of
from hotline import bell
from hotline.accounts.accounts import audit
from hotline.accounts.seats import Seat
from hotline.calendar.lights import moment_words
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import Number
from hotline.texts import WORDINGS
from hotline.web import Asking, render, see_other

PAGE = 50
ENDED = OutboxRow.state.in_(("dead", "failed"))
OUTBOX = table_of(OutboxRow)
WHOM = {"party": "来电人", "user": "工作人员", "text": "短信来件人"}


class Lost(Struct, frozen=True, kw_only=True):
    """One message that reached nobody."""

    id: int
    what: str
    to: str
    number: str
    at: str
    error: str


@get("/undelivered", sync_to_thread=True)
def undelivered(request: Asking, house: House, seat: Seat, reason: str = "", before: Number = 0, sent: Number = 0) -> Template:
    """One page of them, the newest first, of one reason or of all."""
    with house.reading() as connection:
        reasons = _reasons(connection)
        lost = _page(connection, house, reason, before)
        waiting = _waiting(connection, house)
        count = bell.unseen(connection, seat)
    more = lost[-1].id if len(lost) == PAGE else 0
    return render(request, "undelivered.html", lost=lost, reasons=reasons, reason=reason[:200], more=more,
                  waiting=waiting, sent=max(0, sent), unseen=count)  # fmt: skip


@post("/undelivered", status_code=200, sync_to_thread=True)
def send_again(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Redirect | Template:
    """Puts one message, or all of a reason, back in line. `Problem` where nothing was chosen."""
    which, what = _chosen(typed)
    if not typed.get("confirmed"):
        with house.reading() as connection:
            n = connection.scalar(select(func.count()).select_from(OUTBOX).where(ENDED, which)) or 0
            count = bell.unseen(connection, seat)
        return render(request, "undelivered_again.html", n=n, typed=typed, unseen=count)
    now = house.now()
    with house.writing() as connection:
        back = update(OUTBOX).where(ENDED, which).values(state="waiting", tries=0, next_at=now, error="")
        n = connection.execute(back).rowcount
        if n:
            audit(connection, now, seat.actor.id, "outbox.again", about=what, detail=f"再发{n}条")
    house.ledger.on_commit()
    return see_other(f"/undelivered?sent={n}")


def _chosen(typed: Mapping[str, Any]) -> tuple[ColumnElement[bool], str]:
    """What is meant, as a condition and in words."""
    row, reason = str(typed.get("row", "")), str(typed.get("reason", ""))
    if row.isascii() and row.isdigit():
        return OutboxRow.id == int(row), f"短信{int(row)}"
    if reason:
        return OutboxRow.error == reason, reason
    raise Problem("没有再发", {"reason": "请选择一条短信，或者一种原因"})


def _reasons(connection: Connection) -> list[tuple[str, int]]:
    found = connection.execute(select(OutboxRow.error, func.count()).where(ENDED).group_by(OutboxRow.error))
    return sorted(((error, n) for error, n in found), key=lambda one: -one[1])


def _waiting(connection: Connection, house: House) -> tuple[int, str]:
    """How many have been tried and wait for the gateway, and since when the oldest."""
    tried = OutboxRow.state == "waiting", OutboxRow.error != ""
    n, since = connection.execute(select(func.count(), func.min(OutboxRow.created_at)).where(*tried)).one()
    return n, moment_words(since, house.city.calendar) if n else ""


def _page(connection: Connection, house: House, reason: str, before: int) -> list[Lost]:
    columns = OutboxRow.id, OutboxRow.template, OutboxRow.recipient, OutboxRow.created_at, OutboxRow.error
    asked = select(*columns, CaseRow.number).outerjoin(CaseRow, CaseRow.id == OutboxRow.case_id).where(ENDED)
    asked = asked.where(OutboxRow.error == reason) if reason else asked
    asked = asked.where(OutboxRow.id < before) if before else asked
    rows = connection.execute(asked.order_by(OutboxRow.id.desc()).limit(PAGE)).all()
    titles = {name: wording.title for name, wording in WORDINGS.items()}
    return [
        Lost(
            id=row.id, what=titles.get(row.template, row.template), to=_whom(house, row.recipient),
            number=row.number or "", at=moment_words(row.created_at, house.city.calendar), error=row.error,
        )
        for row in rows
    ]  # fmt: skip


def _whom(house: House, recipient: str) -> str:
    kind, _, rest = recipient.partition(":")
    if kind == "office":
        return house.city.offices.get(rest.partition(":")[0], rest)
    if kind == "role":
        return Role(rest).label if rest in {role.value for role in Role} else rest
    return rest if kind == "emergency" else WHOM.get(kind, kind)


ROUTES: list[Any] = [send_again, undelivered]
