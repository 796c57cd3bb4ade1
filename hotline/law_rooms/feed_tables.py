"""Rows of the calendar feeds: one secret address a person, of which only a digest is kept."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class FeedRow(Base):
    """Somebody's feed. Who reads the table can read nobody's calendar."""

    __tablename__ = "feeds"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the address's secret
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
