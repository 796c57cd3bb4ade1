"""Questions answered often, for citizens: the public part of what the house knows, without a script or a cookie.

Whether an answer helped is counted once a day for each article and network; what fits nobody is seen by its owner.
"""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from hotline.access import address_of
from hotline.house import House
from hotline.knowledge import knowledge
from hotline.knowledge import writing as knowledge_writing
from hotline.knowledge.text import blocks, opening
from hotline.sent import whole_number
from hotline.throttle import network, note_failure, too_many
from hotline.web import Asking, render, see_other, wants_html

ONCE = timedelta(days=1)
NONE = "没有这个问题，或者已经不再公开"


@get("/answers", sync_to_thread=True)
def answers(request: Asking, house: House) -> Response[Any]:
    """常见问题：`q` 为词语，都要有；问得最多的在前。"""
    today, q = house.city.calendar.day_of(house.now()), str(request.query_params.get("q", ""))[:60].strip()
    page = min(whole_number(request.query_params.get("page")) or 1, 1_000)
    with house.reading() as connection:
        rows, total = knowledge.found(connection, [knowledge.open_to_all(today), *knowledge.holding(q)], page)
    shown = [(row, opening(blocks(row["text"]))) for row in rows]
    if not wants_html(request):
        told = [{"slug": row["slug"], "title": row["title"], "opening": words} for row, words in shown]
        return Response({"total": total, "answers": told})
    return render(
        request, "answers.html", shown=shown, q=q, total=total, page=page, pages=-(-total // knowledge.PAGE)
    )


@get("/answers/{slug:str}", sync_to_thread=True)
def answer(request: Asking, house: House, slug: str) -> Response[Any]:
    """One answer, what it rests on, until when it holds."""
    today = house.city.calendar.day_of(house.now())
    with house.reading() as connection:
        rows, _ = knowledge.found(
            connection, [knowledge.open_to_all(today), knowledge.ARTICLES.c.slug == slug], most=1
        )
        if not rows:
            raise NotFoundException(detail=NONE)
        rests = knowledge.rests_on(connection, [rows[0]["id"]], today)[rows[0]["id"]]
    row = rows[0]
    if not wants_html(request):
        told = {name: row[name] for name in ("slug", "title", "text", "valid_from", "valid_until")}
        return Response(told | {"rests_on": [one.words + one.clause for one in rests if not one.stands.dead]})
    voted = str(request.query_params.get("voted", ""))
    return render(request, "answer.html", row=row, blocks=blocks(row["text"]), rests=rests, voted=voted)


@post("/answers/{slug:str}/vote", status_code=200, sync_to_thread=True)
def vote(request: Asking, house: House, slug: str, typed: dict[str, Any]) -> Response[Any] | Redirect:
    """Counts whether it helped; a second word of the same network on the same day is thanked and not counted."""
    now, today = house.now(), house.city.calendar.day_of(house.now())
    about = f"vote:{slug[:60]}@{network(address_of(request))}"[:120]
    with house.writing() as connection:
        rows, _ = knowledge.found(
            connection, [knowledge.open_to_all(today), knowledge.ARTICLES.c.slug == slug], most=1
        )
        if not rows:
            raise NotFoundException(detail=NONE)
        fresh = not too_many(connection, about, now, 1, ONCE)
        if fresh:
            note_failure(connection, about, now)
    if fresh:
        knowledge_writing.vote(house, slug, str(typed.get("helpful", "")) == "1")
    if wants_html(request):
        return see_other(f"/answers/{slug}?voted={'1' if fresh else '2'}")
    return Response({"counted": fresh})


ROUTES: list[Any] = [answers, answer, vote]
