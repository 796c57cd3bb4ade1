"""Who a case is about, as each may see it: in clear, behind the mask, or not at all."""

from msgspec.structs import replace
from sqlalchemy import Connection, select

from cases.parties import WITHHELD, Person, Vault, masked, opened
from cases.phones import understand
from cases.tables import PartyRow, table_of


def in_clear(connection: Connection, vault: Vault, party: int) -> Person:
    """A party in clear: only for who has just been recorded as looking. Nobody is a person without fields."""
    row = connection.execute(select(table_of(PartyRow)).where(PartyRow.id == party)).one_or_none()
    return opened(vault, row) if row else Person()  # type: ignore[arg-type]


def behind_mask(connection: Connection, vault: Vault, party: int, kept: bool = False) -> Person:
    """A party masked, the number as it is dialled here: the country code would take the place of the first digits.
    With `kept`, of who asked for confidence nothing at all."""
    person = in_clear(connection, vault, party)
    if kept:
        return WITHHELD if person != Person() else person
    return masked(replace(person, phone=understand(person.phone).local or person.phone))
