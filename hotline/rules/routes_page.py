"""The rules in force, to be looked at: one request explained, the findings of the check, all rules in their order.

An agent may ask why; what is wrong with the rules is for those who can change them.
"""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Template

from cases.people import Role
from cases.procedures.work_order_facts import ASKERS, KINDS
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.intake import Incoming
from hotline.problems import Problem
from hotline.rules import route_view
from hotline.rules.asking import asked_of
from hotline.rules.publishing import reachable
from hotline.sent import Number
from hotline.web import Asking, render, wants_html
from routing import Asked, catalogue
from routing.asked import CHANNELS, WHO
from routing.catalogue import Rulebook
from routing.check import KINDS as FINDINGS
from routing.check import World, check, refused
from routing.rules import HOURS, Rule, When

PAGE = 50
LONGEST = 10_000
KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
FIELDS = ("text", "title", "place", "street", "topic", "kind", "who", "urgent", "at", "lat", "lon")


@get("/routes", sync_to_thread=True)
def routes_page(request: Asking, house: House, seat: Seat) -> Template:
    """The form: what somebody might say."""
    return _form(request, house, seat, {})


@post("/routes/explain", status_code=200, sync_to_thread=True)
def explain_route(
    request: Asking, house: House, seat: Seat, typed: dict[str, Any]
) -> Response[Any] | Template:
    """Where a request would go and why: a page, or JSON for programs."""
    try:
        asked = _asked(house, seat, typed)
    except Problem as wrong:
        if not wants_html(request):
            raise
        return _form(request, house, seat, typed, errors=wrong.errors, status=422)
    found = route_view.shown(house, asked)
    if wants_html(request):
        return _form(request, house, seat, typed, found=found, routed=found.routed)
    return Response(route_view.as_json(found))


def _form(
    request: Asking, house: House, seat: Seat, typed: dict[str, Any], *, status: int = 200, **more: Any
) -> Template:
    known: dict[str, Any] = {"errors": {}, "found": None, "routed": None, "chosen": "", "asked_street": ""}
    return render(
        request, "routes.html", status, **{**known, **more}, typed=typed, kinds=KINDS, askers=ASKERS,
        streets=house.book.places.streets, topics=catalogue.topics(house.book), version=house.book.version,
        keeper=bool(seat.roles & KEEPERS),
    )  # fmt: skip


def _asked(house: House, seat: Seat, typed: dict[str, Any]) -> Asked:
    """The question that was typed or sent; `Problem` names every field that is wrong."""
    errors = {name: "没有这个栏目" for name in typed if name not in FIELDS and name != "asked_street"}
    said = {name: str(typed.get(name) or "").strip() for name in FIELDS}
    street = said["street"] or str(typed.get("asked_street") or "").strip()
    kind, book = said["kind"] or "complaint", house.book
    if not said["text"] or len(said["text"]) > LONGEST:
        errors["text"] = f"请写明诉求内容，1到{LONGEST}字"
    listed = (("kind", kind, KINDS, "没有这一类"), ("who", said["who"], {**ASKERS, "": ""}, "请从列表中选择"),
              ("street", street, {**book.places.streets, "": ""}, "请从列表中选择街道"),
              ("topic", said["topic"], {**book.numbers, "": 0}, "请从列表中选择事项"))  # fmt: skip
    errors |= {name: wrong for name, value, known, wrong in listed if value not in known}
    lat, lon = _degrees(said["lat"], 90, "lat", errors), _degrees(said["lon"], 180, "lon", errors)
    at = _moment(house, said["at"], errors)
    if errors:
        raise Problem("没有说明理由，请看各栏的提示", errors)
    urgent = typed.get("urgent") is True or said["urgent"] in ("1", "true", "on")
    incoming = Incoming(
        kind=kind, text=said["text"], channel="phone", actor=seat.actor, title=said["title"], urgent=urgent,  # type: ignore[arg-type]
        topic=said["topic"], street=street, place=said["place"], who=said["who"], lat=lat, lon=lon, at=at,  # type: ignore[arg-type]
    )  # fmt: skip
    return asked_of(house, incoming, house.now())


