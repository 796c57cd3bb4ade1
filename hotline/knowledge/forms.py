"""What the knowledge rooms share: the form of an article, what was typed made into a version, and small readings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template
from sqlalchemy import Connection, RowMapping, select

from cases.procedure import Refused
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.fields import Field, fields_of, from_form, from_values, title_of
from hotline.house import House
from hotline.knowledge import knowledge
from hotline.knowledge import writing as knowledge_writing
from hotline.knowledge.knowledge import Content
from hotline.knowledge.norms import owners
from hotline.matrix import WATCHERS
from hotline.problems import Problem
from hotline.sent import whole_number
from hotline.web import Asking, render, see_other, wants_html

NONE = "没有这个知识条目"
HINTS = {
    "slug": "小写字母、数字和短横；不填自动生成，以后不变。",
    "basis": "每行一个文号，后面可以接条款。",
    "text": "空一行另起一段；行首“## ”是小标题，“- ”是列表，“1. ”是步骤。",
    "owner": "不选为本人。",
    "lapses_on": "不填的按五年、暂行和试行的按二年计算。",
}
SHOWN = (
    "slug",
    "title",
    "topic",
    "office",
    "public",
    "version",
    "used",
    "helpful",
    "unhelpful",
    "valid_from",
    "valid_until",
    "review_on",
)


def saved(
    request: Asking, house: House, seat: Seat, row: RowMapping | None, typed: Mapping[str, Any]
) -> Response[Any] | Redirect | Template:
    given = {name: str(value) for name, value in typed.items() if isinstance(value, str)}
    try:
        plain = {name: value for name, value in typed.items() if name not in ("seen", "why")}
        content: Content = from_form(Content, given) if wants_html(request) else from_values(Content, plain)
        if row is not None and not knowledge_writing.may_write(seat, row["office"]):
            raise Refused("单位负责人只能编写本单位的知识条目")
        seen = whole_number(typed.get("seen")) or 0
        at = (row["id"], seen) if row is not None else None
        with house.writing() as connection:
            slug = knowledge_writing.save(connection, house, seat, content, at, str(typed.get("why", "")))
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        return form(request, house, seat, row, given, wrong)
    if wants_html(request):
        return see_other(f"/knowledge/articles/{slug}?done=save")
    return Response(
        {"slug": slug, "version": 1 if at is None else at[1] + 1}, status_code=201 if at is None else 200
    )


def form(
    request: Asking,
    house: House,
    seat: Seat,
    row: RowMapping | None,
    typed: Mapping[str, str],
    wrong: Problem | Refused | None = None,
) -> Template:
    errors = wrong.errors if isinstance(wrong, Problem) else {}
    with house.reading() as connection:
        numbers = connection.execute(
            select(knowledge.NORMS.c.number, knowledge.NORMS.c.title)
            .order_by(knowledge.NORMS.c.id)
            .limit(300)
        ).all()
        people = owners(connection)
        count = bell.unseen(connection, seat)
    lists = offered(house)
    offers = {"topic": lists["topics"], "office": lists["offices"], "owner": people}
    fields = [hinted(field) for field in fields_of(Content, typed, errors, offers)]
    if row is not None:
        fields = [field for field in fields if field.name != "slug"]
    status = wrong.status if isinstance(wrong, Problem) else 409 if wrong else 200
    return render(request, "knowledge_edit.html", status, row=row, fields=fields, typed=typed, numbers=numbers,
                  problem=str(wrong) if wrong else "", unseen=count)  # fmt: skip


def hinted(field: Field) -> Field:
    """The control with the hint that helps here; a length says nothing beside a list."""
    hint = HINTS.get(field.name, "" if field.control == "choice" else field.hint)
    return msgspec.structs.replace(field, hint=hint)


def one(connection: Connection, slug: str) -> RowMapping:
    row = knowledge.one(connection, slug)
    if row is None:
        raise NotFoundException(detail=NONE)
    return row


def version_of(connection: Connection, row: RowMapping, number: str) -> Content | None:
    return (
        knowledge.content_of(connection, row["id"], int(number))
        if number.isdecimal() and len(number) < 9
        else None
    )


def lines_of(content: Content) -> str:
    named = (
        (title_of(Content, name), value)
        for name, value in msgspec.structs.asdict(content).items()
        if name not in ("text", "slug")
    )
    said = {True: "是", False: "否", None: ""}
    head = [
        f"{title}：{said[value] if isinstance(value, bool) or value is None else value}"
        for title, value in named
    ]
    return "\n".join([*head, "", content.text])


def today_of(house: House) -> date:
    return house.city.calendar.day_of(house.now())


def told_of(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in SHOWN}


def dead_of(rests: list[knowledge.Rests]) -> list[str]:
    return [f"{one.words}{one.stands.words}" for one in rests if one.stands.dead]


def writes(seat: Seat) -> bool:
    return bool(seat.roles & WATCHERS)


def topic_title(house: House, code: str) -> str:
    return next((one.full for one in house.book.topics if one.code == code), code)


def offered(house: House) -> dict[str, Any]:
    offices = sorted(house.city.offices.items(), key=lambda item: item[1])
    return {"topics": [(one.code, one.full) for one in house.book.topics], "offices": offices}
