"""Rings for the worker when something waits to be delivered, without making any request wait for Redis.

A ring is a courtesy: if Redis is away it is dropped, and the worker's own tick finds the work.
"""

import asyncio
import contextlib
import threading
import time

from arq.connections import create_pool
from redis.exceptions import RedisError

from hotline.worker import redis_settings

PAUSE = 1.0  # seconds between two rings: many requests, one job


class Waker:
    """One daemon thread that enqueues a delivery after `ring` was called, at most every `PAUSE` seconds."""

    def __init__(self, url: str) -> None:
        self._settings = redis_settings(url, attempts=1)
        self._settings.conn_retries = 0
        self._rung = threading.Event()
        threading.Thread(target=self._run, name="waker", daemon=True).start()

    def ring(self) -> None:
        """Asks for a delivery soon; returns at once, from any thread."""
        self._rung.set()

    def _run(self) -> None:
        while self._rung.wait():
            self._rung.clear()
            with contextlib.suppress(RedisError, OSError):
                asyncio.run(self._enqueue())
            time.sleep(PAUSE)

    async def _enqueue(self) -> None:
        pool = await create_pool(self._settings)
        try:
            await pool.enqueue_job("deliver", _job_id=f"deliver:{int(time.time())}")
        finally:
            await pool.aclose()
