"""The end of the audit's chain, and the locks on the audit itself: the database refuses to change or delete a row.

Triggers and not only habit, since an audit is there for the day on which somebody with rights has none to do it.
They come and go with the table, created or migrated.
"""

from typing import Any

from sqlalchemy import Connection, String, Table, event, text
from sqlalchemy.orm import Mapped, mapped_column

from cases.tables import Base
from hotline.tables import AuditRow

STAYS = "审计记录只能追加，不能修改或者删除"
_LOCKS = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_stays_{deed} BEFORE {deed} ON audit BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
        for deed in ("update", "delete")
    ),
    "postgresql": (
        f"""CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{STAYS}'; END $$""",
        """CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
            FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()""",
    ),
}


class AuditEndRow(Base):
    """The last digest of the audit and how many rows it closes: a row cut off the end is missed."""

    __tablename__ = "audit_end"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entries: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


@event.listens_for(Table, "after_create")
def _lock(table: Table, connection: Connection, **_: Any) -> None:
    if table.name == AuditRow.__tablename__:
        for statement in _LOCKS[connection.dialect.name]:
            connection.execute(text(statement))


@event.listens_for(Table, "after_drop")
def _unlock(table: Table, connection: Connection, **_: Any) -> None:
    if table.name == AuditRow.__tablename__ and connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION IF EXISTS audit_stays() CASCADE"))
