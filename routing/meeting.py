"""Whether conditions can hold together, and the words of a shortest text for which they do.

A word that must stand is kept out by a forbidden word inside it; nothing else keeps words apart, because a
text can always set them side by side with a comma between.
"""

from collections.abc import Iterable
from datetime import date

from routing.rules import When


def meet(one: When, other: When) -> bool:
    """Whether one request can fulfil both."""
    sets = (
        (one.kinds, other.kinds), (one.channels, other.channels), (one.who, other.who),
        (one.topics, other.topics), (one.areas, other.areas),
    )  # fmt: skip
    if any(mine and theirs and not set(mine) & set(theirs) for mine, theirs in sets):
        return False
    if one.urgent is not None and other.urgent is not None and one.urgent != other.urgent:
        return False
    if one.hours and other.hours and one.hours != other.hours:
        return False
    first, last = span((one, other))
    return first <= last and wording((one, other)) is not None


def span(whens: Iterable[When]) -> tuple[date, date]:
    """The first and the last day on which all hold; the last before the first when never."""
    every = list(whens)
    return max(when.since or date.min for when in every), min(when.until or date.max for when in every)


def wording(whens: Iterable[When]) -> tuple[str, ...] | None:
    """The fewest and shortest words that fulfil all, or None when they contradict each other."""
    every = list(whens)
    never = [word for when in every for word in when.never]
    chosen: list[str] = []
    for when in every:
        groups: list[tuple[tuple[str, ...], ...]] = [tuple((word,) for word in clause) for clause in when.clauses]
        groups += [when.choices] if when.choices else []
        for group in groups:
            allowed = [words for words in group if not any(bad in word for bad in never for word in words)]
            if not allowed:
                return None
            chosen += min(allowed, key=lambda words: len("".join(words)))
    kept = dict.fromkeys(chosen)
    return tuple(w for w in kept if not any(w != other and w in other for other in kept))
