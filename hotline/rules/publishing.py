"""Which rule set is in force: checked, published from a moment on by a second person, rolled back, recalled.

Publications follow one another in a single line of strictly later moments, and none begins before now: so at
any moment exactly one set is in force, and no case that was sent earlier changes its reason.
"""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from cases.city import City
from cases.procedure import Refused
from cases.procedures.work_order import RULES
from cases.tables import table_of
from hotline.problems import Problem
from hotline.rules.rulesets import OPEN, SETS, STATES, Act, RuleSet, book_of, record, rule_set, writers
from hotline.rules.shelf import LEAD
from hotline.rules.tables import RulePublicationRow, RuleSetRow
from hotline.tables import UserRow
from routing import Rulebook
from routing.check import World, check, refused
from routing.files import RulesError

ARTICLE = RULES.article("规则发布")
LINE = table_of(RulePublicationRow)
FURTHEST = 366  # days ahead


class Published(Struct, frozen=True, kw_only=True):
    """One entry of the line."""

    id: int
    set_id: int
    kind: str
    from_at: datetime
    published_at: datetime
    publisher: str
    note: str
    recalled_at: datetime | None
    recalled_by: str


def line(connection: Connection, limit: int = 50) -> list[Published]:
    """The publications, the latest first."""
    found = connection.execute(select(LINE).order_by(LINE.c.id.desc()).limit(limit)).mappings()
    return [Published(**{name: row[name] for name in Published.__struct_fields__}) for row in found]


def in_force(published: list[Published], now: datetime) -> int:
    """The number of the set in force, 0 for the packaged one."""
    holding = [one for one in published if one.recalled_at is None and one.from_at <= now]
    return max(holding, key=lambda one: (one.from_at, one.id)).set_id if holding else 0


def waiting(published: list[Published], now: datetime) -> Published | None:
    """The publication whose moment is yet to come."""
    return next((one for one in published if one.recalled_at is None and one.from_at > now), None)


def reachable(connection: Connection, book: Rulebook) -> set[str]:
    """The offices that have an account to sign for work, or an address or telephone of their own."""
    staffed = set(connection.scalars(select(UserRow.office).where(UserRow.active).distinct()))
    return staffed | {code for code, office in book.duties.offices.items() if office.address or office.phone}


class Outcome(Struct, frozen=True):
    """What a check says: the version, empty where the set cannot be read, and whether publishing is refused."""

    digest: str
    findings: list[dict[str, Any]]
    stopped: bool


def try_out(connection: Connection, texts: dict[str, str], now: datetime, city: City) -> Outcome:
    """The check of these texts. What cannot be read is a finding too, the only one then."""
    try:
        book = book_of(texts)
    except RulesError as wrong:
        said = {"kind": "unreadable", "refuses": True, "rules": [], "say": str(wrong), "advice": "请先改正"}
        return Outcome("", [{**said, "example": None, "file": wrong.file}], True)
    found = check(book, World(city.calendar.day_of(now), reachable(connection, book), city.limit_sets))
    told = [{**msgspec.to_builtins(one), "refuses": one.refuses} for one in found]
    return Outcome(book.version, told, refused(found))


def open_draft(connection: Connection, number: int) -> RuleSet:
    """A set that may still be written; `Refused` for another."""
    mine = rule_set(connection, number)
    if not mine.open:
        raise Refused(f"第{number}版{STATES[mine.state]}，不再检查")
    return mine


def keep(connection: Connection, act: Act, mine: RuleSet, outcome: Outcome) -> RuleSet:
    """The findings kept with the revision they are of; it is then `checked`, or a draft where one of them forbids
    publishing."""
    findings = msgspec.json.encode(outcome.findings).decode()
    values = {"digest": outcome.digest, "findings": findings, "state": "draft" if outcome.stopped else "checked"}
    same = SETS.c.id == mine.number, SETS.c.revision == mine.revision, SETS.c.state.in_(OPEN)
    if not connection.execute(update(SETS).where(*same).values(**values)).rowcount:
        raise Refused("检查期间草稿又被修改，请再检查一次")
    record(connection, act, mine.number, "checked")
    return rule_set(connection, mine.number)


