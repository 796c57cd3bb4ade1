"""The worker: arq wakes it each minute, at the next due moment, and when something waits to be delivered.

The queue carries no truth. A job says only "look now"; what is due and what was told stands in the database,
so a lost, doubled or killed job costs at most the time to the next tick. While Redis is away the worker
looks by itself.
"""

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from arq import cron
from arq.connections import ArqRedis, RedisSettings
from arq.worker import Worker
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout
from sqlalchemy import func, select

from cases import alerts, indexing
from cases.consequences import take_consequences
from cases.tables import ClockRow
from hotline import logs, unclaimed
from hotline.alike.index import catch_up
from hotline.alike.topic_keeper import gather_new
from hotline.calendar import notices
from hotline.channels.parts import UNTAKEN, join_late
from hotline.delivery import deliver as deliver_waiting
from hotline.figures.keeper import keep_up
from hotline.house import House, open_house
from hotline.knowledge import norms
from hotline.problems import Problem
from hotline.rules.rehearsing import run_waiting
from hotline.search.finding import room_of
from hotline.settings import Settings

log = logging.getLogger("hotline.worker")

AHEAD = timedelta(minutes=2)  # a due moment nearer than this gets a job of its own
JOB_SECONDS = 120  # after a kill -9 arq runs a job again only this much later; the next tick is sooner
FOLLOWS = 60.0  # seconds a job goes on with a holiday notice; the next tick goes on from there
AGAIN = 3.0  # seconds between two tries to reach a queue that is away
AWAY = (RedisError, OSError, RedisTimeout)
BREAKS = (*UNTAKEN, Problem)  # what one task of a round may break on without harm to the others
_following = threading.Lock()


def look(house: House) -> dict[str, int]:
    """One round: consequences taken, rungs claimed, people told. Safe to run anywhere, any number of times; a task that
    breaks is in the log, counts 0, and keeps none of the others."""
    now = house.now()
    tasks: dict[str, Callable[[], int]] = {
        "consequences": lambda: take_consequences(house.ledger, now),
        "joined": lambda: join_late(house),
        "claimed": lambda: alerts.sweep(house.engine, house.city, now),
        "told": lambda: alerts.tell(house.engine, house.city, now),
        "lapsing": lambda: norms.warn(house),
    }
    return {name: _apart(name, task) for name, task in tasks.items()}


def _apart(name: str, task: Callable[[], int | None]) -> int:
    try:
        return task() or 0
    except BREAKS:
        log.exception("%s failed; the next round tries again", name)
        return 0


async def sweep(ctx: dict[str, Any]) -> dict[str, int]:
    """arq job: one round, then a job at the next due moment and one for the delivery."""
    house: House = ctx["house"]
    done = await asyncio.to_thread(look, house)
    await _wake_at_next_rung(ctx["redis"], house)
    await deliver(ctx)
    return done


async def deliver(ctx: dict[str, Any]) -> int:
    """arq job: sends what waits in the outbox until nothing is left."""
    return await asyncio.to_thread(deliver_all, ctx["house"])


async def follow_calendar(ctx: dict[str, Any]) -> None:
    """arq job: takes a holiday notice further through the cases, if one is under way."""
    await asyncio.to_thread(follow, ctx["house"], FOLLOWS)


async def compare(ctx: dict[str, Any]) -> int:
    """arq job: makes new cases findable by what they say, and gathers them in topics."""
    return await asyncio.to_thread(compare_all, ctx["house"])


async def rehearse(ctx: dict[str, Any]) -> int:
    """arq job: replays past requests through the drafts that wait for it, for one turn."""
    return await asyncio.to_thread(run_waiting, ctx["house"])


async def index(ctx: dict[str, Any]) -> int:
    """arq job: what was written since is found by the search."""
    return await asyncio.to_thread(index_new, ctx["house"])


async def count(ctx: dict[str, Any]) -> int:
    """arq job: the figures catch up with the cases."""
    return await asyncio.to_thread(keep_up, ctx["house"])


async def tidy(ctx: dict[str, Any]) -> int:
    """arq job: files that never became part of a case are taken away."""
    return await asyncio.to_thread(unclaimed.tidy, ctx["house"])


JOBS = [sweep, deliver, follow_calendar, compare, rehearse, index, count, tidy]


def index_new(house: House) -> int:
    """One round of the search's catching up."""
    return indexing.catch_up(room_of(house), house.now())


def compare_all(house: House) -> int:
    """One round of both; how many cases were taken further."""
    return catch_up(house) + gather_new(house)


