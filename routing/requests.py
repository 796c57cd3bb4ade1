"""The smallest request that fulfils given rules: an example for a person to try, and for a test to run."""

from datetime import UTC, date, datetime, time

from routing import duties
from routing.asked import Asked
from routing.catalogue import Rulebook
from routing.match import understand
from routing.meeting import span, wording
from routing.rules import Rule

SOMETHING = "某事"


def smallest(book: Rulebook, *rules: Rule, day: date | None = None, street: str = "") -> Asked | None:
    """The least that must be said for all rules to hold, on `day` if given; None where nothing can be."""
    whens = [rule.when for rule in rules]
    words, (first, last) = wording(whens), span(whens)
    areas = _common([when.areas for when in whens])
    topics = _common([when.topics for when in whens])
    if words is None or last < first or areas is None or topics is None:
        return None
    dated = first if first > date.min else last if last < date.max else None
    on = day or dated
    hours = next((when.hours for when in whens if when.hours), "")
    topic = topics or None
    if topic and any(rule.what.topic for rule in rules):  # a topic chosen by a person would not be changed
        words, topic = (*words, *_speaks(book, topic)), None
    area = areas or street
    return Asked(
        text="，".join(words) or SOMETHING,
        topic=topic,
        street=area[:9] or None,
        place=_place(book, area) if len(area) > 9 else "",
        kind=_common([when.kinds for when in whens]) or "complaint",
        channel=_common([when.channels for when in whens]) or "web",
        who=_common([when.who for when in whens]) or "",
        urgent=next((when.urgent for when in whens if when.urgent is not None), False),
        office_hours=hours == "open" if hours else None,
        at=datetime.combine(on, time(12), UTC) if on else None,
    )


def _common(lists: list[tuple[str, ...]]) -> str | None:
    """One value that all lists allow, of codes the deepest; empty when none asks for one, None when they exclude
    each other."""
    asked = sorted((given for given in lists if given), key=lambda given: -len(given[0]))
    if not asked:
        return ""
    return next((one for one in asked[0] if all(_within(one, other) for other in asked[1:])), None)


def _within(one: str, given: tuple[str, ...]) -> bool:
    """Whether a value is one of those given, or, of topics and areas, below one."""
    return any(
        one == code or one.startswith(f"{code}.") or (code.isdigit() and one.startswith(code))
        for code in given
    )


def _place(book: Rulebook, area: str) -> str:
    return book.places.streets[area[:9]] + book.places.communities[area].replace("社区居委会", "社区")


def _speaks(book: Rulebook, topic: str) -> tuple[str, ...]:
    """The word that says most for a topic."""
    n = book.numbers[topic]
    worth = [
        (points, word)
        for word, gives in zip(book.lexicon.words, book.gives, strict=True)
        for one, points in gives
        if one == n
    ]
    return (max(worth)[1],) if worth else ()


def holding(asked: Asked, book: Rulebook) -> list[Rule]:
    """Every rule and duty that holds for a request, first in order first."""
    read = understand(asked, book)
    spot = read.spot(book)
    rows = [
        row
        for topic in spot.path
        for area in (*spot.areas, "")
        for row in book.duties.rows.get((topic, area), ())
    ]
    every = {rule.id for rule in read.held} | {duty.id for duty in rows if duties.holds(duty, asked)}
    return [book.rules.every[n] for n in sorted(book.rules.numbers[one] for one in every)]
