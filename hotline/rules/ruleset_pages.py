"""The rule sets' own pages: all of them, one with what may be done to it, its files as text, two compared.

Administrators and supervisors draft and publish, each what the other wrote; a version that was in force is open
to everybody who works here, since every dispatch names it.
"""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template
from sqlalchemy import Connection, select

from cases.procedure import Refused
from cases.tables import table_of
from hotline import bell
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.problems import Problem
from hotline.rules.lines import Place, place_of
from hotline.rules.ruleset_deeds import STEPS, take
from hotline.rules.ruleset_view import TITLES, act_of, as_json, differences, one, overview
from hotline.rules.rulesets import (
    DEEDS,
    MOST_TEXT,
    RuleSet,
    Stale,
    beside,
    book_of,
    compared,
    draft,
    rule_set,
    save,
)
from hotline.rules.tables import RuleChangeRow
from hotline.sent import whole_number
from hotline.web import Asking, render, see_other, wants_html
from routing.files import RulesError

Answer = Response[Any] | Redirect | Template


def found(connection: Connection, number: int) -> RuleSet:
    """The set of that number, or 404."""
    try:
        return rule_set(connection, number)
    except LookupError:
        raise NotFoundException(detail=f"没有第{number}号规则") from None


def opened(house: House, seat: Seat, number: int) -> tuple[RuleSet, list[str]]:
    """The set of that number, or 404; a draft is noted as open here, and who else has it open is told."""
    with house.reading() as connection:
        mine = found(connection, number)
    if not mine.open:
        return mine, []
    with house.writing() as connection:
        return mine, beside(connection, number, act_of(house, seat))


def _viewed(house: House, seat: Seat, number: int) -> dict[str, Any]:
    mine, others = opened(house, seat, number)
    with house.reading() as connection:
        return one(connection, house, act_of(house, seat), mine, others)


@get("/rulesets", sync_to_thread=True)
def all_sets(request: Asking, house: House, seat: Seat) -> Answer:
    """All sets."""
    with house.reading() as connection:
        view = overview(connection, house, seat)
    return render(request, "rulesets.html", **view) if wants_html(request) else Response(as_json(view))


@post("/rulesets", status_code=201, sync_to_thread=True)
def draft_set(request: Asking, house: House, seat: Seat, typed: dict[str, Any]) -> Answer:
    """A draft: a copy of the set in force, or of the one that `base` names."""
    said = whole_number(typed.get("base"))
    with house.writing() as connection:
        base = found(connection, house.shelf.standing(house.now()).number if said is None else said)
        number = draft(connection, act_of(house, seat, str(typed.get("note", ""))), base, str(typed.get("name", "")))
    return see_other(f"/rulesets/{number}") if wants_html(request) else Response({"number": number}, status_code=201)


@get("/rulesets/{version:int}", sync_to_thread=True)
def one_set(request: Asking, house: House, seat: Seat, version: int, done: str = "") -> Answer:
    """One set."""
    view = _viewed(house, seat, version)
    if not wants_html(request):
        return Response(as_json(view))
    return render(request, "ruleset.html", **view, done=STEPS.get(done, ""), problem="", errors={}, typed={})


@post("/rulesets/{version:int}/steps", status_code=200, sync_to_thread=True)
def take_step(request: Asking, house: House, seat: Seat, version: int, typed: dict[str, Any]) -> Answer:
    """Checks, rehearses, publishes, recalls, rolls back, brings up to date or withdraws: what `step` says."""
    said = {name: str(value) for name, value in typed.items() if isinstance(value, str | int)}
    try:
        with house.reading() as connection:
            found(connection, version)
        told = take(house, act_of(house, seat, said.get("note", "")), version, said)
    except (Refused, Problem) as wrong:
        if not wants_html(request):
            raise
        return _again(request, house, seat, version, said, wrong)
    house.shelf.look(house.now())
    if wants_html(request):
        return see_other(f"/rulesets/{version}?done={said['step']}")
    return Response({"number": version, "step": said["step"], **told})


def _again(
    request: Asking, house: House, seat: Seat, version: int, said: dict[str, str], wrong: Refused | Problem
) -> Template:
    view = _viewed(house, seat, version)
    status, errors = (wrong.status, wrong.errors) if isinstance(wrong, Problem) else (409, {})
    return render(request, "ruleset.html", status, **view, done="", problem=str(wrong), errors=errors, typed=said)


@get("/rulesets/{version:int}/files/{file:str}", sync_to_thread=True)
def read_file(request: Asking, house: House, seat: Seat, version: int, file: str) -> Answer:
    """One file of a set as text; of a draft, to be written."""
    mine, others = opened(house, seat, version)
    _known(mine, file)
    if not wants_html(request):
        return Response({"file": file, "text": mine.texts[file], "revision": mine.revision})
    return _file_page(request, house, mine, file, mine.texts[file], others=others, saved="done" in request.query_params)


