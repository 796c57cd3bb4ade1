"""The tables of the figures as pages, workbooks and reports draw them: the same rows and words everywhere.

A cell knows what it counts, so that each leads to the cases behind it; a chart is drawn from its table and says
nothing that the table does not.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from cases.city import City
from cases.procedures import PROCEDURES
from hotline.figures.figures import BYS, DAY, NONE, Sum, Wanted, ranked, sums
from hotline.figures.measures import BY_CODE, MEASURES, RATES, Rate
from hotline.figures.standing import office_title
from hotline.house import House

THREE = ("response", "solution", "satisfaction")
RATED = ("timely", "signing", "return", *THREE, "extended", "edge", "reopened", "unreachable")
COUNTED = ("received", "repeat", "answered", "handled", "handled.late", "closed")
DAILY = ("received", "answered", "closed", "handled.late")
LONG = 62  # days; a longer stretch is drawn by months
UNKNOWN = {"office": "未派单", "street": "未注明街道", "topic": "未注明事项"}


class Cell(Struct, frozen=True):
    """One cell: its words, the number a chart draws, and what it counts (empty: it leads nowhere)."""

    words: str
    n: float | None = None
    measure: str = ""


class Line(Struct, frozen=True):
    """One row: of what, the narrowing that leads to its cases, whether it rests on few cases."""

    title: str
    where: dict[str, str]
    cells: tuple[Cell, ...]
    few: bool = False


class Head(Struct, frozen=True):
    """A column: its title; `series` is how the chart draws it (bar, line, stack; empty: not at all)."""

    title: str
    series: str = ""


class Panel(Struct, frozen=True, kw_only=True):
    """One table, and its chart."""

    id: str
    title: str
    note: str
    first: str  # the head of the first column
    heads: tuple[Head, ...]
    rows: tuple[Line, ...]
    lying: bool = False  # bars that lie, for long names

    @property
    def size(self) -> str:
        """How high the chart is: low, middle or high, by how many bars lie in it."""
        bars = sum(not row.few for row in self.rows) or len(self.rows)
        return "high" if bars > 7 else "middle" if bars > 3 or not self.lying else "low"


def panels(connection: Connection, house: House, wanted: Wanted) -> list[Panel]:
    """Every table of the page but the rates: one statement each."""
    found = [trend(connection, wanted)]
    if not wanted.office:
        found.append(offices(sums(connection, wanted, "office"), house.city))
    for by, note in (
        ("street", "按收到诉求的多少排列。"),
        ("topic", "按收到诉求的多少排列。"),
        ("procedure", "各类程序的期限不同，相互之间不作比较。"),
    ):
        if not getattr(wanted, by):
            found.append(broken_down(by, sums(connection, wanted, by), titles(house, by), note))
    return found


def titles(house: House, by: str) -> Mapping[str, str]:
    """What the values of `by` are called."""
    if by == "street":
        return house.book.places.streets
    if by == "topic":
        return {topic.code: topic.full for topic in house.book.topics}
    if by == "procedure":
        return {name: procedure.title for name, procedure in PROCEDURES.items()}
    return dict(house.city.offices.items())


def title_of(by: str, value: str, known: Mapping[str, str]) -> str:
    """One value's title; where none is known it says so."""
    return known.get(value, value) if value else UNKNOWN.get(by, "")


def trend(connection: Connection, wanted: Wanted) -> Panel:
    """Day by day, or month by month where that would be many."""
    by = "day" if (wanted.last - wanted.first).days < LONG else "month"
    found = sums(connection, wanted, by)
    days = (wanted.first + n * DAY for n in range((wanted.last - wanted.first).days + 1))
    starts = dict.fromkeys((day if by == "day" else day.replace(day=1)).isoformat() for day in days)
    rows = tuple(_day(start, found.get(start, Sum()), by, wanted) for start in starts) if found else ()
    return Panel(
        id="trend",
        title="逐日走势" if by == "day" else "逐月走势",
        note="超期指办理期限届满仍未答复，计入届满的当日。",
        first="日期" if by == "day" else "月份",
        heads=tuple(Head(MEASURES[name].head, "line") for name in DAILY),
        rows=rows,
    )


def _day(start: str, one: Sum, by: str, wanted: Wanted) -> Line:
    first = date.fromisoformat(start)
    last = first if by == "day" else min(wanted.last, _month_end(first))
    title = f"{first.month}月{first.day}日" if by == "day" else f"{first.year}年{first.month}月"
    where = {"first": max(first, wanted.first).isoformat(), "last": last.isoformat()}
    return Line(title, where, tuple(_count(name, one) for name in DAILY))


