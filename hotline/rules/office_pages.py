"""The offices of a rule set as a table: title, kind, street, address and telephone, added and changed in the draft.

An office is not taken away here, since cases name it: what it has to do is taken from it in the duty list.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Template
from sqlalchemy import func, select

from cases.procedure import Refused
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.problems import Problem
from hotline.rules import duty_table
from hotline.rules.duty_pages import Answer, book_of, saved
from hotline.rules.ruleset_pages import found
from hotline.rules.rulesets import RuleSet
from hotline.tables import UserRow
from hotline.web import Asking, render, see_other, wants_html
from routing.duties import FILE, Office

KINDS = {"bureau": "局办", "street": "街道（乡镇）", "company": "公用企业", "centre": "中心"}


@get("/rulesets/{version:int}/offices", sync_to_thread=True)
def offices(request: Asking, house: House, version: int) -> Answer:
    """All offices."""
    with house.reading() as connection:
        mine = found(connection, version)
    if wants_html(request):
        return _page(request, house, mine)
    return Response(msgspec.to_builtins({"revision": mine.revision, "offices": book_of(mine).duties.offices}))


@post("/rulesets/{version:int}/offices", status_code=200, sync_to_thread=True)
def write_office(request: Asking, house: House, seat: Seat, version: int, typed: dict[str, Any]) -> Answer:
    """Adds an office or writes one anew."""
    said = {name: " ".join(str(value).split()) for name, value in typed.items() if isinstance(value, str | int)}
    with house.reading() as connection:
        mine = found(connection, version)
    try:
        now = saved(house, seat, mine, said, {FILE: _written(said, mine)})
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        return _page(request, house, mine, said, wrong)
    return see_other(f"/rulesets/{version}/offices?done=1") if wants_html(request) else Response({"revision": now.revision})


def _written(said: Mapping[str, str], mine: RuleSet) -> str:
    book, code = book_of(mine), said.get("code", "")
    if said.get("kind") not in KINDS:
        raise Problem("没有保存，请看各栏的提示", {"kind": "请从列表中选择"})
    office = Office(
        code=code,
        title=said.get("title", ""),
        kind=said["kind"],  # type: ignore[arg-type]  # one of the list, as asked above
        street=said.get("street") or None,
        address=said.get("address", ""),
        phone=said.get("phone", ""),
    )
    errors = duty_table.wrong_office(code, office, book)
    other = book.duties.street_offices.get(office.street or "")
    if other and other != code:
        errors["street"] = f"这个街道已经由{book.duties.offices[other].title}承办"
    if errors:
        raise Problem("没有保存，请看各栏的提示", errors)
    return duty_table.duty_file(
        mine.texts[FILE], book.duties, book.duties.every, {**book.duties.offices, code: office}
    )


def _page(
    request: Asking, house: House, mine: RuleSet, said: Mapping[str, str] | None = None,
    wrong: Problem | Refused | None = None,
) -> Template:  # fmt: skip
    book, code = book_of(mine), (said or {}).get("code", "") or str(request.query_params.get("code", ""))
    with house.reading() as connection:
        staff = select(UserRow.office, func.count()).where(UserRow.active).group_by(UserRow.office)
        accounts = dict(connection.execute(staff).all())
    duties: dict[str, int] = {}
    for duty in book.duties.every:
        duties[duty.office] = duties.get(duty.office, 0) + 1
    known = book.duties.offices.get(code)
    told = said or (msgspec.to_builtins(known) if known else {})
    status = 200 if wrong is None else wrong.status if isinstance(wrong, Problem) else 409
    return render(
        request, "rule_offices.html", status, number=mine.number, name=mine.name, open=mine.open,
        revision=mine.revision, offices=book.duties.offices, kinds=KINDS, streets=book.places.streets,
        accounts=accounts, duties=duties, said={name: value or "" for name, value in told.items()},
        errors=wrong.errors if isinstance(wrong, Problem) else {}, problem=str(wrong) if wrong else "",
        done="done" in request.query_params,
    )  # fmt: skip


ROUTES: list[Any] = [offices, write_office]
