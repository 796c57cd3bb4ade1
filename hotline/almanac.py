"""The city's calendar as it stands: the packaged years, and over them the notices loaded into the database.

A notice loaded by another process is noticed within half a minute, and by whoever writes a case in the very
transaction that writes it. The city is a value; what is replaced is which one the ledger has.
"""

import contextlib
import threading

from msgspec.structs import replace
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from cases.calendar import Calendar, Year, read_years
from cases.ledger import Ledger
from cases.tables import CalendarYearRow

EVERY = 30.0  # seconds between two looks


class Almanac:
    """Keeps `ledger.city` up to date until closed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._packaged = ledger, ledger.city
        self._newest, self._lock, self._ended = 0, threading.Lock(), threading.Event()
        self._look_if_there()
        ledger.on_begin = self.renew
        threading.Thread(target=self._run, name="almanac", daemon=True).start()

    def look(self) -> None:
        """Looks now: what was loaded before this call holds after it."""
        with self._ledger.engine.connect() as connection:
            self.renew(connection)

    def renew(self, connection: Connection) -> None:
        """Puts the newest city in its place, if there is a newer one."""
        newest = connection.scalar(select(func.max(CalendarYearRow.id))) or 0
        if newest <= self._newest:
            return
        years = stored_years(connection)
        with self._lock:
            if newest > self._newest:
                self._ledger.city = replace(self._packaged, calendar=_overlaid(self._packaged.calendar, years))
                self._newest = newest

    def close(self) -> None:
        """Looks no more."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(EVERY):
            self._look_if_there()

    def _look_if_there(self) -> None:
        with contextlib.suppress(SQLAlchemyError):  # a database that is away or not yet migrated: the next look
            self.look()


def stored_years(connection: Connection) -> dict[int, Year]:
    """The newest loaded table of each year."""
    newest = select(func.max(CalendarYearRow.id)).group_by(CalendarYearRow.year)
    texts = connection.scalars(select(CalendarYearRow.text).where(CalendarYearRow.id.in_(newest)))
    return {number: year for text in texts for number, year in read_years(text).items()}


def _overlaid(calendar: Calendar, years: dict[int, Year]) -> Calendar:
    return Calendar({**calendar.years, **years}, calendar.hours, calendar.zone.key)
