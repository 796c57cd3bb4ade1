"""The board: overdue and due soon, by office, street, topic or procedure, alive while it is open. A chief sees the
own office's part; a supervisor urges from here and sees the month's rates, the desk's day and what many report."""

from typing import Any

from litestar import get
from litestar.response import Template
from sqlalchemy import Connection

from cases.people import CENTRE, Role
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.alike.hot_topics import hottest
from hotline.calendar.lights import moment_words
from hotline.desk.load import load
from hotline.figures.asking import stretch
from hotline.figures.figures import BYS, Sum, bounds, sums
from hotline.figures.figures import Wanted as Figures
from hotline.figures.panels import THREE, rates, title_of, titles
from hotline.figures.standing import (
    MOST,
    NONE,
    Tally,
    Wanted,
    board_mark,
    clock_titles,
    due_rows,
    office_title,
    tallies,
)
from hotline.house import House
from hotline.pulse import Heard
from hotline.web import Asking, render

NAMED = 5  # hot topics beside the board


def _shown(house: House, seat: Seat, wanted: Wanted) -> dict[str, Any]:
    """Everything the board and its fragment draw: a dozen statements, however many rows."""
    now, city = house.now(), house.city
    with house.reading() as connection:
        sums_ = tallies(connection, now, city, seat, wanted)
        rows = due_rows(connection, now, city, seat, wanted)
        mark = board_mark(connection, now, city)
        count = bell.unseen(connection, seat)
        beside = _beside(connection, house, seat)
    return {
        "tallies": [(_title(house, wanted.by, tally), tally) for tally in sums_],
        "rows": rows,
        "urges": any(row.can_supervise for row in rows),
        "late": sum(tally.late for tally in sums_),
        "soon": sum(tally.soon for tally in sums_),
        "most": max((tally.late + tally.soon for tally in sums_), default=1),
        "wanted": wanted,
        "none": NONE,
        "bys": BYS,
        "row_limit": MOST,
        "as_of": moment_words(now, city.calendar),
        "mark": str(Heard(board=mark)),
        "unseen": count,
        **beside,
    }


def _title(house: House, by: str, tally: Tally) -> str:
    return office_title(tally.value, house.city) if by == "office" else title_of(by, tally.value, titles(house, by))


def _beside(connection: Connection, house: House, seat: Seat) -> dict[str, Any]:
    """The month's three rates; for a supervisor the desk's day and the hottest topics."""
    today = house.city.calendar.day_of(house.now())
    office, procedures = bounds(seat)
    first, last = stretch("month", today)
    month = Figures(first=first, last=last, office=office, procedures=procedures)
    whole, before = (sums(connection, one).get("", Sum()) for one in (month, month.before()))
    leads = Role.SUPERVISOR in seat.roles
    return {
        "month": month,
        "three": [one for one in rates(whole, before) if one.rate.code in THREE],
        "repeats": whole.n("repeat"),
        "desk": load(connection, house) if leads else None,
        "hot": hottest(connection, house.now())[:NAMED] if leads else [],
    }


def _wanted(request: Asking) -> Wanted:
    names = (*BYS, "by", "clock", "state")
    said = {name: str(request.query_params.get(name, ""))[:80] for name in names}
    if said["state"] not in ("late", "soon"):
        said["state"] = ""
    if said["by"] not in BYS:
        said["by"] = "office"
    return Wanted(**said)


@get("/board", sync_to_thread=True)
def board(request: Asking, house: House, seat: Seat) -> Template:
    """The whole page; `by` sums it up, `office`, `street`, `topic`, `procedure`, `clock` and `state` narrow it."""
    wanted, whole = _wanted(request), bool(seat.roles & (CENTRE | {Role.LEGAL}))
    offices = sorted(house.city.offices.items(), key=lambda item: item[1]) if whole else []
    narrowed = [
        (by, title_of(by, "" if value == NONE else value, titles(house, by)))
        for by in ("street", "topic", "procedure")
        if (value := getattr(wanted, by))
    ]
    choices: dict[str, Any] = {"offices": offices, "clocks": clock_titles(seat), "whole": whole, "narrowed": narrowed}
    return render(request, "board.html", **_shown(house, seat, wanted), **choices)


@get("/board/rows", sync_to_thread=True)
def board_rows(request: Asking, house: House, seat: Seat) -> Template:
    """The part that changes, for an open page to put in place."""
    return render(request, "_board.html", **_shown(house, seat, _wanted(request)))


ROUTES: list[Any] = [board, board_rows]
