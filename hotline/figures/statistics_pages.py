"""The yearly tables as pages: figures drawn beside their numbers, each leading to the cases it counts.

The figures are of what a seat answers for, the city or its own office; the list behind a figure shows the cases
that seat may open and says how many it may not.
"""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Template
from sqlalchemy import select

from cases.procedures import PROCEDURES
from cases.tables import CaseRow
from cases.yearbooks import YEARBOOKS
from hotline import bell
from hotline.access import visible
from hotline.accounts.seats import Seat
from hotline.figures.statistics import (
    FIRST_YEAR,
    LAST_YEAR,
    Figure,
    Known,
    Section,
    cases_behind,
    sections,
    sight_of,
)
from hotline.figures.statistics_sheets import BY, XLSX, as_csv, as_json, as_xlsx, by_rows, columns_of, tables
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import whole_number
from hotline.web import Asking, render, wants_html

PAGE = 50
MOST = 60  # respondents on the page; the sheets have all


def known(house: House) -> Known:
    """What the counting needs of the house."""
    return Known(house.city.calendar, dict(house.city.offices.items()))


@get("/statistics", sync_to_thread=True)
def statistics(request: Asking, house: House, seat: Seat) -> Template | Response[Any]:
    """One procedure's year: `year` (this one), `procedure` (reconsideration)."""
    year, procedure = _asked(request, house)
    with house.reading() as connection:
        found = sections(connection, known(house), year, procedure, sight_of(seat))
        count = bell.unseen(connection, seat)
    if not wants_html(request):
        return Response(as_json(found))
    this_year = house.city.calendar.day_of(house.now()).year
    return render(
        request,
        "statistics.html",
        found=found,
        book=found[0].book,
        year=year,
        years=range(this_year, this_year - 10, -1),
        books=YEARBOOKS.values(),
        drawn=[_drawn(section, year) for section in found],
        by=[_broken_down(found[0], year, by) for by in BY],
        whole=not sight_of(seat).office,
        query=urlencode({"year": year, "procedure": procedure}),
        unseen=count,
    )


@get("/statistics/cases", sync_to_thread=True)
def statistics_cases(request: Asking, house: House, seat: Seat) -> Template | Response[Any]:
    """The cases behind one figure, the newest first: `line`, and `by` with `value` for one field or respondent."""
    year, procedure = _asked(request, house)
    said = {name: str(request.query_params.get(name, ""))[:200] for name in ("line", "by", "value", "page")}
    lines = {line.key: line for line in YEARBOOKS[procedure].lines}
    line = lines.get(said["line"])
    if line is None or said["by"] not in ("", *BY):
        raise NotFoundException(detail="没有这个统计项目")
    page = whole_number(said["page"], 5) or 1
    figure = Figure(year=year, procedure=procedure, line=line.key, by=said["by"], value=said["value"])
    with house.reading() as connection:
        cases = cases_behind(connection, known(house), figure, sight_of(seat))
        here = cases[PAGE * (page - 1) : PAGE * page]
        shown = visible(select(CaseRow).where(CaseRow.id.in_(here)), seat).order_by(CaseRow.id.desc())
        rows = [dict(row) for row in connection.execute(shown.with_only_columns(*CaseRow.__table__.c)).mappings()]
        count = bell.unseen(connection, seat)
    told: dict[str, Any] = {
        "title": f"{lines[line.whole].title}：{line.title}" if line.whole else line.title, "value": said["value"], "year": year, "total": len(cases), "page": page,
        "pages": max(1, -(-len(cases) // PAGE)), "hidden": len(here) - len(rows),
    }  # fmt: skip
    numbers = [row["number"] for row in rows]
    if not wants_html(request):
        return Response({**told, "cases": numbers})
    link = urlencode({"year": year, "procedure": procedure, **{name: said[name] for name in ("line", "by", "value")}})
    titles = PROCEDURES[procedure].stages
    return render(request, "statistics_cases.html", **told, rows=rows, stages=titles, link=link,
                  book=YEARBOOKS[procedure], unseen=count)  # fmt: skip


@get("/statistics/{sheet:str}", sync_to_thread=True)
def statistics_sheet(request: Asking, house: House, seat: Seat, sheet: str) -> Response[bytes]:
    """`xlsx` or `csv`."""
    if sheet not in ("xlsx", "csv"):
        raise NotFoundException(detail="只有 xlsx 和 csv 两种")
    year, procedure = _asked(request, house)
    with house.reading() as connection:
        found = tables(sections(connection, known(house), year, procedure, sight_of(seat)))
    title = YEARBOOKS[procedure].title
    content = as_xlsx([(title, found)]) if sheet == "xlsx" else as_csv(found).encode("utf-8-sig")
    name = quote(f"{year}年{title}统计.{sheet}")
    return Response(
        content,
        media_type=XLSX if sheet == "xlsx" else "text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Cache-Control": "private, no-store",
        },
    )


def _asked(request: Asking, house: House) -> tuple[int, str]:
    said = request.query_params
    procedure = str(said.get("procedure", "reconsideration"))
    year = str(said.get("year", "") or house.city.calendar.day_of(house.now()).year)
    wrong = {}
    if procedure not in YEARBOOKS:
        wrong["procedure"] = f"没有“{procedure[:40]}”的年度统计，应为{'、'.join(YEARBOOKS)}之一"
    if not (year.isascii() and year.isdigit() and FIRST_YEAR <= int(year[:9]) <= LAST_YEAR):
        wrong["year"] = f"年份应在{FIRST_YEAR}至{LAST_YEAR}之间"
    if wrong:
        raise Problem("不能统计", wrong)
    return int(year), procedure


def _drawn(section: Section, year: int) -> list[dict[str, Any]]:
    """The lines with figures, bars against the largest of the section, and the way to the cases."""
    figures = section.tally.figures
    most = max((figures.get(line.key, 0) for line in section.lines), default=0) or 1
    return [
        {"line": line, "n": (n := figures.get(line.key, 0)), "share": round(100 * n / most, 1),
         "href": _link(year, section, line.key)}
        for line in section.lines
    ]  # fmt: skip


def _broken_down(section: Section, year: int, by: str) -> dict[str, Any]:
    rows, columns = by_rows(section)[by], columns_of(section)
    most = max((row.get("concluded", 0) for row in rows.values()), default=0) or 1
    return {
        "by": by,
        "title": BY[by],
        "columns": columns,
        "more": max(0, len(rows) - MOST),
        "rows": [
            {"who": who, "share": round(100 * row.get("concluded", 0) / most, 1),
             "cells": [(row.get(line.key, 0), _link(year, section, line.key, by, who)) for line in columns]}
            for who, row in list(rows.items())[:MOST]
        ],
    }  # fmt: skip


def _link(year: int, section: Section, line: str, by: str = "", value: str = "") -> str:
    asked = {"year": str(year), "procedure": section.book.procedure, "line": line, "by": by, "value": value}
    return "/statistics/cases?" + urlencode({name: said for name, said in asked.items() if said})


ROUTES: list[Any] = [statistics, statistics_cases, statistics_sheet]
