"""Rule sets at work: drafted from the one in force, written file by file, compared, brought up to date.

A draft is never lost: every text that was saved stands in the record, and a save that comes too late is set
aside there and shown beside what somebody else has written meanwhile.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher, unified_diff
from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from cases.procedure import Refused
from cases.tables import table_of
from hotline.rules.tables import RuleChangeRow, RuleReaderRow, RuleSetRow
from routing import Rulebook
from routing.catalogue import FILES, compiled, packaged

State = Literal["draft", "checked", "published", "withdrawn"]
STATES = {"draft": "起草中", "checked": "检查通过", "published": "已发布", "withdrawn": "已撤销"}
DEEDS = {
    "drafted": "起草",
    "edited": "修改",
    "duties": "修改责任清单",
    "imported": "导入责任清单",
    "set_aside": "迟到的修改，另存",
    "updated": "并入现行版本",
    "checked": "检查",
    "rehearsed": "提交试算",
    "published": "发布",
    "recalled": "撤回发布",
    "rolled_back": "恢复旧版",
    "withdrawn": "撤销草稿",
}
WRITING = ("drafted", "edited", "duties", "imported", "updated")  # whose words a set is made of
OPEN = ("draft", "checked")
BESIDE = timedelta(minutes=15)  # who looked at a draft so lately has it open
MOST_TEXT = 2_000_000  # characters of a file
SETS = table_of(RuleSetRow)


class RuleSet(Struct, frozen=True, kw_only=True):
    """One rule set. `findings` are of the last check of this revision, None before."""

    number: int
    name: str
    state: State
    texts: dict[str, str]
    base: int = 0
    digest: str = ""
    author: str = ""
    note: str = ""
    findings: list[dict[str, Any]] | None = None
    revision: int = 0
    created_at: datetime | None = None
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def open(self) -> bool:
        """Whether it may still be written."""
        return self.state in OPEN


class Act(Struct, frozen=True):
    """Who does something to a set, when, and with what remark."""

    by: str
    now: datetime
    note: str = ""


class Stale(Exception):
    """Somebody else has written meanwhile; `theirs` is how the set stands."""

    def __init__(self, theirs: RuleSet) -> None:
        super().__init__(f"第{theirs.number}号草稿已被别人修改")
        self.theirs = theirs


def rule_set(connection: Connection, number: int) -> RuleSet:
    """The set of that number, 0 for the packaged one; LookupError when there is none."""
    if number == 0:
        return RuleSet(number=0, name="随系统提供", state="published", texts=packaged())
    row = connection.execute(select(SETS).where(SETS.c.id == number)).mappings().one_or_none()
    if row is None:
        raise LookupError(number)
    told = {name: row[name] for name in RuleSet.__struct_fields__ if name in row}
    texts = msgspec.json.decode(row["texts"], type=dict[str, str])
    findings = msgspec.json.decode(row["findings"]) if row["findings"] else None
    return RuleSet(**{**told, "number": row["id"], "texts": texts, "findings": findings})


def book_of(texts: Mapping[str, str]) -> Rulebook:
    """The rules of these texts, compiled once while they are worked on. RulesError says what is wrong with them."""
    return _compiled(tuple(texts.items()))


@lru_cache(maxsize=6)
def _compiled(texts: tuple[tuple[str, str], ...]) -> Rulebook:
    return compiled(dict(texts))


def texts_of_draft(connection: Connection, n: int) -> Mapping[str, str]:
    """The texts of set `n`; LookupError when there is none."""
    return rule_set(connection, n).texts


def listed(connection: Connection, states: Sequence[str], limit: int) -> list[Any]:
    """Sets of these states without their texts, the newest first."""
    columns = [column for column in SETS.c if column.name not in ("texts", "findings")]
    wanted = select(*columns).where(SETS.c.state.in_(states)).order_by(SETS.c.id.desc())
    return list(connection.execute(wanted.limit(limit)).mappings())


def draft(connection: Connection, act: Act, base: RuleSet, name: str) -> int:
    """A copy of `base` to be worked on; its number."""
    row = {
        "name": name.strip()[:120] or f"由第{base.number}版起草",
        "base": base.number,
        "texts": _packed(base.texts),
        "digest": "",
        "state": "draft",
        "author": act.by,
        "note": act.note,
        "findings": "",
        "revision": 1,
        "created_at": act.now,
        "changed_at": act.now,
        "changed_by": act.by,
    }
    number = int(connection.execute(insert(SETS).values(**row).returning(SETS.c.id)).scalar_one())
    record(connection, act, number, "drafted")
    return number


def save(
    connection: Connection, act: Act, number: int, revision: int, texts: Mapping[str, str], what: str = "edited"
) -> RuleSet:
    """The set with these files written. `Stale` when it is no longer at `revision`: what was typed is then
    set aside in the record, in a transaction that the caller must let commit."""
    mine = rule_set(connection, number)
    if not mine.open:
        raise Refused(f"第{number}版{STATES[mine.state]}，不能再修改，请另行起草")
    changed = {file: text for file, text in texts.items() if mine.texts[file] != text}
    if not changed:
        return mine
    written = connection.execute(
        update(SETS)
        .where(SETS.c.id == number, SETS.c.revision == revision, SETS.c.state.in_(OPEN))
        .values(
            texts=_packed({**mine.texts, **changed}),
            revision=revision + 1,
            state="draft",
            digest="",
            findings="",
            changed_at=act.now,
            changed_by=act.by,
        )
    )
    for file, text in changed.items():
        record(connection, act, number, what if written.rowcount else "set_aside", file, text)
    if not written.rowcount:
        raise Stale(rule_set(connection, number))
    return rule_set(connection, number)


def withdraw(connection: Connection, act: Act, number: int) -> None:
    """Gives a draft up. It is kept, and can be read."""
    given_up = update(SETS).where(SETS.c.id == number, SETS.c.state.in_(OPEN))
    if not connection.execute(given_up.values(state="withdrawn", changed_at=act.now, changed_by=act.by)).rowcount:
        raise Refused("只有起草中的规则可以撤销")
    record(connection, act, number, "withdrawn")


def updated(connection: Connection, act: Act, number: int, revision: int, onto: RuleSet) -> list[str]:
    """Brings a draft up to the set in force, line by line. Where both have changed the same lines both stand in
    the draft between marks that no check lets pass; the files where that is so are named."""
    mine = rule_set(connection, number)
    base = rule_set(connection, mine.base)
    merged = {file: merge(base.texts[file], mine.texts[file], onto.texts[file], onto.number) for file in FILES}
    saved = save(connection, act, number, revision, {file: text for file, (text, _) in merged.items()}, "updated")
    connection.execute(update(SETS).where(SETS.c.id == number).values(base=onto.number, state="draft", findings=""))
    if saved.revision == revision:
        record(connection, act, number, "updated")
    return [file for file, (_, clash) in merged.items() if clash]


def merge(base: str, mine: str, theirs: str, number: int) -> tuple[str, bool]:
    """Both changes of `base` in one text, and whether some lines clash."""
    if mine in (base, theirs):
        return theirs, False
    if theirs == base:
        return mine, False
    old, ours, others = (text.splitlines(keepends=True) for text in (base, mine, theirs))
    left, right = _same(old, ours), _same(old, others)
    out: list[str] = []
    clash, at, a, b = False, 0, 0, 0
    while at < len(old) or a < len(ours) or b < len(others):
        step = next((n for n in range(at, len(old)) if left.get(n, -1) >= a and right.get(n, -1) >= b), len(old))
        end = step == len(old)
        parts = old[at:step], ours[a : len(ours) if end else left[step]], others[b : len(others) if end else right[step]]
        lines, wrong = _one_of(parts, number)
        out, clash = out + lines, clash or wrong
        if end:
            break
        out.append(old[step])
        at, a, b = step + 1, left[step] + 1, right[step] + 1
    return "".join(out), clash


def _same(old: list[str], new: list[str]) -> dict[int, int]:
    """By line of the old text the line of the new that it has become unchanged."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block.a + n: block.b + n for block in blocks for n in range(block.size)}