def _degrees(said: str, most: int, name: str, errors: dict[str, str]) -> float | None:
    try:
        value = float(said) if said else None
    except ValueError:
        value = 999.0
    if value is not None and not -most <= value <= most:
        errors[name] = f"应为-{most}到{most}之间的度数"
    return value


def _moment(house: House, said: str, errors: dict[str, str]) -> datetime | None:
    try:
        found = datetime.fromisoformat(said) if said else None
    except ValueError:
        errors["at"] = "应如 2026-11-23T22:30"
        return None
    return found.replace(tzinfo=found.tzinfo or house.city.calendar.zone) if found else None


# -- the check and the order -------------------------------------------------------------------------


@get("/routes/check", sync_to_thread=True)
def check_page(request: Asking, house: House) -> Response[Any] | Template:
    """What the check finds in the rules in force: a page, or JSON for programs."""
    book, city = house.book, house.city
    with house.reading() as connection:
        offices = reachable(connection, book)
    found = check(book, World(city.calendar.day_of(house.now()), offices, city.limit_sets))
    if not wants_html(request):
        told = [{**msgspec.to_builtins(one), "refuses": one.refuses} for one in found]
        return Response({"version": book.version, "findings": told})
    shown = [(one, route_view.in_words(one.example) if one.example else "") for one in found]
    kinds = FINDINGS
    return render(
        request, "routes_check.html", found=shown, kinds=kinds, refused=refused(found), version=book.version
    )


@get("/routes/order", sync_to_thread=False)
def order_page(request: Asking, house: House, page: Number = 1) -> Template:
    """All rules, duties among them, in the order in which they are asked."""
    every = house.book.rules.every
    pages = max(1, -(-len(every) // PAGE))
    page = min(max(page, 1), pages)
    rows = [(n, rule, conditions(rule.when, house.book), outcome(rule, house.book))
            for n, rule in enumerate(every[(page - 1) * PAGE : page * PAGE], (page - 1) * PAGE + 1)]  # fmt: skip
    return render(request, "routes_order.html", rows=rows, total=len(every), page=page, pages=pages)


def conditions(when: When, book: Rulebook) -> str:
    """When a rule holds, in words."""
    places = {**book.places.streets, **book.places.communities}
    lists = (
        ("事项", [book.topics[book.numbers[code]].full for code in when.topics]),
        ("地域", [places[code] for code in when.areas]),
        ("类别", [KINDS[code] for code in when.kinds]),
        ("渠道", [CHANNELS[code] for code in when.channels]),
        ("诉求人", [WHO[code] for code in when.who]),
    )
    said = [f"{name}：{'、'.join(values)}" for name, values in lists if values]
    said += [f"文中有{'或'.join(clause)}" for clause in when.clauses]
    if when.choices:
        said.append("文中有" + "或".join("＋".join(choice) for choice in when.choices))
    if when.never:
        said.append(f"文中没有{'、'.join(when.never)}")
    if when.urgent is not None:
        said.append("紧急" if when.urgent else "不紧急")
    if when.hours:
        said.append(HOURS[when.hours])
    said += [f"{when.since}起"] if when.since else []
    said += [f"至{when.until}"] if when.until else []
    return "；".join(said) or "任何诉求"


def outcome(rule: Rule, book: Rulebook) -> str:
    """What a rule does, in words."""
    what = rule.what

    def office(code: str) -> str:
        return book.duties.offices[code].title if code in book.duties.offices else "所在街道"

    said = [f"由{office(what.office)}承办"] if what.office else []
    said += ["协办：" + "、".join(map(office, what.co))] if what.co else []
    said += [f"归入「{book.topics[book.numbers[what.topic]].title}」"] if what.topic else []
    said += [f"分流口 {what.gate}"] if what.gate else []
    said += ["按紧急办理"] if what.priority else []
    said += [f"时限组「{what.limits}」"] if what.limits else []
    return "；".join(said)


ROUTES: list[Any] = [routes_page, explain_route, check_page, order_page]
