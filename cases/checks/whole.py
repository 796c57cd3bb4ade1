"""What must hold between whole tables: numbers handed out, keys used, messages as they were put down.

Each is one statement that the database answers from an index, or reads through once.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Connection, exists, func, or_, select

from cases.alerts import PASSED
from cases.checks.difference import Difference
from cases.numbers import PER_DAY, public_number
from cases.tables import AlertRow, CaseRow, EventRow, KeyRow, OutboxRow, PartyRow, SerialRow

STATES = frozenset({"waiting", "sending", "sent", "delivered", "failed", "dead"})
GONE_OUT = frozenset({"sent", "delivered"})
ALERTING = re.compile(r"(alert|digest):\d+:\d+:(.*)", re.DOTALL)
SPLIT = re.compile(r"\d+>(\d+)")
LONGEST = 120  # characters of `dedupe`: a longer recipient is cut there


def differences(connection: Connection) -> Iterator[Difference]:
    """Everything of the kind, table by table."""
    for check in CHECKS:
        yield from check(connection)


def _serials(connection: Connection) -> Iterator[Difference]:
    """The next number of a day lies behind all that were given."""
    day = CaseRow.id // PER_DAY
    given = select(day.label("day"), func.max(CaseRow.id % PER_DAY).label("last")).group_by(day).subquery()
    behind = (
        select(given.c.day, given.c.last, SerialRow.taken)
        .outerjoin(SerialRow, SerialRow.day == given.c.day)
        .where(or_(SerialRow.taken.is_(None), SerialRow.taken < given.c.last))
    )
    for row in connection.execute(behind.order_by(given.c.day)):
        yield Difference("", "serials", f"{row.day}已用到第{row.last}号，记录的却是{row.taken or 0}号")


def _keys(connection: Connection) -> Iterator[Difference]:
    """A key was used in the moment of an event of its case; what was brought in came with one."""
    of_it = exists().where(EventRow.case_id == KeyRow.case_id, EventRow.recorded_at == KeyRow.created_at)
    for key, case in connection.execute(select(KeyRow.key, KeyRow.case_id).where(~of_it).order_by(KeyRow.key)):
        yield Difference(public_number(case), "keys", f"幂等键“{key}”与案件的任何一个事件都不同时")
    brought = CaseRow.channel == "import", CaseRow.id.not_in(select(KeyRow.case_id))
    for number in connection.scalars(select(CaseRow.number).where(*brought).order_by(CaseRow.id)):
        yield Difference(number, "keys", "导入的案件没有幂等键，再次导入会重复")


def _parties(connection: Connection) -> Iterator[Difference]:
    lone = select(PartyRow.id).where(~exists().where(CaseRow.id == PartyRow.id))
    for party in connection.scalars(lone.order_by(PartyRow.id)):
        yield Difference(public_number(party), "parties", "没有这个案件")


def _carried(connection: Connection) -> Iterator[Difference]:
    """An alert that was told names the message that carries it."""
    lost = AlertRow.told_by != PASSED, ~exists().where(OutboxRow.id == AlertRow.told_by)
    told = select(AlertRow.case_id, AlertRow.clock, AlertRow.rung).where(*lost)
    for case, clock, rung in connection.execute(told.order_by(AlertRow.id)):
        yield Difference(public_number(case), "outbox", f"缺少告知{clock} {rung}提醒的短信")


def _messages(connection: Connection) -> Iterator[Difference]:
    """Each message by itself: it goes to whom it was put down for, and what has gone out has its moment."""
    columns = OutboxRow.id, OutboxRow.dedupe, OutboxRow.recipient, OutboxRow.template, OutboxRow.state
    asked = select(*columns, OutboxRow.sent_at).order_by(OutboxRow.id)
    for row in connection.execution_options(yield_per=1000).execute(asked):
        if said := _misput(row.dedupe, row.recipient, row.template) or _unsent(row.state, row.sent_at):
            yield Difference("", "outbox", f"第{row.id}条（{row.dedupe}）{said}")


def _misput(dedupe: str, recipient: str, template: str) -> str:
    if alert := ALERTING.fullmatch(dedupe):
        if template != alert[1]:
            return f"的短信种类“{template}”应为“{alert[1]}”"
        whole = f"{dedupe[: alert.start(2)]}{recipient}"[:LONGEST]
        return "" if whole == dedupe else f"的收件人“{recipient}”应为“{alert[2]}”"
    if split := SPLIT.fullmatch(dedupe):
        return "" if recipient == f"user:{split[1]}" else f"的收件人“{recipient}”应为“user:{split[1]}”"
    return ""


def _unsent(state: str, sent_at: datetime | None) -> str:
    if state not in STATES:
        return f"的状态“{state}”不认识"
    return "记为已发，却没有发送时间" if state in GONE_OUT and sent_at is None else ""


CHECKS: tuple[Callable[[Connection], Iterator[Difference]], ...] = (_serials, _keys, _parties, _carried, _messages)
