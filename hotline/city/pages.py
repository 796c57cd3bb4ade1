"""The city's settings over the web: each with what is in force, its form, what a change would do, its versions.

Only administrators change them; supervisors, legal officers and auditors read. A change is looked at before it
is saved; who saves over somebody else's is shown both and keeps what they typed.
"""

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template
from msgspec.structs import replace

from hotline.accounts.seats import Seat
from hotline.city import ladder as city_ladder
from hotline.city import letters as city_letters
from hotline.city import limits as city_limits
from hotline.city import texts as city_texts
from hotline.city.deeds import Draft, Stale, beginning, first_day, newest, reason, row_of, save
from hotline.city.local import LimitPaper, name_of
from hotline.city.sorts import Sort
from hotline.city.view import (
    SORTS,
    content_of,
    groups_of,
    latest,
    lines_of,
    one,
    side_by_side,
    versions,
    words_of,
)
from hotline.fields import Field
from hotline.house import House
from hotline.letters.proof import proof
from hotline.letters.sheets import word
from hotline.problems import Problem
from hotline.sent import Number
from hotline.texts import signature
from hotline.web import Asking, render, see_other, wants_html

Answer = Response[Any] | Redirect | Template
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAPERS = {"template.docx": WORD, "example.docx": WORD, "preview.pdf": "application/pdf", "preview.png": "image/png"}


@get("/city", sync_to_thread=True)
def rooms(request: Asking, house: House, seat: Seat, before: Number = 0) -> Answer:
    """Every sort of setting, and what was changed lately."""
    with house.reading() as connection:
        recent = latest(connection, house, before)
    if not wants_html(request):
        return Response({"sorts": {name: sort.TITLE for name, sort in SORTS.items()}})
    return render(request, "city.html", sorts=SORTS, **recent)


@get("/city/{sort:str}", sync_to_thread=True)
def listing(request: Asking, house: House, seat: Seat, sort: str) -> Answer:
    """The settings of one sort."""
    ours = _sort(sort)
    if ours.SORT == city_ladder.SORT and wants_html(request):
        return see_other(f"/city/{sort}/{city_ladder.NAME}")
    rows = lines_of(house, ours)
    if not wants_html(request):
        told = [{"name": r["line"].name, "title": r["line"].title, "value": r["line"].value, "number": r["number"]} for r in rows]
        return Response({"sort": sort, "settings": told})
    statutory = city_limits.statutory() if ours.SORT == city_limits.SORT else []
    return render(request, "city_list.html", ours=ours, groups=groups_of(rows), statutory=statutory)


@get("/city/{sort:str}/{name:str}", sync_to_thread=True)
def setting(request: Asking, house: House, seat: Seat, sort: str, name: str) -> Answer:
    """One setting: `before` a version's number the older ones, `done` the number just saved."""
    ours, view = _seen(house, seat, sort, name)
    done, before = (max(0, _whole(request.query_params.get(key, "0"))) for key in ("done", "before"))
    with house.reading() as connection:
        view |= versions(connection, sort, name, before)
    if not wants_html(request):
        numbers = [item["row"].number for item in view["versions"]]
        return Response({"sort": sort, "name": name, "words": view["words"], "base": view["base"], "versions": numbers})
    said = {"effective": first_day(house).isoformat() if ours.DATED else "", "why": ""}
    return _page(request, house, ours, view, ours.form(house, name, view["standing"]), said=said, done=done)


@post("/city/{sort:str}/{name:str}", status_code=200)
async def change(
    request: Asking, house: House, seat: Seat, sort: str, name: str, typed: dict[str, Any]
) -> Answer:
    """`do`: shows what the change would do (`preview`), saves it (`save`), brings a version back (`restore`), or sends
    a text to oneself (`test`)."""
    file = typed.get("file")
    if isinstance(file, UploadFile):
        typed["file"] = (file.filename, await file.read())
    return await asyncio.to_thread(_changed, request, house, seat, (sort, name), typed)


