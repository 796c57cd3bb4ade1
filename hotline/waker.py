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

PAUSE = 0.2  # seconds between two rings: many requests, one job


class Waker:
    """One daemon thread that enqueues a delivery after `ring` was called, at most every `PAUSE` seconds."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._rung = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._run()), name="waker", daemon=True).start()

    def ring(self) -> None:
        """Asks for a delivery soon; returns at once, from any thread."""
        self._rung.set()

    async def _run(self) -> None:
        while True:
            await asyncio.to_thread(self._rung.wait)
            self._rung.clear()
            with contextlib.suppress(RedisError, OSError):
                await self._enqueue()
            await asyncio.sleep(PAUSE)

    async def _enqueue(self) -> None:
        settings = redis_settings(self._url, attempts=1)
        settings.conn_retries = 0
        pool = await create_pool(settings)
        try:
            await pool.enqueue_job("deliver", _job_id=f"deliver:{int(time.time())}")
        finally:
            await pool.aclose()
