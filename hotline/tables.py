"""Rows of the front desk: accounts, sessions, calls, text messages, attachments. Cases are not here."""

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class UserRow(Base):
    """An account. `roles` is a comma-separated list; `phone` is sealed, for alerts by SMS."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    roles: Mapped[str] = mapped_column(String(120))
    office: Mapped[str] = mapped_column(String(60), index=True)
    phone: Mapped[bytes | None]
    password: Mapped[str] = mapped_column(String(200))  # argon2 hash; empty until an invitation is taken up
    active: Mapped[bool]
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]  # last, and from where
    signed_in_from: Mapped[str | None] = mapped_column(String(64))
    failed: Mapped[int | None]  # wrong passwords since


class SessionRow(Base):
    """A sign-in. Only a digest of the cookie's token is kept. `before_…` is the sign-in before this one, as the
    person is told: when, from where, and how many wrong passwords came between."""

    __tablename__ = "sessions"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(64))
    device: Mapped[str | None] = mapped_column(String(80))
    before_at: Mapped[datetime | None]
    before_from: Mapped[str | None] = mapped_column(String(64))
    before_failed: Mapped[int | None]


class AttemptRow(Base):
    """A failed guess (a password, a query code), counted by what was guessed at and from where."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_about_at", "about", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    about: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class CallRow(Base):
    """A telephone call as the exchange reported it. The caller's number is sealed, and found by blind index."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_agent_rang", "agent", "rang_at"),)

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))  # ringing | answered | ended
    caller: Mapped[bytes | None]
    caller_index: Mapped[str] = mapped_column(String(64), index=True)
    caller_kind: Mapped[str] = mapped_column(String(20))
    called: Mapped[str] = mapped_column(String(40))
    agent: Mapped[str] = mapped_column(String(40))  # user:12, or the extension while nobody is known
    recording: Mapped[str] = mapped_column(String(200))
    rang_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cause: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[int | None] = mapped_column(index=True)


class TextRow(Base):
    """An incoming text message, or a part of one. `answered` is what it became: a case number or a reply."""

    __tablename__ = "texts"
    __table_args__ = (Index("ix_texts_joined", "sender_index", "series"),)

    id: Mapped[str] = mapped_column(String(80), primary_key=True)  # the gateway's message id
    sender: Mapped[bytes | None]
    sender_index: Mapped[str] = mapped_column(String(64))
    series: Mapped[str] = mapped_column(String(40))  # reference of a multi-part message, or empty
    part: Mapped[int]
    parts: Mapped[int]
    body: Mapped[bytes | None]  # sealed until joined: a text may name anybody
    received_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(String(40))


class AttachmentRow(Base):
    """A file that was handed in: its content is on disk under its digest, once however often it is sent."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index(
            "ix_attachments_unclaimed",
            "created_at",
            sqlite_where=text("NOT claimed"),
            postgresql_where=text("NOT claimed"),
        ),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    media: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    created_at: Mapped[datetime]  # when it was last handed in
    claimed: Mapped[bool]  # known to be a case's own; what nobody claims is taken away in the end


class AuditRow(Base):
    """Who did what that is no step of a case: signing in, being turned away, changing an account."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(40))
    what: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))  # chained over the row before


class LetterRow(Base):
    """A letter that was issued: its number, and the digests of the two files that were frozen then. A draft has no
    row. `receipt` is the digest of the scanned acknowledgement or its tracking number, in words."""

    __tablename__ = "letters"
    __table_args__ = (Index("uq_letters_number", "office", "series", "year", "serial", unique=True),)

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # of the event that owes it
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    office: Mapped[str] = mapped_column(String(60))
    series: Mapped[str] = mapped_column(String(60))  # the kind's word in the number
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(80))  # empty for papers that bear none
    state: Mapped[str] = mapped_column(String(10))  # issued | served
    docx: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[str] = mapped_column(String(64))
    issued_by: Mapped[str] = mapped_column(String(40))
    issued_at: Mapped[datetime]
    served_at: Mapped[datetime | None]
    means: Mapped[str] = mapped_column(String(10))
    receipt: Mapped[str] = mapped_column(String(200))


class LetterSerialRow(Base):
    """How many letters of a series an office has issued in a year: taken and used in one transaction, so no gap."""

    __tablename__ = "letter_serials"

    office: Mapped[str] = mapped_column(String(60), primary_key=True)
    series: Mapped[str] = mapped_column(String(60), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken: Mapped[int]
