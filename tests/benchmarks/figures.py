"""The figures over a full house: `python -m tests.benchmarks.figures [sqlite|postgres] [cases]`.

That many work orders of a year, their marks and sums as the keeper leaves them: how long each page's reading takes
(median and worst of thirty) and how many statements; beside it the count of the month's marks one by one. Then the
keeper itself over some real ones.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import event, func, select, update

from cases.beside import case_row
from cases.bulk import insert_rows
from cases.database import open_database, writing
from cases.numbers import case_id, public_number
from cases.people import Actor, Role
from cases.tables import CaseRow, table_of
from hotline.accounts.seats import Seat
from hotline.city.local import load_city
from hotline.figures.cases import PAGE, behind, counted
from hotline.figures.figures import Sum, Wanted, sums
from hotline.figures.keeper import CELL, cells, keep_all
from hotline.figures.panels import panels, rates
from hotline.figures.report import report
from hotline.figures.tables import FigureCaseRow, FigureCountRow, FigureMarkRow
from hotline.house import House, open_house
from hotline.settings import from_environment
from tests.benchmarks import recompute
from tests.benchmarks.servers import database
from tests.benchmarks.sweep import CITY

LAST = date(2026, 11, 30)
DAYS, CHUNK, TIMES = 365, 5_000, 30
OFFICES, STREETS, TOPICS = 60, 16, 80
LEFT = ("received", "sent", "signed.ok", "handled.ok", "answered", "called.yes", "contacted", "solved", "closed")
REAL = 2_000  # cases with a history, for the keeper
NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)


def fill(url: str, cases: int) -> None:
    """The year: nine marks a case, some late, returned or called again; a tenth of all with one office."""
    engine, city = open_database(url), load_city(CITY)
    row = case_row(recompute.pattern(0), city)
    total: Counter[Any] = Counter()
    for first in range(0, cases, CHUNK):
        made: dict[type, list[dict[str, Any]]] = {CaseRow: [], FigureMarkRow: []}
        for n in range(first, min(cases, first + CHUNK)):
            opened = LAST - timedelta(days=n % DAYS)
            number = case_id(opened, n // DAYS + 1)
            where = {"office": f"office{n % OFFICES if n % 10 else 0}", "street": f"s{n % STREETS}", "topic": f"t{n % TOPICS}"}
            at = datetime(opened.year, opened.month, opened.day, 2, tzinfo=UTC)
            made[CaseRow].append({**row, **where, "id": number, "number": public_number(number), "opened_at": at})
            made[FigureMarkRow] += _marks(n, number, opened, where)
        with writing(engine) as connection:
            for kind, rows in made.items():
                insert_rows(connection, table_of(kind), rows)
        total.update(cells(made[FigureMarkRow]))
    summed = [{**dict(zip(CELL, cell, strict=True)), "n": n} for cell, n in total.items()]
    with writing(engine) as connection:
        insert_rows(connection, table_of(FigureCountRow), summed)
    engine.dispose()


def _marks(n: int, number: int, opened: date, where: dict[str, str]) -> list[dict[str, Any]]:
    left = [*LEFT, *(["returned"] if n % 15 == 0 else []), *(["repeat"] if n % 9 == 0 else [])]
    if n % 12 == 0:
        left[left.index("handled.ok")] = "handled.late"
    done = min(LAST, opened + timedelta(days=n % 7))
    return [
        {"case_id": number, "measure": name, "nth": 1, "day": opened if name in ("received", "sent", "repeat") else done,
         "length": (done - opened).days if name == "closed" else 0, "procedure": "work_order", **where}
        for name in left
    ]  # fmt: skip


def run(kind: str, cases: int) -> None:
    """Prints the figures."""
    with ExitStack() as stack:
        data, url = stack.enter_context(database(kind))
        fill(url, cases)
        settings = from_environment({"HOTLINE_DATA": str(data), "HOTLINE_DATABASE_URL": url})
        house = open_house(settings, lambda: NOW)
        stack.callback(house.close)
        if kind == "postgres":
            with house.engine.connect() as connection:
                connection.exec_driver_sql("ANALYZE")
                connection.commit()
        month = Wanted(first=LAST.replace(day=1), last=LAST)
        bare = [_timed(lambda: _one_by_one(house, month)) for _ in range(5)]
        print(f"{kind}: {cases} cases; the month's marks counted one by one {1000 * sorted(bare)[2]:.1f} ms")
        for name, do in _pages(house, month).items():
            print(f"  {name}: {_measured(house, do)}")
    _keeping(kind)


def _pages(house: House, month: Wanted) -> dict[str, Callable[[], Any]]:
    year = Wanted(first=date(2025, 12, 1), last=LAST)
    odd = Wanted(first=date(2026, 2, 7), last=date(2026, 9, 22))
    one = Wanted(first=month.first, last=month.last, office="office0")
    wide = Wanted(first=year.first, last=year.last, office="office0")
    seat = Seat(user_id=1, login="s", name="s", roles=frozenset({Role.SUPERVISOR}), office="", csrf="",
                actor=Actor("user:1", "s", frozenset({Role.SUPERVISOR})))  # fmt: skip
    return {
        "a month of the city": lambda: _page(house, month),
        "a year of the city": lambda: _page(house, year),
        "228 days from the middle of a month": lambda: _page(house, odd),
        "a month of the largest office": lambda: _page(house, one),
        "a year of the largest office": lambda: _page(house, wide),
        "the monthly report": lambda: _report(house, month),
        "the cases behind a month's figure": lambda: _cases(house, month, seat),
        "the cases behind a year's, page 40": lambda: _cases(house, year, seat, 40),
    }


def _page(house: House, wanted: Wanted) -> None:
    with house.reading() as connection:
        now, before = (sums(connection, one).get("", Sum()) for one in (wanted, wanted.before()))
        panels(connection, house, wanted)
    rates(now, before)


def _report(house: House, wanted: Wanted) -> None:
    with house.reading() as connection:
        report(connection, house, wanted, LAST)


def _cases(house: House, wanted: Wanted, seat: Seat, page: int = 1) -> None:
    with house.reading() as connection:
        counted(connection, wanted, "handled", seat)
        behind(connection, house, wanted, "handled", seat, slice(PAGE * (page - 1), PAGE * page))


def _one_by_one(house: House, wanted: Wanted) -> None:
    mark = FigureMarkRow
    with house.reading() as connection:
        of_it = select(mark.measure, func.count()).where(mark.day >= wanted.first, mark.day <= wanted.last)
        list(connection.execute(of_it.group_by(mark.measure)))


def _measured(house: House, do: Callable[[], Any]) -> str:
    sent: list[str] = []

    def note(*told: Any) -> None:
        sent.append(str(told[2]))

    event.listen(house.engine, "before_cursor_execute", note)
    do()
    event.remove(house.engine, "before_cursor_execute", note)
    took: Sequence[float] = sorted(_timed(do) for _ in range(TIMES))
    said = SimpleNamespace(p50=1000 * took[TIMES // 2], worst=1000 * took[-1])
    return f"p50 {said.p50:.1f} ms, worst {said.worst:.1f} ms, {len(sent)} statements"


def _keeping(kind: str) -> None:
    """The keeper over cases with histories: all at once, and one that changes."""
    with database(kind) as (data, url):
        recompute.fill(url, REAL)
        house = open_house(from_environment({"HOTLINE_DATA": str(data), "HOTLINE_DATABASE_URL": url}), lambda: NOW)
        whole = _timed(lambda: keep_all(house, lambda n: None))
        with house.writing() as connection:
            connection.execute(update(FigureCaseRow).values(seq=0))
        again = _timed(lambda: keep_all(house, lambda n: None))
        house.close()
    print(f"  kept: {REAL} cases counted in {whole:.1f} s, made anew in {again:.1f} s ({REAL / again:.0f} a second)")


def _timed(do: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


if __name__ == "__main__":
    run((sys.argv[1:2] or ["sqlite"])[0], int((sys.argv[2:3] or ["100000"])[0]))
