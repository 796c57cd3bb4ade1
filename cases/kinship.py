"""The cases of one matter, found for the ledger: those a case arose from or gave rise to, and those in which
the same person disputes the same act. Few statements, whatever the family; a family of more than MOST is cut.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from cases.numbers import parse_number
from cases.origin import act_key
from cases.parties import Person, Vault, party_row
from cases.phones import understand
from cases.tables import EMPTY, CaseLinkRow, CaseRow, PartyRow, table_of

MOST, GENERATIONS = 50, 6
NOBODY = Person()


def source_of(facts: Any) -> int | None:
    """The case that an opening says it arises from; None where it names none, 0 where that is no number."""
    named = getattr(facts, "from_case", "")
    return (parse_number(named) or 0) if named else None


def pointed_to(facts: Any) -> list[int]:
    """The case that the facts of a step point to, where they do: the lead of a merger."""
    case = parse_number(getattr(facts, "into", "") or "")
    return [] if case is None else [case]


def person_index(connection: Connection, vault: Vault, person: Person, source: int | None) -> str:
    """The blind index of whoever opens: the one who is typed, else the party of the case it arises from."""
    if person.phone or source is None:
        return vault.index(understand(person.phone).number)
    return connection.scalar(select(PartyRow.phone_index).where(PartyRow.id == source)) or ""


def kin_of(connection: Connection, case: int | None, about: str, index: str) -> set[int]:
    """The ids of the cases of one matter: of the family of `case`, and of the act `about` by that person."""
    found = _family(connection, {case}) if case else set()
    if about and index:
        same = (
            select(CaseRow.id)
            .join(PartyRow, PartyRow.id == CaseRow.party)
            .where(CaseRow.about != EMPTY, CaseRow.about == act_key(about), PartyRow.phone_index == index)
            .limit(MOST)
        )
        found |= set(connection.scalars(same))
    return found


def hold_matters(connection: Connection, matters: Iterable[tuple[str, str]]) -> None:
    """Until the end of the transaction nobody else opens a case about one of `matters`, an act and a person's blind
    index each. On SQLite who writes is alone anyway."""
    if connection.dialect.name == "postgresql":
        for act in sorted({f"{about}\n{index}" for about, index in matters}):
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(act, 0))))


def _family(connection: Connection, known: set[int]) -> set[int]:
    fresh = known
    for _ in range(GENERATIONS):
        links = select(CaseLinkRow.from_case, CaseLinkRow.to_case).where(
            or_(CaseLinkRow.from_case.in_(fresh), CaseLinkRow.to_case.in_(fresh))
        )
        reached = {case for link in connection.execute(links.limit(MOST)) for case in link}
        fresh = reached - known
        known = known | reached
        if not fresh or len(known) > MOST:
            break
    return known


def opened_by(
    connection: Connection, vault: Vault, case: int, person: Person, source: int | None, now: datetime
) -> dict[str, Any]:
    """The sealed row of the party of a new case: as typed, or carried over from the case it arises from."""
    if source is None or person != NOBODY:
        return party_row(vault, case, person, now)
    row = connection.execute(select(table_of(PartyRow)).where(PartyRow.id == source)).mappings().one()
    return {**row, "id": case, "created_at": now}


def linked(connection: Connection, case: int) -> tuple[list[int], list[int]]:
    """The case that one arose from (none or one), and those it gave rise to, oldest first."""
    came = select(CaseLinkRow.from_case).where(CaseLinkRow.to_case == case)
    gave = select(CaseLinkRow.to_case).where(CaseLinkRow.from_case == case).order_by(CaseLinkRow.to_case)
    return list(connection.scalars(came)), list(connection.scalars(gave.limit(MOST)))


def links_from(connection: Connection, cases: Iterable[int]) -> dict[int, set[int]]:
    """Of each of `cases`, what it gave rise to."""
    found: dict[int, set[int]] = {}
    rows = select(CaseLinkRow.from_case, CaseLinkRow.to_case).where(CaseLinkRow.from_case.in_(list(cases)))
    for source, case in connection.execute(rows):
        found.setdefault(source, set()).add(case)
    return found
