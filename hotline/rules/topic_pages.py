"""The topics of a rule set as a table: title and words of each, changed and added in the draft's own file.

A topic is not taken away here, since cases and duties name it. Only the lines of that one topic are written anew:
the order of the file breaks ties, and its comments are the office's own.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Template

from cases.procedure import Refused
from hotline.accounts.seats import Seat
from hotline.city import toml_text
from hotline.house import House
from hotline.problems import Problem
from hotline.rules import rulesets
from hotline.rules.duty_pages import Answer, book_of, saved
from hotline.rules.ruleset_pages import found, opened
from hotline.rules.rulesets import RuleSet
from hotline.web import Asking, render, see_other, wants_html
from routing import Rulebook
from routing.catalogue import FILE
from routing.files import RulesError

WORDS = {
    "strong": "一出现就八九不离十的词", "words": "说明本事项的词", "weak": "只能作旁证的词", "not": "出现就不大可能是本事项的词",
}  # fmt: skip
OWN = ("title", *WORDS, "weight")
CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+){0,2}")
LINE = re.compile(r"\s*(title|strong|words|weak|not|weight)\s*=")
MOST = 2000
WRONG = "没有保存，请看各栏的提示"


@get("/rulesets/{version:int}/topics", sync_to_thread=True)
def topics(request: Asking, house: House, seat: Seat, version: int, root: str = "", code: str = "") -> Answer:
    """The topics under one root."""
    mine, _ = opened(house, seat, version)
    if wants_html(request):
        return _page(request, mine, root, {"code": code})
    return Response(msgspec.to_builtins({"revision": mine.revision, "topics": book_of(mine).tables}))


@post("/rulesets/{version:int}/topics", status_code=200, sync_to_thread=True)
def write_topic(request: Asking, house: House, seat: Seat, version: int, typed: dict[str, Any]) -> Answer:
    """Adds a topic or writes one anew."""
    said = {name: " ".join(str(value).split()) for name, value in typed.items() if isinstance(value, str | int)}
    with house.reading() as connection:
        mine = found(connection, version)
    root = said.get("code", "").partition(".")[0]
    try:
        now = saved(house, seat, mine, said, {FILE: _written(said, mine)}, "edited")
    except (Problem, Refused) as wrong:
        if not wants_html(request):
            raise
        return _page(request, mine, root, said, wrong)
    if wants_html(request):
        return see_other(f"/rulesets/{version}/topics?root={root}&done=1")
    return Response({"revision": now.revision})


ROUTES: list[Any] = [topics, write_topic]


def _written(said: Mapping[str, str], mine: RuleSet) -> str:
    """The file with that topic in it; `Problem` names every field that is wrong."""
    book, code = book_of(mine), said.get("code", "")
    errors = {}
    if not CODE.fullmatch(code):
        errors["code"] = "代码由小写字母、数字和下划线组成，最多三级，用点隔开"
    elif (above := code.rpartition(".")[0]) and above not in book.tables:
        errors["code"] = f"没有上级事项{above}，请先增加上级"
    if not 0 < len(said.get("title", "")) <= 40:
        errors["title"] = "请填写名称，不超过40字"
    errors |= {name: f"不超过{MOST}字" for name in WORDS if len(said.get(name, "")) > MOST}
    weight = _weight(said.get("weight", ""), errors)
    if errors:
        raise Problem(WRONG, errors)
    rows: dict[str, Any] = {"title": said["title"], **{name: said[name] for name in WORDS if said.get(name)}}
    text = rewritten(mine.texts[FILE], code, rows | ({"weight": weight} if weight != 1 else {}))
    try:
        after = rulesets.book_of({**mine.texts, FILE: text})
    except RulesError as wrong:
        raise Problem(WRONG, {"words": str(wrong)}) from None
    lost = [one for one, table in book.tables.items() if one != code and after.tables.get(one) != table]
    if lost:
        raise Problem(WRONG, {"code": "这个事项在文件里的写法特殊，请在文本里改"})
    return text


def _weight(said: str, errors: dict[str, str]) -> float:
    try:
        weight = float(said or "1")
    except ValueError:
        weight = 0.0
    if not 0.1 <= weight <= 10:
        errors["weight"] = "应为0.1到10之间的数"
    return weight


def rewritten(text: str, code: str, rows: Mapping[str, Any]) -> str:
    """The file with the table of `code` written anew, or added behind those of the topic above it."""
    lines = text.split("\n")
    heads = [n for n, line in enumerate(lines) if line.startswith("[")]
    ends = dict(zip(heads, [*heads[1:], len(lines)], strict=True))
    fresh = toml_text.table(f"[{code}]", rows).rstrip("\n").split("\n")
    at = next((n for n in heads if lines[n].split("#")[0].strip() == f"[{code}]"), None)
    if at is not None:
        kept = [line for line in lines[at + 1 : ends[at]] if not LINE.match(line)]
        return "\n".join([*lines[:at], *fresh, *kept, *lines[ends[at] :]])
    above = code.rpartition(".")[0]
    family = [n for n in heads if above and (lines[n] + ".").startswith((f"[{above}].", f"[{above}."))]
    end = ends[family[-1]] if family else len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1  # what stands before the next topic is about that one
    gap = [] if above else [""]
    return "\n".join([*lines[:end], *gap, *fresh, *lines[end:]])


def _page(
    request: Asking, mine: RuleSet, root: str, said: Mapping[str, str], wrong: Problem | Refused | None = None
) -> Template:
    book = book_of(mine)
    roots = {book.topics[n].code: book.topics[n].title for n in sorted(book.roots)}
    code = said.get("code", "")
    root = next((one for one in (root, code.partition(".")[0], *roots) if one in roots), "")
    told = dict(said) if wrong else {**_typed(book, code), "code": code}
    status = 200 if wrong is None else wrong.status if isinstance(wrong, Problem) else 409
    shown = [(one, table) for one, table in book.tables.items() if one.partition(".")[0] == root]
    return render(
        request, "rule_topics.html", status, number=mine.number, name=mine.name, open=mine.open, revision=mine.revision,
        roots=roots, root=root, topics=shown, known=code in book.tables, words=WORDS, total=len(book.tables), said=told,
        errors=wrong.errors if isinstance(wrong, Problem) else {}, problem=str(wrong) if wrong else "",
        done="done" in request.query_params,
    )  # fmt: skip


def _typed(book: Rulebook, code: str) -> dict[str, str]:
    table = book.tables.get(code)
    if table is None:
        return {}
    found = {name: str(getattr(table, "not_" if name == "not" else name)) for name in OWN}
    return {**found, "weight": f"{table.weight:g}"}
