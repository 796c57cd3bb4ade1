"""What a citizen takes home: the receipt as PDF, and the letters that were issued and served on them.

Never a draft, never a letter to somebody else, and only to who has shown the query code or the telephone: a letter
bears the name in full. A download is recorded and is no service of the letter: the law counts that from elsewhere.
"""

from pathlib import Path
from typing import Any, cast

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import File
from msgspec import Struct
from sqlalchemy import select

from cases.letters import day_words, owed
from cases.numbers import parse_number
from hotline.accounts.accounts import audit
from hotline.attachments import answer
from hotline.citizens.own_case import file_of, proved, standing
from hotline.house import House
from hotline.letters.service import LETTERS, MEANS, row_of
from hotline.letters.sheets import pdf
from hotline.tables import LetterRow
from hotline.web import last_day, until

Asking = Request[Any, Any, Any]

LAYOUT = Path(__file__).with_name("receipt.typ")
OURS = "{applicant}"  # whom a kind of letter is to, where it is to the citizen
SERVED = "served"


class Received(Struct, frozen=True, kw_only=True):
    """A letter as the citizen's page lists it."""

    seq: int
    kind: str
    title: str
    number: str
    served_at: Any
    means: str


class Slip(Struct, frozen=True, kw_only=True):
    """The receipt as words."""

    head: str
    title: str
    lines: tuple[tuple[str, str], ...]
    paragraphs: tuple[str, ...]
    date: str


def letters(house: House, number: str) -> list[Received]:
    """The letters of a case that reached its citizen, the latest first."""
    with house.reading() as connection:
        wanted = select(LETTERS).where(LetterRow.case_id == parse_number(number), LetterRow.state == SERVED)
        rows = list(connection.execute(wanted.order_by(LetterRow.served_at.desc(), LetterRow.seq)).mappings())
    if not rows:
        return []
    file, _ = file_of(house, cast(int, parse_number(number)))
    titles = {(event.seq, kind.name): kind.title for event, kind in owed(file) if OURS in kind.to}
    return [
        Received(
            seq=row["seq"],
            kind=row["kind"],
            title=titles[row["seq"], row["kind"]],
            number=row["number"],
            served_at=row["served_at"],
            means=MEANS.get(row["means"], ""),
        )
        for row in rows
        if (row["seq"], row["kind"]) in titles
    ]


@get("/requests/{number:str}/letters/{seq:int}/{kind:str}", sync_to_thread=True)
def letter(request: Asking, house: House, number: str, seq: int, kind: str) -> File:
    """A letter of one's own, as it was issued."""
    stands = standing(request, house, number)
    if not proved(request, house, number):
        raise PermissionDeniedException(detail="下载文书请用查询码或者手机验证码打开本件")
    listed = letters(house, stands.number)
    title = next((one.title for one in listed if (one.seq, one.kind) == (seq, kind)), None)
    if title is None:
        raise NotFoundException(detail="没有这份文书")
    with house.reading() as connection:
        row = row_of(connection, cast(int, parse_number(number)), seq, kind)
    assert row is not None, "it was listed"
    with house.writing() as connection:
        audit(connection, house.now(), "citizen", "letter.read", about=stands.number, detail=row["number"])
    return answer(house, row["pdf"], [row["pdf"]], f"{title}{row['number']}.pdf")


@get("/requests/{number:str}/receipt.pdf", sync_to_thread=True)
def receipt_pdf(request: Asking, house: House, number: str) -> Response[bytes]:
    """The receipt to keep or to print."""
    stands = standing(request, house, number)
    calendar = house.city.calendar
    promise = stands.promise
    lines = [("编号", stands.number), ("事项", stands.kind), ("收到时间", last_day(calendar.day_of(stands.received_at), calendar))]
    if proved(request, house, number):
        lines.insert(1, ("查询码", house.vault.code(stands.number)))
    if promise and promise.moment:
        lines += [("最迟答复", until(promise.moment, calendar)), ("为什么", promise.because)]
    lines += [("现在", stands.stage_title)]
    if stands.next:
        by = f"，最迟{until(stands.next.until, calendar)}" if stands.next.until and not stands.next.late else ""
        lines += [("接下来", stands.next.what + by)]
    drawn = Slip(
        head=f"{house.city.name}12345政务服务便民热线",
        title="收件回执",
        lines=tuple(lines),
        paragraphs=(f"凭编号和查询码在 {house.settings.public_url}/status 随时查看进度，或者拨打12345。",
                    "本回执由系统生成，只说明已经收到和现在的进度。"),
        date=day_words(calendar.day_of(house.now())),
    )  # fmt: skip
    content = pdf(drawn, house.settings.data / "letters", LAYOUT)
    headers = {"Content-Disposition": f'inline; filename="{stands.number}.pdf"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


ROUTES: list[Any] = [letter, receipt_pdf]
