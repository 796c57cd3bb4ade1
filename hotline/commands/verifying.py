"""Everything that `hotline verify` asks of a house, in the order in which it says the first difference."""

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy import Connection, select

from cases import indexing, rebuild
from cases.checks import people, rungs, told, whole
from cases.database import standing_still
from cases.tables import KeyRow
from hotline.accounts import audit_trail
from hotline.accounts.tables import HandoverRow
from hotline.citizens.one_time_tables import FormerContactRow
from hotline.figures import recount
from hotline.house import House
from hotline.search.finding import room_of
from hotline.seed import DEMONSTRATION


def differences(house: House, progress: Callable[[int], None]) -> Iterator[object]:
    """Everything that is not as it must be, each told by `str`; every case is passed twice."""
    with standing_still(house.engine) as connection:
        yield from audit_trail.differences(connection)
        silent, heirs = _silent(connection), _heirs(connection)
    also = (
        partial(people.differences, vault=house.vault),
        partial(rungs.differences, city=house.city, heirs=heirs),
        partial(told.differences, city=house.city, silent=silent),
        partial(recount.marks, city=house.city, now=house.now()),
    )
    yield from rebuild.differences(house.engine, house.city, progress, also)
    with standing_still(house.engine) as connection:
        yield from whole.differences(connection)
    yield from recount.sums(house)
    yield from indexing.differences(room_of(house), progress)


def _silent(connection: Connection) -> frozenset[int]:
    """The cases of which nobody knows whom their changes were owed to: those of the demonstration tell nobody, and of
    those whose party gave another number it cannot be told whether the first one took messages."""
    shown = select(KeyRow.case_id).where(KeyRow.key.contains(f":{DEMONSTRATION}"))
    return frozenset(connection.scalars(shown.union(select(FormerContactRow.party))))


def _heirs(connection: Connection) -> frozenset[str]:
    """Who was handed the alerts of a leaver."""
    return frozenset(f"user:{user}" for user in connection.scalars(select(HandoverRow.to_user)))
