"""The duty list sent round as a sheet: out as .xlsx or CSV, in again with a look at what it would change first."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile

from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.problems import Problem
from hotline.rules import duty_sheets, duty_table
from hotline.rules.duty_pages import Answer, book_of, saved
from hotline.rules.duty_view import change_shown
from hotline.rules.ruleset_pages import found
from hotline.web import Asking, render, see_other, wants_html
from routing.duties import FILE

MOST_BYTES = 5_000_000
SHOWN = 200  # bad cells on the page


@get("/rulesets/{version:int}/duties/sheet", sync_to_thread=True)
def sheet_out(house: House, version: int, form: str = "xlsx") -> Response[bytes]:
    """The whole list as .xlsx or CSV."""
    with house.reading() as connection:
        mine = found(connection, version)
    book = book_of(mine)
    csv = form == "csv"
    data = (duty_sheets.as_csv if csv else duty_sheets.as_xlsx)(book.duties.every, book)
    name = f"duties-{version}.{'csv' if csv else 'xlsx'}"
    return Response(
        data,
        media_type="text/csv; charset=utf-8" if csv else duty_sheets.XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@post("/rulesets/{version:int}/duties/sheet", status_code=200)
async def sheet_in(request: Asking, house: House, seat: Seat, version: int, typed: dict[str, Any]) -> Answer:
    """A sheet looked at: what it would change, or what is wrong with it; taken into the draft when `take` says so."""
    file = typed.get("file")
    if isinstance(file, UploadFile):
        name, data = file.filename, await file.read(MOST_BYTES + 1)
    else:
        name, data = "list.csv", str(typed.get("sheet", "")).encode()
    if not data or len(data) > MOST_BYTES:
        raise Problem("没有导入", {"file": f"请选择不超过{MOST_BYTES // 1_000_000}MB的 .xlsx 或 CSV 文件"})
    return await asyncio.to_thread(_sheet, request, house, seat, version, (name, data, typed))


def _sheet(
    request: Asking, house: House, seat: Seat, version: int, sent: tuple[str, bytes, Mapping[str, Any]]
) -> Answer:
    name, data, typed = sent
    with house.reading() as connection:
        mine = found(connection, version)
    book = book_of(mine)
    read = duty_sheets.read(name, data, book)
    changes = duty_table.changes(book.duties.every, read.rows) if not read.bad else []
    if typed.get("take") and not read.bad:
        text = duty_table.duty_file(mine.texts[FILE], book.duties, read.rows)
        now = saved(house, seat, mine, {"revision": str(typed.get("revision", ""))}, {FILE: text}, "imported")
        if wants_html(request):
            return see_other(f"/rulesets/{version}/duties?done=1")
        return Response({"number": version, "revision": now.revision, "changes": len(changes)})
    if not wants_html(request):
        bad = [(f"第{one.row}行 {one.column}", one.why) for one in read.bad]
        if bad:
            raise Problem("这个表有误，没有导入任何一行", dict(bad))
        return Response({"number": version, "revision": mine.revision, "changes": msgspec.to_builtins(changes)})
    sheet = duty_sheets.as_csv(read.rows, book).decode("utf-8-sig") if not read.bad else ""
    shown = [change_shown(one, book) for one in changes]
    return render(request, "duty_sheet.html", 422 if read.bad else 200, number=version, name=mine.name,
                  revision=mine.revision, bad=read.bad[:SHOWN], changes=shown, sheet=sheet)  # fmt: skip


ROUTES: list[Any] = [sheet_out, sheet_in]
