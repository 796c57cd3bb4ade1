"""The figures as pages and workbooks: rates with their definitions, charts with their tables, each leading to its cases.

A page is a dozen statements over sums kept beside the cases, however many cases there are.
"""

from datetime import date
from typing import Any
from urllib.parse import quote

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Template
from msgspec.structs import replace

from hotline import bell
from hotline.accounts.seats import Seat
from hotline.calendar.lights import moment_words
from hotline.figures.asking import PERIODS, Said, said
from hotline.figures.cases import HEADS, MOST, PAGE, behind, counted, sheet_rows
from hotline.figures.figures import BYS, Sum, Wanted, bounds, sums
from hotline.figures.keeper import as_of
from hotline.figures.measures import MEASURES
from hotline.figures.panels import Panel, panels, plain_rows, rate_rows, rates, title_of, titles
from hotline.figures.statistics_sheets import XLSX, Table, as_xlsx
from hotline.house import House
from hotline.sent import Number
from hotline.web import Asking, render, wants_html

RATE_HEADS = ("指标", "数值", "分子", "分母", "上期", "比上期", "口径")


@get("/figures", sync_to_thread=True)
def figures(request: Asking, house: House, seat: Seat) -> Template | Response[Any]:
    """The figures of a period, narrowed or not."""
    asked = said(request, house, seat)
    if not wants_html(request):
        asked.whole()
    wanted = asked.wanted
    with house.reading() as connection:
        now, before = _whole(connection, wanted), _whole(connection, wanted.before())
        found = panels(connection, house, wanted)
        count, counted_to = bell.unseen(connection, seat), as_of(connection)
    shown = rates(now, before)
    if not wants_html(request):
        return Response(_json(wanted, now, shown, found))
    return render(
        request,
        "figures.html",
        status=422 if asked.errors else 200,
        asked=asked,
        wanted=wanted,
        past_span=days_words(wanted.before().first, wanted.before().last),
        whole=now,
        rates=shown,
        panels=found,
        measures=MEASURES,
        periods=PERIODS,
        choices=_choices(house, seat, asked),
        scope=_scope(house, wanted),
        span=days_words(wanted.first, wanted.last),
        as_of=moment_words(counted_to, house.city.calendar),
        unseen=count,
    )


def _whole(connection: Any, wanted: Wanted) -> Sum:
    return sums(connection, wanted).get("", Sum())


