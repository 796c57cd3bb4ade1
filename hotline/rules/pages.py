"""A rule and what became of it: how often it dispatched, what came back, how the centre ruled, what that suggests.

The version that a dispatch names is open to everybody who works here; the cases behind the figures only to who
may see them.
"""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template
from sqlalchemy import Connection, select

from cases.people import Role
from cases.procedure import File, Refused
from cases.procedures.work_order_facts import AGENT, RETURN_REASONS
from hotline.accounts.seats import Seat
from hotline.calendar.lights import moment_words
from hotline.house import House, packaged_rules
from hotline.rules.publishing import line
from hotline.rules.returns import WINDOW, returned, returned_files, sent, with_change
from hotline.rules.ruleset_view import act_of, as_json
from hotline.rules.rulesets import SETS, book_of, draft, rule_set, save
from hotline.rules.words import rule_of, said
from hotline.web import Asking, render, see_other, wants_html
from routing import Rulebook
from routing.files import RulesError
from routing.returns import Record, Returned, records, suspects, told

Answer = Response[Any] | Redirect | Template
PAGE = 30  # returned cases shown
RULINGS = {"": "待裁定", "upheld": "同意退单", "rejected": "不同意退单"}


@get("/rulesets/returns", sync_to_thread=True)
def all_returns(request: Asking, house: House) -> Answer:
    """The rules whose dispatches came back, those that keep coming back with a suggestion."""
    since = house.now() - WINDOW
    with house.reading() as connection:
        found = records(sent(connection, since), returned(connection, since))
    view: dict[str, Any] = {"days": WINDOW.days, "records": [_shown(one, house) for one in found]}
    return render(request, "rule_returns.html", **view) if wants_html(request) else Response(as_json(view))


@post("/rulesets/returns", status_code=201, sync_to_thread=True)
def draft_suggested(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Answer:
    """A draft of the set in force with what a rule's returns suggest already in it."""
    code, since, now = str(typed.get("rule", "")), house.now() - WINDOW, house.now()
    with house.reading() as connection:
        known = suspects(sent(connection, since, code), returned(connection, since, code)) if code else []
        base = rule_set(connection, house.shelf.standing(now).number)
    if not known or known[0].change is None:
        raise Refused("这条规则的退单现在没有可以照办的建议")
    act = act_of(house, seat, told(known[0], house.city.offices, house.book.places.streets))
    texts = with_change(base.texts, house.book, known[0].change)
    with house.writing() as connection:
        number = draft(connection, act, base, f"按退单调整 {code}")
        save(connection, act, number, 1, texts)
    return see_other(f"/rulesets/{number}") if wants_html(request) else Response({"number": number}, status_code=201)


@get("/rulesets/rule", sync_to_thread=True)
def one_rule(request: Asking, house: House, seat: Seat, id: str = "") -> Answer:  # noqa: A002 - the address says so
    """One rule: its words, its figures, the dispatches that came back."""
    book, since = house.book, house.now() - WINDOW
    rule = rule_of(book, id)
    with house.reading() as connection:
        parts = sent(connection, since, id) if id else []
        back = list(returned_files(connection, since, id)) if id else []
    if rule is None and not parts:
        raise NotFoundException(detail=f"没有编号为{id[:80]}的规则")
    known = records(parts, (one for one, _ in back))
    open_to = Role.SUPERVISOR in seat.roles
    view: dict[str, Any] = {
        "id": id,
        "rule": rule.title if rule else "（现行版本里已没有这条规则）",
        "duty": rule.duty if rule else id.startswith("duty."),
        "lines": said(rule, book) if rule else [],
        "version": book.version,
        "days": WINDOW.days,
        "dispatched": sum(part.count for part in parts),
        "record": _shown(known[0], house) if known else None,
        "returns": [_return_shown(one, file, house, open_to) for one, file in back[:PAGE]],
        "more": max(0, len(back) - PAGE),
    }
    return render(request, "rule.html", **view) if wants_html(request) else Response(as_json(view))


@get("/rulesets/versions/{digest:str}", sync_to_thread=True)
def one_version(request: Asking, house: House, seat: Seat, digest: str, rule: str = "") -> Answer:
    """The version that a dispatch names, from when it was in force, and the rule that decided in its words then."""
    with house.reading() as connection:
        number, book = _version(connection, house, digest)
        spans = [entry for entry in line(connection, 1000) if entry.set_id == number and entry.recalled_at is None]
    decided = rule_of(book, rule) if book else None
    view: dict[str, Any] = {
        "digest": digest[:20],
        "number": number,
        "spans": [moment_words(entry.from_at, house.city.calendar) for entry in spans],
        "rule": rule,
        "by_person": rule == AGENT,
        "title": decided.title if decided else "",
        "lines": said(decided, book) if decided and book else [],
        "may_open": bool(seat.roles & {Role.ADMIN, Role.SUPERVISOR}),
    }
    return render(request, "rule_version.html", **view) if wants_html(request) else Response(as_json(view))


def _version(connection: Connection, house: House, digest: str) -> tuple[int, Rulebook | None]:
    """The number and book of a version; 404 where no set that is kept has it."""
    standing = house.shelf.standing(house.now())
    if standing.book.version == digest:
        return standing.number, standing.book
    if packaged_rules().version == digest:
        return 0, packaged_rules()
    number = connection.scalar(select(SETS.c.id).where(SETS.c.digest == digest).order_by(SETS.c.id.desc()).limit(1))
    if number is None:
        raise NotFoundException(detail=f"没有保存版本{digest[:20]}：它随较早的系统提供")
    try:
        return number, book_of(rule_set(connection, number).texts)
    except RulesError:  # written for an older house
        return number, None


def _shown(record: Record, house: House) -> dict[str, Any]:
    book = house.book
    rule = rule_of(book, record.rule)
    return {
        "rule": record.rule,
        "title": rule.title if rule else record.rule,
        "dispatched": record.dispatched,
        "returned": record.returned,
        "upheld": record.upheld,
        "rejected": record.rejected,
        "suspect": record.suspect,
        "reasons": [(RETURN_REASONS.get(reason, reason), count) for reason, count in record.reasons],
        "said": told(record, house.city.offices, book.places.streets),
        "change": record.suspect and record.change is not None and rule is not None,
    }


def _return_shown(one: Returned, file: File, house: House, open_to: bool) -> dict[str, Any]:
    """A return; the case itself and the centre's words only for who may see the case."""
    ruled = next((event.facts.text for event in file.history if event.step in ("uphold_return", "reject_return")), "")
    offices = house.city.offices
    return {
        "number": one.number if open_to else "",
        "title": (file.opening.facts.title or file.opening.facts.text[:40]) if open_to else "",
        "at": moment_words(one.at, house.city.calendar),
        "office": offices.get(one.office, one.office),
        "reason": RETURN_REASONS.get(one.reason, one.reason),
        "ruling": RULINGS[one.ruling],
        "ruled": ruled if open_to else "",
        "went_to": offices.get(one.went_to, one.went_to),
        "street": house.book.places.streets.get(one.street, ""),
    }


ROUTES: list[Any] = [all_returns, draft_suggested, one_rule, one_version]
