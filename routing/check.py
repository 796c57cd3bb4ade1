"""Is a rule set fit to be published? Rules that tie, rules that can never fire, matters nobody has.

Each finding names its rules and brings the smallest request that shows it, run through the rules before it is
told. What cannot be proved is not said: a rule that any request can reach is never called dead.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice

from msgspec import Struct

from routing import boxes, choosing, duties, mute
from routing.asked import Asked
from routing.boxes import Box, Space
from routing.catalogue import Rulebook
from routing.duties import STREET
from routing.match import route
from routing.meeting import wording
from routing.requests import holding, smallest
from routing.rules import SLOTS, Rule

KINDS = {
    "tie": "规则冲突",
    "limits": "没有这个时限组",
    "contradiction": "条件自相矛盾",
    "expired": "已经过期",
    "shadowed": "永远轮不到",
    "no_office": "没有承办单位",
    "no_address": "单位没有可用的地址",
    "mute": "不起作用的词",
}
REFUSING = frozenset({"tie", "limits"})
MOST_TIES = 200


class Finding(Struct, frozen=True):
    """Something to be seen to. `rules` are the rules concerned, the one complained of first."""

    kind: str
    rules: tuple[str, ...]
    say: str
    advice: str
    example: Asked | None = None

    @property
    def refuses(self) -> bool:
        """Whether a rule set with this may not be published."""
        return self.kind in REFUSING


class World(Struct, frozen=True):
    """What the rules are held against; None: not looked at. `offices` can be reached, `limits` are the city's limit
    sets, `texts` what citizens wrote in the past."""

    today: date | None = None
    offices: Collection[str] | None = None
    limits: Collection[str] | None = None
    texts: Collection[str] = ()


def check(book: Rulebook, world: World | None = None) -> tuple[Finding, ...]:
    """Everything found, what refuses publishing first."""
    world = world or World()
    room = boxes.space(book)
    found = [
        *_ties(book),
        *_limits(book, world.limits),
        *_never(book, room, world.today),
        *_nobody(book, room, world.today),
        *_unreachable(book, world.offices),
        *(Finding("mute", (one.where,), one.say, one.advice, Asked(text=one.text) if one.text else None)
          for one in mute.words(book, world.texts)),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda finding: not finding.refuses))


def refused(findings: Iterable[Finding]) -> bool:
    """Whether publishing must be refused."""
    return any(finding.refuses for finding in findings)


def _ties(book: Rulebook) -> Iterator[Finding]:
    for one, other in islice(choosing.ties(book.rules), MOST_TIES):
        example = smallest(book, one, other)
        if example and not {one.id, other.id} <= {rule.id for rule in holding(example, book)}:
            example = None
        yield Finding(
            "tie",
            (one.id, other.id),
            f"「{one.title}」（{one.id}）与「{other.title}」（{other.id}）同样具体、rank 相同，会同时适用，结果却不同。",
            "请给其中一条加上地域、条件、日期，或写不同的 rank。",
            example,
        )


def _limits(book: Rulebook, limits: Collection[str] | None) -> Iterator[Finding]:
    for rule in book.rules.every:
        if limits is not None and rule.what.limits and rule.what.limits not in limits:
            known = "、".join(sorted(limits)) or "（一个也没有）"
            yield Finding("limits", (rule.id,), f"「{rule.title}」写的时限组「{rule.what.limits}」城市规则里没有。",
                          f"可用的时限组：{known}。", smallest(book, rule))  # fmt: skip


def _never(book: Rulebook, room: Space, today: date | None) -> Iterator[Finding]:
    takes = [boxes.box(rule.when, room) for rule in book.rules.every]
    ahead = _Ahead(book.rules.every, takes)
    for n, rule in enumerate(book.rules.every):
        when = rule.when
        if wording([when]) is None or (when.since and when.until and when.since > when.until):
            yield Finding("contradiction", (rule.id,), f"「{rule.title}」的条件自相矛盾，没有来文能同时满足。",
                          "请改词语或起止日期，或者删去。", _past_all(book, rule))  # fmt: skip
        elif today and when.until and when.until < today:
            example = smallest(book, rule, day=today)
            yield Finding("expired", (rule.id,), f"「{rule.title}」已于{when.until}过期，不会再适用。",
                          "不再需要的请删去，仍要适用的请改止期。", example)  # fmt: skip
        elif _dead(ahead, n, rule, takes[n]):
            yield _shadowed(book, rule)


def _past_all(book: Rulebook, rule: Rule) -> Asked:
    """All the words a contradictory rule speaks of: and still it does not hold."""
    return Asked(text="，".join(rule.when.words) or "某事", topic=next(iter(rule.when.topics), None))


class _Ahead:
    """For each slot the rules in order, findable by the topic they name, so that few have to be looked at."""

    def __init__(self, every: tuple[Rule, ...], takes: list[Box]) -> None:
        self.takes = takes
        self.every = every
        self.plain: dict[str, list[int]] = {slot: [] for slot in SLOTS}  # rules that ask for no words
        self.worded: dict[str, list[int]] = {slot: [] for slot in SLOTS}
        for n, rule in enumerate(every):
            table = self.worded if rule.when.clauses or rule.when.choices else self.plain
            for slot in SLOTS:
                if getattr(rule.what, slot):
                    table[slot].append(n)

    def before(self, n: int, slot: str, words: tuple[str, ...]) -> list[Box]:
        """The boxes of the rules before `n` that hold for whatever text `words` come from."""
        never = self.every[n].when.never
        tables = (self.plain, self.worded) if words else (self.plain,)
        return [
            self.takes[m]
            for table in tables
            for m in table[slot]
            if m < n and self.takes[m][0] & self.takes[n][0] and self.takes[m][1] & self.takes[n][1]
            and boxes.follows(words, never, self.every[m].when)
        ]  # fmt: skip


def _dead(ahead: _Ahead, n: int, rule: Rule, whole: Box) -> bool:
    """Whether for each part it speaks to, and however it is worded, the rules before take everything. A rule that
    names a topic carries its other parts along to that topic, so of those nothing is claimed."""
    slots = [slot for slot in SLOTS if getattr(rule.what, slot)]
    if rule.what.topic and set(slots) - {"topic", "gate"}:
        return False
    ways = boxes.alternatives(rule.when)
    return bool(ways) and all(
        boxes.left(whole, ahead.before(n, slot, words)) is None for slot in slots for words in ways
    )


def _shadowed(book: Rulebook, rule: Rule) -> Finding:
    slot = next(slot for slot in SLOTS if getattr(rule.what, slot))
    example = smallest(book, rule)
    standing = holding(example, book) if example else []
    winner = next((one for one in standing if getattr(one.what, slot) and one.id != rule.id), None)
    rules = (rule.id, winner.id) if winner else (rule.id,)
    by = f"「{winner.title}」（{winner.id}）" if winner else "前面的几条规则"
    return Finding(
        "shadowed",
        rules,
        f"「{rule.title}」（{rule.id}）永远轮不到：它能管的，{by}等前面的规则都先管了。",
        "请删去，或改条件、调高 rank。",
        example if winner else None,
    )


def _nobody(book: Rulebook, room: Space, today: date | None) -> Iterator[Finding]:
    """Topics with a place, kind or day for which no duty and no rule names an office."""
    every = [rule for rule in book.rules.every if rule.what.office and not rule.when.words]
    takes = [_served(book, rule, boxes.box(rule.when, room), room) for rule in every]
    days = sum(1 << n for n, day in enumerate(room.days) if day is not None and _still(room, n, today))
    for n, topic in enumerate(room.topics[1:], 1):
        whole = tuple(1 << n if at == 0 else bits for at, bits in enumerate(boxes.everything(room)))
        gap = boxes.left((*whole[:-1], days), [box for box in takes if box[0] & (1 << n)])
        if gap is None:
            continue
        example = boxes.example(book, room, gap, today)
        if route(example, book).office is None:
            title = book.topics[book.numbers[topic]].full
            where = boxes.told(book, room, gap)
            yield Finding("no_office", (topic,), f"「{title}」{where}没有承办单位，只能转人工分派。",
                          "请在责任清单里补一行。", example)  # fmt: skip


def _still(room: Space, n: int, today: date | None) -> bool:
    end = room.days[n + 1] if n + 1 < len(room.days) else None
    return today is None or end is None or end > today


def _served(book: Rulebook, rule: Rule, box: Box, room: Space) -> Box:
    """The box without the streets that have no office of their own, where the duty is the street's. Where the
    street is not known it is asked for, which is no gap in the list."""
    if rule.what.office != STREET:
        return box
    own = sum(
        1 << n for n, area in enumerate(room.areas)
        if not area or duties.office_of(book.duties, STREET, area[:9])
    )  # fmt: skip
    return (box[0], box[1] & own, *box[2:])


def _unreachable(book: Rulebook, addresses: Collection[str] | None) -> Iterator[Finding]:
    if addresses is None:
        return
    named: dict[str, Rule] = {}
    for rule in book.rules.every:
        for code in filter(None, (rule.what.office, *rule.what.co)):
            for own in book.duties.street_offices.values() if code == STREET else (code,):
                named.setdefault(own, rule)
    for code, rule in named.items():
        if code not in addresses:
            title = book.duties.offices[code].title
            yield Finding("no_address", (rule.id,), f"{title}（{code}）没有可以收工单的账号，派给它的工单没有人看见。",
                          "请为它开通经办或负责人账号，或改派别的单位。", _reaching(book, rule, code))  # fmt: skip


def _reaching(book: Rulebook, rule: Rule, code: str) -> Asked | None:
    street = next((s for s, own in book.duties.street_offices.items() if own == code), "")
    example = smallest(book, rule, street=street if STREET in (rule.what.office, *rule.what.co) else "")
    if example is None:
        return None
    routed = route(example, book)
    return example if code in (routed.office, *routed.co_offices) else None
