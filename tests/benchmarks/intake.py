"""The main job on real input: every message of a CSV posted to the running service over its three channels.

`python -m tests.benchmarks.intake FILE.csv [sqlite|postgres] [processes]` posts all rows at sixteen connections, then
all of them again with the same keys, and counts: none lost, none doubled. Beside it, in the same run, a bare
insert of the same texts, one durable transaction each, by as many connections, and the same posts to `spike`, before
and after, since a machine that others share is not as fast at one minute as at the next.
"""

import asyncio
import csv
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
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


def spike(url: str, rows: list[dict[str, str]]) -> float:
    """Requests a second of `tests.benchmarks.spike`, the same posts by the same client."""
    command = [sys.executable, "-m", "tests.benchmarks.spike", url, str(SPIKE_PORT)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as service:
        try:
            wait_for(f"http://127.0.0.1:{SPIKE_PORT}/")
            before = cpu_seconds(service.pid)
            took, lines = asyncio.run(post_all([[by_web(n, row)] for n, row in enumerate(rows)], SPIKE_PORT))
            cpu = 1000 * (cpu_seconds(service.pid) - before) / len(rows)
        finally:
            service.terminate()
    assert not lines.failed, lines.failed[:2]
    print(f"spike: {len(rows) / took:.0f} requests/s, {cpu:.2f} CPU ms a request")
    return len(rows) / took


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
        plain, before = bare(url, rows), spike(url, rows)
        with web(data, url, PORT, processes) as (settings, service):
            a_second, sent = measured(rows, settings, service.pid)
        spiked = (before + spike(url, rows)) / 2
        cases = a_second * len(rows) / sent
        print(f"bare insert {plain:.0f} rows/s; cases/bare {cases / plain:.2f}; "
              f"requests/spike {a_second / spiked:.2f}, cases/spike {cases / spiked:.2f}")  # fmt: skip


def measured(rows: list[dict[str, str]], settings: Settings, pid: int) -> tuple[float, int]:
    """Prints what became of the messages; requests a second, and how many there were."""
    cookie, csrf = signed_in()
    held, theirs = count(settings.database_url)  # the demonstration's
    requests = prepared(rows, settings.channel_token(), cookie, csrf)
    before = cpu_seconds(pid)
    took, lines = asyncio.run(post_all(list(requests)))
    cpu = cpu_seconds(pid) - before
    made, offices = count(settings.database_url)
    again, twice = asyncio.run(post_all(list(requests)))
    still, _ = count(settings.database_url)
    times, sent = sorted(lines.took), len(lines.took)
    print(f"{len(rows)} messages, {sent} requests: {made - held} cases, {len(lines.failed)} refused {lines.failed[:2]}")
    print(f"replayed with the same keys: {still - held} cases, {len(twice.failed)} refused, {sent / again:.0f} requests/s")
    print(f"{sent / took:.0f} requests/s, {len(rows) / took:.0f} cases/s, p50 {1000 * times[sent // 2]:.1f} ms, "
          f"p99 {1000 * times[sent * 99 // 100]:.1f} ms, {1000 * cpu / sent:.2f} CPU ms a request, "
          f"{1000 * cpu / len(rows):.2f} a case")
    for office, n in sorted(offices.items(), key=lambda item: -item[1]):
        print(f"  {n - theirs.get(office, 0):5d} {office or '（人工派单）'}")
    return sent / took, sent


if __name__ == "__main__":
    run(Path(sys.argv[1]), (sys.argv[2:3] or ["sqlite"])[0], int((sys.argv[3:4] or ["1"])[0]))
