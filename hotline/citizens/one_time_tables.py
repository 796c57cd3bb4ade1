"""Rows of those who prove a telephone by a code sent to it. A number stands here only by its blind index, a code
and a session's token only by their digests; what changed in a person's contact is kept sealed, as it was."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class OneTimeCodeRow(Base):
    """A code that was asked for. There is a row for a number nobody knows as well: only no message goes out."""

    __tablename__ = "one_time_codes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    phone_index: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(index=True)
    wrong: Mapped[int]  # guesses so far
    used: Mapped[bool]


class CitizenSessionRow(Base):
    """A telephone that was proved, for half an hour."""

    __tablename__ = "citizen_sessions"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    phone_index: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(index=True)


class FormerContactRow(Base):
    """What a party's name and number were before the party put them right: ciphertext, as it stood."""

    __tablename__ = "former_contacts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    party: Mapped[int] = mapped_column(index=True)
    name: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    phone_index: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]
