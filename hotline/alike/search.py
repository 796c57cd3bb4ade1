"""Cases that look like the same event, nearest first, each with its reasons.

The newest cases that share a telling pair of characters are candidates: a bounded stretch of an index a pair,
however many cases there are. They are then scored by all their pairs, by place and by time.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, TextClause, select, text, true

from cases.numbers import public_number
from cases.tables import CaseRow
from hotline.alike.index import Words, commonness, words_of
from hotline.alike.rules import alike_rules
from hotline.alike.tables import AlikeRow
from hotline.house import House
from routing.duplicates import Likeness, Signature, likeness, score_packed, sign, unpacked

ASKED = 48  # pairs asked for
NEWEST = 100  # cases of a pair looked at
SCORED = 120  # candidates scored
DAY = timedelta(days=1)


class Found(Struct, frozen=True):
    """One scored candidate."""

    case: int
    person: str
    at: datetime
    topic: int | None
    score: float
    packed: bytes

    @property
    def signature(self) -> Signature:
        """What it is compared by."""
        return unpacked(self.packed)


class Near(Struct, frozen=True, kw_only=True):
    """A look-alike as the centre sees it. `said` is why, in a sentence."""

    case: int
    number: str
    title: str
    text: str
    stage: str
    office: str
    at: datetime
    score: float
    said: str


def signed(house: House, words: Words) -> Signature:
    """The signature of what is typed."""
    return sign(words.title, words.text, words.place, commonness(house))


def candidates(connection: Connection, signature: Signature, most: int = SCORED) -> list[int]:
    """The cases that share the most with `signature` by its telling pairs."""
    keys = signature.sought(ASKED)
    if not keys:
        return []
    shared: dict[int, float] = defaultdict(float)
    for pair, case in connection.execute(_newest(len(keys)), {f"p{n}": pair for n, pair in enumerate(keys)}):
        shared[case] += signature.weights[pair]
    return sorted(shared, key=lambda case: (-shared[case], -case))[:most]


@cache
def _newest(count: int) -> TextClause:
    """The newest cases of each of `count` pairs; as text, since to build it anew would cost more than to run
    it."""
    one = (
        "SELECT * FROM (SELECT pair, case_id FROM alike_keys WHERE pair = :p{} "
        "ORDER BY case_id DESC LIMIT {}) AS t{}"
    )
    return text(" UNION ALL ".join(one.format(n, NEWEST, n) for n in range(count)))


def scored(
    connection: Connection, signature: Signature, at: datetime, where: ColumnElement[bool] | None = None
) -> list[Found]:
    """The candidates for which `where` (on `CaseRow`) holds, the likest first."""
    wanted = (
        select(AlikeRow.case_id, AlikeRow.person, AlikeRow.at, AlikeRow.topic, AlikeRow.signature)
        .join(CaseRow, CaseRow.id == AlikeRow.case_id)
        .where(AlikeRow.case_id.in_(candidates(connection, signature)), true() if where is None else where)
    )
    found = []
    for case, person, then, topic, content in connection.execute(wanted):
        alike = score_packed(signature, content, abs(at - then) / DAY)
        found.append(Found(case, person, then, topic, alike, content))
    return sorted(found, key=lambda one: (-one.score, -one.case))


def near(house: House, connection: Connection, words: Words, at: datetime, but: int = 0) -> list[Near]:
    """The open work orders most like `words`, at most as many as the city wants shown: for the centre, which
    may see every one of them."""
    rules, signature = alike_rules(house), signed(house, words)
    is_open = CaseRow.ended.is_(False) & (CaseRow.id != but)
    best = [one for one in scored(connection, signature, at, is_open) if one.score >= rules.near][
        : rules.shown
    ]
    return _described(house, connection, best, (words, signature), at)


def _described(
    house: House, connection: Connection, best: Sequence[Found], asked: tuple[Words, Signature], at: datetime
) -> list[Near]:
    said = words_of(connection, [one.case for one in best])
    columns = CaseRow.id, CaseRow.title, CaseRow.stage, CaseRow.office, CaseRow.street
    rows = {row.id: row for row in connection.execute(select(*columns).where(CaseRow.id.in_(said)))}
    words, signature = asked
    return [
        Near(
            case=one.case,
            number=public_number(one.case),
            title=rows[one.case].title,
            text=said[one.case][0].text,
            stage=rows[one.case].stage,
            office=rows[one.case].office,
            at=one.at,
            score=one.score,
            said=_because(
                likeness(signature, one.signature, f"{words.title}\n{words.text}", abs(at - one.at) / DAY),
                house.book.places.streets.get(rows[one.case].street, ""),
            ),
        )
        for one in best
    ]


def _because(found: Likeness, street: str) -> str:
    """共同字词：丽发新城、搅拌站；在穿紫河街道；相隔3天."""
    when = f"相隔{found.days}天" if found.days else "同一天"
    parts = [
        f"共同字词：{'、'.join(found.words)}" if found.words else "",
        f"在{street}" if street else "",
        when,
    ]
    return "；".join(filter(None, parts))
