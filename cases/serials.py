"""Serial numbers of the day, handed out in blocks so that two processes never wait for each other.

A block is taken in a transaction of its own before the cases that use it; what a stopped process had left
of its block is a gap, and a gap is no harm.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Engine, text

from cases.database import writing
from cases.numbers import case_id

BLOCK = 256
TAKE = text(
    "INSERT INTO serials (day, taken) VALUES (:day, :n) "
    "ON CONFLICT (day) DO UPDATE SET taken = serials.taken + :n RETURNING taken"
)


class Serials:
    """The numbers this process may still give out, by day. Used by one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._left: dict[date, range] = {}

    def take(self, days: Iterable[date]) -> list[int]:
        """A case id for each of `days`, in their order."""
        return [self._next(day) for day in days]

    def _next(self, day: date) -> int:
        left = self._left.get(day, range(0))
        if not left:
            with writing(self._engine) as connection:
                taken = connection.execute(TAKE, {"day": int(f"{day:%Y%m%d}"), "n": BLOCK}).scalar_one()
            left = range(taken - BLOCK + 1, taken + 1)
        self._left[day] = left[1:]
        return case_id(day, left[0])
