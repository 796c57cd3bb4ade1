"""The audit list: who did what that is no step of a case. Read only, for the auditor, the latest first."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from msgspec import Struct
from sqlalchemy import Connection, Select, select

from cases.tables import table_of
from hotline import bell
from hotline.house import House
from hotline.lights import moment_words
from hotline.problems import Problem
from hotline.seats import Seat
from hotline.tables import AuditRow
from hotline.web import Asking, render, wants_html

PAGE = 50
AUDIT = table_of(AuditRow)
TITLES = {
    "sign_in": "登录", "sign_out": "退出", "sign_in_failed": "登录失败", "letter.issue": "制发文书", "letter.read": "查看文书",
    "letter.serve": "送达文书", "case.export": "导出卷宗", "calendar.ask": "放假安排待核", "calendar.load": "载入放假安排",
    "calendar.drop": "撤回放假安排",
}  # fmt: skip


class Wanted(Struct, frozen=True, kw_only=True):
    """Which rows: one kind of deed, one person's, about one thing, from one day, older than a row."""

    what: str = ""
    by: str = ""
    about: str = ""
    on: str = ""
    before: int = 0

    def link(self, before: int) -> str:
        """The address of the page that begins after row `before`."""
        told = {name: getattr(self, name) for name in self.__struct_fields__} | {"before": before}
        return "/audit?" + urlencode({name: value for name, value in told.items() if value})


class Line(Struct, frozen=True):
    """One row as it is read."""

    id: int
    at: str
    by: str
    what: str
    about: str
    detail: str


@get("/audit", sync_to_thread=True)
def audit(request: Asking, house: House, seat: Seat) -> Response[Any]:
    """操作记录：可按类别 `what`、账号 `by`（如 user:3）、对象 `about`、日期 `on` 筛选，每页50条。"""
    wanted = _wanted({name: str(value)[:120].strip() for name, value in request.query_params.items()})
    asked, errors = None, {}
    try:
        asked = _asked(wanted, house)
    except Problem as wrong:
        if not wants_html(request):
            raise
        errors = wrong.errors
    with house.reading() as connection:
        lines = _lines(connection, house, asked) if asked is not None else []
        count = bell.unseen(connection, seat)
    onward = wanted.link(lines[PAGE - 1].id) if len(lines) > PAGE else ""
    shown = lines[:PAGE]
    if not wants_html(request):
        return Response({"results": shown, "next": onward or None}, headers={"Cache-Control": "no-store"})
    return render(
        request,
        "audit.html",
        422 if errors else 200,
        lines=shown,
        onward=onward,
        wanted=wanted,
        titles=TITLES,
        errors=errors,
        unseen=count,
    )


def _wanted(given: dict[str, str]) -> Wanted:
    before = given.get("before", "")
    named = {name: given.get(name, "") for name in ("what", "by", "about", "on")}
    return Wanted(**named, before=int(before) if before.isdigit() and len(before) < 19 else 0)


def _asked(wanted: Wanted, house: House) -> Select[Any]:
    rows: Select[Any] = select(AUDIT)
    for name in ("what", "by"):
        if value := getattr(wanted, name):
            rows = rows.where(getattr(AuditRow, name) == value)
    if wanted.about:
        rows = rows.where(AuditRow.about.contains(wanted.about, autoescape=True))
    if wanted.before:
        rows = rows.where(AuditRow.id < wanted.before)
    if wanted.on:
        first, last = _of_day(wanted.on, house)
        rows = rows.where(AuditRow.at >= first, AuditRow.at < last)
    return rows.order_by(AuditRow.id.desc()).limit(PAGE + 1)


def _of_day(said: str, house: House) -> tuple[datetime, datetime]:
    try:
        day = date.fromisoformat(said)
    except ValueError as wrong:
        raise Problem("日期不对", {"on": "请写成 2026-11-23 的样子"}) from wrong
    return house.city.calendar.midnight(day), house.city.calendar.midnight(day + timedelta(days=1))


def _lines(connection: Connection, house: House, asked: Select[Any]) -> list[Line]:
    rows = connection.execute(asked).all()
    people = bell.names(connection, {row.by for row in rows})
    return [
        Line(row.id, moment_words(row.at, house.city.calendar), people.get(row.by, row.by) or "—",
             TITLES.get(row.what, row.what), row.about, row.detail)
        for row in rows
    ]  # fmt: skip


ROUTES: list[Any] = [audit]
