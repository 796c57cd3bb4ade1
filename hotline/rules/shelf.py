"""The rule set in force, known to every process without a restart.

Publications are read ahead of their moment, so that all processes change over at the same one; whoever asks
which set is in force looks at two moments in memory and never at the database. A set that cannot be compiled
(its files were written for an older house) leaves the one before it in force, loudly.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from hotline.rules.tables import RulePublicationRow, RuleSetRow
from routing import Rulebook
from routing.catalogue import compiled
from routing.files import RulesError

log = logging.getLogger("hotline.rules.shelf")

BEAT = 1.0  # seconds between two looks
LEAD = timedelta(seconds=5)  # what is published holds this much later at the earliest: every process has read it
AHEAD = 20  # publications looked at
DAWN = datetime(1970, 1, 1, tzinfo=UTC)


class Standing(Struct, frozen=True):
    """A set and the moment from which it is in force; number 0 is the packaged one."""

    from_at: datetime
    number: int
    book: Rulebook


class Shelf:
    """What is in force now and what will be. `look` asks the database, `watch` does so each second."""

    def __init__(self, engine: Engine, packaged: Rulebook) -> None:
        self.engine = engine
        self.trouble = ""  # why a published set could not be put in force
        self._packaged = Standing(DAWN, 0, packaged)
        self._line: tuple[Standing, ...] = (self._packaged,)  # the latest first
        self._stopped = threading.Event()

    def standing(self, now: datetime) -> Standing:
        """The set in force at a moment not before the last look."""
        for one in self._line:
            if one.from_at <= now:
                return one
        return self._packaged

    def look(self, now: datetime) -> None:
        """Reads which set is in force and which ones will be."""
        wanted = (
            select(RulePublicationRow.from_at, RulePublicationRow.set_id)
            .where(RulePublicationRow.recalled_at.is_(None))
            .order_by(RulePublicationRow.from_at.desc(), RulePublicationRow.id.desc())
        )
        with self.engine.connect() as connection:
            rows = [(row.from_at, row.set_id) for row in connection.execute(wanted.limit(AHEAD))]
        self.trouble = ""
        kept: list[Standing] = []
        for from_at, number in rows:
            if one := self._standing(from_at, number):
                kept.append(one)
                if from_at <= now:
                    break
        else:
            kept.append(self._packaged)
        self._line = tuple(kept)

    def watch(self, now: Callable[[], datetime]) -> None:
        """Looks each second from now on, on a thread of its own."""
        threading.Thread(target=self._run, args=(now,), name="shelf", daemon=True).start()

    def close(self) -> None:
        """Ends the looking."""
        self._stopped.set()

    def _run(self, now: Callable[[], datetime]) -> None:
        while not self._stopped.wait(BEAT):
            try:
                self.look(now())
            except SQLAlchemyError as error:
                log.warning("the shelf could not look: %s", type(error).__name__)

    def _standing(self, from_at: datetime, number: int) -> Standing | None:
        known = next((one for one in self._line if one.number == number), None)
        if number == 0 or known:
            return Standing(from_at, number, known.book if known else self._packaged.book)
        with self.engine.connect() as connection:
            texts = connection.scalar(select(RuleSetRow.texts).where(RuleSetRow.id == number)) or "{}"
        try:
            return Standing(from_at, number, compiled(msgspec.json.decode(texts, type=dict[str, str])))
        except RulesError as wrong:
            self.trouble = f"第{number}版不能装载，沿用前一版：{wrong}"
            log.exception("rule set %s cannot be loaded: the one before it stays in force", number)
            return None


class Titles(Mapping[str, str]):
    """The offices of the set in force by code, as they are this moment."""

    def __init__(self, book: Callable[[], Rulebook]) -> None:
        self._book = book

    def __getitem__(self, code: str) -> str:
        return self._book().duties.offices[code].title

    def __iter__(self) -> Iterator[str]:
        return iter(self._book().duties.offices)

    def __len__(self) -> int:
        return len(self._book().duties.offices)
