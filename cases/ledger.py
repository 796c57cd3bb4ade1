"""The only writer of cases: one thread that commits in batches.

What queued while the last commit ran goes out together in the next: one transaction, few statements. A
change that is refused falls out alone; one that loses a race is tried again by itself against what the
winner wrote. A future is answered only after the commit, so what was acknowledged is on disk.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from msgspec import MsgspecError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cases.batch import Batch
from cases.changes import Change, Deed, Opening, Overloaded, Taking, Written
from cases.city import City
from cases.database import writing
from cases.parties import Vault
from cases.procedure import Refused
from cases.serials import Serials

MOST = 256  # changes in one transaction
WAITING = 20_000  # changes in the queue; beyond that new ones are turned away
TRIES = 8  # of one change that keeps losing races

T = TypeVar("T")
Answer = Future[Any]
BROKEN = (
    SQLAlchemyError, MsgspecError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError,
    RuntimeError, TypeError, ValueError,
)  # fmt: skip  # whatever a change can break on is its own answer and not the end of the thread


class Ledger:
    """Takes changes from any thread, answers each with a future of `Written`, `Refused` or what broke.
    `on_commit` is called after a commit that left something to be told."""

    def __init__(self, engine: Engine, city: City, vault: Vault) -> None:
        self.engine, self.city, self.vault = engine, city, vault
        self.on_commit: Callable[[], None] = _nobody
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
        return self._put(change)

    def join(self, do: Callable[[Connection], T]) -> Future[T]:
        """Queues a small write to ride in the next commit; answers with what `do` returns."""
        return self._put(Deed(do))

    def write(self, change: Opening | Taking) -> Written:
        """`submit` and wait; raises `Refused` when it may not be."""
        return self.submit(change).result()

    def close(self) -> None:
        """Writes what is queued and ends the thread."""
        self._queue.put(None)
        self._thread.join()

    def _put(self, change: Change) -> Future[Any]:
        if self.waiting >= WAITING or not self._thread.is_alive():
            raise Overloaded
        answer: Future[Any] = Future()
        self._queue.put((change, answer))
        return answer

    def _run(self) -> None:
        going = True
        while going:
            items = [self._queue.get()]
            while len(items) < MOST:
                try:
                    items.append(self._queue.get_nowait())
                except Empty:
                    break
            batch = [item for item in items if item is not None]
            going = len(batch) == len(items)
            self._commit(batch)

    def _commit(self, batch: Sequence[tuple[Change, Answer]]) -> None:
        """All together; if anything at all goes wrong, each alone, so that one bad change harms no other."""
        if not batch:
            return
        try:
            written = self._together([change for change, _ in batch])
        except BROKEN:
            for change, answer in batch:
                self._alone(change, answer)
            return
        for (_, answer), outcome in zip(batch, written, strict=True):
            _tell(answer, outcome)

    def _alone(self, change: Change, answer: Answer) -> None:
        for left in reversed(range(TRIES)):
            try:
                return _tell(answer, self._together([change])[0])
            except IntegrityError as lost:  # a race: the next try reads what the winner wrote
                if left == 0:
                    answer.set_exception(lost)
            except BROKEN as broken:
                answer.set_exception(broken)
                return None
        return None

    def _together(self, changes: Sequence[Change]) -> list[Any]:
        days = [self.city.calendar.day_of(c.at) for c in changes if isinstance(c, Opening)]
        ids = self._serials.take(days)
        with writing(self.engine) as connection:
            batch = Batch(connection, self.city, self.vault, iter(ids))
            batch.read(changes)
            outcomes = [
                change.do(connection) if isinstance(change, Deed) else batch.decide(change) for change in changes
            ]
            batch.flush()
        if batch.owes:
            self.on_commit()
        return outcomes


def _nobody() -> None:
    """Nobody waits to hear of a commit."""


def _tell(answer: Answer, outcome: Any) -> None:
    if isinstance(outcome, Refused):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
