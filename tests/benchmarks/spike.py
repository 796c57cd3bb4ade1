"""The least that could be called taking a request in, to measure the house against: one post becomes a case row,
an event, a key and an owed receipt in one durable transaction, and nothing is explained, timed, sealed or proved.

The same server, the same decoding, telephone numbers and words looked for, the same way of committing what
queued meanwhile together; no rules, no clocks, no personal data kept apart, no digests, one page of code.
`python -m tests.benchmarks.spike sqlite:///… PORT`
"""

import asyncio
import queue
import sqlite3
import sys
import threading
from typing import Any

import msgspec
import phonenumbers
import psycopg
import uvicorn
from litestar import Litestar, Request, Response, post

from routing import load

TABLES = {
    "spike_cases": ("number bigint PRIMARY KEY", "kind text", "office text", "phone text"),
    "spike_events": ("number bigint PRIMARY KEY", "step text", "facts text"),
    "spike_keys": ("key text PRIMARY KEY", "number bigint"),
    "spike_outbox": ("number bigint PRIMARY KEY", "template text", "state text"),
}
Item = tuple[tuple[tuple[Any, ...], ...], asyncio.Future[None]]


class Posted(msgspec.Struct):
    """The same body as the house takes."""

    kind: str
    text: str
    title: str = ""
    phone: str = ""


class Writer(threading.Thread):
    """Commits what queued while the last commit ran, four statements a transaction."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self.sqlite = url.startswith("sqlite")
        place = url.removeprefix("sqlite:///") if self.sqlite else url.replace("+psycopg", "")
        self.connection: Any = (
            sqlite3.connect(place, check_same_thread=False) if self.sqlite else psycopg.connect(place)
        )
        if self.sqlite:
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=FULL")
        for table, columns in TABLES.items():
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")
            self.connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        self.connection.commit()

    def run(self) -> None:
        while True:
            items = [self.queue.get()]
            while not self.queue.empty():
                items.append(self.queue.get())
            for table, rows in zip(TABLES, zip(*(rows for rows, _ in items), strict=True), strict=True):
                self._insert(table, rows)
            self.connection.commit()
            loop = items[0][1].get_loop()
            loop.call_soon_threadsafe(lambda done: [answer.set_result(None) for _, answer in done], items)

    def _insert(self, table: str, rows: tuple[tuple[Any, ...], ...]) -> None:
        if self.sqlite:
            self.connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
            return
        types = [column.split()[1] for column in TABLES[table]]
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        columns = [list(column) for column in zip(*rows, strict=True)]
        self.connection.execute(f"INSERT INTO {table} SELECT * FROM unnest({arrays})", columns)


def application(url: str) -> Litestar:
    book, writer, numbers = load(), Writer(url), iter(range(1, 10**9))
    writer.start()

    @post("/requests")
    async def submit(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        posted = msgspec.json.decode(await request.body(), type=Posted)
        phone = phonenumbers.parse(posted.phone, "CN")
        assert phonenumbers.is_valid_number(phone)
        told = phonenumbers.format_number(phone, phonenumbers.PhoneNumberFormat.E164)
        seen, number = book.lexicon.read(posted.title, posted.text, ""), next(numbers)
        office = book.lexicon.words[max(seen.times, key=seen.times.__getitem__)] if seen.times else ""
        rows = (
            (number, posted.kind, office, told),
            (number, "register", msgspec.json.encode(posted).decode()),
            (request.headers["Idempotency-Key"], number),
            (number, "receipt", "waiting"),
        )
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        writer.queue.put((rows, answer))
        await answer
        return Response({"number": number, "office": office})

    return Litestar([submit], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    uvicorn.run(application(sys.argv[1]), port=int(sys.argv[2]), loop="uvloop", http="httptools", access_log=False,
                log_level="warning")  # fmt: skip
