"""Rows of what the house knows: normative documents, articles with their versions, and where they were used."""

from datetime import date, datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base


class NormRow(Base):
    """A normative document. `lapses_on` is its last day of force, None where it has none set; `known_as` is what a
    text is searched by to find that it cites the document."""

    __tablename__ = "norms"
    __table_args__ = (Index("ix_norms_lapses", "lapses_on"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(80), unique=True)  # 文号
    issuer: Mapped[str] = mapped_column(String(100))
    issued_on: Mapped[date]
    in_force_on: Mapped[date]
    trial: Mapped[bool]  # 暂行、试行
    lapses_on: Mapped[date | None]
    repealed_on: Mapped[date | None]
    replaced_by: Mapped[int | None]  # another document, in whose place it stands from `repealed_on` on
    owner: Mapped[str] = mapped_column(String(40), index=True)  # user:12
    note: Mapped[str] = mapped_column(String(500))
    revision: Mapped[int]
    changed_by: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime]


class ArticleRow(Base):
    """An article as it stands: the newest of its versions, and how it was received. `plain` is what is searched."""

    __tablename__ = "articles"
    __table_args__ = (Index("ix_articles_used", "used"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(String(80))
    office: Mapped[str] = mapped_column(String(60))
    public: Mapped[bool]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    review_on: Mapped[date | None]
    owner: Mapped[str] = mapped_column(String(40))
    withdrawn: Mapped[bool]
    plain: Mapped[str] = mapped_column(Text)
    used: Mapped[int]
    helpful: Mapped[int]
    unhelpful: Mapped[int]
    changed_at: Mapped[datetime]


class ArticleVersionRow(Base):
    """One version of an article, whole and never changed: `content` is what was typed, as JSON."""

    __tablename__ = "article_versions"

    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(200))


class ArticleNormRow(Base):
    """An article as it stands rests on a document."""

    __tablename__ = "article_norms"

    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    norm_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)
    clause: Mapped[str] = mapped_column(String(100))


class ArticleUseRow(Base):
    """An article was used in a call; once, however often the button is pressed."""

    __tablename__ = "article_uses"

    call: Mapped[str] = mapped_column(String(80), primary_key=True)
    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
