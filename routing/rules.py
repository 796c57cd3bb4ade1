"""Rules as an administrator writes them: when these conditions hold, this is what happens.

A rule says nothing the duty list can say; it is for words, hours, askers and days. Both stand in one order,
the more specific before the more general, then by rank, so that a page can show which comes first.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from routing.asked import CHANNELS, KINDS, WHO
from routing.duties import STREET, Duty
from routing.files import fail, shaped
from routing.words import parts, split

FILE = "rules.toml"
HOURS = {"open": "工作时间", "closed": "非工作时间"}
SLOTS = ("gate", "topic", "office", "priority", "limits")
Key = tuple[int, int, int, int, int]  # words, topic's depth, area's depth, conditions, rank: the larger is first


class WhenTable(Struct, frozen=True, forbid_unknown_fields=True,
                rename={"every": "all", "some": "any", "never": "none"}):  # fmt: skip
    """The conditions as the file has them."""

    topic: str | tuple[str, ...] = ()
    every: str = ""
    some: str = ""
    never: str = ""
    area: str | tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    urgent: bool | None = None
    hours: Literal["", "open", "closed"] = ""
    since: date | None = None
    until: date | None = None


class What(Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule does, part by part; an empty part is left to the next rule, in the end to the duty list."""

    gate: str = ""
    topic: str = ""
    office: str = ""
    co: tuple[str, ...] = ()
    priority: Literal["", "urgent"] = ""
    limits: str = ""

    def part(self, slot: str) -> tuple[str, ...]:
        """What is said for a slot; empty when nothing is."""
        own = getattr(self, slot)
        if not own:
            return ()
        return (own, *self.co) if slot == "office" else (own,)


class RuleTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as the file has it."""

    id: str
    what: What
    title: str = ""
    reason: str = ""
    rank: int = 0
    when: WhenTable = WhenTable()


class When(Struct, frozen=True):
    """Conditions, all of which must hold. `clauses`: of each at least one word; `choices`: all words of at least
    one; `never`: none of these. Topics are all of one level, areas as well."""

    topics: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    clauses: tuple[tuple[str, ...], ...] = ()
    choices: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    urgent: bool | None = None
    hours: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def words(self) -> list[str]:
        """Every word a condition speaks of."""
        return [word for group in (*self.clauses, *self.choices, self.never) for word in group]

    @property
    def conditions(self) -> int:
        """How many conditions narrow this, beside topic and area."""
        dated = bool(self.since or self.until)
        return (
            len(self.clauses) + bool(self.choices) + bool(self.never) + bool(self.channels) + bool(self.kinds)
            + bool(self.who) + (self.urgent is not None) + bool(self.hours) + dated
        )  # fmt: skip


class Rule(Struct, frozen=True):
    """One rule; a line of the duty list is one too (`duty` is then true)."""

    id: str
    title: str
    when: When
    what: What
    rank: int = 0
    reason: str = ""
    duty: bool = False

    @property
    def key(self) -> Key:
        """Where it stands in the order."""
        when = self.when
        depth = when.topics[0].count(".") + 1 if when.topics else 0
        area = (1 if len(when.areas[0]) == 9 else 2) if when.areas else 0
        return int(bool(when.clauses or when.choices)), depth, area, when.conditions, self.rank


class Known(Struct, frozen=True):
    """The codes a rule may name."""

    topics: set[str]
    areas: set[str]
    offices: set[str]
    gates: set[str]


def compiled(raw: dict[str, Any], known: Known, duties: Iterable[Duty]) -> tuple[Rule, ...]:
    """The rules of the file in its order, every code checked; RulesError names what is wrong."""
    found: dict[str, Rule] = {}
    taken = {duty.id for duty in duties}
    for odd in raw.keys() - {"rule"}:
        raise fail(FILE, odd, "", "不认识这个表，规则写作 [[rule]]")
    for n, table in enumerate(raw.get("rule", ()), 1):
        rule = shaped(table, RuleTable, FILE, f"rule 第{n}条")
        if rule.id in found or rule.id in taken:
            raise fail(FILE, f"rule 第{n}条", "id", f"编号 {rule.id} 已经有了，请换一个")
        found[rule.id] = _made(rule, known)
    return tuple(found.values())


def _made(table: RuleTable, known: Known) -> Rule:
    when, where = table.when, f"rule {table.id}"
    topics = (when.topic,) if isinstance(when.topic, str) else when.topic
    areas = (when.area,) if isinstance(when.area, str) else when.area
    made = When(
        topics=topics,
        areas=areas,
        clauses=tuple(tuple(word for word in one.split("|") if word) for one in split(when.every)),
        choices=tuple(tuple(parts(one)) for one in split(when.some)),
        never=tuple(split(when.never)),
        channels=when.channels,
        kinds=when.kinds,
        who=when.who,
        urgent=when.urgent,
        hours=when.hours,
        since=when.since,
        until=when.until,
    )
    _check_when(made, known, where)
    _check_what(table.what, known, where)
    return Rule(table.id, table.title or table.id, made, table.what, table.rank, table.reason)


def _check_when(when: When, known: Known, where: str) -> None:
    for topic in when.topics:
        if topic not in known.topics:
            raise fail(FILE, where, "when.topic", f"事项目录里没有 {topic}")
    for area in when.areas:
        if area not in known.areas:
            raise fail(FILE, where, "when.area", f"地名表里没有代码 {area}，街道写9位、村社区写12位代码")
    if len({topic.count(".") for topic in when.topics}) > 1:
        raise fail(FILE, where, "when.topic", "一条规则里的事项应当同级，不同级的请分成几条")
    if len({len(area) for area in when.areas}) > 1:
        raise fail(FILE, where, "when.area", "街道和社区请分成两条规则写")
    for key, given, lists in (("kinds", when.kinds, KINDS), ("channels", when.channels, CHANNELS),
                              ("who", when.who, WHO)):  # fmt: skip
        odd = next((value for value in given if value not in lists), None)
        if odd is not None:
            raise fail(FILE, where, f"when.{key}", f"没有 {odd} 这一种，可用的有 {'、'.join(lists)}")
    if not all((*when.clauses, *when.choices)):
        raise fail(FILE, where, "when.all", "「|」和「+」两边都要有词")


def _check_what(what: What, known: Known, where: str) -> None:
    if what.co and not what.office:
        raise fail(FILE, where, "what.co", "写协办单位的，也要写主办单位 office")
    if not any(what.part(slot) for slot in SLOTS):
        raise fail(FILE, where, "what", "没有写要做什么，可写 gate、topic、office、priority、limits")
    if what.gate and what.gate not in known.gates:
        raise fail(FILE, where, "what.gate", f"分流口里没有 {what.gate}")
    if what.topic and what.topic not in known.topics:
        raise fail(FILE, where, "what.topic", f"事项目录里没有 {what.topic}")
    for code in filter(None, (what.office, *what.co)):
        if code != STREET and code not in known.offices:
            raise fail(FILE, where, "what.office", f"单位表里没有 {code}")


def of_duty(duty: Duty, title: str) -> Rule:
    """A line of the duty list as the rule it is."""
    when = When(
        topics=(duty.topic,),
        areas=(duty.area,) if duty.area else (),
        kinds=duty.kinds,
        channels=duty.channels,
        urgent=duty.urgent,
        since=duty.since,
        until=duty.until,
    )
    return Rule(duty.id, title, when, What(office=duty.office, co=duty.co), 0, duty.reason, True)
