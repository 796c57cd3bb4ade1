"""Rows of the search: one a case, without personal data, and the index over them, of which each database has
its own kind. The index is no table of the model: it comes and goes with `search_texts`, created or migrated.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, String, Table, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base

APART = "search_index"  # the index and what a database keeps for it: FTS5 has its shadow tables
_MADE = {
    # Words come cut: `ascii` takes every letter beyond ASCII as it is. Lone letters are asked as beginnings.
    "sqlite": (
        f"""CREATE VIRTUAL TABLE {APART} USING fts5(words, marks, content='', prefix='1',
            tokenize="ascii tokenchars '_#:.-/'")""",
    ),
    "postgresql": (
        f"""CREATE TABLE {APART} (case_id bigint PRIMARY KEY, marks integer[] NOT NULL, plain text NOT NULL,
            pieces integer[] NOT NULL)""",
        f"CREATE INDEX ix_{APART}_pieces ON {APART} USING gin (pieces)",
    ),
}


class SearchRow(Base):
    """What can be found of a case, as of event `seq`. `text` is scrubbed; `marks` say who may see it and where
    it stands."""

    __tablename__ = "search_texts"
    __table_args__ = (Index("ix_search_texts_name_index", "name_index"),)

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    name_index: Mapped[str] = mapped_column(String(64))  # blind index of the party's full name
    text: Mapped[str] = mapped_column(Text)
    marks: Mapped[str] = mapped_column(Text)


class SearchMarkRow(Base):
    """How far the search has caught up: what changed before `at` is in it; at `whole_at` all was compared."""

    __tablename__ = "search_mark"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    whole_at: Mapped[datetime]


@event.listens_for(Table, "after_create")
def _make_index(table: Table, connection: Connection, **_: Any) -> None:
    if table.name == SearchRow.__tablename__:
        for statement in _MADE[connection.dialect.name]:
            connection.execute(text(statement))


@event.listens_for(Table, "before_drop")
def _drop_index(table: Table, connection: Connection, **_: Any) -> None:
    if table.name == SearchRow.__tablename__:
        connection.execute(text(f"DROP TABLE IF EXISTS {APART}"))
