"""Which procedures a telephone number has open elsewhere: a petition, a reconsideration, a suit.

Routing asks it of every request, and there are few such cases beside so many requests: so they are all kept in
memory by blind index, read again some seconds later, and no request costs a look into the database.
"""

import logging
import threading
from collections.abc import Mapping

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from cases.tables import CaseRow, PartyRow

log = logging.getLogger("hotline.rules.elsewhere")

MATTERS = ("petition", "reconsideration", "litigation")  # what is handled there is not taken up a second time
BEAT = 10.0  # seconds between two looks
OPEN = (
    select(PartyRow.phone_index, CaseRow.procedure)
    .join(CaseRow, CaseRow.party == PartyRow.id)
    .where(CaseRow.procedure.in_(MATTERS), CaseRow.ended.is_(False), PartyRow.phone_index != "")
)


class Elsewhere:
    """What is open, by blind index. `look` asks the database, `watch` does so again and again."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._open: Mapping[str, frozenset[str]] | None = None
        self._stopped = threading.Event()

    def of(self, phone_index: str) -> tuple[str, ...]:
        """The procedures that number had open at the last look, by name; none for no number."""
        if not phone_index:
            return ()
        known = self._open if self._open is not None else self.look()
        return tuple(sorted(known.get(phone_index, ())))

    def look(self) -> Mapping[str, frozenset[str]]:
        """Reads them all."""
        found: dict[str, set[str]] = {}
        with self.engine.connect() as connection:
            for index, procedure in connection.execute(OPEN):
                found.setdefault(index, set()).add(procedure)
        self._open = {index: frozenset(procedures) for index, procedures in found.items()}
        return self._open

    def watch(self) -> None:
        """Looks again from time to time, on a thread of its own."""
        threading.Thread(target=self._run, name="elsewhere", daemon=True).start()

    def close(self) -> None:
        """Ends the looking."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(BEAT):
            try:
                self.look()
            except SQLAlchemyError as error:
                log.warning("what is open elsewhere could not be read: %s", type(error).__name__)
