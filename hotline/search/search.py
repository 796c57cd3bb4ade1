"""The search page: one box, filters that stay in the address, and the same as JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Response, get
from sqlalchemy import Connection

from cases.numbers import parse_number
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import KINDS
from cases.wording import Piece
from hotline import bell
from hotline.access import NOT_FOR_LAWYERS, seen_marks
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.problems import Problem
from hotline.search.finding import Asked, Found, Hit, candidates, find
from hotline.search.question import understood
from hotline.web import Asking, render, wants_html
from routing import Rulebook

STATES = {"open": "在办", "ended": "已结束"}
ORDERS = {"": "最新在前", "best": "最相符在前"}


@get("/search", sync_to_thread=True)
def search(request: Asking, house: House, seat: Seat) -> Response[Any]:
    """检索案件：`q` 可写多个词（都要有）、"原文"、-不要的词、编号、电话、姓名：某某；另可按程序、环节、类别、
    事项、街道、单位、状态和登记日期筛选。每页50件，`next` 是下一页的地址。"""
    given = {name: str(value)[:201].strip() for name, value in request.query_params.items()}
    errors: dict[str, str] = {}
    try:
        asked = asked_of(given, house)
    except Problem as wrong:
        if not wants_html(request):
            raise
        asked, errors = Asked(q=given.get("q", "")), wrong.errors
    with house.reading() as connection:
        found = Found(hits=()) if errors or not _says(asked) else find(connection, house, seat, asked)
        others = [] if found.hits or errors or asked.before else suggestions(connection, house, seat, asked)
        count = bell.unseen(connection, seat)
    if not wants_html(request):
        return Response(_as_json(asked, found, others), headers={"Cache-Control": "no-store"})
    return render(
        request,
        "search.html",
        422 if errors else 200,
        asked=asked,
        typed=given,
        errors=errors,
        found=found,
        others=others,
        says=_says(asked),
        unseen=count,
        **_offered(house, seat, asked),
    )


def asked_of(given: Mapping[str, str], house: House) -> Asked:
    """What the address asks for; a filter that names nothing is left out, a date that is none is a `Problem`."""
    closed = _closed(house.book, house, given)
    since, until = (_day(given, name) for name in ("since", "until"))
    if since and until and until < since:
        raise Problem("登记日期不对", {"until": "结束日期早于开始日期"})
    before = parse_number(given["before"]) if given.get("before") else 0
    if before is None:
        raise Problem("翻页地址不对", {"before": "应为上一页最后一件的编号"})
    name = given.get("name", "").replace('"', "")[:40]
    q = given.get("q", "")
    return Asked(
        q=q,
        said=understood(f'{q} 姓名："{name}"' if name else q, house.vault),
        name=name,
        below=_below(house.book, closed["topic"]),
        since=since,
        until=until,
        before=before,
        **closed,
    )


def _closed(book: Rulebook, house: House, given: Mapping[str, str]) -> dict[str, str]:
    """The filters that are chosen from a list."""
    procedure = given.get("procedure", "")
    procedures = [PROCEDURES[procedure]] if procedure in PROCEDURES else PROCEDURES.values()
    lists: dict[str, Any] = {
        "procedure": PROCEDURES,
        "stage": {stage for one in procedures for stage in one.stages},
        "kind": KINDS,
        "topic": {topic.code for topic in book.topics},
        "street": book.places.streets,
        "office": house.city.offices,
        "state": STATES,
        "order": ORDERS,
    }
    return {
        name: given.get(name, "") if given.get(name, "") in known else "" for name, known in lists.items()
    }


def _below(book: Rulebook, topic: str) -> tuple[str, ...]:
    return tuple(one.code for one in book.topics if topic in one.path) if topic else ()


def _day(given: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(given[name]) if given.get(name) else None
    except ValueError as wrong:
        raise Problem("登记日期不对", {name: "请写成 2026-11-23 的样子"}) from wrong


def _says(asked: Asked) -> bool:
    """Whether anything is asked at all: an empty page shows the box and how to use it."""
    return bool(asked.q or asked.filters)


def suggestions(connection: Connection, house: House, seat: Seat, asked: Asked) -> list[tuple[str, str]]:
    """What would find something where this found nothing: without the filters, one word fewer, a word in two."""
    if not _says(asked):
        return []
    tries = [("去掉筛选条件", Asked(q=asked.q).link())] if asked.filters and asked.q else []
    words = asked.q.split()
    if len(words) > 1:
        tries += [
            (f"去掉“{word}”", asked.link(q=" ".join(w for w in words if w is not word))) for word in words[:4]
        ]
    elif asked.said.needles and 3 < len(asked.q) <= 12:
        apart = " ".join(asked.q[n : n + 2] for n in range(0, len(asked.q), 2))
        tries.append((f"拆开查“{apart}”", asked.link(q=apart)))
    return [(title, link) for title, link in tries if _finds(connection, house, seat, link)]


def _finds(connection: Connection, house: House, seat: Seat, link: str) -> bool:
    return bool(candidates(connection, seat, asked_of(dict(parse_qsl(link.partition("?")[2])), house), 1))


def _offered(house: House, seat: Seat, asked: Asked) -> dict[str, Any]:
    """What the lists of the form offer: procedures this seat may meet, and the stages of the one chosen."""
    seen = {mark.removeprefix("#p:") for mark in seen_marks(seat) if mark.startswith("#p:")}
    own = [name for name in PROCEDURES if name in seen or any(m.startswith("#o:") for m in seen_marks(seat))]
    shown = PROCEDURES[
        asked.procedure or ("work_order" if "work_order" in own else (own or [*NOT_FOR_LAWYERS])[0])
    ]
    return {
        "procedures": [(name, PROCEDURES[name].title) for name in own],
        "stages": list(shown.stages.items()),
        "kinds": list(KINDS.items()),
        "topics": [(topic.code, topic.full) for topic in house.book.topics],
        "streets": list(house.book.places.streets.items()),
        "offices": sorted(house.city.offices.items(), key=lambda item: item[1]),
        "states": list(STATES.items()),
        "orders": list(ORDERS.items()),
    }


def _as_json(asked: Asked, found: Found, others: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "results": [_hit_json(hit) for hit in found.hits],
        "next": asked.link(before=found.onward) if found.onward else None,
        "hints": list(asked.said.hints),
        "suggestions": [{"title": title, "url": url} for title, url in others],
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(hit)
    light = {"light": hit.light.sort, "words": hit.light.words}
    return {
        **told,
        **light,
        "title": _text(hit.title),
        "snippet": _text(hit.snippet),
        "url": f"/cases/{hit.number}",
    }


def _text(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


ROUTES: list[Any] = [search]
