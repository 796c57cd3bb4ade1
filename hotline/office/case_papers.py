"""Two things done at a case that are no step of it: a note inside the office, and the file on paper."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from litestar import Response, get, post
from litestar.response import Template

from cases.lists import load_file
from hotline.access import seen_case
from hotline.accounts import accounts
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.office import case_office
from hotline.office.caseview import shown
from hotline.problems import Problem
from hotline.web import Asking, form_or_json, render, see_other, wants_html


@post("/cases/{number:str}/notes", status_code=200)
async def add_note(request: Asking, house: House, seat: Seat, number: str) -> Response[Any]:
    """Writes a note that only the own office reads."""
    typed = await form_or_json(request)
    return await asyncio.to_thread(_add, request, house, seat, number, typed)


def _add(request: Asking, house: House, seat: Seat, number: str, typed: Mapping[str, Any]) -> Response[Any]:
    with house.reading() as connection:
        case = seen_case(connection, seat, number)
    text = str(typed.get("text", "")).strip()
    try:
        row = case_office.note(house, seat, case, text)
    except Problem as wrong:
        if not wants_html(request):
            raise
        view = shown(house, seat, case, "office_note", {"text": text}, wrong.errors)
        return cast(Response[Any], render(request, "case.html", 422, **{**view, "problem": wrong.title}))
    if wants_html(request):
        return cast(Response[Any], see_other(f"/cases/{number}#notes"))
    return Response({"office": row["office"], "at": row["at"]})


@get("/cases/{number:str}/print", sync_to_thread=True)
def print_case(request: Asking, house: House, seat: Seat, number: str) -> Template:
    """The case file on paper: cover, request, limits, history, letters and attachments, people masked. Recorded."""
    with house.reading() as connection:
        case = seen_case(connection, seat, number)
        file = load_file(connection, case)
        assert file is not None, "the door has seen it"
    with house.writing() as connection:
        accounts.audit(connection, house.now(), seat.actor.id, "case.print", about=file.number)
    return render(request, "case_print.html", **shown(house, seat, case))


ROUTES: list[Any] = [add_note, print_case]
