"""Which rules hold for a request, and which of them speaks for each part of the answer.

The order is one for rules and duties: words before none, then the deeper topic, the smaller area, the more
conditions, the higher rank. Rules are found by the words, topic and area they name and never by going through
all of them, so ten thousand cost what two hundred do.
"""

from collections.abc import Iterable, Iterator, KeysView, Mapping
from datetime import date
from itertools import combinations

from msgspec import Struct

from routing.asked import Asked
from routing.duties import Duties
from routing.meeting import meet
from routing.rules import SLOTS, Rule, of_duty
from routing.words import Lexicon

FEW = 12  # rules of one word that are sooner asked one by one than looked up by topic and area


class Bound(Struct, frozen=True):
    """A rule with its words as numbers of the lexicon; `n` is its place in the order."""

    rule: Rule
    n: int
    topics: frozenset[str]
    areas: frozenset[str]
    clauses: tuple[frozenset[int], ...]
    choices: tuple[frozenset[int], ...]
    never: frozenset[int]


Cells = dict[str, dict[str, tuple[Bound, ...]]]  # by topic and by area, each empty for any


class Rules(Struct, frozen=True):
    """All rules, duties among them, in their order (`numbers` by id); those of rules.toml found by a word, or where
    they name none, or many name the same, by cell."""

    every: tuple[Rule, ...]
    cells: Cells
    words: dict[int, tuple[Bound, ...]]
    crowded: dict[int, Cells]
    triggers: frozenset[int]
    numbers: Mapping[str, int]


class Spot(Struct, frozen=True):
    """What a rule is asked about: the topic with those above, the community and street, the words spoken."""

    path: tuple[str, ...]
    areas: tuple[str, ...]
    spoken: KeysView[int]


def indexed(written: Iterable[Rule], duties: Duties, titles: Mapping[str, str], book: Lexicon) -> Rules:
    """The rules put in order and made findable."""
    every = [*written, *(of_duty(duty, titles[duty.topic]) for duty in duties.every)]
    every.sort(key=lambda rule: (not rule.what.gate, tuple(-part for part in rule.key)))
    plain: list[Bound] = []
    words: dict[int, list[Bound]] = {}
    for n, rule in enumerate(every):
        if not rule.duty:
            bound = bind(rule, n, book)
            for table in [words.setdefault(word, []) for word in _triggers(bound, words)] or [plain]:
                table.append(bound)
    return Rules(
        tuple(every),
        _cells(plain),
        {word: tuple(bounds) for word, bounds in words.items() if len(bounds) <= FEW},
        {word: _cells(bounds) for word, bounds in words.items() if len(bounds) > FEW},
        frozenset(words),
        {rule.id: n for n, rule in enumerate(every)},
    )


def _cells(bounds: list[Bound]) -> Cells:
    table: dict[str, dict[str, list[Bound]]] = {}
    for bound in bounds:
        for topic in bound.topics or ("",):
            for area in bound.areas or ("",):
                table.setdefault(topic, {}).setdefault(area, []).append(bound)
    return {topic: {area: tuple(found) for area, found in areas.items()} for topic, areas in table.items()}


def bind(rule: Rule, n: int, book: Lexicon) -> Bound:
    """A rule made ready to be asked."""
    when, number = rule.when, book.numbers
    return Bound(
        rule,
        n,
        frozenset(when.topics),
        frozenset(when.areas),
        tuple(frozenset(number[word] for word in clause) for clause in when.clauses),
        tuple(frozenset(number[word] for word in choice) for choice in when.choices),
        frozenset(number[word] for word in when.never),
    )


def _triggers(bound: Bound, words: Mapping[int, list[Bound]]) -> frozenset[int]:
    """Words of which one stands in every text the rule takes: the clause that fewest rules hang on so far, else
    one word a choice."""
    if bound.clauses:
        return min(bound.clauses, key=lambda clause: sum(len(words.get(word, ())) for word in clause))
    return frozenset(max(choice) for choice in bound.choices)


