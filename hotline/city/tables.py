"""Rows of the city's own settings: every version of every one, never changed and never taken away."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class CityVersionRow(Base):
    """One version of one setting. The number counts within the setting from 1 (0 is what comes with the house)
    and is unique, so that of two people who save over the same version one is told of the other."""

    __tablename__ = "city_versions"
    __table_args__ = (Index("uq_city_versions_number", "sort", "name", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    sort: Mapped[str] = mapped_column(String(20))  # limits | ladder | texts | letters | figures
    name: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    content: Mapped[str] = mapped_column(Text)  # JSON
    from_at: Mapped[datetime]  # in force from this moment
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(String(200))
    restores: Mapped[int | None]  # the number of the version that was brought back


class CityFileRow(Base):
    """A letter's template as it was handed in, under its digest."""

    __tablename__ = "city_files"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
