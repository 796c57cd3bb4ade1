"""The supervisors' page of what many people report: hottest first, each with its members and its time line.

Read from what the worker keeps; the order is people, cooled with time, times growth, and never one person's
ninety posts.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.response import Template
from msgspec import Struct
from sqlalchemy import Connection, func, select

from cases.numbers import public_number
from cases.tables import CaseRow
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.alike.tables import AlikeRow, HotTopicRow
from hotline.alike.topic_keeper import spans
from hotline.house import House
from hotline.sent import Number
from hotline.web import Asking, render
from routing.topics import growth, heat, timeline

WARMEST = 120  # topics whose growth is worked out
SHOWN = 20
PAGE = 25  # members on a page
LATELY = timedelta(days=7)
DAY = timedelta(days=1)


class Hot(Struct, frozen=True, kw_only=True):
    """A topic as the page lists it. `growth` is more than one where it grows."""

    id: int
    name: str
    people: int
    cases: int
    lately: int
    heat: float
    growth: float
    first_at: datetime
    last_at: datetime
    warned_at: datetime | None


class Column(Struct, frozen=True):
    """One stretch of the time line, placed on a hundredth grid."""

    x: float
    width: float
    height: float
    day: date
    count: int


def hottest(connection: Connection, now: datetime, since: datetime | None = None) -> list[Hot]:
    """The topics of at least two people, hottest first; `since`: only those reported at or after."""
    warm = select(HotTopicRow).where(HotTopicRow.people > 1).order_by(HotTopicRow.warm.desc(), HotTopicRow.id)
    if since is not None:
        warm = warm.where(HotTopicRow.last_at >= since)
    rows = connection.execute(warm.limit(WARMEST)).all()
    times = spans(connection, [row.id for row in rows])
    found = [_hot(row, times[row.id][0], now) for row in rows]
    return sorted(found, key=lambda hot: (-hot.heat, hot.id))


def _hot(row: Any, first: Sequence[datetime], now: datetime) -> Hot:
    growing = growth(first, now)
    return Hot(
        id=row.id,
        name=" ".join(filter(None, (row.place, row.matter))) or "（尚无共同字词）",
        people=row.people,
        cases=row.cases,
        lately=sum(at > now - LATELY for at in first),
        heat=heat(row.warm, growing, now),
        growth=growing,
        first_at=row.first_at,
        last_at=row.last_at,
        warned_at=row.warned_at,
    )


def told_since(house: House, since: datetime, top: int) -> list[dict[str, Any]]:
    """The hottest topics reported since then, with the numbers of their cases, for the command."""
    with house.reading() as connection:
        found = hottest(connection, house.now(), since)[:top]
        ids = [hot.id for hot in found]
        names = dict(
            connection.execute(select(HotTopicRow.id, HotTopicRow.place).where(HotTopicRow.id.in_(ids))).all()
        )
        wanted = select(AlikeRow.topic, AlikeRow.case_id).where(AlikeRow.topic.in_(ids)).order_by(AlikeRow.at)
        members: dict[int, list[str]] = {one: [] for one in ids}
        for topic, case in connection.execute(wanted):
            members[topic or 0].append(public_number(case))
    return [
        {
            "place": names[hot.id], "matter": hot.name.removeprefix(names[hot.id]).strip(),
            "people": hot.people,
            "messages": hot.cases, "heat": round(hot.heat, 2), "growth": round(hot.growth, 2),
            "first": f"{hot.first_at:%Y-%m-%d}", "last": f"{hot.last_at:%Y-%m-%d}",
            "members": tuple(members[hot.id]),
        }
        for hot in found
    ]  # fmt: skip


@get("/topics/hot", sync_to_thread=True)
def hot_topics(request: Asking, house: House, seat: Seat) -> Template:
    """The list."""
    with house.reading() as connection:
        found = hottest(connection, house.now())[:SHOWN]
        unseen = bell.unseen(connection, seat)
    most = max((hot.heat for hot in found), default=1.0)
    return render(request, "hot_topics.html", topics=found, most=most, unseen=unseen)


@get("/topics/hot/{topic:int}", sync_to_thread=True)
def hot_topic(request: Asking, house: House, seat: Seat, topic: int, page: Number = 1) -> Template:
    """One topic: its time line and its members, newest first."""
    page = max(1, page)
    with house.reading() as connection:
        row = connection.execute(select(HotTopicRow).where(HotTopicRow.id == topic)).one_or_none()
        if row is None:
            raise NotFoundException(detail="没有这个热点")
        first = spans(connection, [topic])[topic][0]
        members = _members(connection, topic, page)
        days = connection.scalars(select(AlikeRow.at).where(AlikeRow.topic == topic)).all()
        unseen = bell.unseen(connection, seat)
    day_of = house.city.calendar.day_of
    drawn = columns(timeline([day_of(at) for at in days]))
    pages = max(1, -(-len(days) // PAGE))
    shown: dict[str, Any] = {
        "members": members,
        "columns": drawn,
        "page": page,
        "pages": pages,
        "unseen": unseen,
    }
    return render(request, "hot_topic.html", topic=_hot(row, first, house.now()), **shown)


def _members(connection: Connection, topic: int, page: int) -> Sequence[Any]:
    again = func.count().over(partition_by=AlikeRow.person).label("again")
    told = (CaseRow.number, CaseRow.title, CaseRow.stage, CaseRow.ended, CaseRow.office, CaseRow.merged_into)
    wanted = select(AlikeRow.at, again, *told).join(CaseRow, CaseRow.id == AlikeRow.case_id)
    order = wanted.where(AlikeRow.topic == topic).order_by(AlikeRow.at.desc(), AlikeRow.case_id.desc())
    return connection.execute(order.limit(PAGE).offset(PAGE * (page - 1))).all()


def columns(line: Sequence[tuple[date, int]]) -> list[Column]:
    """The time line as it is drawn, the highest column full."""
    most = max((count for _, count in line), default=1)
    step = 100 / max(len(line), 1)
    return [
        Column(round(n * step, 2), round(step * 0.8, 2), round(100 * count / most, 1), day, count)
        for n, (day, count) in enumerate(line)
    ]


ROUTES: list[Any] = [hot_topics, hot_topic]
