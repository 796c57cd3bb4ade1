"""The board: overdue and due soon by office, alive while it is open. A chief sees the own office's part."""

from typing import Any

from litestar import get
from litestar.response import Template

from cases.people import CENTRE, Role
from hotline import bell
from hotline.house import House
from hotline.lights import moment_words
from hotline.pulse import Heard
from hotline.seats import Seat
from hotline.standing import MOST, Wanted, board_mark, clock_titles, due_rows, tallies
from hotline.web import Asking, render


def _shown(house: House, seat: Seat, wanted: Wanted) -> dict[str, Any]:
    """Everything the board and its fragment draw: five statements, however many rows."""
    now, city = house.now(), house.city
    with house.reading() as connection:
        sums = tallies(connection, now, city, seat, wanted)
        rows = due_rows(connection, now, city, seat, wanted)
        mark = board_mark(connection, now, city)
        count = bell.unseen(connection, seat)
    return {
        "tallies": sums,
        "rows": rows,
        "late": sum(tally.late for tally in sums),
        "soon": sum(tally.soon for tally in sums),
        "most": max((tally.late + tally.soon for tally in sums), default=1),
        "wanted": wanted,
        "row_limit": MOST,
        "as_of": moment_words(now, city.calendar),
        "mark": str(Heard(board=mark)),
        "unseen": count,
    }


def _wanted(request: Asking) -> Wanted:
    said = {name: str(request.query_params.get(name, ""))[:60] for name in ("office", "clock", "state")}
    if said["state"] not in ("late", "soon"):
        said["state"] = ""
    return Wanted(**said)


@get("/board", sync_to_thread=True)
def board(request: Asking, house: House, seat: Seat) -> Template:
    """The whole page; `office`, `clock` and `state` (late, soon) narrow it."""
    whole = bool(seat.roles & (CENTRE | {Role.LEGAL}))
    offices = sorted(house.city.offices.items(), key=lambda item: item[1]) if whole else []
    choices: dict[str, Any] = {"offices": offices, "clocks": clock_titles(seat), "whole": whole}
    return render(request, "board.html", **_shown(house, seat, _wanted(request)), **choices)


@get("/board/rows", sync_to_thread=True)
def board_rows(request: Asking, house: House, seat: Seat) -> Template:
    """The part that changes, for an open page to put in place."""
    return render(request, "_board.html", **_shown(house, seat, _wanted(request)))


ROUTES: list[Any] = [board, board_rows]
