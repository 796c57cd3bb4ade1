"""The monthly report before it goes out, and as a Word file."""

import re
from datetime import date
from typing import Any

from litestar import Response, get
from litestar.response import Template
from sqlalchemy import Connection

from hotline import bell
from hotline.accounts.seats import Seat
from hotline.calendar.lights import moment_words
from hotline.figures.figures import DAY, Wanted, bounds, month_on
from hotline.figures.keeper import as_of
from hotline.figures.pages import download
from hotline.figures.report import Report, report
from hotline.house import House
from hotline.problems import Problem
from hotline.web import Asking, render, wants_html

BACK = 24  # months that may be chosen


def month_of(text: str, today: date) -> date:
    """The first day of `2026-11`; of the month before this one where nothing is said. Raises `Problem`."""
    if not text:
        return month_on(today, -1)
    if not re.fullmatch(r"20[0-7]\d-(0[1-9]|1[0-2])", text):
        raise Problem("没有这个月的月报", {"month": "请写成年-月，例如2026-11"})
    found = date(int(text[:4]), int(text[5:]), 1)
    if found > today:
        raise Problem("没有这个月的月报", {"month": "这个月还没有到"})
    return found


def _made(connection: Connection, house: House, seat: Seat, month: date) -> Report:
    office, procedures = bounds(seat)
    last = month_on(month, 1) - DAY
    wanted = Wanted(first=month, last=last, office=office, procedures=procedures)
    return report(connection, house, wanted, house.city.calendar.day_of(house.now()))


@get("/figures/report", sync_to_thread=True)
def figure_report(request: Asking, house: House, seat: Seat, month: str = "") -> Template:
    """One month's report on the page (`month`: 2026-11; the last whole month)."""
    today = house.city.calendar.day_of(house.now())
    error = ""
    try:
        first = month_of(month.strip()[:10], today)
    except Problem as wrong:
        if not wants_html(request):
            raise
        first, error = month_on(today, -1), wrong.errors["month"]
    with house.reading() as connection:
        made = _made(connection, house, seat, first)
        count, counted_to = bell.unseen(connection, seat), as_of(connection)
    return render(
        request,
        "figures_report.html",
        status=422 if error else 200,
        report=made,
        month=f"{first:%Y-%m}",
        typed=month.strip()[:10] or f"{first:%Y-%m}",
        error=error,
        months=[month_on(today, -n) for n in range(BACK)],
        as_of=moment_words(counted_to, house.city.calendar),
        unseen=count,
    )


@get("/figures/report/docx", sync_to_thread=True)
def figure_report_paper(house: House, seat: Seat, month: str = "") -> Response[bytes]:
    """The same in Word."""
    from hotline.figures.paper import MEDIA, docx_of  # only here: it is large, and few ask for it

    first = month_of(month.strip()[:10], house.city.calendar.day_of(house.now()))
    with house.reading() as connection:
        made = _made(connection, house, seat, first)
    return download(docx_of(made), f"{made.title}.docx", MEDIA)


ROUTES: list[Any] = [figure_report, figure_report_paper]