def _month_end(first: date) -> date:
    return date.fromordinal(date(first.year + first.month // 12, first.month % 12 + 1, 1).toordinal() - 1)


def offices(found: dict[str, Sum], city: City) -> Panel:
    """Office by office, by the mean of the three rates; those with few cases are not ranked."""
    rows = []
    for place, value, one in ranked(found, THREE):
        if value:
            cells = (
                Cell("不排名" if place is None else str(place), place),
                _count("handled.ok", one),
                _count("handled.late", one),
                *(_rate(BY_CODE[code], one) for code in RATED),
                _days(one.median),
                _days(one.ninth),
            )
            rows.append(Line(office_title(value, city), {"office": value}, cells, place is None))
    heads = (
        Head("名次"),
        Head("按时", "stack"),
        Head("超期", "stack"),
        *(Head(BY_CODE[code].title) for code in RATED),
        Head("中位天数"),
        Head("九成天数"),
    )
    return Panel(
        id="office",
        title="各单位",
        note="名次按三项比率的平均排列。回访接通不足10件的单位不排名，以浅色列在后面：几件的比率说明不了什么。中位天数是一半的案件不超过的办结天数，九成天数同理。",
        first="单位",
        heads=heads,
        rows=tuple(rows),
        lying=True,
    )


def broken_down(by: str, found: dict[str, Sum], known: Mapping[str, str], note: str) -> Panel:
    """Streets, topics or procedures, the most received first."""
    rows = tuple(
        Line(
            title_of(by, value, known),
            {by: value or NONE},
            (*(_count(name, one) for name in COUNTED), _rate(BY_CODE["timely"], one), _days(one.median)),
        )
        for value, one in sorted(found.items(), key=lambda item: (-item[1].n("received"), item[0]))
    )
    heads = tuple(Head(MEASURES[name].head, "bar" if name == "received" else "") for name in COUNTED)
    return Panel(
        id=by,
        title=BYS[by],
        note=note,
        first=BYS[by],
        heads=(*heads, Head("按时办理率"), Head("中位天数")),
        rows=rows,
        lying=True,
    )


def _count(measure: str, one: Sum) -> Cell:
    n = one.n(measure)
    return Cell(str(n), n, measure if n else "")


def _rate(rate: Rate, one: Sum) -> Cell:
    share = rate.of(one.counts)
    return Cell("–") if share is None else Cell(percent(share), round(share, 1), rate.part)


def _days(days: int | None) -> Cell:
    return Cell("–") if days is None else Cell(str(days), days, "closed")


def percent(share: float | None) -> str:
    """87.5%; a dash where there is nothing to share."""
    return "–" if share is None else f"{share:.1f}%"


class Shown(Struct, frozen=True, kw_only=True):
    """A rate as it is shown: of how many, and beside the stretch before."""

    rate: Rate
    share: float | None
    part: int
    whole: int
    before: float | None
    change: str
    worse: bool


def rates(now: Sum, before: Sum) -> list[Shown]:
    """All rates of a stretch, beside those of another."""
    return [_shown(rate, now, before) for rate in RATES]


def _shown(rate: Rate, now: Sum, before: Sum) -> Shown:
    share, past = rate.of(now.counts), rate.of(before.counts)
    moved = 0.0 if share is None or past is None else round(share - past, 1)
    return Shown(
        rate=rate,
        share=share,
        part=now.n(rate.part),
        whole=now.n(rate.whole),
        before=past,
        change=_moved(moved) if share is not None and past is not None else "",
        worse=moved < 0 if rate.better == "high" else moved > 0,
    )


def _moved(points: float) -> str:
    if points > 0:
        return f"升{points:.1f}个百分点"
    return f"降{-points:.1f}个百分点" if points < 0 else "持平"


def plain_rows(panel: Panel) -> list[tuple[str | int, ...]]:
    """The rows as a workbook takes them: counts as numbers."""
    return [(row.title, *(_plain(cell) for cell in row.cells)) for row in panel.rows]


def _plain(cell: Cell) -> str | int:
    return int(cell.words) if cell.words.isdigit() else cell.words


def rate_rows(shown: Sequence[Shown]) -> list[tuple[Any, ...]]:
    """The rates as rows: title, share, of how many, the stretch before, the change, the definition."""
    return [
        (one.rate.title, percent(one.share), one.part, one.whole, percent(one.before), one.change, one.rate.says)
        for one in shown
    ]