def _choices(house: House, seat: Seat, asked: Said) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What may narrow the figures: name, label, options; a code of the past stands as it is."""
    own, procedures = bounds(seat)
    found = []
    for by, label in BYS.items():
        options = [(code, title) for code, title in titles(house, by).items() if by != "procedure" or not procedures or code in procedures]
        if by == "office" and own:
            continue
        value = asked.typed[by]
        if value and value not in dict(options) and by not in asked.errors:
            options.append((value, title_of(by, "" if value == "-" else value, {})))
        found.append((by, label, options))
    return found


def _scope(house: House, wanted: Wanted) -> list[str]:
    """In words, what narrows these figures."""
    return [
        title_of(by, "" if value == "-" else value, titles(house, by))
        for by in BYS
        if (value := getattr(wanted, by))
    ]


def days_words(first: date, last: date) -> str:
    """A stretch of days: 2026年11月1日至24日."""
    if first == last:
        return f"{first.year}年{first.month}月{first.day}日"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.year}年{first.month}月{first.day}日至{last.day}日"
    if first.year == last.year:
        return f"{first.year}年{first.month}月{first.day}日至{last.month}月{last.day}日"
    return f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"


def _json(wanted: Wanted, now: Sum, shown: Any, found: list[Panel]) -> dict[str, Any]:
    return {
        "first": wanted.first,
        "last": wanted.last,
        "counts": {name: now.n(name) for name in MEASURES},
        "days": {"median": now.median, "nine_in_ten": now.ninth},
        "rates": {one.rate.code: {"share": one.share, "of": one.whole, "before": one.before} for one in shown},
        "tables": {
            panel.id: {"heads": [panel.first, *(head.title for head in panel.heads)], "rows": plain_rows(panel)}
            for panel in found
        },
    }


def tables_of(house: House, wanted: Wanted) -> dict[str, Table]:
    """Every table of the page by its id, for workbooks."""
    with house.reading() as connection:
        shown = rates(_whole(connection, wanted), _whole(connection, wanted.before()))
        found = panels(connection, house, wanted)
    made = {"rates": Table("指标", RATE_HEADS, tuple(rate_rows(shown)))}
    for panel in found:
        heads = (panel.first, *(head.title for head in panel.heads))
        made[panel.id] = Table(panel.title, heads, tuple(plain_rows(panel)))
    return made


@get("/figures/xlsx", sync_to_thread=True)
def figures_sheet(request: Asking, house: House, seat: Seat, panel: str = "") -> Response[bytes]:
    """A workbook of all tables, or of one (`panel`: rates, trend, office, street, topic, procedure)."""
    wanted = said(request, house, seat).whole()
    made = tables_of(house, wanted)
    if panel and panel not in made:
        raise NotFoundException(detail="没有这张表")
    chosen = [made[panel]] if panel else list(made.values())
    name = f"{days_words(wanted.first, wanted.last)}{chosen[0].title if panel else '运行统计'}"
    return download(as_xlsx([(table.title[:30], [table]) for table in chosen]), f"{name}.xlsx", XLSX)


def download(content: bytes, name: str, media: str) -> Response[bytes]:
    """A file to be kept, by nobody on the way."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media, headers=headers)


def _measure(measure: str) -> str:
    if measure not in MEASURES:
        raise NotFoundException(detail="没有这个统计项目")
    return measure


@get("/figures/cases", sync_to_thread=True)
def figure_cases(
    request: Asking, house: House, seat: Seat, measure: str = "received", page: Number = 1
) -> Template | Response[Any]:
    """The cases behind one figure: `measure`, and what the figure was narrowed by."""
    wanted, measure, page = said(request, house, seat).whole(), _measure(measure), min(max(1, page), 100_000)
    with house.reading() as connection:
        total, seen = counted(connection, wanted, measure, seat)
        lines = behind(connection, house, wanted, measure, seat, slice(PAGE * (page - 1), PAGE * page))
        count = bell.unseen(connection, seat)
    if not wants_html(request):
        numbers = [line.number for line in lines]
        return Response({"total": total, "hidden": total - seen, "page": page, "cases": numbers})
    whole = replace(wanted, office=bounds(seat)[0], street="", topic="", procedure="")
    return render(
        request,
        "figures_cases.html",
        title=MEASURES[measure].title,
        lines=lines,
        total=total,
        hidden=total - seen,
        page=page,
        pages=max(1, -(-seen // PAGE)),
        span=days_words(wanted.first, wanted.last),
        scope=_scope(house, wanted),
        link=wanted.query(measure=measure),
        back=whole.query(),
        most=MOST,
        unseen=count,
    )


@get("/figures/cases/xlsx", sync_to_thread=True)
def figure_cases_sheet(request: Asking, house: House, seat: Seat, measure: str = "received") -> Response[bytes]:
    """The same as a workbook, the newest `MOST`."""
    wanted, measure = said(request, house, seat).whole(), _measure(measure)
    with house.reading() as connection:
        lines = behind(connection, house, wanted, measure, seat, slice(0, MOST))
    title = MEASURES[measure].title
    table = Table(title, HEADS, tuple(sheet_rows(lines, house)))
    return download(as_xlsx([(title[:30], [table])]), f"{days_words(wanted.first, wanted.last)}{title}.xlsx", XLSX)


ROUTES: list[Any] = [figures, figures_sheet, figure_cases, figure_cases_sheet]
