"""The city as it stands: its own rules and the packaged years, and over them what the database holds of both.

A notice or a setting of another process is noticed within a second, by one small question a second, none a request.
The city is a value; what is replaced is which one the ledger, and thereby the house, works with.
"""

import logging
import threading

from msgspec.structs import replace
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from cases.calendar_tables import CalendarLoadRow
from cases.city import City
from cases.ledger import Ledger
from cases.recompute import editions
from hotline.city.local import with_papers
from hotline.city.papers import COUNT, Papers, papers

log = logging.getLogger("hotline.calendar.almanac")

BEAT = 1.0  # seconds between two looks: well under `recompute.SETTLE`
LOADED = select(func.max(CalendarLoadRow.id)).where(CalendarLoadRow.state.in_(("going", "done")))
NEWEST = select(LOADED.scalar_subquery(), COUNT)


class Almanac:
    """Keeps `ledger.city` and the settings' versions up to date until closed. `packaged` is the city without any
    loaded notice, `published` that of the files alone."""

    def __init__(self, ledger: Ledger) -> None:
        self.packaged = self.published = ledger.city
        self.papers = Papers()
        self._ledger = ledger
        self._newest: tuple[int, int] = (0, 0)
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._look_or_say_why()
        self._thread = threading.Thread(target=self._run, name="almanac", daemon=True)
        self._thread.start()

    @property
    def city(self) -> City:
        """The city with the calendar in force."""
        return self._ledger.city

    def look(self) -> None:
        """Looks now: what was loaded before this call holds after it."""
        with self._lock, self._ledger.engine.connect() as connection:
            load, count = connection.execute(NEWEST).one()
            newest = (load or 0, count)
            if newest[1] != self._newest[1]:
                self.papers = papers(connection)
                self.packaged = with_papers(self.published, self.papers)
            if newest != self._newest:
                calendar = self.packaged.calendar.with_years(editions(connection))
                self._ledger.city, self._newest = replace(self.packaged, calendar=calendar), newest

    def close(self) -> None:
        """Looks no more."""
        self._ended.set()
        self._thread.join(timeout=2 * BEAT)

    def _run(self) -> None:
        while not self._ended.wait(BEAT):
            self._look_or_say_why()

    def _look_or_say_why(self) -> None:
        try:
            self.look()
        except SQLAlchemyError as error:  # a database that is away or not yet migrated: the next look
            log.warning("the almanac could not look: %s", type(error).__name__)
