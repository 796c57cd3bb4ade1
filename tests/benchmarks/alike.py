"""The same matter among many: `python -m tests.benchmarks.alike STREAM.csv [sqlite|postgres] [cases]`.

The messages stand among so many other open cases that are found by the same words; then look-alikes are asked
for as the desk asks. Beside it, in the same run, a search of the same rows by one word (LIKE).
"""

import csv
import random
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Table, TextClause, func, select, text

from cases.bulk import insert_rows
from cases.database import writing
from cases.history import facts_text
from cases.numbers import case_id
from cases.procedures.work_order_facts import Request
from cases.tables import CaseRow, EventRow, table_of
from hotline.alike.index import Words, commonness
from hotline.alike.search import near
from hotline.alike.tables import AlikeKeyRow, AlikeRow
from hotline.house import House, open_house
from hotline.settings import from_environment
from routing.duplicates import KEPT, Signature, packed, pairs, sign
from tests.benchmarks.servers import database
from tests.benchmarks.sweep import NOW, _case, timed

ASKED = 200
FIRST = case_id(NOW.date(), 1)


def read(path: Path) -> list[Words]:
    """The messages of a file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [Words(text=row["detail"][:10_000], title=row["title"]) for row in csv.DictReader(file)]


def fill(house: House, messages: list[Words], cases: int) -> None:
    """The messages as open cases of today, and before them as many older ones as are missing: found by two
    thirds of the same pairs, so that each has as many candidates as it can have, and like none of them."""
    known = commonness(house)
    for words in messages:
        known.note(pairs(f"{words.title}\n{words.text}").keys())
    rows: dict[Any, list[dict[str, Any]]] = {CaseRow: [], EventRow: [], AlikeRow: [], AlikeKeyRow: []}
    for n, words in enumerate(messages):
        _put(rows, FIRST + n, words, sign(words.title, words.text, "", known))
    with writing(house.engine) as connection:
        for table, made in rows.items():
            insert_rows(connection, table_of(table), made)
    for copy in range(1, -(-cases // len(messages))):
        with writing(house.engine) as connection:
            for statement in COPIES:
                connection.execute(
                    statement, {"back": copy * 1_000_000, "copy": copy, "first": FIRST, "other": OTHER}
                )


def _put(rows: dict[Any, list[dict[str, Any]]], case: int, words: Words, signature: Signature) -> None:
    at = NOW - timedelta(days=case % 60)
    rows[CaseRow].append(_case(case, 0) | {"title": words.title[:200], "opened_at": at})
    facts = facts_text(
        Request(kind="complaint", text=words.text, title=words.title, channel="web", party=case)
    )
    event = {
        "case_id": case,
        "seq": 1,
        "step": "register",
        "at": at,
        "recorded_at": at,
        "by": "",
        "digest": "",
    }
    rows[EventRow].append({**event, "facts": facts})
    rows[AlikeRow].append(
        {"case_id": case, "at": at, "person": str(case), "signature": packed(signature), "topic": 0}
    )
    rows[AlikeKeyRow] += [{"pair": pair, "case_id": case} for pair in signature.sought()]


def _copied(table: Table, **instead: str) -> TextClause:
    names = [column.name for column in table.columns]
    key = "id" if "id" in names else "case_id"
    columns = ", ".join(instead.get(name, name) for name in names)
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    return text(f"{into} SELECT {columns} FROM {table.name} WHERE {key} >= :first")


OTHER = packed(Signature(dict.fromkeys(range(KEPT), KEPT**-0.5), frozenset()))
COPIES = [
    _copied(table_of(CaseRow), id="id - :back", number="'c' || (id - :back)"),
    _copied(table_of(AlikeRow), case_id="case_id - :back", signature=":other"),
    _copied(
        table_of(AlikeKeyRow),
        case_id="case_id - :back",
        pair="CASE WHEN (pair + :copy) % 3 = 0 THEN pair * 7 + :copy ELSE pair END",
    ),
]


def run(path: Path, kind: str, cases: int) -> None:
    """Prints the figures."""
    messages = read(path)
    with database(kind) as (_, url), TemporaryDirectory() as folder:
        house = open_house(
            from_environment({"HOTLINE_DATA": folder, "HOTLINE_DATABASE_URL": url}), lambda: NOW
        )
        filled, _ = timed(lambda: fill(house, messages, cases))
        with house.reading() as connection:
            keys = connection.scalar(select(func.count()).select_from(AlikeKeyRow))
            held = connection.scalar(select(func.count()).select_from(AlikeRow))
            scan, _ = timed(
                lambda: connection.scalar(select(func.count()).where(CaseRow.title.contains("搅拌站")))
            )
            took, found = [], 0
            for words in random.Random(1).sample(messages, min(ASKED, len(messages))):
                begun = time.perf_counter()
                found += bool(near(house, connection, words, NOW))
                took.append(1000 * (time.perf_counter() - begun))
        house.close()
    took.sort()
    p50, p99 = statistics.median(took), took[int(len(took) * 0.99) - 1]
    print(
        f"{kind}: {held} open cases, {keys} keys, filled in {filled:.0f} s; look-alikes p50 {p50:.1f} ms, "
        f"p99 {p99:.1f} ms, found for {found} of {len(took)}; one LIKE over the titles {1000 * scan:.0f} ms, "
        f"LIKE/p50 = {1000 * scan / p50:.0f}"
    )


if __name__ == "__main__":
    databases = sys.argv[2:3] or ["sqlite", "postgres"]
    for one in databases:
        run(Path(sys.argv[1]), one, int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000)
