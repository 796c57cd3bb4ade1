"""The knowledge of the staff: the list with its filters, what fits a call, and the count of what was used in one."""

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template
from sqlalchemy import select

from hotline import bell
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.knowledge import knowledge
from hotline.knowledge import writing as knowledge_writing
from hotline.knowledge.forms import NONE, dead_of, offered, saved, today_of, told_of, writes
from hotline.knowledge.text import blocks, opening
from hotline.problems import Problem
from hotline.pulse import rings_for
from hotline.sent import whole_number
from hotline.tables import CallRow
from hotline.web import Asking, render, see_other, wants_html


@get("/knowledge", sync_to_thread=True)
def listing(request: Asking, house: House, seat: Seat) -> Response[Any] | Template:
    """知识条目：`q` 为词语（都要有），另可按事项 `topic`、单位 `office`、状态 `state` 筛选；用得最多的在前。"""
    given = {name: str(value)[:100].strip() for name, value in request.query_params.items()}
    today, page = today_of(house), whole_number(given.get("page")) or 1
    state = given.get("state", "") if given.get("state", "") in knowledge.STATES else ""
    where = [knowledge.in_state(state, today), *knowledge.holding(given.get("q", ""))]
    topics = [one.code for one in house.book.topics if given.get("topic") in one.path]
    if topics:
        where.append(knowledge.ARTICLES.c.topic.in_(topics))
    if given.get("office"):
        where.append(knowledge.ARTICLES.c.office == given["office"])
    with house.reading() as connection:
        rows, total = knowledge.found(connection, where, max(1, min(page, 1_000)))
        rests = knowledge.rests_on(connection, [row["id"] for row in rows], today)
        count = bell.unseen(connection, seat)
    if not wants_html(request):
        told = [told_of(row) | {"flagged": dead_of(rests[row["id"]])} for row in rows]
        return Response({"total": total, "articles": told}, headers={"Cache-Control": "no-store"})
    more: dict[str, Any] = {
        "dead": {row["id"]: dead_of(rests[row["id"]]) for row in rows},
        "words": {row["id"]: opening(blocks(row["text"])) for row in rows},
    }
    pages = {"page": page, "pages": -(-total // knowledge.PAGE), "total": total}
    return render(request, "knowledge.html", rows=rows, typed=given, state=state, states=knowledge.STATES, today=today, **more,
                  **pages, **offered(house), may_write=writes(seat), unseen=count)  # fmt: skip


@get("/knowledge/beside", sync_to_thread=True)
def beside(
    request: Asking, house: House, seat: Seat, topic: str = "", text: str = "", call: str = ""
) -> Template:
    """What fits the topic and the words that are being typed, to stand beside the form of a call."""
    today = today_of(house)
    with house.reading() as connection:
        rows = knowledge.fitting(connection, house, topic[:80], text)
        rests = knowledge.rests_on(connection, [row["id"] for row in rows], today)
        used = (
            set(connection.scalars(select(knowledge.USES.c.article_id).where(knowledge.USES.c.call == call)))
            if call
            else set()
        )
    shown = [(row, blocks(row["text"]), [one for one in rests[row["id"]] if one.stands.dead]) for row in rows]
    return render(
        request, "_beside.html", articles=shown, call=call[:80], used=used, asked=bool(topic or text.strip())
    )


@post("/knowledge/uses", status_code=200)
async def use(
    request: Asking, house: House, seat: Seat, typed: dict[str, Any]
) -> Response[Any] | Redirect | Template:
    """Records that an article was used in one's own call; counted once a call."""
    call, slug = str(typed.get("call", ""))[:80], str(typed.get("article", ""))
    fresh = await asyncio.to_thread(_used, house, seat, call, slug)
    if request.headers.get("HX-Request"):
        return render(request, "_used.html", slug=slug)
    return (
        see_other("/desk") if wants_html(request) else Response({"article": slug, "call": call, "new": fresh})
    )


def _used(house: House, seat: Seat, call: str, slug: str) -> bool:
    with house.writing() as connection:
        row = connection.execute(select(CallRow.__table__).where(CallRow.id == call)).mappings().one_or_none()
        if row is None or not rings_for(seat, row):
            raise Problem("没有记下", {"call": "没有这个通话，或者不是您的通话"})
        try:
            return knowledge_writing.use(connection, house, seat, call, slug)
        except LookupError:
            raise NotFoundException(detail=NONE) from None


@post("/knowledge", status_code=201, sync_to_thread=True)
def create(
    request: Asking, house: House, seat: Seat, typed: dict[str, Any]
) -> Response[Any] | Redirect | Template:
    """A new article."""
    return saved(request, house, seat, None, typed)


ROUTES: list[Any] = [use, listing, create, beside]
