"""Whether the house stands, for whoever keeps it running: alive, ready, and its figures.

Ready means that a request can be taken: without the database none can; without Redis all can, and only the
telling waits for the worker's own tick. So a missing Redis is said, and is no reason to turn people away.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import redis
from litestar import Request, Response, get
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from cases.tables import AlertRow, OutboxRow
from hotline import migrate
from hotline.house import House

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
PATIENCE = 0.5  # seconds for Redis to answer
DOWN = {
    "database": "数据库无法使用，不能受理",
    "migrations": "数据表还没有升级到本版，请执行 hotline migrate",
    "redis": "队列无法使用：受理照常，提醒与投递由后台进程按时自行查看",
}


class Metrics:
    """The figures of one process: what was asked of it, and at scrape time what waits in the house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "hotline_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "hotline_request_seconds",
            "Time to answer",
            ["method", "route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._batches = Histogram(
            "hotline_ledger_batch", "Changes written in one transaction", buckets=BATCHES, registry=self.registry
        )
        house.ledger.on_batch = self._batches.observe
        self.registry.register(self)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request answered. `route` is the template, never the address that was asked."""
        self._requests.labels(method, route, str(status)).inc()
        if not route.endswith("/events"):  # open as long as its page is
            self._seconds.labels(method, route).observe(seconds)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing before the first scrape: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What waits. A database that is down is said by a figure and leaves the rest standing."""
        up = 1
        try:
            with self.house.reading() as connection:
                yield from _waiting(connection)
        except SQLAlchemyError:
            up = 0
        yield GaugeMetricFamily("hotline_database_up", "Whether the database answers", up)
        queued = self.house.ledger.waiting
        yield GaugeMetricFamily("hotline_ledger_queue", "Changes waiting for the ledger", queued)


@get("/health/live", sync_to_thread=False, tags=["health"])
def live() -> dict[str, str]:
    """进程是否存活。"""
    return {"status": "ok"}


@get("/health/ready", sync_to_thread=True, tags=["health"])
def ready(request: Request[Any, Any, Any], house: House) -> Response[dict[str, Any]]:
    """能否受理；`checks` 指明哪一部分不可用。Redis 不可用时仍可受理，`status` 为 degraded。"""
    state = request.app.state
    up = {"database": _database(house), "migrations": True, "redis": _redis(house.settings.redis_url)}
    if up["database"] and not state.get("migrated"):
        up["migrations"] = state["migrated"] = not migrate.pending(house.settings.database_url)
    can = up["database"] and up["migrations"]
    body = {
        "status": "down" if not can else "ok" if up["redis"] else "degraded",
        "checks": {name: "ok" if is_up else "down" for name, is_up in up.items()},
        "detail": [DOWN[name] for name, is_up in up.items() if not is_up],
    }
    return Response(body, status_code=200 if can else 503, headers={"Cache-Control": "no-store"})


@get("/metrics", sync_to_thread=True, include_in_schema=False)
def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Prometheus 指标：仅限本机或持通道令牌者。"""
    found: Metrics = request.app.state.metrics
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)


def _waiting(connection: Connection) -> Iterator[GaugeMetricFamily]:
    waiting = select(OutboxRow.state, func.count()).where(OutboxRow.state.in_(("waiting", "sending", "dead")))
    counts = dict(connection.execute(waiting.group_by(OutboxRow.state)).all())
    outbox = GaugeMetricFamily("hotline_outbox", "Messages by state", labels=["state"])
    for state in ("waiting", "sending", "dead"):
        outbox.add_metric([state], counts.get(state, 0))
    yield outbox
    unseen = connection.scalar(select(func.count()).select_from(AlertRow).where(AlertRow.seen_at.is_(None)))
    yield GaugeMetricFamily("hotline_alerts_open", "Alerts that nobody has seen yet", unseen or 0)


def _database(house: House) -> bool:
    try:
        with house.reading() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _redis(url: str) -> bool:
    queue = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        return bool(queue.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        queue.close()


ROUTES = [live, ready, metrics]
