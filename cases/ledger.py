"""The only writer of cases: one thread that commits in batches.

What queued while the last commit ran goes out together in the next: one transaction, few statements. A
change that is refused falls out alone; one that loses a race is tried again by itself against what the
winner wrote. Nothing is answered before the commit, so what was acknowledged is on disk; all who wait on one
event loop are answered by one call into it, since waking it costs more than an answer does.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import sleep
from typing import Any

from msgspec import MsgspecError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cases.batch import Batch
from cases.changes import Change, Deed, Opening, Overloaded, Raced, Taking, Written
from cases.city import City
from cases.database import writing_on
from cases.parties import Vault
from cases.serials import Serials

MOST = 256  # changes in one transaction
WAITING = 20_000  # changes in the queue; beyond that new ones are turned away
LOOK, LOOKS = 0.002, 8  # seconds between two looks at a queue that grows, and how many at most
TRIES = 8  # of one change that keeps losing races

Answer = Future[Any] | asyncio.Future[Any]
Outcome = tuple[Answer, Any]  # who waits, and what is answered: a result, or an exception to be raised there
BROKEN = (
    SQLAlchemyError, MsgspecError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError,
    Raced, RuntimeError, TypeError, ValueError,
)  # fmt: skip  # whatever a change can break on is its own answer and not the end of the thread


class Ledger:
    """Takes changes from any thread, answers each with `Written`, `Refused` or what broke. `on_commit` is
    called after a commit that left something to be told, `on_batch` with the number of changes in each."""

    def __init__(self, engine: Engine, city: City, vault: Vault) -> None:
        self.engine, self.city, self.vault = engine, city, vault
        self.on_commit: Callable[[], None] = _nobody
        self.on_batch: Callable[[int], None] = _nobody
        self._queue: SimpleQueue[tuple[Change, Answer] | None] = SimpleQueue()
        self._serials = Serials(engine)
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many changes are in the queue."""
        return self._queue.qsize()

    def submit(self, change: Opening | Taking) -> Future[Written]:
        """Queues `change`; `Overloaded` when too much is waiting already."""
        answer: Future[Written] = Future()
        answer.set_running_or_notify_cancel()  # what is queued will be done: nobody can call it off
        self._put(change, answer)
        return answer

    def write(self, change: Opening | Taking) -> Written:
        """`submit` and wait; raises `Refused` when it may not be."""
        return self.submit(change).result()

    async def take(self, change: Opening | Taking) -> Written:
        """`write` for an event loop, which goes on meanwhile."""
        return await self._awaited(change)  # type: ignore[no-any-return]

    async def join(self, do: Callable[[Connection, Sequence[Any]], Sequence[Any]], item: Any) -> Any:
        """A small write that rides in the next commit with all others of its kind; answers what `do` says of
        `item`."""
        return await self._awaited(Deed(do, item))

    def close(self) -> None:
        """Writes what is queued and ends the thread."""
        self._queue.put(None)
        self._thread.join()

    async def _awaited(self, change: Change) -> Any:
        answer = asyncio.get_running_loop().create_future()
        self._put(change, answer)
        return await answer

    def _put(self, change: Change, answer: Answer) -> None:
        if self.waiting >= WAITING or not self._thread.is_alive():
            raise Overloaded
        self._queue.put((change, answer))

    def _run(self) -> None:
        going, answered = True, 0
        while going:
            expected = answered + self.waiting  # whoever was just answered asks again
            items = [self._queue.get()]
            if answered > 1:
                self._let_gather(expected - 1)
            while len(items) < MOST:
                try:
                    items.append(self._queue.get_nowait())
                except Empty:
                    break
            batch = [item for item in items if item is not None]
            going, answered = len(batch) == len(items), len(batch)
            if batch:
                self.on_batch(len(batch))
                _tell(self._commit(batch))

    def _let_gather(self, expected: int) -> None:
        """Under load, waits until the `expected` are here, or no more arrive: those who were answered together ask
        again together, and the first of them alone would cost a transaction and the interpreter's lock at every
        other step."""
        before = -1
        for _ in range(LOOKS):
            if not before < self.waiting < min(expected, MOST):
                return
            before = self.waiting
            sleep(LOOK)

    def _commit(self, batch: Sequence[tuple[Change, Answer]]) -> list[Outcome]:
        """All together; if anything at all goes wrong, each alone, so that one bad change harms no other."""
        try:
            written = self._together([change for change, _ in batch])
        except BROKEN:
            return [(answer, self._alone(change)) for change, answer in batch]
        return [(answer, outcome) for (_, answer), outcome in zip(batch, written, strict=True)]

    def _alone(self, change: Change) -> Any:
        for left in reversed(range(TRIES)):
            try:
                return self._together([change])[0]
            except (IntegrityError, Raced) as lost:  # the next try reads what the winner wrote
                if left == 0:
                    return lost
            except BROKEN as broken:
                return broken
        raise AssertionError("the last try answers")

    def _together(self, changes: Sequence[Change]) -> list[Any]:
        days = [self.city.calendar.day_of(c.at) for c in changes if isinstance(c, Opening)]
        ids = self._serials.take(days)
        with self.engine.connect() as connection:
            batch = Batch(connection, self.city, self.vault, iter(ids))
            batch.read(changes)
            decided = [None if isinstance(change, Deed) else batch.decide(change) for change in changes]
            with writing_on(connection):
                deeds = iter(_done(connection, [change for change in changes if isinstance(change, Deed)]))
                batch.draft.write(connection, self.city)
        if batch.draft.owes:
            self.on_commit()
        return [next(deeds) if outcome is None else outcome for outcome in decided]


def _done(connection: Connection, deeds: Sequence[Deed]) -> list[Any]:
    """What became of each deed; those of one kind are done together."""
    kinds: dict[Any, list[Any]] = {}
    for deed in deeds:
        kinds.setdefault(deed.do, []).append(deed.item)
    answers = {do: iter(do(connection, items)) for do, items in kinds.items()}
    return [next(answers[deed.do]) for deed in deeds]


def _nobody(*_: Any) -> None:
    """Nobody waits to hear of it."""


def _tell(outcomes: Sequence[Outcome]) -> None:
    """Answers threads at once, and each event loop by one call into it."""
    loops: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for answer, outcome in outcomes:
        if isinstance(answer, Future):
            _settle([(answer, outcome)])
        else:
            loops.setdefault(answer.get_loop(), []).append((answer, outcome))
    for loop, waiting in loops.items():
        with suppress(RuntimeError):  # the loop has ended, and with it whoever waited
            loop.call_soon_threadsafe(_settle, waiting)


def _settle(outcomes: Sequence[Outcome]) -> None:
    for answer, outcome in outcomes:
        if answer.done():  # whoever asked has gone away meanwhile
            continue
        if isinstance(outcome, Exception):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)
