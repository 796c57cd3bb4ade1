"""Which cases hold what was asked, the newest first, from the index of either database.

SQLite's FTS5 walks its lists from the end and stops when it has enough. PostgreSQL's GIN cannot: there the newest
few thousand are read first, which answers every word that is common, and the index answers those that are rare.
Both read `marks` with the words, so that an office with few cases does not wade through everybody's.
"""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection, text

from cases.search_tables import APART
from cases.wording import mark_numbers, needle_numbers, phrase

NEWEST = 2_000  # read one by one on PostgreSQL before its index is asked
LAST = 2**62


class Sought(Struct, frozen=True, kw_only=True):
    """What a case must hold: all `needles` and `marks`, one of `any_of`, none of `without`; its id in between."""

    any_of: tuple[str, ...]
    needles: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    low: int = 0
    high: int = LAST


def newest(connection: Connection, sought: Sought, most: int) -> list[int]:
    """At most `most` cases, the newest first, as far as the index has caught up."""
    if not sought.any_of:
        return []
    return (
        _sqlite(connection, sought, most)
        if connection.dialect.name == "sqlite"
        else _postgres(connection, sought, most)
    )


def _sqlite(connection: Connection, sought: Sought, most: int) -> list[int]:
    asked = text(f"SELECT rowid FROM {APART} WHERE {APART} MATCH :match AND rowid BETWEEN :low AND :high "
                 "ORDER BY rowid DESC LIMIT :most")  # fmt: skip
    told = {"match": _match(sought), "low": sought.low, "high": sought.high, "most": most}
    return list(connection.scalars(asked, told))


def _match(sought: Sought) -> str:
    """In the language of FTS5. Nothing of it is text as typed: needles are letters, digits and spaces."""
    seen = " OR ".join(f'"{mark}"' for mark in sought.any_of)
    parts = [f"words : {phrase(needle)}" for needle in sought.needles]
    parts += [f'marks : "{mark}"' for mark in sought.marks]
    must = " AND ".join([*parts, f"marks : ({seen})"])
    without = " OR ".join(f"words : {phrase(needle)}" for needle in sought.without)
    return f"({must}) NOT ({without})" if without else must


def _postgres(connection: Connection, sought: Sought, most: int) -> list[int]:
    told = {f"n{n}": f"%{needle}%" for n, needle in enumerate((*sought.needles, *sought.without))}
    count = len(sought.needles)
    holds = [f"plain LIKE :n{n}" for n in range(count)]
    holds += [f"plain NOT LIKE :n{n}" for n in range(count, count + len(sought.without))]
    seen, marks = _array(mark_numbers(sought.any_of)), mark_numbers(sought.marks)
    pieces = [number for needle in sought.needles for number in needle_numbers(needle)]
    between = f"case_id BETWEEN {sought.low} AND {sought.high}"  # numbers are written out: the planner looks at them
    first = text(
        f"SELECT case_id FROM (SELECT case_id, marks, plain FROM {APART} WHERE {between} ORDER BY case_id DESC LIMIT {NEWEST}) "
        f"AS near WHERE {' AND '.join([f'marks && {seen}', *_all('marks', marks), *holds])} ORDER BY case_id DESC LIMIT {most}"
    )
    near = list(connection.scalars(first, told))
    if len(near) >= most:
        return near
    conditions = [f"pieces && {seen}", *_all("pieces", [*marks, *pieces]), between, *holds]
    rest = text(
        f"WITH hits AS MATERIALIZED (SELECT case_id FROM {APART} WHERE {' AND '.join(conditions)}) "
        f"SELECT case_id FROM hits ORDER BY case_id DESC LIMIT {most}"
    )
    return list(connection.scalars(rest, told))


def _array(found: Sequence[int]) -> str:
    return f"'{{{','.join(map(str, found))}}}'::integer[]"


def _all(column: str, found: Sequence[int]) -> list[str]:
    return [f"{column} @> {_array(found)}"] if found else []
