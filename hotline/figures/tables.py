"""Rows of the figures: what each case left on which day, and the same summed up, so that a month is a few hundred
rows however many cases it had. Beside the cases, written by the worker, and all of it can be made anew."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class FigureMarkRow(Base):
    """One thing that counts in one figure: of which case, on which day, by which office then. `length` is a number
    of days where the measure has one."""

    __tablename__ = "figure_marks"
    __table_args__ = (
        Index("ix_figure_marks_office", "office", "day"),
        Index("ix_figure_marks_street", "street", "day"),
        Index("ix_figure_marks_topic", "topic", "day"),
        Index("ix_figure_marks_measure", "measure", "day", "case_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    measure: Mapped[str] = mapped_column(String(20), primary_key=True)
    nth: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date]
    length: Mapped[int]
    procedure: Mapped[str] = mapped_column(String(40))
    office: Mapped[str] = mapped_column(String(60))
    street: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(80))


class FigureCountRow(Base):
    """How many of those marks there are: a day's or a month's (`grain`), of the whole city or of one office, street
    or topic (`scope`: nothing, or `office=housing`), all together or by one of these."""

    __tablename__ = "figure_counts"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    scope: Mapped[str] = mapped_column(String(90), primary_key=True)
    by: Mapped[str] = mapped_column(String(10), primary_key=True)  # all | office | street | topic
    grain: Mapped[str] = mapped_column(String(5), primary_key=True)  # day | month
    start: Mapped[date] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(40), primary_key=True)
    measure: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)
    length: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int]


class FigureCaseRow(Base):
    """How far a case was counted: up to which event, and when a limit of it runs out, which counts by itself."""

    __tablename__ = "figure_cases"
    __table_args__ = (
        Index("ix_figure_cases_again", "again_at", postgresql_where=text("again_at IS NOT NULL"),
              sqlite_where=text("again_at IS NOT NULL")),
    )  # fmt: skip

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int]
    again_at: Mapped[datetime | None]


class FigureWalkRow(Base):
    """Up to which moment everything is counted, and when all cases were last looked through."""

    __tablename__ = "figure_walk"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    whole_at: Mapped[datetime]