def follow(house: House, seconds: float) -> None:
    """Goes on with the notice under way for a while; one thread of a process at a time."""
    until = time.monotonic() + seconds
    if _following.acquire(blocking=False):
        try:
            notices.work_on(house, lambda: time.monotonic() < until, lambda seen: None)
        finally:
            _following.release()


def deliver_all(house: House) -> int:
    """Sends what waits, batch by batch."""
    sent = 0
    while batch := deliver_waiting(house):
        sent += batch
    return sent


async def _wake_at_next_rung(queue: ArqRedis, house: House) -> None:
    """A job at the moment the next rung is reached, if that is before the tick after next."""
    at = await asyncio.to_thread(_next_rung, house)
    if at is not None and at - house.now() < AHEAD:
        await queue.enqueue_job("sweep", _job_id=f"sweep:{at.isoformat()}", _defer_until=at)


def _next_rung(house: House) -> datetime | None:
    with house.reading() as connection:
        return connection.scalar(select(func.min(ClockRow.next_at)).where(ClockRow.next_at > house.now()))


def redis_settings(url: str, attempts: int = 4) -> RedisSettings:
    """arq's settings for `redis://…` or `unix:///…`, made to survive a restart of the server."""
    found = RedisSettings(unix_socket_path=url.removeprefix("unix://"))
    if not url.startswith("unix://"):
        found = RedisSettings.from_dsn(url)
    found.conn_timeout = 2
    found.conn_retries, found.conn_retry_delay = 2, 1
    found.retry_on_timeout = True
    found.retry_on_error = [RedisError, OSError]
    found.retry = Retry(ExponentialBackoff(cap=1, base=0.1), attempts)
    return found


def make_worker(house: House, url: str) -> Worker:
    """The arq worker over an opened house."""
    return Worker(
        functions=JOBS,
        cron_jobs=[
            cron(sweep, second=0, timeout=JOB_SECONDS),
            cron(deliver, second={10, 20, 30, 40, 50}, timeout=JOB_SECONDS),
            cron(rehearse, second={5, 15, 25, 35, 45, 55}, timeout=JOB_SECONDS),
            cron(follow_calendar, second=set(range(5, 60, 5)), timeout=JOB_SECONDS),
            cron(compare, second=set(range(3, 60, 5)), timeout=JOB_SECONDS),
            cron(index, second=set(range(1, 60, 3)), timeout=JOB_SECONDS),
            cron(tidy, hour=3, minute=17, second=30, timeout=JOB_SECONDS),
            cron(count, second=set(range(7, 60, 10)), timeout=JOB_SECONDS),
        ],
        redis_settings=redis_settings(url),
        ctx={"house": house},
        max_jobs=4,
        job_timeout=JOB_SECONDS,
        keep_result=0,  # a result that is kept would block the next job of the same id
        poll_delay=0.2,
        health_check_interval=10,
        handle_signals=False,
    )


def run(settings: Settings) -> None:
    """Works until told to stop; outlives its Redis."""
    logs.configure(whole_process=True)
    house = open_house(settings)
    house.shelf.watch(house.now)
    house.elsewhere.watch()
    try:
        asyncio.run(_work(house, settings.redis_url))
    finally:
        house.close()


async def _work(house: House, url: str) -> None:
    """Looks, then lets arq do the waking; whenever the queue fails, looks again and tries it anew."""
    stopping = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    while not stopping.is_set():
        await _look_alone(house)
        try:
            await _until(stopping, make_worker(house, url))
        except AWAY as error:
            log.warning("redis is away (%s): looking without it", type(error).__name__)
            await _pause(stopping)


async def _until(stopping: asyncio.Event, worker: Worker) -> None:
    """Runs `worker` until it fails or we are told to stop; jobs under way then are given back."""
    working = asyncio.create_task(worker.async_run())
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    working.cancel()
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await working
    finally:
        with contextlib.suppress(*AWAY):
            await worker.close()


async def _look_alone(house: House) -> None:
    """One round without the queue; each task apart."""
    await asyncio.to_thread(look, house)
    tasks: dict[str, Callable[[], int | None]] = {
        "delivery": lambda: deliver_all(house),
        "holiday notice": lambda: follow(house, AGAIN),
        "comparing": lambda: compare_all(house),
        "indexing": lambda: index_new(house),
        "figures": lambda: keep_up(house),
    }
    for name, task in tasks.items():
        await asyncio.to_thread(_apart, name, task)


async def _pause(stopping: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), timeout=AGAIN)
