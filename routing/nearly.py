"""The offices that nearly had it, and why not they: the next best topics, and rules and duties that lost.

Asked only where somebody reads it; a dispatch itself does not wait for it.
"""

from collections.abc import Iterator, KeysView

from msgspec import Struct

from routing import choosing, duties, reasons
from routing.asked import CHANNELS, KINDS, WHO, Asked
from routing.catalogue import Rulebook
from routing.choosing import Bound
from routing.match import ENOUGH, Reading, Routed, understand
from routing.rules import HOURS, Rule, of_duty

MOST = 5
PARTS = ("写明了词语", "事项更具体", "地域更具体", "条件更多", "次序（rank）更高")


class WhyNot(Struct, frozen=True):
    """An office that was not chosen: by which topic or rule it nearly was, and what spoke against it."""

    office: str
    rule: str
    say: str
    words: tuple[str, ...] = ()


def why_not(asked: Asked, book: Rulebook, routed: Routed) -> tuple[WhyNot, ...]:
    """For each office that nearly was chosen, the nearest first, one reason."""
    read = understand(asked, book)
    told: dict[str, WhyNot] = {}
    for reason in (*_rules(asked, book, read), *_duties(asked, book, read), *_topics(asked, book, read)):
        if reason.office and reason.office != routed.office:
            told.setdefault(reason.office, reason)
    return tuple(told.values())[:MOST]


def _rules(asked: Asked, book: Rulebook, read: Reading) -> Iterator[WhyNot]:
    spot = read.spot(book)
    winner = _winner(book, read)
    street = read.found.street if read.found else None
    for bound in sorted(choosing.near(book.rules, spot), key=lambda bound: bound.n):
        rule = bound.rule
        if not rule.what.office or rule is winner:
            continue
        lacks = _lacking(bound, asked, spot.spoken, book)
        office = duties.office_of(book.duties, rule.what.office, street) or ""
        words = reasons.spoken_for(book, rule, read.seen)
        if not lacks and winner:
            yield WhyNot(office, rule.id, f"规则「{rule.title}」也适用，但{_lost(rule, winner)}。", words)
        elif len(lacks) == 1:
            yield WhyNot(office, rule.id, f"规则「{rule.title}」只差一个条件：{lacks[0]}。", words)


def _duties(asked: Asked, book: Rulebook, read: Reading) -> Iterator[WhyNot]:
    winner = _winner(book, read)
    street = read.found.street if read.found else None
    spot = read.spot(book)
    for topic in spot.path:
        for area in (*spot.areas, ""):
            for duty in book.duties.rows.get((topic, area), ()):
                rule = of_duty(duty, book.topics[book.numbers[topic]].title)
                lacks = [_missing(rule, name, asked) for name in choosing.missing(rule, asked)]
                office = duties.office_of(book.duties, duty.office, street) or ""
                if winner and winner.id == duty.id:
                    continue
                if not lacks and winner:
                    yield WhyNot(
                        office, duty.id, f"责任清单里「{rule.title}」也归它，但{_lost(rule, winner)}。"
                    )
                elif len(lacks) == 1:
                    yield WhyNot(office, duty.id, f"责任清单里「{rule.title}」差一个条件：{lacks[0]}。")


def _topics(asked: Asked, book: Rulebook, read: Reading) -> Iterator[WhyNot]:
    """The next best topics: the runner-up, then the other headings by their points."""
    if read.best is None:
        return
    best = book.topics[read.best]
    own = book.numbers[best.path[-1]]
    order = sorted(
        (n for n in book.roots if read.totals.get(n, 0.0) >= ENOUGH), key=lambda n: -read.totals[n]
    )
    others = [read.second] if read.second is not None else []
    areas = (*read.spot(book).areas, "")
    for n in [*others, *(root for root in order if root != own)][:3]:
        topic = book.topics[n]
        duty = duties.find(book.duties, topic.path, asked, areas)
        office = (
            duties.office_of(book.duties, duty.office, read.found.street if read.found else None)
            if duty
            else None
        )
        words = reasons.speaking(book, read.seen, n)
        said = f"文中也有{reasons.quoted(words)}，" if words else ""
        against = "登记时选定了" if asked.topic == best.code else "词语更多、更确定地说的是"
        yield WhyNot(
            office or "", topic.code, f"{said}但{against}「{best.title}」而不是「{topic.title}」。", words
        )


def _winner(book: Rulebook, read: Reading) -> Rule | None:
    if read.chooser:
        return read.chooser
    return book.rules.every[book.rules.numbers[read.duty.id]] if read.duty else None


def _lost(rule: Rule, winner: Rule) -> str:
    ahead = next(
        (n for n, (mine, its) in enumerate(zip(rule.key, winner.key, strict=True)) if mine != its), None
    )
    why = PARTS[ahead] if ahead is not None else "写在前面"
    return f"「{winner.title}」{why}，先适用"


def _lacking(bound: Bound, asked: Asked, spoken: KeysView[int], book: Rulebook) -> list[str]:
    """What keeps a rule from holding, each in a few words."""
    words = book.lexicon.words
    lacks = [f"文中没有{'或'.join(f'「{words[n]}」' for n in sorted(clause))}"
             for clause in bound.clauses if spoken.isdisjoint(clause)]  # fmt: skip
    if bound.choices and not any(choice <= spoken for choice in bound.choices):
        lacks.append("文中没有" + "或".join("＋".join(choice) for choice in bound.rule.when.choices[:3]))
    lacks += [f"文中有「{words[n]}」，这条规则就不适用" for n in sorted(bound.never) if n in spoken]
    return lacks + [_missing(bound.rule, name, asked) for name in choosing.missing(bound.rule, asked)]


def _missing(rule: Rule, name: str, asked: Asked) -> str:
    when = rule.when
    if name == "hours":
        now = "不知道" if asked.office_hours is None else HOURS["open" if asked.office_hours else "closed"]
        return f"只在{HOURS[when.hours]}适用，现在是{now}"
    if name == "dates":
        first = f"{when.since}起" if when.since else ""
        return f"只在{first}{f'至{when.until}' if when.until else ''}适用"
    if name == "urgent":
        return "只适用于紧急事项" if when.urgent else "不适用于紧急事项"
    titles = {"kinds": KINDS, "channels": CHANNELS, "who": WHO}[name]
    given = {"kinds": asked.kind, "channels": asked.channel, "who": asked.who}[name]
    wanted = "、".join(titles[code] for code in getattr(when, name))
    return f"只适用于{wanted}，本件是{titles.get(given, '未说明')}"
