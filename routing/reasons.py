"""Every decision said in whole sentences: which rule, which words, which duty; and why not the others.

The words told stand in the text as they are told, so that a page can mark them.
"""

from collections.abc import Iterable

from msgspec import Struct

from routing.asked import Asked
from routing.catalogue import Rulebook
from routing.duties import Duty
from routing.gates import Opened
from routing.rules import Rule
from routing.words import Seen, clean

SHOWN = 5  # words told in a reason


class Because(Struct, frozen=True, kw_only=True):
    """One reason: `what` is gate, topic, place, rule, duty or triage; `words` stand in the text as they are."""

    what: str
    say: str
    rule: str
    words: tuple[str, ...] = ()


class Segment(Struct, frozen=True):
    """A piece of a text; `spoken` where a reason rests on it."""

    text: str
    spoken: bool


def highlight(text: str, words: Iterable[str]) -> tuple[Segment, ...]:
    """The text in pieces, those marked that are one of the words as the rules read them (ＫＴＶ is ktv)."""
    whole, places = _as_read(text)
    marked = [False] * len(text)
    for word in filter(None, dict.fromkeys(words)):
        at = whole.find(word)
        while at >= 0:
            marked[places[at] : places[at + len(word) - 1] + 1] = [True] * (
                places[at + len(word) - 1] + 1 - places[at]
            )
            at = whole.find(word, at + 1)
    pieces: list[Segment] = []
    for start in range(len(text)):
        if start == 0 or marked[start] != marked[start - 1]:
            end = next((n for n in range(start, len(text)) if marked[n] != marked[start]), len(text))
            pieces.append(Segment(text[start:end], marked[start]))
    return tuple(pieces)


def _as_read(text: str) -> tuple[str, list[int]]:
    """The text as the rules read it, and for each of its characters the place it has in the text itself."""
    read = [clean(character) for character in text]
    return "".join(read), [n for n, piece in enumerate(read) for _ in piece]


def of_gate(opened: Opened) -> Because:
    """What is told at a gate, with its ground."""
    return Because(what="gate", say=opened.gate.told, rule=opened.gate.code, words=opened.words)


def of_topic(asked: Asked, book: Rulebook, seen: Seen, best: int, held: list[Rule]) -> Because:
    """Why this topic: chosen by a person, named by a rule, or by the words."""
    topic = book.topics[best]
    name = topic.full
    if asked.topic == topic.code:
        return Because(what="topic", say=f"登记时选定事项为「{name}」。", rule=topic.code)
    mover = next((rule for rule in held if rule.what.topic == topic.code), None)
    if mover:
        words = spoken_for(book, mover, seen)
        return Because(what="topic", say=f"按规则「{mover.title}」归入「{name}」。", rule=mover.id, words=words)
    words = speaking(book, seen, best)
    return Because(what="topic", say=f"文中有{quoted(words)}，归入「{name}」。", rule=topic.code, words=words)


def speaking(book: Rulebook, seen: Seen, best: int) -> tuple[str, ...]:
    """The words in the text that speak for a topic, the strongest first."""
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


def spoken_for(book: Rulebook, rule: Rule, seen: Seen) -> tuple[str, ...]:
    """The words of a rule that stand in the text."""
    when = rule.when
    words = [word for group in (*when.clauses, *when.choices) for word in group]
    return tuple(word for word in dict.fromkeys(words) if book.lexicon.numbers[word] in seen.times)[:SHOWN]


def of_rules(book: Rulebook, held: list[Rule], chooser: Rule | None, seen: Seen) -> list[Because]:
    """What the rules did that hold: urgency and limits, and the office when one chose it."""
    found = []
    for rule in held:
        done = []
        if rule is chooser:
            done.append("定承办单位")
        for slot, title in (("priority", "按紧急办理"), ("limits", f"适用时限组「{rule.what.limits}」")):
            if getattr(rule.what, slot) and rule is next(r for r in held if getattr(r.what, slot)):
                done.append(title)
        if done:
            reason = f"（{rule.reason}）" if rule.reason else ""
            say = f"按规则「{rule.title}」{'，'.join(done)}{reason}。"
            found.append(Because(what="rule", say=say, rule=rule.id, words=spoken_for(book, rule, seen)))
    return found


def last(
    book: Rulebook, best: int | None, by: Rule | Duty | None, office: str | None, opened: Opened | None
) -> Because:
    """The office and whose list says so, or why a person must decide."""
    if opened and opened.gate.acts == "outside":
        say = "地点不在本区，不派给本区单位，留在人工分派办理移交。"
        return Because(what="triage", say=say, rule="triage.outside")
    if by is None:
        return _nobody(book, best, opened)
    if office is None:
        title = book.topics[best].title if best is not None else "这件事"
        say = f"「{title}」由所在街道承办，但没有认出是哪个街道，转人工分派，请核实地点。"
        return Because(what="triage", say=say, rule="triage.street")
    reason = f"（{by.reason}）" if by.reason else ""
    title = book.duties.offices[office].title
    if isinstance(by, Rule):
        return Because(what="duty", say=f"按规则「{by.title}」，由{title}承办{reason}。", rule=by.id)
    told = book.topics[book.numbers[by.topic]].title
    return Because(what="duty", say=f"按责任清单，「{told}」由{title}承办{reason}。", rule=by.id)


def _nobody(book: Rulebook, best: int | None, opened: Opened | None) -> Because:
    if best is not None:
        say = f"责任清单里「{book.topics[best].title}」还没有承办单位，转人工分派。"
        return Because(what="triage", say=say, rule="triage.duty")
    if opened and opened.gate.acts == "empty":
        return Because(what="triage", say="没有可以派出的诉求，留在人工分派，由坐席核实。", rule="triage.empty")
    return Because(what="triage", say="没有哪条规则认得这件事，转人工分派。", rule="triage.topic")


def quoted(words: Iterable[str]) -> str:
    """The words in corner brackets, one after the other."""
    return "、".join(f"「{word}」" for word in words)

