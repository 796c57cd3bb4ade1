"""The duty list (权责清单) of a rule set as a table: looked through, changed, handed over, undone, sent round as a sheet.

Every change is written into the draft's own file at once, so that table and text are never two truths; what is
typed wrong comes back with the sentence beside its field.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect, Template
from msgspec.structs import replace

from cases.procedure import Refused
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.problems import Problem
from hotline.rules import duty_table, rulesets
from hotline.rules.duty_table import Rows
from hotline.rules.duty_view import change_shown, choices, row_shown
from hotline.rules.ruleset_pages import found, opened
from hotline.rules.ruleset_view import act_of
from hotline.rules.rulesets import RuleSet, Stale, rule_set, save
from hotline.sent import whole_number
from hotline.web import Asking, render, see_other, wants_html
from routing import Rulebook
from routing.duties import FILE, STREET, Duty
from routing.files import RulesError

Answer = Response[Any] | Redirect | Template
PAGE = 100
MOST_BYTES = 5_000_000
LATE = "有人在您之前改了这份草稿，请核对后再办；您这次的修改已另存在记录里"


def book_of(mine: RuleSet) -> Rulebook:
    """The rules of a set; `Problem` where its files cannot be read as they are."""
    try:
        return rulesets.book_of(mine.texts)
    except RulesError as wrong:
        raise Problem("表格暂时打不开：草稿里有文件不能装载，请先在文本里改正", {wrong.file or "text": str(wrong)}) from None


@get("/rulesets/{version:int}/duties", sync_to_thread=True)
def duties(request: Asking, house: House, seat: Seat, version: int) -> Answer:
    """The table, narrowed by topic, area, office or a word."""
    mine, _ = opened(house, seat, version)
    with house.reading() as connection:
        base = rule_set(connection, mine.base)
    if not wants_html(request):
        return Response(msgspec.to_builtins({"revision": mine.revision, "rows": book_of(mine).duties.every}))
    return _page(request, mine, base)


@post("/rulesets/{version:int}/duties", status_code=200, sync_to_thread=True)
def change_duty(request: Asking, house: House, seat: Seat, version: int, typed: dict[str, Any]) -> Answer:
    """Adds, changes, ends, removes or undoes one line: what `do` says."""
    said = {name: str(value) for name, value in typed.items() if isinstance(value, str | int)}
    with house.reading() as connection:
        mine = found(connection, version)
        base = rule_set(connection, mine.base)
    try:
        book = book_of(mine)
        rows = _done(said, book, base)
        text = duty_table.duty_file(mine.texts[FILE], book.duties, rows)
        now = saved(house, seat, mine, said, {FILE: text})
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        return _page(request, mine, base, said, wrong)
    if wants_html(request):
        return see_other(f"/rulesets/{version}/duties?done=1&q={_query(said)}")
    return Response({"number": version, "revision": now.revision})


def _query(said: Mapping[str, str]) -> str:
    return "".join(c for c in said.get("topic", "") if c.isalnum() or c in "._-")


def saved(
    house: House, seat: Seat, mine: RuleSet, said: Mapping[str, str], texts: Mapping[str, str], what: str = "duties"
) -> RuleSet:
    """Written, if nobody else has written since the page was drawn."""
    seen = whole_number(said.get("revision"))
    if seen is None:
        raise Problem("没有保存", {"revision": "请注明您所看到的修订"})
    late = False
    with house.writing() as connection:
        try:
            mine = save(connection, act_of(house, seat), mine.number, seen, texts, what)
        except Stale:
            late = True
    if late:
        raise Refused(LATE)
    return mine


def _done(said: Mapping[str, str], book: Rulebook, base: RuleSet) -> Rows:
    """The lines after what was asked for; `Problem` names what is wrong in which field."""
    rows, code, do = book.duties.every, said.get("id", ""), said.get("do", "")
    if do == "add":
        return _put(rows, duty_table.named(rows, _duty(said)), book)
    known = next((one for one in rows if one.id == code), None)
    if do == "undo":
        return duty_table.undone(rows, book_of(base).duties.every, code)
    if known is None:
        raise Problem("没有这一行", {"id": f"责任清单里没有编号为“{code[:80]}”的一行"})
    if do == "change":
        return _put(rows, replace(_duty(said), id=code), book)
    if do == "remove":
        return duty_table.dropped(rows, code)
    if do == "end":
        if said.get("to") not in {*book.duties.offices, STREET}:
            raise Problem("没有交接", {"to": "请选择接任单位"})
        last = _day(said, "last")
        if last is None:
            raise Problem("没有交接", {"last": "请填写最后一日"})
        return duty_table.handed_over(rows, code, last, said["to"])
    raise Problem("没有这样的修改", {"do": "应为 add、change、end、remove、undo 之一"})


def _put(rows: Rows, duty: Duty, book: Rulebook) -> Rows:
    if errors := duty_table.wrong(duty, book):
        raise Problem("没有保存，请看各栏的提示", errors)
    return duty_table.put(rows, duty)


def _duty(said: Mapping[str, str]) -> Duty:
    """The line of a form."""
    def codes(name: str) -> tuple[str, ...]:
        return tuple(said.get(name, "").replace("，", " ").replace("、", " ").replace(",", " ").split())

    area = said.get("area", "").strip()
    return Duty(
        topic=said.get("topic", "").strip(),
        office=said.get("office", "").strip(),
        street=area if area and len(area) <= 9 else None,
        community=area if len(area) > 9 else None,
        co=codes("co"),
        kinds=codes("kinds"),
        channels=codes("channels"),
        urgent={"yes": True, "no": False}.get(said.get("urgent", "")),
        since=_day(said, "since"),
        until=_day(said, "until"),
        reason=" ".join(said.get("reason", "").split())[:500],
    )


def _day(said: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(said[name]) if said.get(name) else None
    except ValueError:
        raise Problem("没有保存，请看各栏的提示", {name: "应为日期，例如2026-12-01"}) from None


def _page(
    request: Asking, mine: RuleSet, base: RuleSet, said: Mapping[str, str] | None = None,
    wrong: Problem | Refused | None = None,
) -> Template:  # fmt: skip
    query = request.query_params
    book = book_of(mine)
    rows = [one for one in book.duties.every if _wanted(one, query, book)]
    page = whole_number(query.get("page"), 6) or 1
    before = book_of(base).duties.every if mine.open else book.duties.every
    errors = wrong.errors if isinstance(wrong, Problem) else {}
    status = 200 if wrong is None else wrong.status if isinstance(wrong, Problem) else 409
    return render(
        request, "duties.html", status, number=mine.number, name=mine.name, open=mine.open, revision=mine.revision,
        rows=[row_shown(one, book) for one in rows[PAGE * (page - 1) : PAGE * page]], total=len(rows), page=page,
        pages=max(1, -(-len(rows) // PAGE)), query={name: str(query.get(name, "")) for name in ("q", "office", "area")},
        changes=[change_shown(one, book) for one in duty_table.changes(before, book.duties.every)],
        edited=_edited(said, str(query.get("id", "")), book), said=said or {}, errors=errors,
        problem=str(wrong) if wrong else "", done="done" in query, **choices(book),
    )  # fmt: skip


def _edited(said: Mapping[str, str] | None, code: str, book: Rulebook) -> dict[str, Any] | None:
    """The line whose form is open: as it was typed, else as it stands."""
    code = said.get("id", "") if said else code
    known = next((one for one in book.duties.every if one.id == code), None)
    return row_shown(known, book) if known else None


def _wanted(duty: Duty, query: Mapping[str, Any], book: Rulebook) -> bool:
    word, office, area = (str(query.get(name, "")).strip() for name in ("q", "office", "area"))
    number = book.numbers.get(duty.topic)
    full = book.topics[number].full if number is not None else ""
    return (
        (not word or word in f"{duty.topic} {full} {duty.id} {duty.reason}")
        and (not office or office in (duty.office, *duty.co))
        and (not area or duty.area.startswith(area))
    )


ROUTES: list[Any] = [duties, change_duty]
