"""One article of the knowledge: as it stands and as it stood, compared, changed, taken back and taken down."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from cases.people import Role
from cases.procedure import Refused
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.knowledge import knowledge
from hotline.knowledge import writing as knowledge_writing
from hotline.knowledge.forms import (
    dead_of,
    form,
    lines_of,
    one,
    saved,
    today_of,
    told_of,
    topic_title,
    version_of,
)
from hotline.knowledge.text import blocks
from hotline.problems import Problem
from hotline.rules.rulesets import compared
from hotline.web import Asking, render, see_other, wants_html


@get("/knowledge/new", sync_to_thread=True)
def new(request: Asking, house: House, seat: Seat) -> Template:
    """The empty form."""
    office = seat.office if Role.CHIEF in seat.roles else ""
    return form(request, house, seat, None, {"valid_from": today_of(house).isoformat(), "office": office})


@get("/knowledge/articles/{slug:str}", sync_to_thread=True)
def article(request: Asking, house: House, seat: Seat, slug: str) -> Response[Any] | Template:
    """One article as it stands, or with `?version=` as it stood."""
    today = today_of(house)
    with house.reading() as connection:
        row = one(connection, slug)
        old = version_of(connection, row, request.query_params.get("version", ""))
        rests = knowledge.rests_on(connection, [row["id"]], today)[row["id"]]
        past = knowledge.versions(connection, row["id"])
        people = bell.names(connection, {row["owner"], *(one["by"] for one in past)})
        count = bell.unseen(connection, seat)
    if not wants_html(request):
        told = {
            "flagged": dead_of(rests),
            "text": row["text"],
            "rests_on": msgspec.to_builtins(rests),
            "versions": [one["version"] for one in past],
        }
        return Response(told_of(row) | told)
    shown = blocks(old.text if old else row["text"])
    done = {"save": "已保存", "withdraw": "已撤下", "restore": "已恢复"}.get(
        request.query_params.get("done", ""), ""
    )
    return render(request, "knowledge_article.html", row=row, old=old, blocks=shown, rests=rests, past=past, people=people, today=today,
                  topic=topic_title(house, row["topic"]), may_write=knowledge_writing.may_write(seat, row["office"]), done=done, unseen=count)  # fmt: skip


@get("/knowledge/articles/{slug:str}/compare", sync_to_thread=True)
def compare(request: Asking, house: House, seat: Seat, slug: str) -> Response[Any] | Template:
    """What two versions differ in, line by line: `?from=1&to=3`."""
    with house.reading() as connection:
        row = one(connection, slug)
        before, after = (
            version_of(connection, row, request.query_params.get(name, "")) for name in ("from", "to")
        )
        count = bell.unseen(connection, seat)
    if before is None or after is None:
        raise NotFoundException(detail="没有这个版本")
    lines = compared(lines_of(before), lines_of(after))
    if not wants_html(request):
        return Response({"lines": [msgspec.to_builtins(line) for line in lines]})
    numbers = (request.query_params["from"], request.query_params["to"])
    return render(request, "knowledge_compare.html", row=row, lines=lines, numbers=numbers, unseen=count)


@get("/knowledge/articles/{slug:str}/edit", sync_to_thread=True)
def edit(request: Asking, house: House, seat: Seat, slug: str) -> Template:
    """The form with the newest version in it."""
    with house.reading() as connection:
        row = one(connection, slug)
        content = knowledge.content_of(connection, row["id"], row["version"])
    assert content is not None, "the newest version is there"
    typed = {
        name: "" if value in (None, False) else "1" if value is True else str(value)
        for name, value in msgspec.structs.asdict(content).items()
    }
    return form(request, house, seat, row, typed)


@post("/knowledge/articles/{slug:str}/edit", status_code=200, sync_to_thread=True)
def change(
    request: Asking, house: House, seat: Seat, slug: str, typed: dict[str, Any]
) -> Response[Any] | Redirect | Template:
    """A new version; 409 where somebody else was quicker."""
    with house.reading() as connection:
        row = one(connection, slug)
    return saved(request, house, seat, row, typed)


@post("/knowledge/articles/{slug:str}/steps", status_code=200, sync_to_thread=True)
def step(
    request: Asking, house: House, seat: Seat, slug: str, typed: dict[str, Any]
) -> Response[Any] | Redirect:
    """`revert` writes an older version again as a new one, `withdraw` and `restore` take it down and up."""
    name = str(typed.get("step", ""))
    if name not in ("revert", "withdraw", "restore"):
        raise Problem("没有这个事项", {"step": "应为revert、withdraw或者restore"})
    with house.writing() as connection:
        row = one(connection, slug)
        if name == "revert":
            content = version_of(connection, row, str(typed.get("version", "")))
            if content is None:
                raise Problem("没有这个版本", {"version": "请选择列出的版本"})
            if not knowledge_writing.may_write(seat, row["office"]):
                raise Refused("单位负责人只能编写本单位的知识条目")
            knowledge_writing.save(
                connection, house, seat, content, (row["id"], row["version"]), f"恢复第{typed['version']}版"
            )
        else:
            knowledge_writing.withdraw(connection, house, seat, row, name == "withdraw")
    done = "save" if name == "revert" else name
    return (
        see_other(f"/knowledge/articles/{slug}?done={done}")
        if wants_html(request)
        else Response({"slug": slug, "step": name})
    )


ROUTES: list[Any] = [new, article, compare, change, edit, step]
