"""Personal data: sealed field by field, found again by a blind index, shown masked.

SM4-GCM with a fresh nonce a field and HMAC-SM3 for the index (国密, both in the stock `cryptography`). The
key never leaves the front door's settings; who holds only the database holds ciphertext.
"""

import os
from base64 import b32encode
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from msgspec import Struct

from cases.phones import understand
from cases.tables import PartyRow

NONCE, TAG = 12, 16


class Person(Struct, frozen=True, kw_only=True):
    """Somebody as typed or dialled: every field may be empty."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""


WITHHELD = Person(name="要求保密的来电人", phone="（要求保密）")  # shown where the party asked not to be known


class Vault:
    """Seals and opens personal fields. `secret` is at least 32 random bytes; separate keys are drawn from it."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("the secret is shorter than 32 bytes")
        root = hmac.HMAC(secret, hashes.SM3())
        self._field = SM4(_digest(root, b"field")[:16])
        self._index = hmac.HMAC(_digest(root, b"index"), hashes.SM3())
        self._code = hmac.HMAC(_digest(root, b"code"), hashes.SM3())

    def seal(self, text: str) -> bytes | None:
        """`text` as nonce + ciphertext + tag; None for nothing."""
        if not text:
            return None
        nonce = os.urandom(NONCE)
        sealer = Cipher(self._field, modes.GCM(nonce)).encryptor()
        return nonce + sealer.update(text.encode()) + sealer.finalize() + sealer.tag

    def open(self, sealed: bytes | None) -> str:
        """What was sealed; `cryptography.exceptions.InvalidTag` when it was touched or the key is another."""
        if not sealed:
            return ""
        nonce, body, tag = sealed[:NONCE], sealed[NONCE:-TAG], sealed[-TAG:]
        opener = Cipher(self._field, modes.GCM(nonce, tag)).decryptor()
        return (opener.update(body) + opener.finalize()).decode()

    def index(self, number: str) -> str:
        """The blind index of a normalised number; empty for none."""
        return _digest(self._index, number.encode()).hex() if number else ""

    def code(self, number: str) -> str:
        """The query code of a case: eight letters and digits that only this secret can make, so that the same
        request acknowledged twice has the same code and none is ever stored."""
        return b32encode(_digest(self._code, number.encode())).decode()[:8]


def _digest(keyed: hmac.HMAC, content: bytes) -> bytes:
    mac = keyed.copy()  # the key is worked in once, not for every number
    mac.update(content)
    return mac.finalize()


def party_row(vault: Vault, party: int, person: Person, now: datetime) -> dict[str, Any]:
    """The row of a person, sealed."""
    phone = understand(person.phone)
    return {
        "id": party,
        "phone_index": vault.index(phone.number),
        "phone_kind": phone.kind,
        "name": vault.seal(person.name),
        "phone": vault.seal(phone.number or person.phone.strip()),
        "id_number": vault.seal(person.id_number),
        "address": vault.seal(person.address),
        "created_at": now,
    }


def opened(vault: Vault, row: PartyRow) -> Person:
    """A person in clear. Only delivery and a recorded unmasking may ask."""
    return Person(
        name=vault.open(row.name),
        phone=vault.open(row.phone),
        id_number=vault.open(row.id_number),
        address=vault.open(row.address),
    )


def masked(person: Person) -> Person:
    """A person as pages show one: family name, last four digits, no address."""
    phone = person.phone
    return Person(
        name=person.name[:1] + "＊" * (len(person.name) - 1) if person.name else "",
        phone=f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else phone,
        id_number=f"{'*' * 14}{person.id_number[-4:]}" if person.id_number else "",
        address="（已隐藏）" if person.address else "",
    )


