"""督办 from the board: one letter to many cases, asked once more before it goes, answered case by case.

Each is the procedure's own step taken by the ledger; one that is refused stops no other. The letter's number is
given with the form, so that a form sent twice urges once.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from litestar import Response, post
from litestar.response import Template
from msgspec import Struct
from sqlalchemy import select

from cases.changes import Taking
from cases.numbers import parse_number
from cases.procedure import Refused
from cases.procedures import PROCEDURES
from cases.tables import CaseRow
from hotline import bell
from hotline.access import visible
from hotline.accounts.seats import Seat
from hotline.figures.standing import office_title
from hotline.house import House
from hotline.problems import Problem
from hotline.web import Asking, render, wants_html

AT_ONCE = 100
DAYS = 3  # working days that are proposed for the answer
NAMES = ("letter", "text", "answer_by")


class Urged(Struct, frozen=True, kw_only=True):
    """One case that is to be urged; `said` why it was not, empty where it was."""

    id: int
    number: str
    title: str
    procedure: str
    office: str
    said: str = ""


@post("/board/supervision", status_code=200)
async def urge(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Template | Response[Any]:
    """`number` (one or many), `text`, `answer_by`; a page asks for the words first and once more before it goes."""
    ticked = typed.get("number", [])
    numbers = list(dict.fromkeys(map(str, ticked if isinstance(ticked, list) else [ticked])))
    cases = await asyncio.to_thread(_cases, house, seat, numbers[:AT_ONCE])
    said = {name: str(typed.get(name, "")).strip() for name in NAMES}
    asks = wants_html(request) and not typed.get("confirmed")
    errors = _wrong(house, said, numbers, cases, first=asks)
    if errors and not wants_html(request):
        raise Problem("没有督办任何案件", errors)
    if asks or errors:
        filled = {**_proposed(house), **{name: value for name, value in said.items() if value or not asks}}
        status = 422 if errors else 200
        return await _page(request, house, seat, status, cases=cases, typed=filled, errors=errors, done=False)
    answers = await asyncio.gather(*(_urge(house, seat, one, said) for one in cases))
    if not wants_html(request):
        return Response({"cases": [{"number": one.number, "refused": one.said or None} for one in answers]})
    return await _page(request, house, seat, 200, cases=answers, typed=said, errors={}, done=True)


async def _page(request: Asking, house: House, seat: Seat, status: int, **more: Any) -> Template:
    def unseen() -> int:
        with house.reading() as connection:
            return bell.unseen(connection, seat)

    return render(request, "board_urging.html", status=status, unseen=await asyncio.to_thread(unseen), **more)


def _cases(house: House, seat: Seat, numbers: Sequence[str]) -> list[Urged]:
    """The cases of those numbers that the seat may see, in the order they were ticked."""
    ids = [one for number in numbers if (one := parse_number(number))]
    columns: tuple[Any, ...] = CaseRow.id, CaseRow.number, CaseRow.title, CaseRow.procedure, CaseRow.office
    with house.reading() as connection:
        rows = connection.execute(visible(select(*columns).where(CaseRow.id.in_(ids)), seat)).all()
    found = {
        row.id: Urged(
            id=row.id, number=row.number, title=row.title, procedure=row.procedure,
            office=office_title(row.office, house.city),
        )
        for row in rows
    }  # fmt: skip
    return [found[one] for one in ids if one in found]


def _proposed(house: House) -> dict[str, str]:
    calendar, now = house.city.calendar, house.now()
    local = now.astimezone(calendar.zone)
    by = calendar.after(calendar.day_of(now), DAYS)
    return {"letter": f"督{local:%Y%m%d-%H%M%S}", "answer_by": by.isoformat(), "text": ""}


def _wrong(
    house: House, said: dict[str, str], numbers: Sequence[str], cases: Sequence[Urged], *, first: bool
) -> dict[str, str]:
    """What is wrong, by field; before the words were asked for only the choice of cases can be."""
    errors = {}
    if not cases:
        errors["number"] = "请先在看板上勾选要督办的案件"
    elif len(numbers) > AT_ONCE:
        errors["number"] = f"一次最多督办{AT_ONCE}件"
    if first:
        return errors
    if not 2 <= len(said["text"]) <= 2000:
        errors["text"] = "请写明督办的理由和要求，2到2000字"
    if not 1 <= len(said["letter"]) <= 40:
        errors["letter"] = "请写督办单编号，最多40字"
    try:
        late = date.fromisoformat(said["answer_by"]) <= house.city.calendar.day_of(house.now())
        errors |= {"answer_by": "答复期限应当晚于今天"} if late else {}
    except ValueError:
        errors["answer_by"] = "请选择答复期限"
    return errors


async def _urge(house: House, seat: Seat, one: Urged, said: dict[str, str]) -> Urged:
    steps = {step.name: step for step in PROCEDURES[one.procedure].steps}
    step, now = steps.get("supervise"), house.now()
    if step is None or step.asks is None:
        return msgspec.structs.replace(one, said="这种程序没有督办这一步")
    facts = {name: value for name, value in said.items() if name in step.asks.__struct_fields__}
    change = Taking(
        case=one.id, step=step.name, actor=seat.actor, at=now, now=now,
        facts=msgspec.convert(facts, step.asks, strict=False),
    )  # fmt: skip
    try:
        await house.ledger.take(change)
    except Refused as refused:
        return msgspec.structs.replace(one, said=str(refused))
    return one


ROUTES: list[Any] = [urge]
