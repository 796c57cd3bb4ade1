"""The hearing calendar: a month, a week or a list of sittings and legal deadlines, as far as a seat may see them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.response import Template
from msgspec import Struct, to_builtins
from sqlalchemy import select

from cases.calendar import WEEKDAYS
from cases.people import OFFICE
from cases.procedures import PROCEDURES
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.law_rooms.feed_tables import FeedRow
from hotline.law_rooms.sittings import KINDS, LEGAL_ONES, MOST_DUE, Asked, Sitting, everything
from hotline.problems import Problem
from hotline.web import Asking, render, wants_html

VIEWS = {"month": "月", "week": "周", "list": "列表"}
LISTED = 90  # days of the list
CELL = 4  # entries of one day in the month; more are on the day's list
ONE = timedelta(days=1)


class Wanted(Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    view: str = "month"
    on: date
    kind: str = ""
    procedure: str = ""
    office: str = ""

    def link(self, **other: Any) -> str:
        """The address with something of this changed."""
        found = {name: getattr(self, name) for name in self.__struct_fields__} | other
        return "/sittings?" + urlencode({name: str(value) for name, value in found.items() if value})

    @property
    def days(self) -> tuple[date, date]:
        """The first day shown, and the first that is not."""
        if self.view == "list":
            return self.on, self.on + LISTED * ONE
        first = self.on if self.view == "week" else self.on.replace(day=1)
        monday = first - first.weekday() * ONE
        if self.view == "week":
            return monday, monday + 7 * ONE
        after = _month(first, 1)
        return monday, after + (-after.weekday() % 7) * ONE

    @property
    def before(self) -> date:
        """Where one page back begins."""
        return (
            _month(self.on, -1)
            if self.view == "month"
            else self.on - (LISTED if self.view == "list" else 7) * ONE
        )

    @property
    def after(self) -> date:
        """Where one page on begins."""
        return (
            _month(self.on, 1)
            if self.view == "month"
            else self.on + (LISTED if self.view == "list" else 7) * ONE
        )


class Day(Struct, frozen=True, kw_only=True):
    """One day with what stands in it; `sort` is off, work or plain."""

    day: date
    weekday: str
    own: bool  # of the month that is shown
    today: bool
    rest: bool
    entries: list[Sitting]


def _month(day: date, n: int) -> date:
    months = day.year * 12 + day.month - 1 + n
    return date(months // 12, months % 12 + 1, 1)


def wanted(given: Mapping[str, str], today: date) -> Wanted:
    """What an address means; a day that is none is a `Problem`, a filter that names nothing is left out."""
    try:
        on = date.fromisoformat(given["on"]) if given.get("on") else today
    except ValueError:
        raise Problem("日期不对", {"on": "请写成 2026-11-23 的样子"}) from None
    if not 2000 <= on.year <= 2100:
        raise Problem("日期不对", {"on": "应在2000年至2100年之间"})
    view, kind = given.get("view", ""), given.get("kind", "")
    return Wanted(
        view=view if view in VIEWS else "month",
        on=on,
        kind=kind if kind in KINDS else "",
        procedure=given["procedure"] if given.get("procedure") in LEGAL_ONES else "",
        office=given.get("office", "")[:60],
    )


@get("/sittings", sync_to_thread=True)
def calendar(request: Asking, house: House, seat: Seat) -> Response[Any] | Template:
    """开庭、听证、听取意见、调解和法定期限：`view` 为 month、week 或 list，`on` 为日期，另可按种类、程序、单位筛选。"""
    if wants_html(request):
        return page(request, house, seat)
    asked = wanted(request.query_params, house.city.calendar.day_of(house.now()))
    first, until = asked.days
    day_of = house.city.calendar.day_of
    found = [
        {
            **to_builtins(one),
            "day": day_of(one.start),
            "kind_title": one.kind_title,
            "url": f"/cases/{one.number}",
        }
        for one in _found(house, seat, asked)
    ]
    return Response({"first": first, "until": until, "entries": found}, headers={"Cache-Control": "no-store"})


def _found(house: House, seat: Seat, asked: Wanted) -> list[Sitting]:
    first, until = asked.days
    kinds = (asked.kind,) if asked.kind else tuple(KINDS)
    sought = Asked(first=first, until=until, kinds=kinds, procedure=asked.procedure, office=asked.office)
    with house.reading() as connection:
        return everything(connection, house.city.calendar, seat, sought)


def page(request: Asking, house: House, seat: Seat, feed_url: str = "") -> Template:
    """The page; `feed_url` is an address that was made this moment, and is shown this once."""
    today, problem = house.city.calendar.day_of(house.now()), ""
    try:
        asked = wanted(request.query_params, today)
    except Problem as wrong:
        asked, problem = Wanted(on=today), wrong.errors["on"]
    found = _found(house, seat, asked)
    with house.reading() as connection:
        count = bell.unseen(connection, seat)
        feed = connection.execute(
            select(FeedRow.made_at, FeedRow.read_at).where(FeedRow.user_id == seat.user_id)
        ).one_or_none()
    return render(
        request,
        "sittings.html",
        422 if problem else 201 if feed_url else 200,
        asked=asked,
        problem=problem,
        weeks=_weeks(house, asked, found, today),
        found=found,
        cut=len(found) >= MOST_DUE,
        today=today,
        views=VIEWS,
        kinds=KINDS,
        procedures=[(name, PROCEDURES[name].title) for name in LEGAL_ONES],
        offices=sorted(house.city.offices.items(), key=lambda item: item[1]),
        bound=seat.roles <= OFFICE,
        weekdays=list(WEEKDAYS),
        cell=CELL,
        feed=feed,
        feed_url=feed_url,
        unseen=count,
    )


def _weeks(house: House, asked: Wanted, found: list[Sitting], today: date) -> list[list[Day]]:
    """The days shown, in weeks; of the list only those with something in them."""
    calendar = house.city.calendar
    by_day: dict[date, list[Sitting]] = defaultdict(list)
    for one in found:
        by_day[calendar.day_of(one.start)].append(one)
    first, until = asked.days
    days = [first + n * ONE for n in range((until - first).days)]
    if asked.view == "list":
        days = [day for day in days if by_day[day]]
    drawn = [
        Day(
            day=day,
            weekday=WEEKDAYS[day.weekday()],
            own=asked.view != "month" or day.month == asked.on.month,
            today=day == today,
            rest=not calendar.works(day),
            entries=by_day[day],
        )
        for day in days
    ]
    return [drawn[n : n + 7] for n in range(0, len(drawn), 7)]


ROUTES: list[Any] = [calendar]
