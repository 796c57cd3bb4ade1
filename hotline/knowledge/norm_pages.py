"""The register of normative documents: what is in force, what lapses soon, what came in whose place, who cites it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template
from sqlalchemy import RowMapping, select

from cases.procedure import Refused
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.fields import fields_of, from_form, from_values
from hotline.house import House
from hotline.knowledge import norms
from hotline.knowledge.forms import hinted
from hotline.knowledge.norms import NORMS, Norm
from hotline.matrix import NORM_KEEPERS
from hotline.problems import Problem
from hotline.sent import whole_number
from hotline.web import Asking, render, see_other, wants_html

VIEWS = {"": "全部", "soon": "九十天内失效", "gone": "已经失效"}
BY = "by."


@get("/knowledge/norms", sync_to_thread=True)
def register(request: Asking, house: House, seat: Seat) -> Response[Any] | Template:
    """规范性文件登记簿：`view` 为 soon（九十天内失效）、gone（已经失效）或空（全部）。"""
    today, view = house.city.calendar.day_of(house.now()), request.query_params.get("view", "")
    view = view if view in VIEWS else ""
    with house.reading() as connection:
        rows = norms.listed(connection, today, view)
        others = norms.titles(connection, [row["replaced_by"] for row in rows if row["replaced_by"]])
        people = bell.names(connection, {row["owner"] for row in rows})
        count = bell.unseen(connection, seat)
    stands = {row["id"]: norms.standing(row, today, others) for row in rows}
    if not wants_html(request):
        told = [
            {
                "id": row["id"],
                "number": row["number"],
                "lapses_on": row["lapses_on"],
                "stands": stands[row["id"]].words,
            }
            for row in rows
        ]
        return Response({"norms": told}, headers={"Cache-Control": "no-store"})
    mine = sum(row["owner"] == seat.actor.id and stands[row["id"]].sort == "soon" for row in rows)
    return render(request, "norms.html", rows=rows, stands=stands, people=people, view=view, views=VIEWS, mine=mine,
                  basis=str(norms.BASIS), may_write=bool(seat.roles & NORM_KEEPERS), unseen=count)  # fmt: skip


@post("/knowledge/norms", status_code=201, sync_to_thread=True)
def enter(
    request: Asking, house: House, seat: Seat, typed: dict[str, Any]
) -> Response[Any] | Redirect | Template:
    """Enters a document."""
    return _saved(request, house, seat, None, typed)


@get("/knowledge/norms/new", sync_to_thread=True)
def empty(request: Asking, house: House, seat: Seat) -> Template:
    """The empty form."""
    return _page(request, house, seat, None, {})


@get("/knowledge/norms/{norm:int}", sync_to_thread=True)
def one(request: Asking, house: House, seat: Seat, norm: int) -> Response[Any] | Template:
    """One document, how it stands, and what rests on it."""
    row = _row(house, norm)
    if wants_html(request):
        return _page(request, house, seat, row, _typed(row))
    today = house.city.calendar.day_of(house.now())
    with house.reading() as connection:
        others = norms.titles(connection, [row["replaced_by"]] if row["replaced_by"] else [])
        cited = [article["slug"] for article in norms.citing(connection, norm)]
    return Response({**row, "stands": norms.standing(row, today, others).words, "cited_by": cited})


@post("/knowledge/norms/{norm:int}", status_code=200, sync_to_thread=True)
def change(
    request: Asking, house: House, seat: Seat, norm: int, typed: dict[str, Any]
) -> Response[Any] | Redirect | Template:
    """Changes it: continued to another day, repealed, another owner."""
    return _saved(request, house, seat, _row(house, norm), typed)


@post("/knowledge/norms/{norm:int}/replacement", status_code=200, sync_to_thread=True)
def replacement(
    request: Asking, house: House, seat: Seat, norm: int, typed: dict[str, Any]
) -> Response[Any] | Redirect | Template:
    """Says which document has come in its place, and from which day on."""
    row = _row(house, norm)
    given = {name: str(value) for name, value in typed.items() if isinstance(value, str)}
    try:
        try:
            day = date.fromisoformat(given.get("day", ""))
        except ValueError:
            raise Problem("填写的内容有误", {"day": "应为日期，例如2026-11-23"}) from None
        with house.writing() as connection:
            norms.replace_by(connection, house, seat, norm, (given.get("number", "").strip(), day))
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        typed_by = {BY + name: said for name, said in given.items()}
        return _page(request, house, seat, row, _typed(row) | typed_by, wrong)
    return see_other(f"/knowledge/norms/{norm}?done=1") if wants_html(request) else Response({"id": norm})


def _saved(
    request: Asking, house: House, seat: Seat, row: RowMapping | None, typed: Mapping[str, Any]
) -> Response[Any] | Redirect | Template:
    given = {name: str(value) for name, value in typed.items() if isinstance(value, str)}
    try:
        plain = {name: value for name, value in typed.items() if name != "seen"}
        norm: Norm = from_form(Norm, given) if wants_html(request) else from_values(Norm, plain)
        seen = whole_number(typed.get("seen")) or 0
        with house.writing() as connection:
            found = norms.save(connection, house, seat, norm, (row["id"], seen) if row is not None else None)
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        return _page(request, house, seat, row, given, wrong)
    if wants_html(request):
        return see_other(f"/knowledge/norms/{found}?done=1")
    return Response({"id": found}, status_code=201 if row is None else 200)


def _page(
    request: Asking,
    house: House,
    seat: Seat,
    row: RowMapping | None,
    typed: Mapping[str, str],
    wrong: Problem | Refused | None = None,
) -> Template:
    """The page; what was typed into the form of a replacement stands in `typed` under `by.`."""
    given = {name.removeprefix(BY): said for name, said in typed.items() if name.startswith(BY)}
    errors = wrong.errors if isinstance(wrong, Problem) else {}
    today = house.city.calendar.day_of(house.now())
    with house.reading() as connection:
        others = norms.titles(
            connection, [row["replaced_by"]] if row is not None and row["replaced_by"] else []
        )
        cited = norms.citing(connection, row["id"]) if row is not None else []
        people = bell.names(connection, {row["owner"]} if row is not None else set())
        offered = norms.owners(connection)
        count = bell.unseen(connection, seat)
    wrongs = {} if given else errors
    fields = [hinted(field) for field in fields_of(Norm, typed, wrongs, {"owner": offered})]
    status = wrong.status if isinstance(wrong, Problem) else 409 if wrong else 200
    return render(request, "norm.html", status, row=row, fields=fields, cited=cited, people=people,
                  stands=norms.standing(row, today, others) if row is not None else None, given=given,
                  errors=errors if given else {}, problem=str(wrong) if wrong else "",
                  done=bool(request.query_params.get("done")), basis=str(norms.BASIS),
                  may_write=bool(seat.roles & NORM_KEEPERS), unseen=count)  # fmt: skip


def _row(house: House, norm: int) -> RowMapping:
    with house.reading() as connection:
        row = connection.execute(select(NORMS).where(NORMS.c.id == norm)).mappings().one_or_none()
    if row is None:
        raise NotFoundException(detail="登记簿里没有这份文件")
    return row


def _typed(row: RowMapping) -> dict[str, str]:
    named = {field.name: row[field.name] for field in msgspec.structs.fields(Norm)}
    return {
        name: "" if value in (None, False) else "1" if value is True else str(value)
        for name, value in named.items()
    }


ROUTES: list[Any] = [register, enter, empty, one, change, replacement]
