"""The audit list: who did what that is no step of a case. Read only, for the auditor, the latest first."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from msgspec import Struct
from sqlalchemy import Connection, Select, String, cast, literal, select

from cases.calendar import OUTSIDE
from cases.tables import table_of
from hotline import bell
from hotline.accounts import audit_trail
from hotline.accounts.changes import KINDS
from hotline.accounts.seats import Seat
from hotline.calendar.lights import moment_words
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import whole_number
from hotline.tables import AuditRow, UserRow
from hotline.web import Asking, render, wants_html

PAGE = 50
AUDIT = table_of(AuditRow)
TITLES = {
    "sign_in": "登录", "sign_out": "退出", "sign_in_failed": "登录失败", "letter.issue": "制发文书", "letter.read": "查看文书",
    "letter.serve": "送达文书", "case.export": "导出卷宗", "calendar.ask": "放假安排待核", "calendar.load": "载入放假安排",
    "calendar.drop": "撤回放假安排", "article.save": "保存知识", "article.restore": "恢复知识", "article.withdraw": "撤下知识",
    "norm.save": "登记规范性文件", "norm.replace": "规范性文件被替代", "feed.make": "开通日程订阅", "feed.withdraw": "停用日程订阅",
    "city.change": "修改本市设置", "city.restore": "恢复本市设置", "city.trial": "试发短信", "outbox.again": "再发短信", "account.decide": "办理岗位申请", "account.recall": "撤回岗位申请", "account.password": "设置密码",
    "account.totp_on": "开启两步验证", "account.totp_off": "关闭两步验证", "account.totp_codes": "重新生成恢复码",
    **{f"account.{kind}": title for kind, title in KINDS.items()},
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
    """操作记录：可按类别 `what`、操作人 `by`（账号、姓名或 user:3）、对象 `about`、日期 `on` 筛选，每页50条；`end` 是摘要链的末端，抄存
    后可以证明此前的记录没有被改动。"""
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
        entries, digest = audit_trail.end_of(connection)
    onward = wanted.link(lines[PAGE - 1].id) if len(lines) > PAGE else ""
    shown = lines[:PAGE]
    if not wants_html(request):
        end = {"entries": entries, "digest": digest}
        return Response({"results": shown, "next": onward or None, "end": end}, headers={"Cache-Control": "no-store"})
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
        entries=entries,
        digest=digest,
    )


def _wanted(given: dict[str, str]) -> Wanted:
    named = {name: given.get(name, "") for name in ("what", "by", "about", "on")}
    return Wanted(**named, before=whole_number(given.get("before"), 18) or 0)


def _asked(wanted: Wanted, house: House) -> Select[Any]:
    rows: Select[Any] = select(AUDIT)
    if wanted.what:
        rows = rows.where(AuditRow.what == wanted.what)
    if wanted.by:
        named = select(literal("user:") + cast(UserRow.id, String)).where((UserRow.login == wanted.by) | (UserRow.name == wanted.by))
        rows = rows.where((AuditRow.by == wanted.by) | AuditRow.by.in_(named))
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
    if not house.city.calendar.covers(day):
        raise Problem("日期不对", {"on": OUTSIDE})
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
