"""Who calls again, and about what: counted by the telephone's blind index, with the last answer at hand.

Many cases of one person on one matter within the city's period are a series. It is a fact on the agent's
screen and nothing else: a person who is right may have to say so five times.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select

from cases.numbers import public_number
from cases.procedures.work_order_facts import Answer
from cases.tables import EventRow, PartyRow
from hotline.alike.rules import alike_rules
from hotline.alike.tables import AlikeRow
from hotline.house import House
from routing.duplicates import Signature, score, unpacked

ANSWERS = ("answer", "answer_at_desk")
MOST = 60  # newest cases of a person that are compared


class Caller(Struct, frozen=True, kw_only=True):
    """What is known of a telephone number: how many cases, which of them on one matter within the period, and
    what was answered last. `series` is the fact that they are many."""

    total: int
    same: tuple[str, ...]
    days: int
    series: bool
    answer: str
    answered: str  # the number of the case that was answered


def caller(house: House, connection: Connection, index: str, asked: Signature | None = None) -> Caller | None:
    """What is known of who has this blind index: on the matter `asked`, else on the one they speak of
    most."""
    if not index:
        return None
    total = (
        connection.scalar(select(func.count()).select_from(PartyRow).where(PartyRow.phone_index == index))
        or 0
    )
    rules = alike_rules(house)
    since = house.now() - timedelta(days=rules.series.days)
    newest = (
        select(AlikeRow.case_id, AlikeRow.signature)
        .where(AlikeRow.person == index, AlikeRow.at >= since)
        .order_by(AlikeRow.at.desc())
        .limit(MOST)
    )
    own = [(case, unpacked(content)) for case, content in connection.execute(newest)]
    same = _same(own, asked, rules.near)
    answered, answer = _last_answer(connection, same)
    return Caller(
        total=total,
        same=tuple(public_number(case) for case in same),
        days=rules.series.days,
        series=len(same) >= rules.series.cases,
        answer=answer,
        answered=answered,
    )


def _same(own: Sequence[tuple[int, Signature]], asked: Signature | None, least: float) -> list[int]:
    """Of a person's own cases, newest first, those like `asked`; without it the most that are like one of
    them."""
    groups = [
        [case for case, other in own if score(one, other, 0) >= least]
        for one in ([asked] if asked else [signature for _, signature in own])
    ]
    best = max(groups, key=len, default=[])
    return best if asked or len(best) > 1 else []


def _last_answer(connection: Connection, cases: Sequence[int]) -> tuple[str, str]:
    """The number of the newest of `cases` that was answered, and the words."""
    wanted = (
        select(EventRow.case_id, EventRow.facts)
        .where(EventRow.case_id.in_(cases), EventRow.step.in_(ANSWERS))
        .order_by(EventRow.at.desc(), EventRow.case_id.desc())
        .limit(1)
    )
    row = connection.execute(wanted).one_or_none() if cases else None
    return (public_number(row.case_id), msgspec.json.decode(row.facts, type=Answer).text) if row else ("", "")
