"""What the house writes down of its own running: JSON lines without personal data.

A line names the route, never the address with its query; long runs of digits and the parameters of a failed
statement are taken out of everything. The number in a line is the one an error page shows.
"""

import logging
import random
import re
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

LETTERS = "abcdefghjkmnpqrstuvwxyz"  # no digits: a number of ours is never taken for a telephone's
DIGITS = re.compile(r"\d(?:[ \-]?\d){6,}")
PARAMETERS = re.compile(r"\[parameters: .*?\](?=\n|$)", re.DOTALL)
QUIET = ("/health/", "/static/", "/schema/ui/")

log = structlog.get_logger("hotline")

Observe = Callable[[str, str, int, float], None]  # method, route, status, seconds


def redacted(text: str) -> str:
    """`text` without what may be somebody's: long digit runs, statement parameters."""
    text = PARAMETERS.sub("[parameters: …]", text)
    return DIGITS.sub(lambda found: "*" * len(found[0]), text)


class Lines:
    """A line on stderr as it is now, which is not for ever the one of the start."""

    def msg(self, line: bytes) -> None:
        """Writes one whole line."""
        sys.stderr.buffer.write(line + b"\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


def configure(*, whole_process: bool) -> None:
    """JSON lines on stderr; of the libraries too where the whole process is ours."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_json_bytes)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: Lines(),
        cache_logger_on_first_use=True,
    )
    if not whole_process:
        return
    others = logging.StreamHandler(sys.stderr)
    others.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared[:3],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.JSONRenderer(serializer=_json_text),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[others], force=True)


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The structlog step that takes personal data out of a line."""
    for name, value in event.items():
        if isinstance(value, str) and name != "at":
            event[name] = redacted(value)
    return event


class Watch:
    """Stands before the whole application: gives every request its number, every answer its headers, and
    tells afterwards what came of it."""

    def __init__(self, inner: ASGIApp, headers: Mapping[str, str], observe: Observe) -> None:
        self.inner, self.observe = inner, observe
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != ScopeType.HTTP:
            await self.inner(scope, receive, send)
            return
        number = scope["state"]["number"] = "".join(random.choices(LETTERS, k=8))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(number=number)
        began, status = time.perf_counter(), 499  # the client went away before an answer began

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name.lower() for name, _ in message["headers"]}
                missing = [pair for pair in self.headers if pair[0] not in given]
                message["headers"] = [*message["headers"], *missing, (b"x-request-id", number.encode())]
            await send(message)

        try:
            await self.inner(scope, receive, answer)
        finally:
            self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("path_template") or "-"  # an unknown address may hold anything
        method = str(scope.get("method", ""))
        self.observe(method, route, status, seconds)
        if status < 400 and route.startswith(QUIET):
            return
        line = {"number": number_of(scope), "method": method, "route": route, "status": status}
        line |= {"ms": round(seconds * 1000, 1), "level": "info", "at": datetime.now(UTC), "event": "request"}
        if seat := scope.get("user"):
            line["user"] = seat.user_id
        Lines().msg(_json_bytes(line))  # as it is: nothing here is to be redacted


def number_of(scope: Scope) -> str:
    """The number of a request, as its log lines and its error page carry it."""
    return str(scope["state"].get("number", ""))


def _json_bytes(event: Any, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)


def _json_text(event: Any, **_: Any) -> str:
    return _json_bytes(event).decode()
