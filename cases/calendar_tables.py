"""Rows of the loaded holiday notices: each edition stays on record, with what it moved and how far it has come."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class CalendarLoadRow(Base):
    """One notice as it was handed in. Of the editions of a year the last confirmed one counts. While it is
    being looked at it alone is `open` (unique), so that what was foreseen is what will be done."""

    __tablename__ = "calendar_loads"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    open: Mapped[bool | None] = mapped_column(unique=True)  # true, or NULL once done or dropped
    state: Mapped[str] = mapped_column(String(10), index=True)  # asked | foreseen | going | done | dropped
    years: Mapped[str] = mapped_column(String(200))  # 2027,2028
    text: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime]
    loaded_by: Mapped[str] = mapped_column(String(40))
    loaded_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    total: Mapped[int]
    seen: Mapped[int]
    last_case: Mapped[int]  # a pass that was stopped goes on behind it
    foreseen: Mapped[str] = mapped_column(Text)  # JSON of `moves.Tally`, as the preview found it
    moved: Mapped[str] = mapped_column(Text)  # the same, as it was done
