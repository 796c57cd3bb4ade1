"""The versions of the city's settings as a process holds them: few and small, all in memory.

The almanac reads them again when there is a new one, so that whoever asks what is in force looks at moments
and never at the database. Of two that are in force the one that began later counts, then the later written.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field
from sqlalchemy import Connection, func, select

from hotline.city.tables import CityVersionRow

log = logging.getLogger("hotline.city")
T = TypeVar("T")

COUNT = select(func.count(CityVersionRow.id)).scalar_subquery()  # none is ever taken away
COLUMNS = (
    CityVersionRow.id, CityVersionRow.sort, CityVersionRow.name, CityVersionRow.number, CityVersionRow.content,
    CityVersionRow.from_at,
)  # fmt: skip


class Version(Struct, frozen=True):
    """One version: its content is JSON, read by whoever knows its sort."""

    id: int
    sort: str
    name: str
    number: int
    content: str
    from_at: datetime

    def read(self, kind: type[T]) -> T | None:
        """The content as a `kind`; None for what an older house wrote and this one cannot mean."""
        try:
            return msgspec.json.decode(self.content, type=kind)
        except msgspec.DecodeError as wrong:
            log.error("version %s of %s/%s cannot be read: %s", self.number, self.sort, self.name, wrong)
            return None


class Papers(Struct, frozen=True):
    """All versions, by setting, the one in force latest last."""

    of: Mapping[tuple[str, str], tuple[Version, ...]] = field(default_factory=dict[tuple[str, str], Any])

    def standing(self, sort: str, name: str, now: datetime) -> Version | None:
        """The version in force at `now`; None where what comes with the house still is."""
        return next((one for one in reversed(self.of.get((sort, name), ())) if one.from_at <= now), None)

    def coming(self, sort: str, name: str, now: datetime) -> tuple[Version, ...]:
        """The versions that will be in force, the next first; one that another of the same moment replaces is out."""
        last = {one.from_at: one for one in self.of.get((sort, name), ()) if one.from_at > now}
        return tuple(last.values())

    def every(self, sort: str) -> Iterable[Version]:
        """Every version of a sort, setting by setting."""
        return (one for (kept, _), versions in self.of.items() if kept == sort for one in versions)

    def names(self, sort: str) -> list[str]:
        """The settings of a sort that have a version."""
        return sorted(name for kept, name in self.of if kept == sort)


def papers(connection: Connection) -> Papers:
    """All of them, read now."""
    found: dict[tuple[str, str], list[Version]] = {}
    for row in connection.execute(select(*COLUMNS).order_by(CityVersionRow.from_at, CityVersionRow.id)):
        found.setdefault((row.sort, row.name), []).append(Version(*row))
    return Papers({key: tuple(versions) for key, versions in found.items()})