def why_not_publish(connection: Connection, mine: RuleSet, act: Act) -> str | None:
    """Why this person may not publish this set now; None when they may."""
    published = line(connection)
    if mine.state == "published":
        return "这一版已经发布"
    if mine.state != "checked":
        return "草稿还没有通过检查" if mine.state == "draft" else "草稿已经撤销"
    if act.by in writers(connection, mine.number):
        return "起草或修改过这份草稿的人不能自己发布，应由另一人发布"
    if coming := waiting(published, act.now):
        return f"第{coming.set_id}版已定时生效，请先撤回它，或等它生效后再并入"
    now_in_force = in_force(published, act.now)
    if mine.base != now_in_force:
        return f"起草以后第{now_in_force}版已经生效，请先并入现行版本，再检查"
    return None


def publish(connection: Connection, act: Act, number: int, revision: int, from_at: datetime | None) -> datetime:
    """Puts a checked draft in force from a moment on, the soonest if none is given; that moment."""
    _one_at_a_time(connection)
    mine = rule_set(connection, number)
    if reason := why_not_publish(connection, mine, act):
        raise Refused(reason, ARTICLE)
    same = SETS.c.id == number, SETS.c.revision == revision, SETS.c.state == "checked"
    if not connection.execute(update(SETS).where(*same).values(state="published")).rowcount:
        raise Refused("您看到的草稿已被修改，请重新核对后再发布", ARTICLE)
    moment = _append(connection, act, number, "publish", _moment(from_at, act.now))
    record(connection, act, number, "published")
    return moment


def why_not_roll_back(connection: Connection, mine: RuleSet, act: Act) -> str | None:
    """Why an older set cannot be put back in force. One person may: two have vouched for it already."""
    published = line(connection)
    if mine.number and not any(one.set_id == mine.number and one.from_at <= act.now and one.recalled_at is None
                               for one in published):  # fmt: skip
        return "只有曾经生效的版本可以恢复"
    if in_force(published, act.now) == mine.number:
        return "这一版正在执行"
    coming = waiting(published, act.now)
    return f"第{coming.set_id}版已定时生效，请先撤回它" if coming else None


def roll_back(connection: Connection, act: Act, number: int) -> datetime:
    """Puts an older set in force again, as soon as every process has heard of it: a new publication."""
    _one_at_a_time(connection)
    if reason := why_not_roll_back(connection, rule_set(connection, number), act):
        raise Refused(reason, ARTICLE)
    if not act.note.strip():
        raise Problem("没有恢复", {"note": "请写明恢复旧版的原因"})
    moment = _append(connection, act, number, "rollback", act.now + LEAD)
    record(connection, act, number, "rolled_back")
    return moment


def recall(connection: Connection, act: Act, number: int) -> None:
    """Takes a publication back before its moment; the set is a checked draft again, an older one stays as it was."""
    coming = waiting(line(connection), act.now)
    if coming is None or coming.set_id != number:
        raise Refused("没有待生效的发布可以撤回", ARTICLE)
    early = update(LINE).where(LINE.c.id == coming.id, LINE.c.from_at > act.now + LEAD, LINE.c.recalled_at.is_(None))
    if not connection.execute(early.values(recalled_at=act.now, recalled_by=act.by)).rowcount:
        raise Refused("马上就要生效，来不及撤回；生效后可以恢复旧版", ARTICLE)
    if coming.kind == "publish":
        connection.execute(update(RuleSetRow).where(RuleSetRow.id == number).values(state="checked"))
    record(connection, act, number, "recalled")


def _one_at_a_time(connection: Connection) -> None:
    """Whoever comes second reads what the first has published; SQLite's writers take turns anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {LINE.name} IN SHARE ROW EXCLUSIVE MODE"))


def _moment(from_at: datetime | None, now: datetime) -> datetime:
    soonest = now + LEAD
    if from_at is None:
        return soonest
    if from_at < now:
        raise Problem("没有发布", {"from_at": "生效时间不能早于现在：已经派出的工单仍按原版本"})
    if (from_at - now).days > FURTHEST:
        raise Problem("没有发布", {"from_at": f"生效时间不能晚于{FURTHEST}天以后"})
    return max(from_at, soonest)


def _append(connection: Connection, act: Act, number: int, kind: str, from_at: datetime) -> datetime:
    """A new end of the line; `Refused` when somebody else was first."""
    last = connection.scalar(select(LINE.c.id).order_by(LINE.c.id.desc()).limit(1)) or 0
    row = {"after": last, "set_id": number, "kind": kind, "from_at": from_at, "published_at": act.now,
           "publisher": act.by, "note": act.note, "recalled_at": None, "recalled_by": ""}  # fmt: skip
    try:
        connection.execute(insert(LINE).values(**row))
    except IntegrityError:
        raise Refused("另一人刚刚发布了别的版本，请重新核对", ARTICLE) from None
    return from_at