def near(rules: Rules, spot: Spot) -> Iterator[Bound]:
    """The rules whose topic, area and one word fit: all that can hold."""
    spoken = rules.triggers.intersection(spot.spoken)
    for word in spoken:
        yield from (bound for bound in rules.words.get(word, ()) if _here(bound, spot))
    yield from _looked_up(rules, spot, spoken)


def heard(rules: Rules, spot: Spot, asked: Asked) -> list[Rule]:
    """The rules of rules.toml that hold, first in order first."""
    found, words = set(), spot.spoken
    spoken = rules.triggers.intersection(words)
    for word in spoken:
        for bound in rules.words.get(word, ()):
            if holds(bound, asked, words) and _here(bound, spot):
                found.add(bound.n)
    found.update(bound.n for bound in _looked_up(rules, spot, spoken) if holds(bound, asked, words))
    return [rules.every[n] for n in sorted(found)]


def _here(bound: Bound, spot: Spot) -> bool:
    return not (bound.topics and bound.topics.isdisjoint(spot.path)) and not (
        bound.areas and bound.areas.isdisjoint(spot.areas)
    )


def _looked_up(rules: Rules, spot: Spot, spoken: frozenset[int]) -> Iterator[Bound]:
    """By topic and area: the rules without words, and those of words that many rules name."""
    tables = [rules.crowded[word] for word in spoken if word in rules.crowded] if rules.crowded else []
    if rules.cells:
        tables.append(rules.cells)
    for table in tables:
        for topic in (*spot.path, ""):
            if topic in table:
                for area in (*spot.areas, ""):
                    yield from table[topic].get(area, ())


def holds(bound: Bound, asked: Asked, spoken: KeysView[int]) -> bool:
    """Whether the words and the circumstances are as the rule wants them (topic and area are not asked)."""
    for clause in bound.clauses:
        if spoken.isdisjoint(clause):
            return False
    if bound.choices and not any(choice <= spoken for choice in bound.choices):
        return False
    return spoken.isdisjoint(bound.never) and not any(missing(bound.rule, asked))


def missing(rule: Rule, asked: Asked) -> Iterator[str]:
    """The circumstances that are not as the rule wants them, by name of the condition."""
    when = rule.when
    if when.kinds and asked.kind not in when.kinds:
        yield "kinds"
    if when.channels and asked.channel not in when.channels:
        yield "channels"
    if when.who and asked.who not in when.who:
        yield "who"
    if when.urgent is not None and asked.urgent != when.urgent:
        yield "urgent"
    if when.hours and (asked.office_hours is None or asked.office_hours != (when.hours == "open")):
        yield "hours"
    if when.since or when.until:
        day = asked.at.date() if asked.at else None
        if day is None or not (when.since or date.min) <= day <= (when.until or date.max):
            yield "dates"


def first(found: Iterable[Rule], slot: str) -> Rule | None:
    """The rule that speaks for a slot: the first in order that says anything for it."""
    return next((rule for rule in found if getattr(rule.what, slot)), None)


def ties(rules: Rules) -> Iterator[tuple[Rule, Rule]]:
    """Pairs equally specific and of one rank that can both hold and say different things for one slot."""
    groups: dict[object, list[Rule]] = {}
    for rule in rules.every:
        for topic in rule.when.topics or ("",):
            for area in rule.when.areas or ("",):
                groups.setdefault((rule.key, topic, area), []).append(rule)
    told: set[tuple[str, str]] = set()
    for group in groups.values():
        for one, other in combinations(group, 2):
            if (one.id, other.id) not in told and _differ(one, other) and meet(one.when, other.when):
                told.add((one.id, other.id))
                yield one, other


def _differ(one: Rule, other: Rule) -> bool:
    said = ((one.what.part(slot), other.what.part(slot)) for slot in SLOTS)
    return any(mine and theirs and mine != theirs for mine, theirs in said)