@post("/rulesets/{version:int}/files/{file:str}", status_code=200, sync_to_thread=True)
def write_file(
    request: Asking, house: House, seat: Seat, version: int, file: str, typed: dict[str, Any]
) -> Answer:
    """Saves what was typed, right or wrong: a mistake is shown beside the field with its line. A save over
    somebody else's is set aside and shown with the difference."""
    text = str(typed.get("text", "")).replace("\r\n", "\n")
    said = whole_number(typed.get("revision"))
    if not text.strip() or len(text) > MOST_TEXT or said is None:
        raise Problem("没有保存", {"text": f"应有内容，且不超过{MOST_TEXT}字；并注明所改的修订 revision"})
    theirs = None
    with house.writing() as connection:
        mine = found(connection, version)
        _known(mine, file)
        try:
            mine = save(connection, act_of(house, seat), version, said, {file: text})
        except Stale as stale:
            theirs = stale.theirs
    if theirs is not None:
        return _stale(request, house, theirs, file, text)
    wrong = mistake(mine, file)
    if wants_html(request):
        if wrong is None:
            return see_other(f"/rulesets/{version}/files/{file}?done=1")
        return _file_page(request, house, mine, file, text, saved=True)
    told = {"error": str(wrong[0]), "line": wrong[1].line if wrong[1] else None} if wrong else {}
    return Response({"number": version, "revision": mine.revision, **told})


def _stale(request: Asking, house: House, theirs: RuleSet, file: str, text: str) -> Answer:
    if wants_html(request):
        return _file_page(request, house, theirs, file, text, status=409, theirs=theirs.texts[file])
    lines = [(line.sort, line.text) for line in compared(theirs.texts[file], text)]
    said = {"title": "草稿已被别人修改", "status": 409, "detail": "您的文字已另存在修改记录里，没有覆盖别人的修改"}
    return Response({**said, "revision": theirs.revision, "theirs": theirs.texts[file], "lines": lines},
                    status_code=409, media_type="application/problem+json")  # fmt: skip


def mistake(mine: RuleSet, file: str) -> tuple[RulesError, Place | None] | None:
    """Why a set cannot be read, and where in `file`; None when it can, or another file is to blame."""
    try:
        book_of(mine.texts)
    except RulesError as wrong:
        return (wrong, place_of(wrong, mine.texts[file])) if wrong.file in (file, "") else None
    return None


def _file_page(
    request: Asking, house: House, mine: RuleSet, file: str, text: str, **more: Any
) -> Template:
    theirs, status = more.get("theirs"), more.get("status", 200)
    wrong = mistake(mine, file) if theirs is None else None
    told = {
        "number": mine.number,
        "name": mine.name,
        "open": mine.open,
        "revision": mine.revision,
        "file": file,
        "title": TITLES[file],
        "text": text,
        "wrong": str(wrong[0]) if wrong else "",
        "place": wrong[1] if wrong else None,
        "theirs": theirs,
        "lines": compared(theirs, text) if theirs is not None else [],
        "saved": more.get("saved", False),
    }
    with house.reading() as connection:
        names = bell.names(connection, {*more.get("others", []), mine.changed_by})
    others = [names.get(actor, actor) for actor in more.get("others", [])]
    return render(request, "rule_file.html", status, **told, others=others, changed_by=names.get(mine.changed_by, ""))


def _known(mine: RuleSet, file: str) -> None:
    if file not in mine.texts:
        raise NotFoundException(detail=f"规则集里没有{file[:40]}这个文件")


@get("/rulesets/{version:int}/changes/{change:int}", sync_to_thread=True)
def old_text(request: Asking, house: House, version: int, change: int) -> Answer:
    """A file as somebody once saved it, or as it was set aside."""
    wanted = select(table_of(RuleChangeRow)).where(RuleChangeRow.id == change, RuleChangeRow.set_id == version)
    with house.reading() as connection:
        row = connection.execute(wanted).mappings().one_or_none()
        now = found(connection, version)
    if row is None or row["file"] not in now.texts:
        raise NotFoundException(detail="没有这条修改记录")
    if not wants_html(request):
        return Response({"file": row["file"], "text": row["text"], "at": row["at"]})
    lines = compared(row["text"], now.texts[row["file"]])
    return render(request, "rule_change.html", number=version, title=TITLES[row["file"]], row=row, lines=lines,
                  deed=DEEDS[row["what"]])  # fmt: skip


@get("/rulesets/{version:int}/compare/{other:int}", sync_to_thread=True)
def compare(request: Asking, house: House, version: int, other: int) -> Answer:
    """What `version` has otherwise than `other`, file by file."""
    with house.reading() as connection:
        before, after = found(connection, other), found(connection, version)
    files = differences(before, after)
    if wants_html(request):
        return render(request, "rule_compare.html", before=before, after=after, files=files)
    return Response(as_json({"number": version, "other": other, "files": files}))


ROUTES: list[Any] = [all_sets, draft_set, one_set, take_step, read_file, write_file, old_text, compare]