def _one_of(parts: tuple[list[str], list[str], list[str]], number: int) -> tuple[list[str], bool]:
    old, mine, theirs = parts
    if mine in (old, theirs):
        return theirs, False
    if theirs == old:
        return mine, False
    return ["<<<<<<< 本稿\n", *mine, "=======\n", *theirs, f">>>>>>> 第{number}版\n"], True


def record(connection: Connection, act: Act, number: int, what: str, file: str = "", text: str = "") -> None:
    """Writes down what was done to a set."""
    row = {"set_id": number, "at": act.now, "by": act.by, "what": what, "file": file, "text": text, "note": act.note}
    connection.execute(insert(RuleChangeRow).values(**row))


def changes_of(connection: Connection, number: int, limit: int) -> list[Any]:
    """What was done to a set, the latest first, without the texts."""
    columns = [column for column in table_of(RuleChangeRow).c if column.name != "text"]
    wanted = select(*columns).where(RuleChangeRow.set_id == number).order_by(RuleChangeRow.id.desc())
    return list(connection.execute(wanted.limit(limit)).mappings())


def writers(connection: Connection, number: int) -> set[str]:
    """Everybody whose words are in a set: none of them is its second person."""
    wrote = select(RuleChangeRow.by).where(RuleChangeRow.set_id == number, RuleChangeRow.what.in_(WRITING))
    return set(connection.scalars(wrote.distinct()))


def beside(connection: Connection, number: int, act: Act) -> list[str]:
    """Marks that `act.by` has the draft open; who else has."""
    mine = RuleReaderRow.set_id == number, RuleReaderRow.actor == act.by
    if not connection.execute(update(RuleReaderRow).where(*mine).values(seen_at=act.now)).rowcount:
        try:
            with connection.begin_nested():
                connection.execute(insert(RuleReaderRow).values(set_id=number, actor=act.by, seen_at=act.now))
        except IntegrityError:  # opened in another tab this very moment
            pass
    lately = select(RuleReaderRow.actor).where(
        RuleReaderRow.set_id == number, RuleReaderRow.actor != act.by, RuleReaderRow.seen_at > act.now - BESIDE
    )
    return list(connection.scalars(lately.order_by(RuleReaderRow.actor)))


class Line(Struct, frozen=True):
    """One line of a comparison: `sort` is same, gone, new, or a gap between two places."""

    sort: Literal["same", "gone", "new", "gap"]
    text: str


def compared(before: str, after: str) -> list[Line]:
    """What differs between two texts, with three lines around each place."""
    sorts: dict[str, Literal["same", "gone", "new", "gap"]] = {" ": "same", "-": "gone", "+": "new", "@": "gap"}
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm=""))[2:]
    return [Line(sorts[line[0]], line if line[0] == "@" else line[1:]) for line in lines]


def _packed(texts: Mapping[str, str]) -> str:
    return msgspec.json.encode({file: texts[file] for file in FILES}).decode()
