"""Events that many people report: gathered by place and matter, ranked by people and not by noise.

A report joins the topic whose middle it lies nearest to, or begins one; a topic's middle is the sum of its
reports, so that sixty ways of saying 搅拌站 beside 丽发新城 meet although no two need share a sentence. The same
function gathers a file at once and the hotline's cases one by one.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct, field

from routing.duplicates import ELSEWHERE, KEPT, Signature, overlap

JOIN = 0.28  # nearer than this to a topic's middle is the same event
GREW_ALIKE = 0.40  # topics nearer to each other than this are one
MIDDLE = 2 * KEPT  # pairs a topic's middle is held by
LOOKED_AT = 20  # topics a report is compared with
COOLS = timedelta(days=90)  # in which a person's report counts half
LATELY = timedelta(days=14)  # what growth compares with the same time before
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
FADES = 180  # days of silence after which a topic draws half as strongly


class Report(Struct, frozen=True, kw_only=True):
    """One message: `key` names it, `person` who wrote it."""

    key: str
    person: str
    at: datetime
    signature: Signature


class Topic(Struct, eq=False):
    """An event: the sum of its reports' weights, how often each name stands, and from when to when."""

    total: dict[int, float] = field(default_factory=dict)
    names: dict[int, int] = field(default_factory=dict)
    length: float = 1.0
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    reports: list[Report] = field(default_factory=list)

    def take(self, signature: Signature, at: datetime) -> None:
        """Takes one report more into the middle."""
        for pair, weight in signature.weights.items():
            self.total[pair] = self.total.get(pair, 0.0) + weight
        for pair in signature.names:
            self.names[pair] = self.names.get(pair, 0) + 1
        self.measure()
        self.count += 1
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)

    def measure(self) -> None:
        """Keeps the middle small, and its length known."""
        if len(self.total) > 2 * MIDDLE:
            self.total = dict(heaviest(self.total, MIDDLE))
        self.length = math.sqrt(sum(weight * weight for weight in self.total.values())) or 1.0

    def absorb(self, other: "Topic") -> None:
        """Takes in all of another topic."""
        for mine, theirs in ((self.total, other.total), (self.names, other.names)):
            for pair, weight in theirs.items():
                mine[pair] = mine.get(pair, 0) + weight  # type: ignore[assignment]
        self.measure()
        self.count += other.count
        self.reports += other.reports
        self.first = min(filter(None, (self.first, other.first)))
        self.last = max(filter(None, (self.last, other.last)))

    def sought(self, most: int) -> list[int]:
        """The pairs it is found by."""
        return [pair for pair, _ in heaviest(self.total, most)]


def heaviest(weights: Mapping[int, float], most: int) -> list[tuple[int, float]]:
    """The `most` weightiest pairs; equal ones by number."""
    return sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:most]


def nearness(topic: Topic, weights: Mapping[int, float], names: Collection[int], at: datetime) -> float:
    """How near a weighing of length one lies to the middle of `topic`, nought to one."""
    found = overlap(weights, topic.total) / topic.length
    if names and topic.names and topic.names.keys().isdisjoint(names):
        found *= ELSEWHERE
    assert topic.first is not None
    assert topic.last is not None
    silence = max(at - topic.last, topic.first - at, timedelta(0))
    return float(found * 0.5 ** (silence / timedelta(days=FADES)))


def choose(topics: Iterable[Topic], signature: Signature, at: datetime) -> Topic | None:
    """The topic a report belongs to; None when it is the first to speak of its event."""
    best, most = None, JOIN
    for topic in topics:
        found = nearness(topic, signature.weights, signature.names, at)
        if found >= most:
            best, most = topic, found
    return best


