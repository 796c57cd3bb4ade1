"""Rows of the rule sets: their texts, what was done to them, from which moment each is in force, rehearsals."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class RuleSetRow(Base):
    """One rule set; its `id` is the version's number, and 0, which has no row, the set that comes with the house.
    `revision` counts the writes, so that a save over somebody else's is noticed."""

    __tablename__ = "rule_sets"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(120))
    base: Mapped[int]
    texts: Mapped[str] = mapped_column(Text)  # JSON: file name → TOML
    digest: Mapped[str] = mapped_column(String(20), index=True)  # the rulebook's version; empty until it compiles
    state: Mapped[str] = mapped_column(String(10), index=True)  # draft | checked | published | withdrawn
    author: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text)
    findings: Mapped[str] = mapped_column(Text)  # JSON, of the last check of this very revision; empty before
    revision: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))


class RulePublicationRow(Base):
    """A set put in force from a moment on. Each follows the one before it (`after`, unique): of two people who
    publish at once one is told that somebody else was first."""

    __tablename__ = "rule_publications"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    after: Mapped[int] = mapped_column(unique=True)  # the publication before, 0 for the first
    set_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(10))  # publish | rollback
    from_at: Mapped[datetime] = mapped_column(index=True)
    published_at: Mapped[datetime]
    publisher: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text)
    recalled_at: Mapped[datetime | None]
    recalled_by: Mapped[str] = mapped_column(String(40))


class RuleChangeRow(Base):
    """The record: who did what to which set, with the whole text where one was written or set aside."""

    __tablename__ = "rule_changes"
    __table_args__ = (Index("ix_rule_changes_set", "set_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    set_id: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))
    what: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)


class RuleReaderRow(Base):
    """Who has a draft open: two editors are told of each other."""

    __tablename__ = "rule_readers"

    set_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(String(40), primary_key=True)
    seen_at: Mapped[datetime]


class RuleRehearsalRow(Base):
    """A rehearsal of a revision of a draft: how far it has come, and what it has found so far."""

    __tablename__ = "rule_rehearsals"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    set_id: Mapped[int] = mapped_column(index=True)
    revision: Mapped[int]
    since: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), index=True)  # waiting | done | failed
    total: Mapped[int]
    done: Mapped[int]
    last_case: Mapped[int]  # the last one replayed: a job that was stopped goes on behind it
    tally: Mapped[str] = mapped_column(Text)  # JSON
    by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    claimed_until: Mapped[datetime]
    error: Mapped[str] = mapped_column(String(200))
