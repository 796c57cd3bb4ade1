"""The main job on real input: every message of a CSV posted to the running service over its three channels.

`python -m tests.benchmarks.intake FILE.csv [sqlite|postgres] [processes]` posts all rows at sixteen connections, then
all of them again with the same keys, and counts: none lost, none doubled. Beside it, in the same run, a bare
insert of the same texts, one durable transaction each, by as many connections, and the same messages to `spike`, a slice
to the one and a slice to the other in turn, since a machine that others share is not as fast at one minute as at
the next.
"""

import asyncio
import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
from sqlalchemy import create_engine, func, select, text

from cases.database import open_database, writing
from cases.tables import CaseRow
from hotline import seed
from hotline.settings import Settings, from_environment
from hotline.sign_ins import PASSWORD
from tests.benchmarks.servers import cpu_seconds, database, wait_for, web

CONNECTIONS = 16
SLICE = 240  # messages posted to the one before the other has its turn: well under a second each
PORT, SPIKE_PORT = 8437, 8438


class Line:
    """One kept-alive connection that sends prepared requests and times each."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.failed: list[tuple[int, bytes]] = []

    async def work(self, requests: list[list[bytes]], port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while requests:
            for content in requests.pop():
                begun = time.perf_counter()
                writer.write(content)
                status, body = await self._answer(reader)
                self.took.append(time.perf_counter() - begun)
                if status not in (200, 201, 202, 204):
                    self.failed.append((status, body[:300]))
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 : lower.index(b"\r\n", at)]) if at >= 0 else 0
        return int(head[9:12]), await reader.readexactly(length) if length else b""


def http(method: str, path: str, body: dict[str, object] | None = None, **headers: str) -> bytes:
    content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
    if body is not None:
        lines.append("Content-Type: application/json")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def prepared(rows: list[dict[str, str]], token: str, cookie: str, csrf: str) -> list[list[bytes]]:
    """The requests of each message: by web, by SMS, or by telephone with the exchange's events around it."""
    made = []
    for n, row in enumerate(rows):
        phone, words, key = f"139{n:08d}", (row["detail"] or row["title"])[:9_900], row["id"]
        if n % 3 == 0:
            made.append([by_web(n, row)])
        elif n % 3 == 1:
            query = urlencode({"id": key, "from": phone, "to": "12345", "text": words, "token": token})
            made.append([http("GET", f"/sms?{query}")])
        else:
            made.append(by_phone(key, phone, row["title"], words, (token, cookie, csrf)))
    return made


def by_web(n: int, row: dict[str, str]) -> bytes:
    words = (row["detail"] or row["title"])[:9_900]
    body = {"kind": "complaint", "title": row["title"][:100], "text": words, "phone": f"139{n:08d}"}
    return http("POST", "/requests", body, Idempotency_Key=row["id"])


def by_phone(key: str, phone: str, title: str, words: str, proofs: tuple[str, str, str]) -> list[bytes]:
    token, cookie, csrf = proofs
    told = {"call": key, "caller": phone, "called": "12345", "agent": "agent"}
    body = {"kind": "complaint", "title": title[:100], "text": words, "phone": phone, "call": key}
    ring, answer, end = (
        http("POST", "/calls", {**told, "event": event}, Authorization=f"Bearer {token}")
        for event in ("ringing", "answered", "ended")
    )
    return [ring, answer, http("POST", "/requests", body, Cookie=cookie, X_CSRF_Token=csrf), end]


def signed_in() -> tuple[str, str]:
    """An agent's cookie and CSRF token, by signing in as a person would."""
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", follow_redirects=True) as client:
        page = client.get("/signin").text
        fields = {"login": "agent", "password": PASSWORD, "_csrf": _between(page, 'name="_csrf" value="', '"')}
        desk = client.post("/signin", data=fields, headers={"Accept": "text/html"})
        assert desk.status_code == 200, desk.text[:400]
        page = client.get("/desk").text
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        return cookie, _between(page, 'name="_csrf" value="', '"')


def _between(page: str, before: str, after: str) -> str:
    return page.split(before, 1)[1].split(after, 1)[0] if before in page else ""


async def post_all(requests: list[list[bytes]], port: int = PORT) -> tuple[float, Line]:
    """Everything over sixteen connections; the seconds it took and what came of it."""
    waiting, lines = list(reversed(requests)), [Line() for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    await asyncio.gather(*(line.work(waiting, port) for line in lines))
    took, all_ = time.perf_counter() - begun, Line()
    for line in lines:
        all_.took += line.took
        all_.failed += line.failed
    return took, all_


def bare(url: str, rows: list[dict[str, str]]) -> float:
    """Rows a second of a bare durable insert of the same texts, one transaction each, sixteen at a time."""
    engine = open_database(url, readers=CONNECTIONS)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE bare (id BIGINT, body TEXT)"))

    def put(n: int) -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO bare VALUES (:n, :body)"), {"n": n, "body": rows[n]["detail"]})

    begun = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(put, range(len(rows))))
    took = time.perf_counter() - begun
    engine.dispose()
    return len(rows) / took


