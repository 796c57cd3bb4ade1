"""The worker as it is run: real processes over a real Valkey, killed, flushed, restarted and left alone.

Whatever happens to queue and workers, at the end every rung that was reached has been claimed once and told
once, and every message has gone out once.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
import redis
from msgspec.structs import replace
from sqlalchemy import func, select

from cases.people import Role
from cases.periods import End
from cases.procedure import Refused
from cases.tables import AlertRow, ClockRow, OutboxRow
from hotline import embedded, waker, worker
from hotline.accounts.accounts import Account, add_user
from hotline.house import House, open_house
from hotline.loopback import Line
from hotline.settings import Settings
from hotline.worker import deliver_all
from tests.people import a_case, an_opening

CASES = 24


@pytest.fixture
def real(settings: Settings) -> Iterator[House]:
    """A house that lives in the real present, with people to tell."""
    house = open_house(settings)
    people = ((Role.HANDLER, "housing"), (Role.CHIEF, "housing"), (Role.SUPERVISOR, ""))
    with house.writing() as connection:
        for n, (role, office) in enumerate(people):
            account = Account(
                login=role.value, name=role.label, roles=frozenset({role}), office=office, phone=f"1390000000{n}"
            )
            add_user(connection, account, "a long enough Passw0rd", house.vault, house.now())
    yield house
    house.close()


@contextmanager
def working(settings: Settings, url: str, n: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`n` workers; whatever happened to them, none is left."""
    told = {**os.environ, "HOTLINE_DATA": str(settings.data), "HOTLINE_REDIS_URL": url}
    told["HOTLINE_DATABASE_URL"] = settings.database_url
    words = [sys.executable, "-m", "hotline", "worker"]
    workers = [subprocess.Popen(words, env=told) for _ in range(n)]
    try:
        yield workers
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(timeout=20)


def overdue_cases(house: House, n: int) -> None:
    """Cases of some weeks ago that nobody touched: their whole ladders are behind them."""
    then = house.now() - timedelta(days=30)
    answers = [house.ledger.submit(replace(an_opening(house), at=then, quiet=True)) for _ in range(n)]
    for answer in answers:
        answer.result()


def expected(house: House) -> Counter[tuple[int, str, str]]:
    """Every rung that the clocks say has been reached, worked out here and not by the sweep."""
    found: Counter[tuple[int, str, str]] = Counter()
    with house.reading() as connection:
        for row in connection.execute(select(ClockRow).where(ClockRow.stopped_at.is_(None), ClockRow.watched)):
            end = End(unrolled=row.due_day, due=row.due_day, moment=row.due_at, provisional=False)
            timed = row.clock == "wo.sign_for"
            for at, rung in house.city.climb(row.started_at, end, timed):
                if at <= datetime.now(UTC):
                    found[row.case_id, row.clock, rung.id] += 1
    return found


def claimed(house: House) -> Counter[tuple[int, str, str]]:
    with house.reading() as connection:
        rows = connection.execute(select(AlertRow.case_id, AlertRow.clock, AlertRow.rung))
        return Counter((case, clock, rung) for case, clock, rung in rows)


def untold(house: House) -> int:
    with house.reading() as connection:
        return connection.scalar(select(func.count()).where(AlertRow.told_by.is_(None))) or 0


def wait_for(what: Callable[[], bool], seconds: float = 45) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def told_once(house: House) -> None:
    """Every alert is carried by one message, and every message went out once. A row whose sender was killed
    waits for its lease; here the lease is let run out."""
    later = msgspec.structs.replace(house, now=lambda: datetime.now(UTC) + timedelta(days=4))
    deliver_all(later)
    with house.reading() as connection:
        rows = connection.execute(select(OutboxRow.id, OutboxRow.state, OutboxRow.error)).all()
    assert {row.state for row in rows} == {"sent"}, rows
    lines = (house.settings.data / "outgoing.jsonl").read_bytes().splitlines()
    sent = Counter(msgspec.json.decode(line, type=Line).outbox for line in lines)
    assert set(sent.values()) == {1}


def test_killed_flushed_and_doubled_every_rung_is_told_once(real: House, tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "queue")
    try:
        queue = redis.Redis(unix_socket_path=server.url.removeprefix("unix://"))
        for _ in range(3):
            overdue_cases(real, CASES // 3)
            with working(real.settings, server.url, 2) as workers:
                wait_for(lambda: claimed(real).total() > 0)
                workers[0].kill()
                queue.flushall()
                workers[1].kill()
        with working(real.settings, server.url, 2):
            wait_for(lambda: claimed(real) == expected(real) and untold(real) == 0)
    finally:
        server.stop()
    assert set(claimed(real).values()) == {1}
    told_once(real)


def test_without_redis_the_work_goes_on_and_nothing_is_told_twice(real: House, tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "queue")
    with working(real.settings, server.url, 2):
        overdue_cases(real, 4)
        wait_for(lambda: claimed(real) == expected(real))
        server.stop()
        overdue_cases(real, CASES)
        wait_for(lambda: claimed(real) == expected(real) and untold(real) == 0)
        server.start()
        overdue_cases(real, 4)
        wait_for(lambda: claimed(real) == expected(real) and untold(real) == 0, seconds=100)
    server.stop()
    assert set(claimed(real).values()) == {1}
    told_once(real)


def test_intake_does_not_wait_for_redis(real: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, released = Event(), Event()

    async def never(_: Any) -> Any:
        asked.set()
        released.wait()
        raise redis.RedisError

    monkeypatch.setattr(waker, "create_pool", never)
    real.ledger.on_commit = waker.Waker("unix:///nobody.sock").ring
    try:
        first = real.ledger.submit(an_opening(real))
        assert asked.wait(30)
        rest = [real.ledger.submit(an_opening(real)) for _ in range(50)]  # while Redis holds whoever asks it
        assert all(one.result(timeout=30).new for one in (first, *rest))
    finally:
        released.set()
    with real.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(OutboxRow)) == 51


def _broken(*_: Any) -> int:
    raise Refused("这个幂等键已经用于另一份内容不同的提交")


def test_a_task_that_breaks_keeps_none_of_the_others(
    house: House, now: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    a_case(house)
    now.forward(days=9)
    for name in ("take_consequences", "join_late"):
        monkeypatch.setattr(worker, name, _broken)
    assert worker.look(house)["claimed"] > 0
    assert [record.getMessage().split()[0] for record in caplog.records if record.exc_info] == ["consequences", "joined"]


def test_the_worker_outlives_a_round_in_which_everything_breaks(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[House] = []

    def keep_up(house: House) -> int:
        kept.append(house)
        return 1

    for name in ("join_late", "deliver_all", "follow", "compare_all", "index_new"):
        monkeypatch.setattr(worker, name, _broken)
    monkeypatch.setattr(worker, "keep_up", keep_up)
    asyncio.run(worker._look_alone(house))
    assert kept == [house]
