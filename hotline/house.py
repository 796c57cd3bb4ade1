"""The house, opened: everything a request, a job or a command needs, made once a process from the settings.

The door is the only place that knows the time: `now` is asked here and handed down as an argument.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

from msgspec import Struct
from sqlalchemy import Connection, Engine

from cases.city import City
from cases.database import open_database, writing
from cases.ledger import Ledger
from cases.parties import Vault
from hotline import texts
from hotline.calendar.almanac import Almanac
from hotline.city.local import load_city
from hotline.city.papers import Papers
from hotline.rules.elsewhere import Elsewhere
from hotline.rules.shelf import Shelf, Titles
from hotline.settings import Settings
from routing import Rulebook, load


def wall_clock() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class House(Struct, frozen=True, kw_only=True):
    """One opened house. `now` is replaced in tests and rehearsals."""

    settings: Settings
    engine: Engine
    vault: Vault
    ledger: Ledger
    shelf: Shelf
    almanac: Almanac
    elsewhere: Elsewhere
    now: Callable[[], datetime] = wall_clock

    @property
    def city(self) -> City:
        """The city with the calendar in force this moment."""
        return self.almanac.city

    @property
    def papers(self) -> Papers:
        """The versions of the city's settings."""
        return self.almanac.papers

    @property
    def book(self) -> Rulebook:
        """The rules in force this moment."""
        return self.shelf.standing(self.now()).book

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading, in one consistent transaction."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction for what is not a case: accounts, sessions, calls, alerts."""
        with writing(self.engine) as connection:
            yield connection

    def close(self) -> None:
        """Writes what waits and lets go of the database."""
        self.shelf.close()
        self.elsewhere.close()
        self.almanac.close()
        self.ledger.close()
        self.engine.dispose()


@cache
def packaged_rules() -> Rulebook:
    """The rulebook that comes with routing, compiled once a process: it never changes while one runs."""
    return load()


def open_house(settings: Settings, now: Callable[[], datetime] = wall_clock) -> House:
    """Opens the house; the database must be migrated."""
    engine = open_database(settings.database_url)
    shelf = Shelf(engine, packaged_rules())
    shelf.look(now())
    texts.packaged(settings.city)  # a text that cannot be meant stops the start
    city = load_city(settings.city, Titles(lambda: shelf.standing(now()).book))
    vault = Vault(settings.secret())
    ledger = Ledger(engine, city, vault)
    return House(
        settings=settings,
        engine=engine,
        vault=vault,
        ledger=ledger,
        shelf=shelf,
        almanac=Almanac(ledger),
        elsewhere=Elsewhere(engine),
        now=now,
    )
