"""The desks' pages over a full house: `python -m tests.benchmarks.pages [sqlite|postgres] [cases]`.

The demonstration's cases, copied with everything beside them until there are that many, nineteen in twenty of
them ended. Every page that a role may open by its bare address, and a case, is asked for again and again over
HTTP: milliseconds, weight, and how many statements it makes, at a hundredth of the cases and at all of them.
Beside each, in the same run, the bare answer of /health/live.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import httpx
from litestar.testing import TestClient
from sqlalchemy import Connection, Table, event, func, select, text

from cases.bulk import insert_rows
from cases.numbers import case_id, public_number
from cases.search_tables import SearchRow
from cases.tables import AlertRow, CaseOfficeRow, CaseRow, ClockRow, EventRow, PartyRow, table_of
from hotline import seed
from hotline.app import create_app
from hotline.house import House, open_house
from hotline.matrix import MATRIX
from hotline.settings import from_environment
from hotline.sign_ins import PASSWORD
from tests.benchmarks.servers import database, web

PORT = 8439
BESIDE = (PartyRow, EventRow, ClockRow, CaseOfficeRow, AlertRow)
OPEN_EACH = 20  # one of so many copies is of an open case
CHUNK, TIMES = 2_000, 40
ROLES = ("agent", "housing", "housing-chief", "supervisor", "legal", "mediator", "admin", "auditor")
NOT_A_PAGE = ("/events", "/preview", "/fragment", ".ics", ".xlsx", ".docx", "/static/", "/schema", "/metrics")
Rows = dict[Table, list[dict[str, object]]]


def demonstration(connection: Connection) -> list[Rows]:
    """Each of the demonstration's cases with what stands beside it."""
    cases: dict[int, Rows] = {}
    for row in connection.execute(select(table_of(CaseRow))).mappings():
        cases[row["id"]] = {table_of(CaseRow): [dict(row)]}
    for kind in BESIDE:
        table = table_of(kind)
        key = "id" if kind is PartyRow else "case_id"
        for row in connection.execute(select(table)).mappings():
            if row[key] in cases:
                cases[row[key]].setdefault(table, []).append(dict(row))
    return list(cases.values())


