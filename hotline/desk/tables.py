"""Rows of the agent's desk beside the calls: what is half written, who is to be called back, what came after a
call. What people said is sealed; nothing here is a case."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class DraftRow(Base):
    """A form as it stood when typing paused. `slot` is the call it belongs to, or `free`; `version` grows with each
    save, so that a window that shows an older one is told instead of writing over it."""

    __tablename__ = "drafts"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[str] = mapped_column(String(80), primary_key=True)
    body: Mapped[bytes]
    tab: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    saved_at: Mapped[datetime]


class AppointmentRow(Base):
    """A promise to call somebody back. Open until it is done or given up; `taken_by` is the one agent who has it."""

    __tablename__ = "appointments"
    __table_args__ = (Index("ix_appointments_state_at", "state", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    phone: Mapped[bytes]
    phone_index: Mapped[str] = mapped_column(String(64))
    why: Mapped[bytes]
    at: Mapped[datetime]
    call: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))  # open | done | dropped
    tries: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(40))
    taken_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]


class WrapUpRow(Base):
    """When an agent said of a call that its after-work is done. A call of theirs that ended and has no row is in
    wrap-up."""

    __tablename__ = "wrap_ups"

    call: Mapped[str] = mapped_column(String(80), primary_key=True)
    agent: Mapped[str] = mapped_column(String(40), index=True)
    over_at: Mapped[datetime]


class TransferRow(Base):
    """A caller put through to another number, as the agent recorded it."""

    __tablename__ = "transfers"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    call: Mapped[str] = mapped_column(String(80), index=True)
    number: Mapped[str] = mapped_column(String(20))
    told: Mapped[bytes | None]
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
