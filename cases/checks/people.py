"""Whether every case has its party, whole: each sealed field opens, and the number is the one that is looked for.

A sealed field says nothing of the row it belongs to. A number from another row does not fit the blind index; a name
does not fit the index of names in the search.
"""

from collections.abc import Iterator, Mapping

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, Row, select

from cases.checks.difference import Difference
from cases.parties import Vault
from cases.phones import Phone, understand
from cases.procedure import File
from cases.tables import PartyRow, table_of

SEALED = ("name", "phone", "id_number", "address")


def differences(connection: Connection, files: Mapping[int, File], vault: Vault) -> Iterator[Difference]:
    """Of a batch: parties that are missing, that do not open, or that would not be found by their number."""
    rows = connection.execute(select(table_of(PartyRow)).where(PartyRow.id.in_(files)))
    found = {row.id: row for row in rows}
    for case, file in files.items():
        said = _wrong(found[case], vault) if case in found else ("parties", "缺少一行")
        if said:
            yield Difference(file.number, *said)


def _wrong(row: Row[tuple[object, ...]], vault: Vault) -> tuple[str, str] | None:
    clear: dict[str, str] = {}
    for name in SEALED:
        try:
            clear[name] = vault.open(getattr(row, name))
        except (InvalidTag, ValueError):  # ValueError: too short to be anything sealed, or not text
            return f"parties.{name}", "解不开：被改动过，或者不是用现在的密钥封存的"
    phone = _kept(clear["phone"])
    if row.phone_kind != phone.kind:
        return "parties.phone_kind", f"“{row.phone_kind}”与封存的号码不符，应为“{phone.kind}”"
    if row.phone_index != vault.index(phone.number):
        return "parties.phone_index", "与封存的号码不符：号码或者索引被改动过"
    return None


def _kept(phone: str) -> Phone:
    """What a number is as it is kept: in full, with the country code."""
    here = understand(phone.removeprefix("+86"))
    return here if here.kind == "mobile" and here.number == phone else understand(phone)