@get("/city/{sort:str}/{name:str}/compare", sync_to_thread=True)
def compare(request: Asking, house: House, seat: Seat, sort: str, name: str) -> Answer:
    """Two versions, `old` and `new`, side by side."""
    ours, view = _seen(house, seat, sort, name)
    old, new = (_whole(request.query_params.get(key, "0")) for key in ("old", "new"))
    with house.reading() as connection:
        try:
            pair = [content_of(connection, house, ours, name, number) for number in (old, new)]
        except LookupError:
            raise NotFoundException(detail="没有这一版") from None
        view |= versions(connection, sort, name)
    sides = side_by_side(*(ours.told(house, name, content) for content in pair))
    if not wants_html(request):
        return Response({"old": old, "new": new, "differs": [side[:3] for side in sides if side[3]]})
    return render(request, "city_compare.html", **view, old=old, new=new, sides=sides)


@get("/letter-templates/{name:str}/{edition:str}/{paper:str}", sync_to_thread=True)
def letter_paper(house: House, name: str, edition: str, paper: str) -> Response[bytes]:
    """A template (`edition` is its digest, 0 for what came with the house): itself, filled in, or as it looks."""
    with house.reading() as connection:
        content = city_letters.zero(house, name) if edition == "0" else city_letters.file_of(connection, edition)
    if content is None or paper not in PAPERS:
        raise NotFoundException(detail="没有这个模板文件")
    if paper != "template.docx":
        content = word(city_letters.SAMPLE, content)
    if paper.startswith("preview."):
        content = proof(content, house.settings.data / "letters", "pdf" if paper.endswith("pdf") else "png")
    shown = "attachment" if paper.endswith(".docx") else "inline"
    headers = {"Content-Disposition": f'{shown}; filename="{paper}"', "Cache-Control": "private, max-age=600"}
    return Response(content, media_type=PAPERS[paper], headers=headers)


ROUTES: list[Any] = [rooms, listing, setting, change, compare, letter_paper]


def _changed(request: Asking, house: House, seat: Seat, at: tuple[str, str], typed: dict[str, Any]) -> Answer:
    ours, view = _seen(house, seat, *at)
    deed = str(typed.get("do", "save"))
    try:
        if deed == "test" and ours.SORT == city_texts.SORT:
            words = ours.parsed(house, at[1], typed, house.now()).words
            city_texts.send_to_oneself(house, seat, words)
            return _again(request, house, ours, view, typed, sent=True) if wants_html(request) else Response({"sent": True})
        draft = _draft(house, seat, ours, view, typed)
        if deed == "preview":
            return _foreseen(request, house, ours, view, (draft, typed))
        number = save(house, draft)
    except Stale as stale:
        return _stale(request, house, ours, view, (stale.number, typed))
    except Problem as wrong:
        if not wants_html(request):
            raise
        return _again(request, house, ours, view, typed, status=wrong.status, errors=wrong.errors)
    if wants_html(request):
        return see_other(f"/city/{at[0]}/{draft.name}?done={number}")
    return Response({"sort": at[0], "name": draft.name, "number": number, "from_at": draft.from_at})


def _draft(house: House, seat: Seat, ours: Sort, view: dict[str, Any], typed: dict[str, Any]) -> Draft:
    """What was asked for; every mistake at once."""
    errors: dict[str, str] = {}
    name, content, from_at, why, restores = view["name"], None, house.now(), "", None
    try:
        from_at = beginning(house, ours, str(typed.get("effective", "")))
    except Problem as wrong:
        errors |= wrong.errors
    try:
        if typed.get("do") == "restore":
            restores = _whole(typed.get("version"))
            with house.reading() as connection:
                content = content_of(connection, house, ours, name, restores)
        else:
            content = ours.parsed(house, name, typed, from_at)
    except LookupError:
        errors["version"] = "没有这一版"
    except Problem as wrong:
        errors |= wrong.errors
    try:
        why = reason(str(typed.get("why", ""))) if typed.get("do") != "preview" else ""
    except Problem as wrong:
        errors |= wrong.errors
    if errors:
        raise Problem("没有保存，请看各栏的提示", errors)
    if name == city_limits.NEW and isinstance(content, LimitPaper):
        name = name_of(content.limit)
    base = _whole(typed.get("base"))
    if name != view["name"]:
        with house.reading() as connection:
            base = newest(connection, ours.SORT, name)
    draft = Draft(sort=ours, name=name, content=content, base=base, from_at=from_at, by=seat.actor.id, why=why)
    return replace(draft, restores=restores)


