"""Rows of an office's own work: the views people keep of their tray, and the notes that stay in the office."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class SavedViewRow(Base):
    """A tray as somebody likes to see it: the address is the view."""

    __tablename__ = "saved_views"
    __table_args__ = (Index("uq_saved_views_user_id_name", "user_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    user_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(400))


class OfficeNoteRow(Base):
    """A note about a case that only its writer's office reads. Never changed, never part of an answer or an export;
    sealed, since it may name anybody. The centre's own stand under `centre`."""

    __tablename__ = "office_notes"
    __table_args__ = (Index("ix_office_notes_case_office", "case_id", "office"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    office: Mapped[str] = mapped_column(String(60))
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    body: Mapped[bytes]
