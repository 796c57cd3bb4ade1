"""Topics kept up to date by the worker, case by case, as `hotline topics` gathers a file at once.

A case is compared with the topics of its look-alikes only, so a million cases cost the millionth no more.
What was worked out is written only if every topic is still as it was read; else the next round works it out
again. The warning that a topic takes off is claimed on the topic's row in the transaction that owes the
message: it is told once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, insert, select, update

from cases.bulk import insert_rows
from cases.outbox import message
from cases.tables import OutboxRow, table_of
from hotline.alike.index import KEPT, commonness, words_of
from hotline.alike.rules import alike_rules
from hotline.alike.search import scored
from hotline.alike.tables import AlikeRow, HotTopicRow
from hotline.house import House
from routing.duplicates import unpacked
from routing.topic_names import called
from routing.topics import JOIN, MIDDLE, Report, Topic, choose, heaviest, nearness, takes_off, warmth

AT_ONCE = 25  # cases worked out together
A_ROUND = 1_000
NAMED_BY = 40  # newest reports a name is made of
Spans = dict[int, tuple[list[datetime], list[datetime]]]  # topic → when each person first, and last, reported
WARNED = "role:supervisor"


class Middle(Struct, frozen=True):
    """What is kept of a topic beside its row."""

    total: dict[int, float]
    names: dict[int, int]


class Moved(Exception):  # it happened; it is no error
    """Another worker was quicker."""


class Kept(Struct, eq=False):
    """A topic being worked on: its row (None: new), how many cases it had, and which cases join it."""

    topic: Topic
    row: int | None
    had: int
    joining: list[int]


def gather_new(house: House) -> int:
    """One round: how many cases found their topic or stand alone."""
    done = 0
    while done < A_ROUND:
        with house.reading() as connection:
            untold = select(AlikeRow).where(AlikeRow.topic.is_(None)).order_by(AlikeRow.at, AlikeRow.case_id)
            rows = connection.execute(untold.limit(AT_ONCE)).all()
            reports = [
                Report(key=str(r.case_id), person=r.person, at=r.at, signature=unpacked(r.signature))
                for r in rows
            ]
            alone, changed = _worked_out(connection, reports)
        if not reports or not _written(house, alone, changed):
            break
        done += len(reports)
    return done


def _worked_out(connection: Connection, reports: Sequence[Report]) -> tuple[set[int], list[Kept]]:
    """The cases that stand alone, and the topics that change."""
    known: dict[int, Kept] = {}  # by row
    alone: dict[int, Report] = {}
    changed: dict[Kept, None] = {}
    for report in reports:
        near = scored(connection, report.signature, report.at)
        known |= _topics(connection, {one.topic for one in near if one.topic} - known.keys())
        singles = [
            Report(key=str(one.case), person=one.person, at=one.at, signature=one.signature)
            for one in near
            if one.topic == 0
        ]
        lonely = {int(one.key): _alone(one) for one in (*singles, *alone.values())}
        for kept in changed:
            for case in kept.joining:
                lonely.pop(case, None)
        open_to = {kept.topic: kept for kept in (*known.values(), *changed, *lonely.values())}
        chosen = choose(open_to, report.signature, report.at)
        if chosen is None:
            alone[int(report.key)] = report
            continue
        kept = open_to[chosen]
        chosen.take(report.signature, report.at)
        kept.joining.append(int(report.key))
        changed[kept] = None
        _fetch(kept, (one for one in lonely.values() if one is not kept))
        for case in kept.joining:
            alone.pop(case, None)
    return set(alone), list(changed)


def _fetch(kept: Kept, lonely: Iterable[Kept]) -> None:
    """Takes in those that stood alone until the topic's middle came near them."""
    for one in lonely:
        assert one.topic.first is not None
        if nearness(kept.topic, one.topic.total, one.topic.names, one.topic.first) >= JOIN:
            kept.topic.absorb(one.topic)
            kept.joining += one.joining


def _alone(report: Report) -> Kept:
    topic = Topic()
    topic.take(report.signature, report.at)
    return Kept(topic, None, 0, [int(report.key)])


def _topics(connection: Connection, wanted: Iterable[int]) -> dict[int, Kept]:
    rows = connection.execute(select(HotTopicRow).where(HotTopicRow.id.in_(list(wanted))))
    found = {}
    for row in rows:
        middle = msgspec.msgpack.decode(row.middle, type=Middle)
        topic = Topic(
            total=middle.total, names=middle.names, count=row.cases, first=row.first_at, last=row.last_at
        )
        topic.measure()
        found[row.id] = Kept(topic, row.id, row.cases, [])
    return found