def _whole(said: Any) -> int:
    text = str(said if said is not None else "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _foreseen(
    request: Asking, house: House, ours: Sort, view: dict[str, Any], asked: tuple[Draft, dict[str, Any]]
) -> Answer:
    draft, typed = asked
    before = ours.standing(house, draft.name, draft.from_at)
    told = ours.foreseen(house, draft.name, (before, draft.content), draft.from_at)
    if not wants_html(request):
        return Response({"says": told.says, "head": told.head, "rows": told.rows})
    if isinstance(draft.content, city_letters.LetterPaper):
        typed = {**typed, "digest": draft.content.digest, "file_name": draft.content.file}
    return _again(request, house, ours, view, typed, foreseen=told, begins=draft.from_at)


def _stale(
    request: Asking, house: House, ours: Sort, view: dict[str, Any], asked: tuple[int, dict[str, Any]]
) -> Answer:
    """409: what the other person made of it beside what was looked at; what was typed is still there."""
    (number, typed), name = asked, view["name"]
    with house.reading() as connection:
        row = row_of(connection, ours.SORT, name, number)
    theirs = words_of(house, ours, name, row.content) if row else []
    if wants_html(request):
        said = {"theirs": theirs, "their_number": number, "their_why": row.why if row else ""}
        return _again(request, house, ours, {**view, "base": number}, typed, status=409, **said)
    told = {"title": "已经被别人修改", "status": 409, "detail": "您的内容没有覆盖别人的修改", "base": number, "theirs": theirs}
    return Response(told, status_code=409, media_type="application/problem+json")


def _again(
    request: Asking, house: House, ours: Sort, view: dict[str, Any], typed: dict[str, Any], **more: Any
) -> Template:
    """The page with everything that was typed in it."""
    with house.reading() as connection:
        view = {**view, **versions(connection, ours.SORT, view["name"])}
    errors: dict[str, str] = more.get("errors", {})
    laddered = ours.SORT == city_ladder.SORT and typed.get("do") != "restore"
    drawn = city_ladder.blank(typed) if laddered else ours.form(house, view["name"], view["standing"])
    if typed.get("do") != "restore":
        drawn = [replace(one, value=str(typed.get(one.name, "")), error=errors.get(one.name, "")) for one in drawn]
    said = {name: str(typed.get(name, "")) for name in ("effective", "why", "digest", "file_name", "known")}
    return _page(request, house, ours, view, drawn, said=said, **more)


def _page(
    request: Asking, house: House, ours: Sort, view: dict[str, Any], fields: list[Field], **more: Any
) -> Template:
    usual: dict[str, Any] = {
        "errors": {}, "foreseen": None, "begins": None, "theirs": None, "their_number": 0, "their_why": "", "sent": False,
        "done": 0, "status": 200,
    }  # fmt: skip
    told = {**usual, **more}
    texting = ours.SORT == city_texts.SORT
    told["example"] = city_texts.example(house) | {"": signature(house.city)} if texting else {}
    told["places"], told["musts"] = city_texts.places(view["name"]) if texting else ((), ())
    rungs = view["standing"].rungs if ours.SORT == city_ladder.SORT else ()
    told["said"] = {"digest": "", "file_name": "", **told["said"]}
    told["known"] = _whole(told["said"].get("known") or len(rungs))
    told["anchors"] = {one.name: f"{'r' if ours.SORT == city_ladder.SORT else 'f'}-{one.name}" for one in fields}
    return render(request, "city_setting.html", told.pop("status"), **view, fields=fields, lead=ours.LEAD, **told)


def _sort(sort: str) -> Sort:
    if sort not in SORTS:
        raise NotFoundException(detail="没有这一类设置")
    return SORTS[sort]


def _seen(house: House, seat: Seat, sort: str, name: str) -> tuple[Sort, dict[str, Any]]:
    ours = _sort(sort)
    with house.reading() as connection:
        try:
            return ours, one(connection, house, seat, ours, name)
        except LookupError:
            raise NotFoundException(detail="没有这一项设置") from None
