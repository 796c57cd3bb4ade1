"""Cases made findable by what they say: the worker's own work, never the intake's.

Which cases are missing is asked of the cases themselves, so that nothing is lost when a worker is killed and
numbers may come in any order: each round takes what the last two days miss, and walks a stretch further
through all the rest. A round may be run twice or by two workers; the second finds nothing to do.
"""

import zlib
from array import array
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, Select, delete, exists, or_, select, update

from cases.bulk import insert_rows
from cases.numbers import case_id
from cases.tables import CaseRow, EventRow, PartyRow, table_of
from hotline.alike.tables import AlikeKeyRow, AlikeMarkRow, AlikeRow
from hotline.house import House
from routing.duplicates import Commonness, packed, pairs, sign

AT_ONCE = 100  # cases written in one transaction: short, since SQLite's other writers wait
A_ROUND = 2_000  # cases of one round
STRETCH = 2_000  # cases walked over in one round
RECENT = timedelta(days=2)  # a process may use up its block of numbers that much later
KEPT = timedelta(days=180)  # closed cases are kept that long, for topics and repeat callers
LEARNED = 20_000  # matters after which it is known how common each pair is
FRESH = timedelta(seconds=60)  # that a process may believe an older reckoning

_known: WeakKeyDictionary[Engine, tuple[datetime, Commonness]] = WeakKeyDictionary()


class Words(Struct):
    """What is compared of a request: of its facts only the words and the place."""

    text: str
    title: str = ""
    place: str = ""
    confidential: bool = False


def catch_up(house: House) -> int:
    """One round: how many cases were made findable."""
    done = 0
    since = case_id(house.city.calendar.day_of(house.now() - RECENT), 1)
    while done < A_ROUND and (found := _missing(house, _unindexed(house.now()).where(CaseRow.id >= since))):
        done += _index(house, found)
    return done + _walk(house)


def _unindexed(now: datetime) -> Select[Any]:
    return (
        select(CaseRow.id)
        .where(
            CaseRow.procedure.concat("") == "work_order",  # by number, and not by the index of procedures
            or_(CaseRow.ended.is_(False), CaseRow.opened_at >= now - KEPT),
            ~exists().where(AlikeRow.case_id == CaseRow.id),
        )
        .order_by(CaseRow.id)
        .limit(AT_ONCE)
    )


def _missing(house: House, wanted: Select[Any]) -> Sequence[int]:
    with house.reading() as connection:
        return connection.scalars(wanted).all()


def _walk(house: House) -> int:
    """The next stretch of all cases: what came late or was imported is found, what is long over is let go."""
    with house.reading() as connection:
        upto = connection.scalar(select(AlikeMarkRow.upto).where(AlikeMarkRow.name == "walk")) or 0
        columns = CaseRow.id, CaseRow.ended, CaseRow.opened_at
        rows = connection.execute(
            select(*columns).where(CaseRow.id > upto).order_by(CaseRow.id).limit(STRETCH)
        ).all()
    last = rows[-1].id if rows else 0  # from the beginning again
    done, now = 0, house.now()
    while rows and (found := _missing(house, _unindexed(now).where(CaseRow.id > upto, CaseRow.id <= last))):
        done += _index(house, found)
    gone = [row.id for row in rows if row.ended and row.opened_at < now - KEPT]
    with house.writing() as connection:
        for table in (AlikeKeyRow, AlikeRow) if gone else ():
            connection.execute(delete(table).where(table.case_id.in_(gone)))
        keep_mark(connection, "walk", last)
    return done


def keep_mark(connection: Connection, name: str, upto: int, content: bytes = b"") -> None:
    """Writes a mark of the worker's."""
    row = {"name": name, "upto": upto, "content": content}
    if not insert_rows(connection, table_of(AlikeMarkRow), [row], or_leave=True):
        connection.execute(update(AlikeMarkRow).where(AlikeMarkRow.name == name).values(row))


def _index(house: House, cases: Sequence[int]) -> int:
    """Signs and writes some cases in one transaction; the signing is done before it begins."""
    known = commonness(house)
    with house.reading() as connection:
        said = words_of(connection, cases)
        whose = people_of(connection, cases)
    if known.total < LEARNED:
        for words, _ in said.values():
            known.note(pairs(f"{words.title}\n{words.text}").keys())
    rows, keys = [], []
    for case, (words, at) in said.items():
        signature = sign(words.title, words.text, words.place, known)
        row = {
            "case_id": case,
            "at": at,
            "person": whose[case],
            "signature": packed(signature),
            "topic": None,
        }
        rows.append(row)
        keys += [{"pair": pair, "case_id": case} for pair in signature.sought()]
    with house.writing() as connection:
        insert_rows(connection, table_of(AlikeRow), rows, or_leave=True)
        insert_rows(connection, table_of(AlikeKeyRow), keys, or_leave=True)
        if known.total < LEARNED:
            keep_mark(connection, "common", known.total, zlib.compress(known.counts.tobytes(), 1))
    return len(rows)


def words_of(connection: Connection, cases: Sequence[int]) -> dict[int, tuple[Words, datetime]]:
    """What was asked in each of `cases`, and when."""
    rows = connection.execute(
        select(EventRow.case_id, EventRow.facts, EventRow.at).where(
            EventRow.case_id.in_(cases), EventRow.seq == 1
        )
    )
    return {case: (msgspec.json.decode(facts, type=Words), at) for case, facts, at in rows}


def people_of(connection: Connection, cases: Sequence[int]) -> dict[int, str]:
    """Whose each case is: the telephone's blind index, or the case itself where no number was given."""
    rows = connection.execute(
        select(CaseRow.id, PartyRow.phone_index)
        .join(PartyRow, PartyRow.id == CaseRow.party)
        .where(CaseRow.id.in_(cases))
    )
    return {case: index or str(case) for case, index in rows}


def commonness(house: House) -> Commonness:
    """How common each pair is here, as this process last read it."""
    now = house.now()
    read_at, known = _known.get(house.engine, (None, None))
    if read_at is not None and known is not None and (known.total >= LEARNED or now - read_at < FRESH):
        return known
    with house.reading() as connection:
        row = connection.execute(select(AlikeMarkRow).where(AlikeMarkRow.name == "common")).one_or_none()
    if row is not None and (known is None or row.upto > known.total):
        known = Commonness(row.upto, array("I", zlib.decompress(row.content)))
    _known[house.engine] = now, known or Commonness.empty()
    return _known[house.engine][1]
