"""A year in figures: `python -m tests.benchmarks.statistics [sqlite|postgres] [cases]`.

That many petitions of one year, written as the ledger leaves them (three to six events, two clocks), every
hundredth with a correction: the time for the year's tables, beside a bare read of the same events.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from cases.beside import case_row, clock_rows, office_rows
from cases.bulk import insert_rows
from cases.database import open_database, writing
from cases.history import FIRST_DIGEST, Correction, Event, facts_text, seal
from cases.numbers import case_id, public_number
from cases.procedure import File
from cases.procedures import PROCEDURES
from cases.procedures.petition_facts import Acceptance, Declining, Divert, Opinion, Petition
from cases.tables import CaseOfficeRow, CaseRow, ClockRow, EventRow, table_of
from hotline.city.local import load_city
from hotline.figures.statistics import Known, Sight, sections
from tests.benchmarks.servers import database

YEAR = 2026
CITY = Path(__file__).parents[2] / "hotline" / "city"
CHUNK = 5_000
OFFICES = ("housing", "urban", "police", "education", "hr")


def history(n: int) -> list[tuple[str, float, Any]]:
    """The steps of the `n`-th case: step, days after the opening, facts."""
    opened = [("register", 0.0, Petition(party=n, text="小区电梯坏了", received_by="agency", office=OFFICES[n % 5]))]
    if n % 10 == 0:
        return [*opened, ("decline", 3.0, Declining(ground="not_ours", text="不属于职责范围"))]
    if n % 10 == 1:
        return [*opened, ("divert", 5.0, Divert(path="justice", text="应当通过诉讼解决"))]
    taken = [*opened, ("accept", 4.0, Acceptance())]
    if n % 10 == 2:
        return taken
    answer = Opinion(result="explain", text="经查属实，已处理", basis="有关规定")
    told = [*taken, ("answer", 30.0 + n % 50, answer), ("serve_opinion", 82.0, None)]
    return [*told, ("correct", 83.0, Correction(seq=3, reason="写漏", facts={"result": "support"}))] if n % 100 == 3 else told


def filed(n: int, first: datetime) -> File:
    """The `n`-th case as a file, sealed."""
    procedure, opened = PROCEDURES["petition"], first + timedelta(minutes=5 * n % 500_000)
    case, before, events = case_id(opened.date(), n % 99_999 + 1), FIRST_DIGEST, []
    for seq, (step, days, facts) in enumerate(history(n), start=1):
        at = opened + timedelta(days=days)
        event = Event(seq=seq, step=step, at=at, recorded_at=at, by="user:1", facts=facts)
        before = seal(before, case, event, facts_text(facts))
        events.append(msgspec.structs.replace(event, digest=before))
    return File(id=case, number=public_number(case), procedure=procedure, events=tuple(events))


def fill(url: str, cases: int) -> None:
    """Writes the year."""
    engine, city = open_database(url), load_city(CITY)
    first = datetime(YEAR, 1, 1, 1, tzinfo=UTC)
    for start in range(0, cases, CHUNK):
        files = [filed(n, first) for n in range(start, min(cases, start + CHUNK))]
        rows = {
            CaseRow: [case_row(file, city) for file in files],
            EventRow: [_row(file, event) for file in files for event in file.events],
            ClockRow: [row for file in files for row in clock_rows(file, city)],
            CaseOfficeRow: [row for file in files for row in office_rows(file)],
        }
        with writing(engine) as connection:
            for table, made in rows.items():
                insert_rows(connection, table_of(table), made)
    engine.dispose()


def _row(file: File, event: Event) -> dict[str, Any]:
    names = ("seq", "step", "at", "recorded_at", "by", "digest")
    plain = {name: getattr(event, name) for name in names}
    return {"case_id": file.id, **plain, "facts": facts_text(event.facts)}


def run(kind: str, cases: int) -> None:
    """Prints the figures."""
    with database(kind) as (_, url):
        fill(url, cases)
        engine, city = open_database(url), load_city(CITY)
        known = Known(city.calendar, {})
        with engine.connect() as connection:
            bare, events = timed(lambda: len(connection.execute(select(EventRow)).all()))
            spent, found = timed(lambda: sections(connection, known, YEAR, "petition", Sight()))
            office, own = timed(lambda: sections(connection, known, YEAR, "petition", Sight("housing")))
        engine.dispose()
    figures = found[0].tally.figures
    print(f"{kind}: {cases} cases, {events} events: the year in {spent:.1f} CPU s ({figures['received']} received, "
          f"{figures['concluded']} concluded), one office's in {office:.1f} s ({own[0].tally.figures['received']}); "
          f"bare read of the events {bare:.1f} s, year/bare = {spent / bare:.1f}")  # fmt: skip


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    """How long this process worked for it, and what came of it: others on the machine have no say."""
    begun = time.process_time()
    found = do()
    return time.process_time() - begun, found


if __name__ == "__main__":
    run((sys.argv[1:2] or ["sqlite"])[0], int((sys.argv[2:3] or ["100000"])[0]))
