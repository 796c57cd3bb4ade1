"""From a citizen's words to an office: gates, then topic, then place, then rules and duties, each with its reason.

Pure and without chance: the same words and the same rulebook give the same answer, to the last reason.
What no rule knows goes to the triage desk (人工分派) with the reason said, so that nothing is lost.
"""

from collections import defaultdict

from msgspec import Struct

from routing import choosing, duties, gates, places, reasons
from routing.asked import CHANNELS, KINDS, Asked
from routing.catalogue import Rulebook
from routing.choosing import Spot
from routing.duties import Duty
from routing.gates import ABUSIVE, Gate, Opened
from routing.places import Found
from routing.reasons import Because
from routing.rules import SLOTS, Rule
from routing.words import Seen

__all__ = ["CHANNELS", "KINDS", "Asked", "Because", "Option", "Routed", "explain", "route"]

TITLE = 2.0  # a word in the title counts this much more
AGAIN = 0.5  # each of the next two occurrences in the text
ENOUGH = 1.0  # below this a topic is a guess and not a finding
DEEPER = 1.0  # what a topic below must have of its own to be named


class Option(Struct, frozen=True):
    """A street the citizen may mean, to be asked about."""

    code: str
    title: str


class Routed(Struct, frozen=True, kw_only=True):
    """Where a matter goes. No office means the triage desk; a gate does not keep a matter from an office unless it
    acts `outside` or `empty`. `rule` is the rule or duty that chose the office; `ask` what the place may be."""

    gate: Gate | None
    topic: str | None
    street: str | None
    community: str | None
    office: str | None
    co_offices: tuple[str, ...] = ()
    because: tuple[Because, ...]
    version: str
    runner_up: str | None
    rule: str = ""
    priority: str = ""
    limits: str = ""
    ask: tuple[Option, ...] = ()


class Reading(Struct, frozen=True):
    """What was understood before anything was decided; kept for those who ask why not."""

    seen: Seen
    totals: dict[int, float]
    opened: Opened | None
    best: int | None
    second: int | None
    found: Found | None
    held: list[Rule]  # rules that hold, first in order first
    duty: Duty | None
    chooser: Rule | None  # the rule that chose the office, where no duty goes before it

    def spot(self, book: Rulebook) -> Spot:
        """Where rules and duties are looked for."""
        return _spot(book, self.best, self.found, self.seen)


def route(asked: Asked, book: Rulebook) -> Routed:
    """Gates → topic → place → office. Reads no clock and no file; never raises for what a citizen wrote."""
    return answer(asked, book, understand(asked, book))


def understand(asked: Asked, book: Rulebook) -> Reading:
    """Everything that is found in a request, and the rules that hold for it."""
    seen = book.lexicon.read(asked.title, asked.text, asked.place)
    totals = _totals(seen, book)
    found = _place(asked, book, seen)
    opened = _gate(asked, book, seen, totals, found)
    best, second = _rank(book, totals)
    if asked.topic in book.numbers:
        picked = book.numbers[asked.topic]
        best, second = picked, best if best != picked else second
    held = choosing.heard(book.rules, _spot(book, best, found, seen), asked)
    gating = choosing.first(held, "gate") if held else None
    if gating and opened is None:
        opened = gates.named(book.gates, gating.what.gate)
    if opened and opened.gate.acts == "empty" and asked.topic not in book.numbers:
        best, second, held = None, None, []
    moved = choosing.first(held, "topic") if held else None
    if moved and asked.topic not in book.numbers:
        named = book.numbers[moved.what.topic]
        best, second = named, best if best != named else second
        held = _again(book, asked, moved, _spot(book, best, found, seen))
    duty = _duty(asked, book, best, found)
    chooser = choosing.first(held, "office") if held else None
    order = book.rules.numbers
    if chooser and duty and order[duty.id] < order[chooser.id]:
        chooser = None
    return Reading(seen, totals, opened, best, second, found, held, duty, chooser)


