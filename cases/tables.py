"""Rows of the case file. History is in `events`; everything else here is what is kept beside it so that SQL
can search, written in the same transaction by the ledger alone and written again by `rebuild`.

Times are aware and stored in UTC; personal data is only in `parties`, encrypted field by field.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    literal_column,
    text,
)
from sqlalchemy import DateTime as SqlDateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    assert moment.tzinfo is not None, "moments are aware"
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


@lru_cache(maxsize=4096)  # one moment stands in a dozen columns
def _sortable(moment: datetime | None) -> str | None:
    found = _in_utc(moment)
    return None if found is None else found.isoformat(" ", "microseconds")


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC: `timestamptz` on PostgreSQL, sortable ISO text on SQLite."""

    impl = SqlDateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text where the database has no such type: its own converter is the slowest part of a row."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else SqlDateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """UTC on the way in; a naive moment is a mistake of ours."""
        return _sortable(value) if dialect.name == "sqlite" else _in_utc(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """The same without the layers around it: a case has two dozen moments."""
        return _sortable if dialect.name == "sqlite" else _in_utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Aware on the way out, in UTC."""
        if value is None:
            return None
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        return found if found.tzinfo is UTC else found.astimezone(UTC)


SITS = text("step IN ('set_hearing', 'arrange_hearing', 'plan_session', 'hear_opinions')")  # by which a case sits
EMPTY: ColumnElement[str] = literal_column("''")  # as written in the indexes that leave out the empty ones
Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """All tables of the house hang on this one."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, int: Id}  # noqa: RUF012


class CaseRow(Base):
    """A case as lists and boards see it. `id` is its public number without the check digit."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_stage_opened", "procedure", "stage", "opened_at"),
        Index("ix_cases_office_stage", "office", "stage"),
        Index("ix_cases_rule_opened", "rule", "opened_at"),
        Index("ix_cases_merged_into", "merged_into", postgresql_where=text("merged_into <> ''"),
              sqlite_where=text("merged_into <> ''")),
        Index("ix_cases_about", "about", postgresql_where=text("about <> ''"), sqlite_where=text("about <> ''")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    procedure: Mapped[str] = mapped_column(String(40))
    stage: Mapped[str] = mapped_column(String(40))
    ended: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(20))
    urgent: Mapped[bool]
    channel: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(80))
    street: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    office: Mapped[str] = mapped_column(String(60))
    rule: Mapped[str] = mapped_column(String(160))  # that sent it first; empty where a person did
    in_charge: Mapped[str] = mapped_column(String(40))
    party: Mapped[int] = mapped_column(index=True)
    merged_into: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(100))  # the act in dispute, as `origin.act_key`
    opened_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(index=True)  # by which the search catches up
    promised_at: Mapped[datetime | None]
    promised_day: Mapped[date | None]
    seq: Mapped[int]  # of the last event: a page that saw another is out of date


class EventRow(Base):
    """One event, never changed. (case, seq) is the key and thereby the lock; `facts` is the text that `digest`
    seals, chained over the digest before."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_returned", "case_id", postgresql_where=text("step = 'send_back'"),
              sqlite_where=text("step = 'send_back'")),
        Index("ix_events_sits", "at", "case_id", postgresql_where=SITS, sqlite_where=SITS),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))
    facts: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))


class ClockRow(Base):
    """One run of one clock. `rung` and `next_at` are the sweep's own: which rung comes next, and when."""

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL"),
              sqlite_where=text("next_at IS NOT NULL")),
        Index("ix_clocks_due_open", "due_at", postgresql_where=text("stopped_at IS NULL"),
              sqlite_where=text("stopped_at IS NULL")),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    clock: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    started_by: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    due_day: Mapped[date | None]
    provisional: Mapped[bool]
    binds: Mapped[str] = mapped_column(String(20))
    office: Mapped[str] = mapped_column(String(60), index=True)
    stopped_at: Mapped[datetime | None]
    watched: Mapped[bool]
    rung: Mapped[str] = mapped_column(String(20))
    next_at: Mapped[datetime | None]


class CaseOfficeRow(Base):
    """Which offices may see a case: the lead, and those that join."""

    __tablename__ = "case_offices"
    __table_args__ = (Index("ix_case_offices_office", "office", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    office: Mapped[str] = mapped_column(String(60), primary_key=True)
    part: Mapped[str] = mapped_column(String(10))  # lead | co


class CaseLinkRow(Base):
    """One case arose from another: written from the opening of the new one, told by an event of the old."""

    __tablename__ = "case_links"

    to_case: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    from_case: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))  # the procedure of the new one
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))


class PartyRow(Base):
    """A person in a case. Every field but the blind index is ciphertext; `phone_index` finds the same number
    again without reading it."""

    __tablename__ = "parties"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    phone_index: Mapped[str] = mapped_column(String(64), index=True)
    phone_kind: Mapped[str] = mapped_column(String(20))  # mobile | landline | short | foreign | withheld | none
    name: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    id_number: Mapped[bytes | None]
    address: Mapped[bytes | None]
    created_at: Mapped[datetime]


class KeyRow(Base):
    """An idempotency key that was used: the case it made, and a digest of what was asked with it."""

    __tablename__ = "keys"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    case_id: Mapped[int]
    asked: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class SerialRow(Base):
    """How many numbers of a day have been handed out in blocks."""

    __tablename__ = "serials"

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken: Mapped[int]


class AlertRow(Base):
    """One rung of one clock that was reached: unique, so that whoever inserts it is the one who tells."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("uq_alerts_rung", "case_id", "clock", "key", "due_at", "rung", unique=True),
        Index("ix_alerts_recipient", "recipient", "id"),
        Index("ix_alerts_untold", "id", postgresql_where=text("told_by IS NULL"), sqlite_where=text("told_by IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    clock: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(60))
    due_at: Mapped[datetime]
    rung: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(80))  # user:12 | office:housing:chief | role:supervisor
    reached_at: Mapped[datetime]
    claimed_at: Mapped[datetime]
    board: Mapped[bool]
    told_by: Mapped[int | None]  # the outbox row that carries it
    seen_by: Mapped[str | None] = mapped_column(String(40))
    seen_at: Mapped[datetime | None]


class OutboxRow(Base):
    """A message that is owed. `dedupe` makes it one; a row is claimed until `claimed_until` by whoever sends."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "next_at", postgresql_where=text("state IN ('waiting', 'sending')"),
              sqlite_where=text("state IN ('waiting', 'sending')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dedupe: Mapped[str] = mapped_column(String(120), unique=True)
    case_id: Mapped[int | None] = mapped_column(index=True)
    means: Mapped[str] = mapped_column(String(10))  # sms | page | mail | webhook
    recipient: Mapped[str] = mapped_column(String(80))  # party:5 | user:12 | office:… | role:…
    template: Mapped[str] = mapped_column(String(40))
    facts: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))  # waiting | sending | sent | delivered | failed | dead
    tries: Mapped[int]
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(200))


def table_of(row: type[Base]) -> Table:
    """The table behind a row class, for statements that speak in batches."""
    return cast(Table, row.__table__)
