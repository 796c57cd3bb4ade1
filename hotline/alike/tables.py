"""Rows that find the same matter again: beside the cases, written by the worker, and all of it can be made
anew.

A case's weightiest pairs of characters stand in `alike_keys`, the newest case last: the few hundred newest
cases of a pair are one short stretch of the key on either database, whatever the table's size.
"""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class AlikeRow(Base):
    """A case as it is compared: its signature, and whose it is. `topic` is empty until it was looked at, 0
    when it stands alone."""

    __tablename__ = "alike_cases"
    __table_args__ = (
        Index("ix_alike_cases_person", "person", "at"),
        Index("ix_alike_cases_topic", "topic", "at"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    person: Mapped[str] = mapped_column(
        String(64)
    )  # the telephone's blind index, or the case where there is none
    signature: Mapped[bytes]
    topic: Mapped[int | None]


class AlikeKeyRow(Base):
    """A case stands under a pair of characters."""

    __tablename__ = "alike_keys"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    pair: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class AlikeMarkRow(Base):
    """How far the worker has come (`walk`), and how common each pair is here (`common`)."""

    __tablename__ = "alike_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    upto: Mapped[int]
    content: Mapped[bytes]


class HotTopicRow(Base):
    """An event that several people report: its middle, its name, how warm it is, and when the supervisor was
    warned."""

    __tablename__ = "hot_topics"
    __table_args__ = (Index("ix_hot_topics_warm", "warm"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    place: Mapped[str] = mapped_column(String(40))
    matter: Mapped[str] = mapped_column(String(40))
    middle: Mapped[bytes]
    cases: Mapped[int]
    people: Mapped[int]
    warm: Mapped[float] = mapped_column(Float)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]


class SameSaidRow(Base):
    """A citizen's own word that the request is about what others reported too; the centre decides."""

    __tablename__ = "same_said"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    other: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