def gather(reports: Iterable[Report]) -> list[Topic]:
    """All reports in topics, those told first first; topics that grew alike are joined at the end."""
    topics: list[Topic] = []
    found_by: dict[int, dict[Topic, None]] = defaultdict(dict)
    for report in sorted(reports, key=lambda one: (one.at, one.key)):
        keys = report.signature.sought()
        near: dict[Topic, float] = defaultdict(float)
        for pair in keys:
            weight = report.signature.weights[pair]
            for topic in found_by[pair]:
                near[topic] += weight
        nearest = sorted(near, key=lambda topic: -near[topic])[:LOOKED_AT]
        chosen = choose(nearest, report.signature, report.at)
        if chosen is None:
            chosen = Topic()
            topics.append(chosen)
        chosen.take(report.signature, report.at)
        chosen.reports.append(report)
        for pair in keys:
            found_by[pair][chosen] = None
    return _joined(topics)


def _joined(topics: Sequence[Topic]) -> list[Topic]:
    """Topics of several reports whose middles lie as near as a report and its topic are one; largest
    first."""
    kept: list[Topic] = []
    found_by: dict[int, list[Topic]] = defaultdict(list)
    for topic in sorted(topics, key=lambda one: -one.count):
        keys = topic.sought(KEPT // 2)
        near = Counter(other for pair in keys for other in found_by[pair])
        into = joins([other for other, _ in near.most_common(LOOKED_AT)], topic)
        if into is not None:
            into.absorb(topic)
            continue
        kept.append(topic)
        for pair in keys:
            found_by[pair].append(topic)
    return kept


def joins(topics: Iterable[Topic], one: Topic) -> Topic | None:
    """The topic that `one` has grown to be the same as, or None."""
    middle = {pair: weight / one.length for pair, weight in one.total.items()}
    assert one.first is not None
    found = [(nearness(other, middle, one.names, one.first), other) for other in topics if other is not one]
    best = max(found, key=lambda item: item[0], default=None)
    return best[1] if best and best[0] >= (JOIN if one.count == 1 else GREW_ALIKE) else None


# -- how hot -----------------------------------------------------------------------------------------


class Surge(Struct, frozen=True, forbid_unknown_fields=True):
    """When a topic takes off: so many new people within so many days, and so many times what was usual."""

    people: int = 5
    days: int = 7
    times: float = 3.0


def warmth(latest: Collection[datetime]) -> float:
    """How warm a topic is by the latest report of each person in it: a logarithm whose order never changes as
    time passes, so that it can be kept and sorted by. Ninety reports of one person are one."""
    assert latest
    newest = max(latest)
    people = sum(0.5 ** ((newest - at) / COOLS) for at in latest)
    return (newest - EPOCH) / COOLS + math.log2(people) + math.log2(math.log(1 + len(latest)))


def heat(warm: float, growing: float, now: datetime) -> float:
    """What topics are ranked by: people, cooled with time, times growth."""
    return float(2.0 ** (warm - (now - EPOCH) / COOLS)) * growing


def growth(first: Collection[datetime], now: datetime) -> float:
    """More than one when more people came within the last fortnight than in the one before, else less."""
    lately = sum(now - LATELY < at <= now for at in first)
    before = sum(now - 2 * LATELY < at <= now - LATELY for at in first)
    return 1 + (lately - before) / (lately + before + 4)


def takes_off(first: Collection[datetime], now: datetime, surge: Surge) -> bool:
    """Whether the people who spoke of it for the first time lately are many, and many more than before."""
    span = timedelta(days=surge.days)
    lately = sum(now - span < at <= now for at in first)
    before = sum(now - 5 * span < at <= now - span for at in first)
    return lately >= surge.people and lately >= surge.times * before / 4


def timeline(days: Collection[date], most: int = 26) -> list[tuple[date, int]]:
    """How many reports fell into each stretch of equal length, from the first to the last day."""
    if not days:
        return []
    begin, span = min(days), (max(days) - min(days)).days + 1
    step = -(-span // most)
    counts = Counter((day - begin).days // step for day in days)
    return [(begin + timedelta(days=n * step), counts[n]) for n in range(-(-span // step))]