def _again(book: Rulebook, asked: Asked, moved: Rule, spot: Spot) -> list[Rule]:
    """The rules that hold for the topic a rule has named; that rule itself still speaks for its other parts."""
    held = [rule for rule in choosing.heard(book.rules, spot, asked) if rule.id != moved.id]
    return sorted([*held, moved], key=lambda rule: book.rules.numbers[rule.id])


def answer(asked: Asked, book: Rulebook, read: Reading) -> Routed:
    """What follows from a reading, with the reasons."""
    best, found, opened = read.best, read.found, read.opened
    street, community = (found.street, found.community) if found else (None, None)
    said = read.chooser.what if read.chooser else read.duty
    away = opened is not None and opened.gate.acts == "outside"
    office = _own(book, said.office, street) if said and not away else None
    priority, limits = choosing.first(read.held, "priority"), choosing.first(read.held, "limits")
    return Routed(
        gate=opened.gate if opened else None,
        topic=None if best is None else book.topics[best].code,
        street=street,
        community=community,
        office=office,
        co_offices=_co(book, said.co, street) if said and office else (),
        because=_because(asked, book, read, office),
        version=book.version,
        runner_up=None if read.second is None else book.topics[read.second].code,
        rule=_chosen_by(read) if office else "",
        priority=priority.what.priority if priority else "",
        limits=limits.what.limits if limits else "",
        ask=_options(book, found),
    )


def _chosen_by(read: Reading) -> str:
    return read.chooser.id if read.chooser else read.duty.id if read.duty else ""


def _co(book: Rulebook, codes: tuple[str, ...], street: str | None) -> tuple[str, ...]:
    return tuple(own for own in (_own(book, code, street) for code in codes) if own)


def _options(book: Rulebook, found: Found | None) -> tuple[Option, ...]:
    return tuple(Option(code, book.places.streets[code]) for code in found.options) if found else ()


def _because(asked: Asked, book: Rulebook, read: Reading, office: str | None) -> tuple[Because, ...]:
    found, because = read.found, []
    if read.opened:
        because.append(reasons.of_gate(read.opened))
    if read.best is not None:
        because.append(reasons.of_topic(asked, book, read.seen, read.best, read.held))
    if found:
        rule = found.community or found.street or "place"
        because.append(Because(what="place", say=found.say, rule=rule, words=found.words))
    if read.held:
        because += reasons.of_rules(book, read.held, read.chooser, read.seen)
    because.append(reasons.last(book, read.best, read.chooser or read.duty, office, read.opened))
    return tuple(because)


def explain(routed: Routed, book: Rulebook) -> str:
    """The answer in Chinese lines for a terminal: office, topic, place, and every reason."""
    title = {topic.code: topic.title for topic in book.topics}
    offices = book.duties.offices
    lines = [f"承办：{offices[routed.office].title}" if routed.office else "承办：人工分派"]
    if routed.co_offices:
        lines.append("协办：" + "、".join(offices[code].title for code in routed.co_offices))
    if routed.topic:
        lines.append(f"事项：{book.topics[book.numbers[routed.topic]].full}（{routed.topic}）")
    if routed.runner_up:
        lines.append(f"也可能是：{title[routed.runner_up]}（{routed.runner_up}）")
    if routed.ask:
        lines.append("请问在哪个街道：" + "、".join(option.title for option in routed.ask))
    lines += [f"因为：{reason.say}（{reason.rule}）" for reason in routed.because]
    return "\n".join([*lines, f"规则版本：{routed.version}"])


def _totals(seen: Seen, book: Rulebook) -> dict[int, float]:
    totals: dict[int, float] = defaultdict(float)
    gives, groups, in_title, scored = book.gives, book.groups, seen.in_title, book.scored
    for number, count in seen.times.items():
        if number >= scored:
            continue
        factor = 1.0 if count == 1 else 1.0 + AGAIN * min(count - 1, 2)
        if number in in_title:
            factor += TITLE
        for n, points in gives[number]:
            totals[n] += points * factor
        for group in groups.get(number, ()):
            if group.needs <= seen.times.keys():
                for n, points in group.gives:
                    totals[n] += points * factor
    return totals


