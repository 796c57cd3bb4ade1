"""The letters of a case over the web: the draft to look at and to edit, issuing, and the record of service."""

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import File as FileResponse
from litestar.response import Redirect
from sqlalchemy import Connection

from cases.history import Event
from cases.letter_kinds.kind import Kind
from cases.lists import load_file
from cases.procedure import File
from hotline.access import seen_case
from hotline.accounts.accounts import audit
from hotline.accounts.seats import Seat
from hotline.attachments import answer
from hotline.city.letters import template_of
from hotline.house import House
from hotline.letters import book as letter_book
from hotline.letters import service as letter_service
from hotline.letters.sheets import pdf, word
from hotline.office.casework import moment_typed
from hotline.problems import Problem
from hotline.web import Asking, see_other, wants_html

FILL = "fill."  # before the name of what was supplied for something missing
PDF = "application/pdf"


@get("/cases/{number:str}/letters/{seq:int}/{kind:str}/{paper:str}", sync_to_thread=True)
def paper_of(
    request: Asking, house: House, seat: Seat, number: str, seq: int, kind: str
) -> Response[bytes] | FileResponse:
    """`draft.docx`, `draft.pdf`: the letter as it stands now; `letter.docx`, `letter.pdf`: as it was frozen."""
    paper = request.path_params["paper"]
    with house.reading() as connection:
        file, pair = _asked(connection, seat, number, seq, kind)
        row = letter_service.row_of(connection, file.id, seq, kind)
    sort = {"draft.docx": "docx", "draft.pdf": "pdf", "letter.docx": "docx", "letter.pdf": "pdf"}.get(paper)
    if sort is None or (paper.startswith("letter.") and row is None):
        raise NotFoundException(detail="没有这份文书")
    if row is None or paper.startswith("draft."):
        return _draft(house, seat, file, pair, sort, _supplied(dict(request.query_params)))
    with house.writing() as connection:
        audit(connection, house.now(), seat.actor.id, "letter.read", about=file.number, detail=row["number"])
    return answer(house, row[sort], [row[sort]], f"{pair[1].title}{row['number']}.{sort}")


@post("/cases/{number:str}/letters/{seq:int}/{kind:str}/issue", status_code=200, sync_to_thread=True)
def issue(
    request: Asking, house: House, seat: Seat, number: str, typed: dict[str, Any]
) -> Response[Any] | Redirect:
    """Issues it: its number and the digests of what was frozen."""
    file, pair = _posted(request, house, seat, number)
    row = letter_book.issue(house, seat, file, pair, _supplied(typed))
    if wants_html(request):
        return see_other(f"/cases/{file.number}#letters")
    return Response({name: row[name] for name in ("number", "year", "serial", "docx", "pdf")})


@post("/cases/{number:str}/letters/{seq:int}/{kind:str}/served", status_code=200, sync_to_thread=True)
def served(
    request: Asking, house: House, seat: Seat, number: str, typed: dict[str, Any]
) -> Response[Any] | Redirect:
    """Records its service: by which means, when, and by what it is proved."""
    file, pair = _posted(request, house, seat, number)
    means, receipt = str(typed.get("means", "")), str(typed.get("receipt", ""))
    if means not in letter_service.MEANS:
        raise Problem(
            "填写的内容有误", {"means": "请从列表中选择：" + "、".join(letter_service.MEANS.values())}
        )
    if not receipt.strip():
        raise Problem("填写的内容有误", {"receipt": "请写明回证：签收人、邮件号或者公告的载体"})
    when = moment_typed(typed.get("at"), house, house.now())
    service = letter_service.Reached(means=means, served_at=when, receipt=receipt.strip()[:200])
    letter_service.serve(house, seat, file, pair, service)
    if wants_html(request):
        return see_other(f"/cases/{file.number}#letters")
    with house.reading() as connection:
        again = load_file(connection, file.id)
        assert again is not None, "a case does not go away"
        found = letter_book.listed(connection, house, seat, again)
    wanted = (pair[0].seq, pair[1].name)
    return Response(next(msgspec.to_builtins(one) for one in found if (one.seq, one.kind) == wanted))


def _posted(request: Asking, house: House, seat: Seat, number: str) -> tuple[File, tuple[Event, Kind]]:
    with house.reading() as connection:
        return _asked(connection, seat, number, request.path_params["seq"], request.path_params["kind"])


def _asked(
    connection: Connection, seat: Seat, number: str, seq: int, kind: str
) -> tuple[File, tuple[Event, Kind]]:
    file = load_file(connection, seen_case(connection, seat, number))
    assert file is not None, "the door has seen it"
    pair = letter_book.found(file, seq, kind)
    if pair is None:
        raise NotFoundException(detail="案件在这一步没有这种文书")
    return file, pair


def _draft(
    house: House, seat: Seat, file: File, pair: tuple[Event, Kind], sort: str, supplied: dict[str, str]
) -> Response[bytes]:
    letter = letter_book.drafted(house, seat, file, pair, supplied)
    number = letter_book.UNNUMBERED if pair[1].word else ""
    drawn = letter_book.sheet(house, letter, number, issued=False)
    folder = house.settings.data / "letters"
    if sort == "pdf":
        content = pdf(drawn, folder)
    else:
        with house.reading() as connection:
            template = template_of(house, connection, letter_book.template(file, pair[1]))
        content = word(drawn, template)
    shown = "inline" if sort == "pdf" else "attachment"
    name = quote(f"{pair[1].title}（草稿）.{sort}")
    return Response(
        content,
        media_type=PDF if sort == "pdf" else letter_book.WORD,
        headers={
            "Content-Disposition": f"{shown}; filename*=UTF-8''{name}",
            "Cache-Control": "private, no-store",
        },
    )


def _supplied(typed: dict[str, Any]) -> dict[str, str]:
    return {
        name.removeprefix(FILL): str(said)[:2000] for name, said in typed.items() if name.startswith(FILL)
    }


ROUTES: list[Any] = [paper_of, issue, served]
