"""Every limit by its id, whether a procedure carries it as a clock or it stands outside all of them.

`hotline due` and `hotline law` read this table, so that there is one definition of a limit and not one for the
case file and another for the calculator.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal

from msgspec import Struct

from cases.clocks import ByCity, Clock, Given
from cases.law import Unit
from cases.outside import OUTSIDE
from cases.procedure import Procedure
from cases.procedures import PROCEDURES

Verified = Literal["text", "secondary", "memory"]

UNREAD: Mapping[str, Verified] = {  # clocks of procedures whose figure was not read in the instrument itself
    "md.admin.hunan": "memory",
    "gi.fee.pay": "memory",
}


class Limit(Struct, frozen=True, kw_only=True):
    """One limit. `procedure` is empty and `reason` says why where no procedure carries it. What was not read in
    the instrument is no law to us but a setting of the city, to be checked before it is relied on."""

    clock: Clock
    procedure: str = ""
    reason: str = ""
    approver: str = ""  # who may extend it
    verified: Verified = "text"

    @property
    def id(self) -> str:
        """The limit's id, e.g. `ar.decide.ordinary`."""
        return self.clock.id

    @property
    def law(self) -> str:
        """The name of the instrument."""
        return self.clock.article.law

    @property
    def in_force(self) -> date | None:
        """Since when that edition is in force; None where it could not be established."""
        return self.clock.article.in_force

    @property
    def key(self) -> str:
        """The short sign of the instrument."""
        return self.clock.article.key

    @property
    def unit(self) -> Unit | None:
        """What it is counted in; None where the city decides."""
        return None if isinstance(self.clock.length, ByCity) else self.clock.length.unit

    @property
    def given(self) -> bool:
        """Whether its length is set case by case."""
        return isinstance(self.clock.length, Given)

    @property
    def setting(self) -> bool:
        """Whether it is the city's own or unverified, and so to be confirmed before it is relied on."""
        return isinstance(self.clock.length, ByCity) or self.verified != "text"


@cache
def limits() -> Mapping[str, Limit]:
    """Every limit by id: those of the procedures in their order, then those outside."""
    found: dict[str, Limit] = {}
    for procedure in PROCEDURES.values():
        for clock in procedure.clocks:
            found.setdefault(clock.id, _carried(procedure, clock))
    for clock, reason, approver, verified in OUTSIDE:
        found.setdefault(clock.id, Limit(clock=clock, reason=reason, approver=approver, verified=verified))
    return found


def limit(limit_id: str) -> Limit:
    """The limit of that id; `KeyError` when there is none."""
    return limits()[limit_id]


def _carried(procedure: Procedure, clock: Clock) -> Limit:
    by = procedure.step(clock.extends.step).by if clock.extends else frozenset()
    return Limit(
        clock=clock,
        procedure=procedure.name,
        approver="、".join(sorted(role.label for role in by)),
        verified=UNREAD.get(clock.id, "text"),
    )