def copies(patterns: list[Rows]) -> Iterator[Rows]:
    """Copies without end, of open and ended cases in their share, over the last two years."""
    ended = [one for one in patterns if one[table_of(CaseRow)][0]["ended"]]
    open_ = [one for one in patterns if not one[table_of(CaseRow)][0]["ended"]]
    today, n = date.today(), 0  # noqa: DTZ011
    while True:
        n += 1
        days = 1 + n % 700 if n % OPEN_EACH else 1 + n % 10
        source = ended[n % len(ended)] if n % OPEN_EACH else open_[n // OPEN_EACH % len(open_)]
        yield _copied(source, case_id(today - timedelta(days=days), 50_000 + n // 10), days, bool(n % OPEN_EACH))


def _copied(source: Rows, case: int, days: int, back: bool) -> Rows:
    made: Rows = {}
    for table, rows in source.items():
        for row in rows:
            told = {name: value for name, value in row.items() if not (table.name == "alerts" and name == "id")}
            if "case_id" in told:
                told["case_id"] = case
            if table.name in ("cases", "parties"):
                told["id"] = case
            if table.name == "cases":
                told |= {"number": public_number(case), "party": case}
                told["opened_at"] = row["opened_at"] - timedelta(days=days) if back else row["opened_at"]  # type: ignore[operator]
            made.setdefault(table, []).append(told)
    return made


def fill(house: House, copied: Iterator[Rows], cases: int) -> None:
    """So many more of `copied`."""
    for first in range(0, cases, CHUNK):
        together: Rows = {}
        for one in islice(copied, min(CHUNK, cases - first)):
            for table, rows in one.items():
                together.setdefault(table, []).extend(rows)
        with house.writing() as connection:
            for table in sorted(together, key=lambda table: table.name != "cases" and table.name != "parties"):
                insert_rows(connection, table, together[table])


def pages(house: House) -> list[tuple[str, str]]:
    """Each role with the addresses it may open as they stand, and a case of its own."""
    found = []
    for login in ROLES:
        role = {"housing": "handler", "housing-chief": "chief"}.get(login, login)
        for (method, path), rule in MATRIX.items():
            plain = "{" not in path and not any(part in path for part in NOT_A_PAGE)
            if method == "GET" and plain and isinstance(rule, frozenset) and role in rule:
                found.append((login, path))
    with house.reading() as connection:
        mine = select(CaseRow.number).join(CaseOfficeRow, CaseOfficeRow.case_id == CaseRow.id)
        housing = connection.scalar(mine.where(CaseOfficeRow.office == "housing", CaseRow.procedure == "work_order").limit(1))
    return [*found, ("housing", f"/cases/{housing}"), ("supervisor", f"/cases/{housing}"), ("supervisor", "/search?q=小区")]


def statements(house: House, asked: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How many statements each page makes, without the sign-in's own."""
    seen = [0]
    event.listen(house.engine, "before_cursor_execute", lambda *_: seen.__setitem__(0, seen[0] + 1))
    counted = {}
    with TestClient(create_app(house)) as client:
        for login in ROLES:
            _sign_in(client, login)
            for who, path in asked:
                if who == login:
                    client.get(path)
                    counted[who, path] = min(_counted(client, path, seen) for _ in range(3))
    return counted


def _counted(client: httpx.Client, path: str, seen: list[int]) -> int:
    """Statements of one request; the house's own beat may fall into it, so the least of several is taken."""
    seen[0] = 0
    client.get(path)
    return seen[0]


def _sign_in(client: httpx.Client, login: str) -> None:
    client.cookies.clear()
    form = client.get("/signin").text.split('name="_csrf" value="', 1)[1].split('"', 1)[0]
    told = {"login": login, "password": PASSWORD, "_csrf": form}
    answer = client.post("/signin", data=told, headers={"Accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:300]


def timed(client: httpx.Client, path: str) -> tuple[list[float], int, int]:
    """Milliseconds of each try, the weight in bytes, the status."""
    took, answer = [], client.get(path, headers={"Accept": "text/html"})
    for _ in range(TIMES):
        begun = time.perf_counter()
        answer = client.get(path, headers={"Accept": "text/html"})
        took.append(1000 * (time.perf_counter() - begun))
    return sorted(took), len(answer.content), answer.status_code


def run(kind: str, cases: int) -> None:
    """Prints the figures."""
    with database(kind) as (data, url):
        told = from_environment({"HOTLINE_DATA": str(data), "HOTLINE_DATABASE_URL": url})
        house = open_house(told)
        seed.seed(house)
        with house.reading() as connection:
            copied = copies(demonstration(connection))
        fill(house, copied, cases // 100)
        asked = pages(house)
        few = statements(house, asked)
        fill(house, copied, cases - cases // 100)
        with house.reading() as connection:
            held = connection.scalar(select(func.count()).select_from(CaseRow))
            open_ = connection.scalar(select(func.count()).where(~CaseRow.ended))
            indexed = connection.scalar(select(func.count()).select_from(SearchRow))
        if kind == "postgres":
            with house.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("VACUUM ANALYZE"))
        many = statements(house, asked)
        house.close()
        print(f"{kind}: {held} cases, {open_} of them open, {indexed} findable", flush=True)
        with web(data, url, PORT):
            _measure(asked, few, many)


def _measure(asked: list[tuple[str, str]], few: dict[tuple[str, str], int], many: dict[tuple[str, str], int]) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=120) as client:
        bare = statistics.median(timed(client, "/health/live")[0])
        for login in ROLES:
            _sign_in(client, login)
            for who, path in asked:
                if who != login:
                    continue
                took, weight, status = timed(client, path)
                p50, p99 = statistics.median(took), took[int(len(took) * 0.99) - 1]
                grew = "" if many[who, path] <= few[who, path] else "  MORE STATEMENTS"
                print(f"{status} {who:14} {path:28} p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  {p50 / bare:5.0f} × bare  "
                      f"{weight / 1024:5.0f} KB  {few[who, path]:3} → {many[who, path]:3} statements{grew}", flush=True)  # fmt: skip


if __name__ == "__main__":
    run((sys.argv[1:2] or ["sqlite"])[0], int((sys.argv[2:3] or ["100000"])[0]))