@contextmanager
def spike(url: str) -> Iterator[int]:
    """`tests.benchmarks.spike` as a service of its own; its process."""
    command = [sys.executable, "-m", "tests.benchmarks.spike", url, str(SPIKE_PORT)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as service:
        try:
            wait_for(f"http://127.0.0.1:{SPIKE_PORT}/")
            yield service.pid
        finally:
            service.terminate()


class Tally:
    """What one service did with all that was posted to it."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid, self.took, self.cpu = port, pid, 0.0, 0.0
        self.line = Line()

    def post(self, requests: list[list[bytes]]) -> None:
        """Posts them all and waits for every answer."""
        before = cpu_seconds(self.pid)
        took, line = asyncio.run(post_all(requests, self.port))
        self.took += took
        self.cpu += cpu_seconds(self.pid) - before
        self.line.took += line.took
        self.line.failed += line.failed

    @property
    def a_second(self) -> float:
        """Requests answered a second."""
        return len(self.line.took) / self.took

    def __str__(self) -> str:
        times, sent = sorted(self.line.took), len(self.line.took)
        return (f"{self.a_second:.0f} requests/s, p50 {1000 * times[sent // 2]:.1f} ms, "
                f"p99 {1000 * times[sent * 99 // 100]:.1f} ms, {1000 * self.cpu / sent:.2f} CPU ms a request")  # fmt: skip


def count(url: str) -> tuple[int, dict[str, int]]:
    """How many cases there are, and how many each office has (empty: triage)."""
    with create_engine(url).connect() as connection:
        total = connection.scalar(select(func.count()).select_from(CaseRow)) or 0
        by_office = connection.execute(select(CaseRow.office, func.count()).group_by(CaseRow.office))
        return total, dict(by_office.all())  # type: ignore[arg-type]


def run(path: Path, kind: str, processes: int) -> None:
    """Prints the figures."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with database(kind) as (data, url):
        seed.seed_if_empty(from_environment({"HOTLINE_DATA": str(data), "HOTLINE_DATABASE_URL": url}))
        plain = bare(url, rows)
        with spike(url) as least, web(data, url, PORT, processes) as (settings, service):
            measured(rows, settings, Tally(PORT, service.pid), Tally(SPIKE_PORT, least), plain)


def measured(rows: list[dict[str, str]], settings: Settings, house: Tally, least: Tally, plain: float) -> None:
    """Prints what became of the messages, and what they cost beside the spike and `plain` inserts a second."""
    cookie, csrf = signed_in()
    held, theirs = count(settings.database_url)  # the demonstration's
    requests = prepared(rows, settings.channel_token(), cookie, csrf)
    posts = [[by_web(n, row)] for n, row in enumerate(rows)]
    for n in range(0, len(rows), SLICE):
        house.post(requests[n : n + SLICE])
        least.post(posts[n : n + SLICE])
    made, offices = count(settings.database_url)
    again = Tally(PORT, house.pid)
    again.post(list(requests))
    still, _ = count(settings.database_url)
    assert not least.line.failed, least.line.failed[:2]
    refused, cases = house.line.failed, len(rows) / house.took
    print(f"{len(rows)} messages, {len(house.line.took)} requests: {made - held} cases, {len(refused)} refused {refused[:2]}")
    print(f"the house: {house}; {cases:.0f} cases/s, {1000 * house.cpu / len(rows):.2f} CPU ms a case")
    print(f"replayed with the same keys: {still - held} cases, {len(again.line.failed)} refused; {again}")
    print(f"the spike: {least}; a bare insert: {plain:.0f} rows/s")
    print(f"requests/spike {house.a_second / least.a_second:.2f}, cases/spike {cases / least.a_second:.2f}, "
          f"cases/bare {cases / plain:.2f}")  # fmt: skip
    for office, n in sorted(offices.items(), key=lambda item: -item[1]):
        print(f"  {n - theirs.get(office, 0):5d} {office or '（人工派单）'}")


if __name__ == "__main__":
    run(Path(sys.argv[1]), (sys.argv[2:3] or ["sqlite"])[0], int((sys.argv[3:4] or ["1"])[0]))
