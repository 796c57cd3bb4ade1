"""Not too often: failed guesses counted in the database, public posts counted in this process.

Guesses (a password, a query code) must be counted across processes and restarts; a flood of posts only has
to be slowed where it arrives, and must not cost a database write each.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

from sqlalchemy import Connection, delete, func, insert, select

from hotline.tables import AttemptRow

KEPT = timedelta(days=1)  # older guesses say nothing any more
MOST_BUCKETS = 10_000


def too_many(connection: Connection, about: str, now: datetime, most: int, within: timedelta) -> int:
    """0, or the seconds (Retry-After) until fewer than `most` failures about `about` lie within `within`. Who asks
    in order to write has the turn until then: guesses made at once count like guesses made one after another."""
    if connection.get_execution_options().get("writes") and connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(about, 0))))
    counted = (
        select(AttemptRow.at)
        .where(AttemptRow.about == about, AttemptRow.at > now - within)
        .order_by(AttemptRow.at.desc())
        .limit(most)
    )
    moments = connection.scalars(counted).all()
    if len(moments) < most:
        return 0
    return max(1, ceil((moments[-1] + within - now).total_seconds()))


def note_failure(connection: Connection, about: str, now: datetime) -> int:
    """Counts one failed guess; its id, to take it back. `about` is at most 120 characters, and holds no
    personal data in clear."""
    connection.execute(delete(AttemptRow).where(AttemptRow.about == about, AttemptRow.at < now - KEPT))
    counted = insert(AttemptRow).values(about=about, at=now).returning(AttemptRow.id)
    return int(connection.execute(counted).scalar_one())


def take_back(connection: Connection, counted: list[int]) -> None:
    """A guess that was counted before it was tried turned out to be right."""
    connection.execute(delete(AttemptRow).where(AttemptRow.id.in_(counted)))


def forget(connection: Connection, about: str) -> None:
    """The right answer was given: what was guessed before no longer counts."""
    connection.execute(delete(AttemptRow).where(AttemptRow.about == about))


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 an IPv6 subscriber has whole."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return f"{found.exploded[:19]}::" if isinstance(found, IPv6Address) else address


class Buckets:
    """A bucket of tokens for every address: `rate` a minute, as many at once; 0 is no limit."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, address: str, now: datetime) -> int:
        """0, or the seconds until there is a token again."""
        if self.rate == 0:
            return 0
        key = network(address)
        left, at = self._left.pop(key, (float(self.rate), now))
        left = min(self.rate, left + max(0.0, (now - at).total_seconds()) * self.rate / 60)
        taken = left >= 1
        self._left[key] = (left - 1 if taken else left, now)
        if len(self._left) > MOST_BUCKETS:  # the one not seen for longest goes
            del self._left[next(iter(self._left))]
        return 0 if taken else max(1, ceil((1 - left) * 60 / self.rate))
