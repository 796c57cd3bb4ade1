"""The sweep: `python -m tests.benchmarks.sweep [sqlite|postgres] [clocks] [reached]`.

That many open clocks, some of them with a rung just reached: the time until all alerts are claimed, that a
second sweep claims none, and the time to tell. Beside it a bare read of the reached rows in the same run.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from cases import alerts
from cases.bulk import insert_rows
from cases.database import open_database, writing
from cases.numbers import case_id, public_number
from cases.tables import AlertRow, CaseRow, ClockRow, table_of
from hotline.city.local import load_city
from tests.benchmarks.servers import database

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
CITY = Path(__file__).parents[2] / "hotline" / "city"
CHUNK = 10_000


def fill(url: str, clocks: int, reached: int) -> None:
    """Cases with one open clock each; of the first `reached` the rung `half` lies a moment back."""
    engine, city = open_database(url), load_city(CITY)
    for first in range(0, clocks, CHUNK):
        cases, rows = [], []
        for n in range(first, min(clocks, first + CHUNK)):
            case = case_id(NOW.date() - timedelta(days=n // 90_000), n % 90_000 + 1)
            at = NOW - timedelta(seconds=1) if n < reached else NOW + timedelta(days=1)
            cases.append(_case(case, n))
            rows.append(_clock(case, n, at, city.calendar.end_of(NOW.date() + timedelta(days=3))))
        with writing(engine) as connection:
            insert_rows(connection, table_of(CaseRow), cases)
            insert_rows(connection, table_of(ClockRow), rows)
    engine.dispose()


def _case(case: int, n: int) -> dict[str, object]:
    plain = {column.name: "" for column in table_of(CaseRow).columns if not column.nullable}
    return plain | {
        "id": case, "number": public_number(case), "procedure": "work_order", "stage": "in_hand", "ended": False,
        "kind": "complaint", "urgent": False, "channel": "web", "topic": "", "street": "", "title": "测量",
        "office": f"office{n % 60}", "in_charge": f"user:{n % 600}", "party": case, "merged_into": "",
        "opened_at": NOW, "changed_at": NOW, "promised_at": None, "promised_day": None, "seq": 2,
    }  # fmt: skip


def _clock(case: int, n: int, at: datetime, due: datetime) -> dict[str, object]:
    return {
        "case_id": case, "clock": "wo.handle", "key": "", "started_by": 2,
        "started_at": due - 2 * (due - at),  # so that the rung `half` is at `at`
        "due_at": due, "due_day": due.date(), "provisional": False, "binds": "office",
        "office": f"office{n % 60}", "stopped_at": None, "watched": True, "rung": "half", "next_at": at,
    }  # fmt: skip


def run(kind: str, clocks: int, reached: int) -> None:
    """Prints the figures."""
    with database(kind) as (_, url):
        fill(url, clocks, reached)
        engine, city = open_database(url), load_city(CITY)
        with engine.connect() as connection:
            bare, _ = timed(lambda: connection.execute(select(ClockRow).where(ClockRow.next_at <= NOW)).all())
        swept, claimed = timed(lambda: alerts.sweep(engine, city, NOW))
        again, none = timed(lambda: alerts.sweep(engine, city, NOW))
        told, messages = timed(lambda: alerts.tell(engine, city, NOW))
        with engine.connect() as connection:
            rows = connection.scalar(select(func.count()).select_from(AlertRow))
        engine.dispose()
    print(f"{kind}: {clocks} open clocks, {reached} reached: {claimed} claimed in {swept:.2f} s ({rows} rows); "
          f"second sweep {none} in {1000 * again:.1f} ms; {messages} messages in {told:.2f} s; "
          f"bare read of the reached rows {bare:.2f} s, sweep/bare = {swept / bare:.0f}")


def timed(do):  # type: ignore[no-untyped-def]  # whatever is measured keeps its own type
    begun = time.perf_counter()
    found = do()
    return time.perf_counter() - begun, found


if __name__ == "__main__":
    run((sys.argv[1:2] or ["sqlite"])[0], *(int(n) for n in (sys.argv[2:4] or ["100000", "10000"])))
