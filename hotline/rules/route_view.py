"""A route as people read it: the office, the reasons, the words marked, the offices that nearly had it, the date.

One answer for the agent's form, the page and the interface for explanations, so that they cannot differ.
"""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from cases.periods import Period, end_of
from cases.procedure import File
from cases.procedures.work_order import WORK_ORDER
from cases.procedures.work_order_facts import AGENT, Dispatch, Request
from hotline.calendar.lights import due_words
from hotline.house import House
from hotline.rules import second_opinion
from hotline.rules.second_opinion import Opinion
from routing import Asked, Routed, Rulebook, route
from routing.asked import CHANNELS, KINDS, WHO
from routing.nearly import why_not
from routing.reasons import Segment, highlight
from routing.rules import HOURS


class Other(Struct, frozen=True):
    """An office that was not chosen, and why."""

    office: str
    title: str
    rule: str
    say: str


class Shown(Struct, frozen=True, kw_only=True):
    """A route with everything a page says of it."""

    routed: Routed
    office: str
    co_offices: tuple[str, ...]
    topic: str
    place: str
    promised: str
    because: str
    title_marked: tuple[Segment, ...]
    text_marked: tuple[Segment, ...]
    others: tuple[Other, ...]
    opinion: Opinion | None


def shown(house: House, asked: Asked, rules: Rulebook | None = None) -> Shown:
    """Where a request would go now, by the rules in force or those given, and by when it would be answered."""
    book = rules or house.book
    offices = {code: office.title for code, office in book.duties.offices.items()}
    routed = route(asked, book)
    words = tuple(word for reason in routed.because for word in reason.words)
    due, because = promise(house, asked, routed)
    return Shown(
        routed=routed,
        office=offices.get(routed.office or "", routed.office or ""),
        co_offices=tuple(offices.get(code, code) for code in routed.co_offices),
        topic=book.topics[book.numbers[routed.topic]].full if routed.topic else "",
        place=book.places.communities.get(routed.community or "")
        or book.places.streets.get(routed.street or "", ""),
        promised=due_words(due, house.city.calendar),
        because=because,
        title_marked=highlight(asked.title, words),
        text_marked=highlight(asked.text, words),
        others=tuple(
            Other(other.office, offices.get(other.office, other.office), other.rule, other.say)
            for other in why_not(asked, book, routed)
        ),
        opinion=second_opinion.beside(house, asked, routed),
    )


def promise(house: House, asked: Asked, routed: Routed) -> tuple[datetime, str]:
    """What such a request would be promised now, with the rule."""
    city, now = house.city, house.now()
    today = city.calendar.day_of(now)
    danger = routed.gate is not None and routed.gate.acts == "emergency"
    urgent = asked.urgent or routed.priority == "urgent" or danger
    limit = city.limit(WORK_ORDER.promise, asked.kind, urgent, today, routed.limits)
    end = end_of(Period(start=now, lengths=(limit.length,)), city.calendar)
    assert end is not None, "nothing pauses a request that is not yet there"
    return end.moment, f"{limit.length}（{city.source(limit, today)}）"


def as_json(found: Shown) -> dict[str, Any]:
    """The same for programs."""
    routed: dict[str, Any] = msgspec.to_builtins(found.routed)
    return {
        **routed,
        "office_title": found.office,
        "topic_title": found.topic,
        "place_title": found.place,
        "promised": found.promised,
        "promised_because": found.because,
        "marked": {"title": _spans(found.title_marked), "text": _spans(found.text_marked)},
        "why_not": [msgspec.to_builtins(other) for other in found.others],
        "second_opinion": msgspec.to_builtins(found.opinion),
    }


def _spans(segments: tuple[Segment, ...]) -> list[tuple[int, int]]:
    """Where the marked pieces stand, in characters: from, up to."""
    spans, at = [], 0
    for segment in segments:
        if segment.spoken:
            spans.append((at, at + len(segment.text)))
        at += len(segment.text)
    return spans


def in_words(asked: Asked) -> str:
    """An example request in a line: what is written, and what was chosen beside it."""
    names = (
        ("事项", asked.topic),
        ("街道", asked.street),
        ("地点", asked.place),
        ("诉求人", WHO.get(asked.who, "")),
    )
    parts = [
        f"「{asked.text}」",
        KINDS.get(asked.kind, asked.kind),
        CHANNELS.get(asked.channel, asked.channel),
    ]
    parts += [f"{name} {value}" for name, value in names if value]
    parts += ["紧急"] if asked.urgent else []
    if asked.office_hours is not None:
        parts.append(HOURS["open" if asked.office_hours else "closed"])
    if asked.at:
        parts.append(asked.at.date().isoformat())
    return "，".join(parts)


class Dispatched(Struct, frozen=True, kw_only=True):
    """How a case came to its office: the reasons as they were said then, the rule and version that chose."""

    because: tuple[str, ...]
    rule: str
    version: str
    by_person: bool
    text_marked: tuple[Segment, ...]


def dispatched(file: File) -> Dispatched | None:
    """What routing said of a work order; None for what was never routed."""
    asked = file.opening.facts
    if not isinstance(asked, Request):
        return None
    sent = [event.facts for event in file.history if isinstance(event.facts, Dispatch)]
    last = sent[-1] if sent else Dispatch(office="—")
    return Dispatched(
        because=asked.because,
        rule=last.rule if last.rule != AGENT else "",
        version=last.version,
        by_person=bool(sent) and last.rule in (AGENT, ""),
        text_marked=highlight(asked.text, asked.spoke),
    )