def _written(house: House, alone: set[int], changed: Sequence[Kept]) -> bool:
    """Writes what was worked out, all or nothing; whether it was still true."""
    try:
        with house.writing() as connection:
            if alone:
                lone = update(AlikeRow).where(AlikeRow.case_id.in_(alone), AlikeRow.topic.is_(None))
                if connection.execute(lone.values(topic=0)).rowcount != len(alone):
                    raise Moved
            for kept in changed:
                _write(house, connection, kept)
    except Moved:
        return False
    return True


def _write(house: House, connection: Connection, kept: Kept) -> None:
    topic, now = kept.topic, house.now()
    row = (
        kept.row
        or connection.execute(insert(HotTopicRow).values(_new(topic)).returning(HotTopicRow.id)).scalar_one()
    )
    joining = update(AlikeRow).where(
        AlikeRow.case_id.in_(kept.joining), func.coalesce(AlikeRow.topic, 0) == 0
    )
    if connection.execute(joining.values(topic=row)).rowcount != len(kept.joining):
        raise Moved
    first, latest = spans(connection, [row])[row]
    values: dict[str, object] = {
        "middle": _packed(topic), "cases": kept.had + len(kept.joining),
        "people": len(first), "warm": warmth(latest), "first_at": topic.first, "last_at": topic.last,
    }  # fmt: skip
    if kept.had < NAMED_BY or kept.had // NAMED_BY < (kept.had + len(kept.joining)) // NAMED_BY:
        place, matter = _name(house, connection, row)
        values |= {"place": place[:40], "matter": matter[:40]}
    still = HotTopicRow.cases == kept.had if kept.row else HotTopicRow.id == row
    if not connection.execute(
        update(HotTopicRow).where(HotTopicRow.id == row, still).values(values)
    ).rowcount:
        raise Moved
    surge = alike_rules(house).surge
    if takes_off(first, now, surge):
        _warn(connection, row, sum((now - at).days < surge.days for at in first), now)


def _new(topic: Topic) -> dict[str, object]:
    return {
        "place": "", "matter": "", "middle": b"", "cases": 0, "people": 0, "warm": 0.0,
        "first_at": topic.first, "last_at": topic.last, "warned_at": None,
    }  # fmt: skip


def _packed(topic: Topic) -> bytes:
    return msgspec.msgpack.encode(Middle(dict(heaviest(topic.total, MIDDLE)), topic.names))


def _warn(connection: Connection, row: int, people: int, now: datetime) -> None:
    """Once a topic, unless it has been quiet for as long as topics are kept."""
    again = HotTopicRow.warned_at.is_(None) | (HotTopicRow.warned_at < now - KEPT)
    claimed = update(HotTopicRow).where(HotTopicRow.id == row, again).values(warned_at=now)
    if connection.execute(claimed).rowcount:
        facts = {"topic": row, "people": people}
        told = message(
            dedupe=f"topic:{row}:{now:%Y%m%d}",
            case=None,
            recipient=WARNED,
            template="surge",
            facts=facts,
            now=now,
        )
        insert_rows(connection, table_of(OutboxRow), [told], or_leave=True)


def spans(connection: Connection, topics: Sequence[int]) -> Spans:
    """Of each topic, when each of its people first and last reported."""
    said = func.min(AlikeRow.at), func.max(AlikeRow.at)
    rows = connection.execute(
        select(AlikeRow.topic, *said)
        .where(AlikeRow.topic.in_(topics))
        .group_by(AlikeRow.topic, AlikeRow.person)
    )
    found: Spans = defaultdict(lambda: ([], []))
    for topic, first, last in rows:
        assert topic is not None
        found[topic][0].append(first)
        found[topic][1].append(last)
    return found


def _name(house: House, connection: Connection, row: int) -> tuple[str, str]:
    newest = (
        select(AlikeRow.case_id, AlikeRow.person)
        .where(AlikeRow.topic == row)
        .order_by(AlikeRow.at.desc())
        .limit(NAMED_BY)
    )
    whose = dict(list(connection.execute(newest)))
    said = words_of(connection, list(whose))
    return called(
        ((whose[case], words.title or words.text[:60]) for case, (words, _) in said.items()),
        commonness(house),
    )
