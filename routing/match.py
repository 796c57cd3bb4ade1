"""From a citizen's words to an office: gates, then topic, then place, then duty, each with its reason.

Pure and without chance: the same words and the same rulebook give the same answer, to the last reason.
What no rule knows goes to the triage desk (人工分派) with the reason said, so that nothing is lost.
"""

from collections import defaultdict

from msgspec import Struct

from routing import duties, gates, places
from routing.asked import CHANNELS, KINDS, Asked
from routing.catalogue import Rulebook
from routing.duties import STREET, Duty
from routing.gates import ABUSIVE, Gate, Opened
from routing.places import Found
from routing.words import Seen

__all__ = ["CHANNELS", "KINDS", "Asked", "Because", "Routed", "explain", "route"]

TITLE = 2.0  # a word in the title counts this much more
AGAIN = 0.5  # each of the next two occurrences in the text
ENOUGH = 1.0  # below this a topic is a guess and not a finding
DEEPER = 1.0  # what a topic below must have of its own to be named
SHOWN = 5  # words told in a reason


class Because(Struct, frozen=True, kw_only=True):
    """One reason: `what` is gate, topic, place, duty or triage; `words` stand in the text as they are."""

    what: str
    say: str
    rule: str
    words: tuple[str, ...] = ()


class Routed(Struct, frozen=True, kw_only=True):
    """Where a matter goes. No office means the triage desk; a gate does not keep a matter from an office."""

    gate: Gate | None
    topic: str | None
    street: str | None
    community: str | None
    office: str | None
    co_offices: tuple[str, ...] = ()
    because: tuple[Because, ...]
    version: str
    runner_up: str | None


def route(asked: Asked, book: Rulebook) -> Routed:
    """Gates → topic → office. Reads no clock and no file; never raises for what a citizen wrote."""
    seen = book.lexicon.read(asked.title, asked.text, asked.place)
    totals = _totals(seen, book)
    opened = _gate(asked, book, seen, totals)
    best, second = (None, None) if opened and opened.gate.acts == "empty" else _rank(book, totals)
    if asked.topic in book.numbers:
        picked = book.numbers[asked.topic]
        best, second = picked, best if best != picked else second
    found = _place(asked, book, seen)
    street, community = (found.street, found.community) if found else (None, None)
    because = [_gate_reason(opened)] if opened else []
    if best is not None:
        because.append(_topic_reason(asked, book, seen, best))
    if found:
        because.append(
            Because(what="place", say=found.say, rule=community or street or "place", words=found.words)
        )
    duty = _duty(asked, book, best, street, community)
    office = _office(book, duty, street)
    because.append(_last_reason(book, best, duty, office, opened))
    co = duty.co if duty and office else ()
    return Routed(
        gate=opened.gate if opened else None,
        topic=None if best is None else book.topics[best].code,
        street=street,
        community=community,
        office=office,
        co_offices=tuple(o for o in (_own(book, code, street) for code in co) if o),
        because=tuple(because),
        version=book.version,
        runner_up=None if second is None else book.topics[second].code,
    )


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
    lines += [f"因为：{reason.say}（{reason.rule}）" for reason in routed.because]
    return "\n".join([*lines, f"规则版本：{routed.version}"])


def _totals(seen: Seen, book: Rulebook) -> dict[int, float]:
    totals: dict[int, float] = defaultdict(float)
    gives, groups, in_title = book.gives, book.groups, seen.in_title
    for number, count in seen.times.items():
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


def _gate(asked: Asked, book: Rulebook, seen: Seen, totals: dict[int, float]) -> Opened | None:
    heard = [book.lexicon.words[number] for number in seen.times if number in book.gate_words]
    if heard:
        opened = gates.judge(book.gates, asked, seen, heard)
        spoken = any(totals.get(n, 0.0) >= ENOUGH for n in book.roots)
        if opened and not (opened.gate.code == ABUSIVE and spoken):
            return opened
    return gates.blank(book.gates, seen.text) if len(seen.text) < 40 else None


def _gate_reason(opened: Opened) -> Because:
    gate = opened.gate
    say = f"{gate.say}依据：{gate.ground}。"
    return Because(what="gate", say=say, rule=gate.code, words=opened.words)


def _topic_reason(asked: Asked, book: Rulebook, seen: Seen, best: int) -> Because:
    topic = book.topics[best]
    name = topic.full
    if asked.topic == topic.code:
        return Because(what="topic", say=f"登记时选定事项为「{name}」。", rule=topic.code)
    words = _speaking(book, seen, best)
    said = "、".join(f"「{word}」" for word in words)
    return Because(what="topic", say=f"文中有{said}，归入「{name}」。", rule=topic.code, words=words)


def _speaking(book: Rulebook, seen: Seen, best: int) -> tuple[str, ...]:
    heard: list[tuple[float, int, tuple[str, ...]]] = []
    for number in seen.times:
        for n, points in book.gives[number]:
            if n == best and points > 0:
                heard.append((-points, number, (book.lexicon.words[number],)))
        for group in book.groups.get(number, ()):
            if group.needs <= seen.times.keys():
                heard += [(-points, number, group.shown) for n, points in group.gives if n == best]
    words = [word for _, _, shown in sorted(heard) for word in shown]
    return tuple(dict.fromkeys(words))[:SHOWN]


def _place(asked: Asked, book: Rulebook, seen: Seen) -> Found | None:
    found = None
    spoken = book.place_words.intersection(seen.times.keys() | seen.in_place)
    if spoken:
        names = [book.lexicon.words[number] for number in sorted(spoken)]
        found = places.find(book.places, seen, names, asked.place)
    if asked.street in book.places.streets:
        return places.chosen(book.places, asked.street, found)
    return found


def _duty(
    asked: Asked, book: Rulebook, best: int | None, street: str | None, community: str | None
) -> Duty | None:
    if best is None:
        return None
    areas = (*filter(None, (community, street)), "")
    return duties.find(book.duties, book.topics[best].path, asked, areas)


def _office(book: Rulebook, duty: Duty | None, street: str | None) -> str | None:
    return _own(book, duty.office, street) if duty else None


def _own(book: Rulebook, code: str, street: str | None) -> str | None:
    if code != STREET:
        return code
    return book.duties.street_offices.get(street) if street else None


def _last_reason(
    book: Rulebook, best: int | None, duty: Duty | None, office: str | None, opened: Opened | None
) -> Because:
    if best is None and opened and opened.gate.acts == "empty":
        return Because(
            what="triage", say="没有可以派出的诉求，留在人工分派，由坐席核实。", rule="triage.empty"
        )
    if best is None:
        return Because(what="triage", say="没有哪条规则认得这件事，转人工分派。", rule="triage.topic")
    title = book.topics[best].title
    if duty is None:
        return Because(
            what="triage", say=f"责任清单里「{title}」还没有承办单位，转人工分派。", rule="triage.duty"
        )
    if office is None:
        say = f"「{title}」由所在街道承办，但没有认出是哪个街道，转人工分派，请核实地点。"
        return Because(what="triage", say=say, rule="triage.street")
    told = book.topics[book.numbers[duty.topic]].title
    reason = f"（{duty.reason}）" if duty.reason else ""
    say = f"按责任清单，「{told}」由{book.duties.offices[office].title}承办{reason}。"
    return Because(what="duty", say=say, rule=duty.id)
