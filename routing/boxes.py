"""What a rule takes, as a box: for each circumstance the set of values, one bit a value.

A rule can never fire when the rules before it, together, take its whole box. That is answered exactly here
(within a bounded number of steps; beyond it the answer is no, so that no living rule is called dead).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import TypeVar

from msgspec import Struct

from routing.asked import CHANNELS, KINDS, WHO, Asked
from routing.catalogue import Rulebook
from routing.rules import HOURS, When

T = TypeVar("T")
Box = tuple[int, ...]  # topic, area, kind, channel, urgent, hours, who, day
STEPS = 20_000
ALTERNATIVES = 64
COVERS = 400


class Space(Struct, frozen=True):
    """The values there are of each circumstance; day spans lie between the days on which any rule changes."""

    topics: tuple[str, ...]
    areas: tuple[str, ...]
    days: tuple[date | None, ...]  # the first day of each span; None: no day known


LISTS: tuple[tuple[str, ...], ...] = (
    tuple(KINDS), (*CHANNELS, "import"), ("yes", "no"), ("open", "closed", ""), (*WHO, ""),
)  # fmt: skip


def space(book: Rulebook) -> Space:
    """The space in which the rules of a book lie."""
    whens = [rule.when for rule in book.rules.every]
    starts = {when.since for when in whens if when.since}
    ends = {when.until + timedelta(1) for when in whens if when.until and when.until < date.max}
    places = book.places
    return Space(
        ("", *book.numbers),
        ("", *places.streets, *places.communities),
        (None, date.min, *sorted((starts | ends) - {date.min})),
    )


def box(when: When, room: Space) -> Box:
    """What `when` takes, its words apart."""
    urgent = () if when.urgent is None else ("yes" if when.urgent else "no",)
    sets = (when.kinds, when.channels, urgent, (when.hours,) if when.hours else (), when.who)
    return (
        _bits(room.topics, when.topics, ".") if when.topics else _all(room.topics),
        _bits(room.areas, when.areas, "") if when.areas else _all(room.areas),
        *(_bits(values, given, None) if given else _all(values)
          for values, given in zip(LISTS, sets, strict=True)),
        _days(when, room),
    )  # fmt: skip


def _all(values: Sequence[object]) -> int:
    return (1 << len(values)) - 1


def _bits(values: tuple[str, ...], given: Iterable[str], joint: str | None) -> int:
    """The values named; with `joint` also those below them in a tree of codes."""
    wanted = set(given)
    bits = 0
    for n, value in enumerate(values):
        below = joint is not None and any(value.startswith(one + joint) for one in wanted)
        if value in wanted or below:
            bits |= 1 << n
    return bits


def _days(when: When, room: Space) -> int:
    if when.since is None and when.until is None:
        return _all(room.days)
    first, last = when.since or date.min, when.until or date.max
    return sum(1 << n for n, day in enumerate(room.days) if day is not None and first <= day <= last)


def everything(room: Space) -> Box:
    """The box that takes all."""
    return box(When(), room)


def left(whole: Box, covers: Sequence[Box]) -> Box | None:
    """A part of `whole` that no cover takes, or None when they take it all."""
    meeting = [cover for cover in covers if all(mine & its for mine, its in zip(whole, cover, strict=True))]
    meeting.sort(
        key=lambda cover: -sum((mine & its).bit_count() for mine, its in zip(whole, cover, strict=True))
    )
    return _left(whole, meeting[:COVERS], [STEPS])


def _left(whole: Box, covers: list[Box], steps: list[int]) -> Box | None:
    steps[0] -= 1
    if not covers or steps[0] < 0:
        return whole
    cover, rest = covers[0], covers[1:]
    if not all(mine & its for mine, its in zip(whole, cover, strict=True)):
        return _left(whole, rest, steps)
    for n, its in enumerate(cover):
        outer = whole[n] & ~its
        if outer:
            found = _left((*whole[:n], outer, *whole[n + 1 :]), rest, steps)
            if found:
                return found
        whole = (*whole[:n], whole[n] & its, *whole[n + 1 :])
    return None


def alternatives(when: When) -> list[tuple[str, ...]]:
    """The sets of words of which any text that is taken holds one; empty when there are too many to look at."""
    groups: list[tuple[tuple[str, ...], ...]] = [tuple((word,) for word in clause) for clause in when.clauses]
    groups += [when.choices] if when.choices else []
    count = 1
    for group in groups:
        count *= len(group)
    if count > ALTERNATIVES:
        return []
    return [tuple(word for words in chosen for word in words) for chosen in product(*groups)]


def follows(words: Iterable[str], never: Iterable[str], other: When) -> bool:
    """Whether every text that holds `words` and none of `never` fulfils the words of `other`."""
    spoken, barred = tuple(words), tuple(never)

    def stands(word: str) -> bool:
        return any(word in one for one in spoken)

    return (
        all(any(map(stands, clause)) for clause in other.clauses)
        and (not other.choices or any(all(map(stands, choice)) for choice in other.choices))
        and all(any(bar in word for bar in barred) for word in other.never)
    )


def example(book: Rulebook, room: Space, gap: Box, today: date | None) -> Asked:
    """A request in the middle of a gap, as plain as can be."""
    topic, area = _first(room.topics, gap[0]), _first(room.areas, gap[1])
    kind, channel, urgent, hours, who = (
        _plain(values, bits) for values, bits in zip(LISTS, gap[2:7], strict=True)
    )
    day = _first(room.days, gap[7])
    on = max(day, today or day) if day and day > date.min else today
    return Asked(
        text="某事",
        topic=topic,
        street=area[:9] or None,
        place=book.places.streets[area[:9]] + book.places.communities[area] if len(area) > 9 else "",
        kind=kind,
        channel=channel,
        urgent=urgent == "yes",
        office_hours=None if not hours else hours == "open",
        who=who,
        at=datetime.combine(on, time(12), UTC) if on else None,
    )


PLAIN = {"complaint", "web", "no", ""}


def _plain(values: Sequence[str], bits: int) -> str:
    """The plainest value of a set: an ordinary one if it is there, else the first."""
    there = [value for n, value in enumerate(values) if bits >> n & 1]
    return next((value for value in there if value in PLAIN), there[0])


def _first(values: Sequence[T], bits: int) -> T:
    return next(value for n, value in enumerate(values) if bits >> n & 1)


def told(book: Rulebook, room: Space, gap: Box) -> str:
    """Where a gap lies, in words; empty when it is everywhere."""
    whole, said = everything(room), []
    if gap[1] != whole[1]:
        area = _first(room.areas, gap[1])
        names = {**book.places.streets, **book.places.communities}
        said.append(f"在{names[area]}" if area else "在没有认出街道时")
    titles = (KINDS, CHANNELS, {"yes": "紧急", "no": "不紧急"}, HOURS, WHO)
    for n, (values, names) in enumerate(zip(LISTS, titles, strict=True), 2):
        if gap[n] != whole[n]:
            one = _plain(values, gap[n])
            said.append(f"{names.get(one, '其他')}的")
    day = _first(room.days, gap[7])
    if day and day > date.min:
        said.append(f"自{day}起")
    return "、".join(said)