def _rank(book: Rulebook, totals: dict[int, float]) -> tuple[int | None, int | None]:
    """The best topic and the next best under another heading; equal scores go by declared order."""
    order = sorted((-totals[n], n) for n in totals if n in book.roots and totals[n] >= ENOUGH)
    if not order:
        return None, None
    best = _deepest(book, totals, order[0][1], None)
    branch = _below_root(book, best)
    inner = _deepest(book, totals, order[0][1], branch)
    outer = _deepest(book, totals, order[1][1], None) if len(order) > 1 else None
    rivals = [n for n in (outer, inner) if n is not None and n != best and n not in book.roots]
    rivals = rivals or ([outer] if outer is not None else [])
    second = max(rivals, key=lambda n: (totals[_below_root(book, n)], -n)) if rivals else None
    return best, second


def _below_root(book: Rulebook, n: int) -> int:
    parent = book.topics[n].parent
    while parent is not None and parent not in book.roots:
        n, parent = parent, book.topics[parent].parent
    return n


def _deepest(book: Rulebook, totals: dict[int, float], n: int, barred: int | None) -> int:
    while True:
        best, most = n, 0.0
        for child in book.topics[n].children:
            points = totals.get(child, 0.0)
            if points > most and points >= DEEPER and child != barred:
                best, most = child, points
        if best == n:
            return n
        n = best


def _gate(
    asked: Asked, book: Rulebook, seen: Seen, totals: dict[int, float], found: Found | None
) -> Opened | None:
    heard = [book.lexicon.words[number] for number in seen.times if number in book.gate_words]
    if heard:
        opened = gates.judge(book.gates, asked, seen, heard)
        spoken = any(totals.get(n, 0.0) >= ENOUGH for n in book.roots)
        if opened and not (opened.gate.code == ABUSIVE and spoken):
            return opened
    if (heard or asked.place) and not (found and found.street):
        away = gates.outside(book.gates, heard, asked.place, seen.text)
        if away:
            return away
    empty = gates.blank(book.gates, seen.text) if len(seen.text) < 40 else None
    return empty or gates.pending(book.gates, asked)


def _place(asked: Asked, book: Rulebook, seen: Seen) -> Found | None:
    found = None
    spoken = book.place_words.intersection(seen.times)
    if seen.in_place:
        spoken |= book.place_words & seen.in_place
    if spoken:
        names = [book.lexicon.words[number] for number in sorted(spoken)]
        found = places.find(book.places, seen, names, asked.place)
    if asked.street in book.places.streets:
        return places.chosen(book.places, asked.street, found)
    if asked.lat is not None and asked.lon is not None and not (found and found.street):
        return places.at_point(book.places, asked.lat, asked.lon, found)
    return found


def speakers(read: Reading, book: Rulebook) -> dict[str, Rule]:
    """Which rule or duty spoke for each part of the answer."""
    found = {slot: choosing.first(read.held, slot) for slot in SLOTS}
    chosen = read.chooser or (book.rules.every[book.rules.numbers[read.duty.id]] if read.duty else None)
    return {slot: rule for slot, rule in {**found, "office": chosen}.items() if rule}


def _spot(book: Rulebook, best: int | None, found: Found | None, seen: Seen) -> Spot:
    path = book.topics[best].path if best is not None else ()
    areas = tuple(area for area in (found.community, found.street) if area) if found else ()
    return Spot(path, areas, seen.times.keys())


def _duty(asked: Asked, book: Rulebook, best: int | None, found: Found | None) -> Duty | None:
    if best is None:
        return None
    areas = (*filter(None, (found.community, found.street)), "") if found else ("",)
    return duties.find(book.duties, book.topics[best].path, asked, areas)


def _own(book: Rulebook, code: str, street: str | None) -> str | None:
    return duties.office_of(book.duties, code, street)
