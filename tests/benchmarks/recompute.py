"""A holiday notice over a full house: `python -m tests.benchmarks.recompute [sqlite|postgres] [open clocks]`.

That many open clocks, all of cases that reach into the new year: the time to foresee what moves and to recompute,
the memory it takes, and that a second pass finds nothing. Beside it a bare read of the same clocks, in the same run.
"""

import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import islice

from msgspec.structs import replace
from sqlalchemy import func, select

from cases.beside import case_row, clock_rows
from cases.bulk import insert_rows
from cases.database import open_database, writing
from cases.history import Event, facts_text
from cases.numbers import case_id, public_number
from cases.people import SYSTEM
from cases.procedure import File
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import Dispatch, Request
from cases.tables import CaseRow, ClockRow, EventRow, OutboxRow, PartyRow, table_of
from hotline.calendar import notices
from hotline.city.local import load_city
from hotline.house import open_house
from hotline.settings import from_environment
from tests.benchmarks.servers import database
from tests.benchmarks.sweep import CITY, timed
from tests.notice import LONGER

NOW = datetime(2026, 12, 30, 3, 0, tzinfo=UTC)
OPEN_EACH = 2  # a case that waits for its signature: that clock, and the handling behind it
CHUNK = 5_000
PARTY = {"phone_index": "", "phone_kind": "mobile", "name": None, "phone": None, "id_number": None, "address": None,
         "created_at": NOW}  # fmt: skip
PATTERNS = 500  # cases that differ; the others are like one of them but for the number


def pattern(n: int) -> File:
    """A work order of these days, sent on and not yet signed for."""
    at = NOW - timedelta(minutes=7 * n)
    asked = Request(kind="complaint", text="小区电梯坏了，物业一直没有修", channel="web", party=1)
    given = (("register", asked, at), ("dispatch", Dispatch(office=f"office{n % 60}"), at + timedelta(seconds=1)))
    events = tuple(
        Event(seq=seq, step=step, at=when, recorded_at=when, by=SYSTEM.id, facts=facts, digest="0" * 64)
        for seq, (step, facts, when) in enumerate(given, 1)
    )
    return File(id=1, number=public_number(1), procedure=PROCEDURES["work_order"], events=events)


def fill(url: str, cases: int) -> None:
    """The cases with everything beside them."""
    engine, city = open_database(url), load_city(CITY)
    made = [(file, case_row(file, city), clock_rows(file, city)) for file in map(pattern, range(PATTERNS))]
    ids = (case_id(NOW.date() - timedelta(days=day), n) for day in range(9, -1, -1) for n in range(1, 90_001))
    for first in range(0, cases, CHUNK):
        rows: dict[type, list[dict[str, object]]] = {CaseRow: [], PartyRow: [], EventRow: [], ClockRow: []}
        for n, case in enumerate(islice(ids, min(CHUNK, cases - first))):
            file, row, clocks = made[n % PATTERNS]
            rows[CaseRow].append({**row, "id": case, "number": public_number(case), "party": case})
            rows[ClockRow] += [{**clock, "case_id": case} for clock in clocks]
            rows[PartyRow].append({**PARTY, "id": case})
            for event in file.events:
                plain = {name: getattr(event, name) for name in ("seq", "step", "at", "recorded_at", "by", "digest")}
                rows[EventRow].append({"case_id": case, "facts": facts_text(event.facts), **plain})
        with writing(engine) as connection:
            for kind, some in rows.items():
                insert_rows(connection, table_of(kind), some)
    engine.dispose()


def run(kind: str, clocks: int) -> None:
    """Prints the figures."""
    with database(kind) as (data, url):
        fill(url, clocks // OPEN_EACH)
        moment = [NOW]
        house = open_house(from_environment({"HOTLINE_DATA": str(data), "HOTLINE_DATABASE_URL": url}), lambda: moment[0])
        open_ = select(ClockRow).where(ClockRow.stopped_at.is_(None))
        with house.reading() as connection:
            bare, rows = timed(lambda: sum(1 for _ in connection.execute(open_.execution_options(yield_per=10_000))))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        looked, tally = timed(lambda: notices.foresee(house, notices.plan_for(house, LONGER), lambda seen: None))
        load = notices.hand_in(house, LONGER, "measure", confirmed=True)
        moment[0] += timedelta(seconds=5)
        cpu = time.process_time()
        took, _ = timed(lambda: notices.work_on(house, lambda: True, lambda seen: None))
        cpu = time.process_time() - cpu
        done = notices.one(house, load)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with house.reading() as connection:
            told = connection.scalar(select(func.count()).select_from(OutboxRow))
        house.close()
    assert done.state == "done", done.state
    assert but_for_told(done.moved, 0) == but_for_told(tally, 0), "foreseen is what was done"
    print(f"{kind}: {rows} open clocks of {done.seen} cases: foreseen in {looked:.0f} s, recomputed in {took:.0f} s "
          f"({rows / took:.0f} clocks/s, {cpu:.0f} s of this process's CPU), {done.moved.clocks} moved, {told} messages owed; bare read {bare:.1f} s, "
          f"recompute/bare = {took / bare:.1f}; memory {before // 1024} → {after // 1024} MB")


def but_for_told(tally: notices.Tally, told: int) -> notices.Tally:
    """The tally but for how many were told, which no preview knows."""
    return replace(tally, told=told)


if __name__ == "__main__":
    run((sys.argv[1:2] or ["sqlite"])[0], int((sys.argv[2:3] or ["1000000"])[0]))
