"""The tables' way from one edition to the next, configured in code so that one folder holds all of it.

Whether anything is pending is answered without alembic, since every start asks. Migrating takes a lock
(an advisory one on PostgreSQL, the write lock on SQLite), so that several machines may start at once.
"""

import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from cases.database import keep_private
from cases.search_tables import APART

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 12345_0001  # any number, the same in every process
_REVISION = re.compile(r"^(revision|down_revision)\b[^=]*=\s*(.+)$", re.MULTILINE)
_ROOMS = (
    "cases.tables", "cases.search_tables", "cases.calendar_tables", "routing.tables", "mediation.tables",
    "hotline.tables", "hotline.rules.tables", "hotline.city.tables", "hotline.alike.tables", "hotline.figures.tables",
    "hotline.desk.tables", "hotline.office.tray_tables",
    "hotline.accounts.tables", "hotline.accounts.audit_tables",
    "hotline.knowledge.tables", "hotline.law_rooms.feed_tables", "hotline.citizens.one_time_tables",
)  # fmt: skip


def metadata() -> MetaData:
    """What the code says the schema is: every room that has tables, registered on one base."""
    for room in _ROOMS:
        if find_spec(room.partition(".")[0]) and find_spec(room):
            importlib.import_module(room)
    found: MetaData = importlib.import_module("cases.tables").Base.metadata
    return found


def options(connection: Connection) -> dict[str, Any]:
    """How alembic compares and writes, the same when migrating, comparing and drafting."""
    return {
        "connection": connection,
        "target_metadata": metadata(),
        "compare_type": True,
        "render_as_batch": connection.dialect.name == "sqlite",
        "transactional_ddl": True,  # SQLite too: see _locked
        "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(APART),
    }


def pending(url: str) -> bool:
    """Whether the database is not at the newest edition."""
    engine = _engine(url)
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return True
        at = set(connection.scalars(text("SELECT version_num FROM alembic_version")))
    return at != _heads()


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to `revision`."""
    from alembic import command

    with _locked(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database down to `revision`; "base" leaves no table of ours."""
    from alembic import command

    with _locked(url) as config:
        command.downgrade(config, revision)


def draft(message: str) -> None:
    """Write a new revision: what the code says beyond the newest one. To be read before it is kept."""
    from alembic import command

    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.db"
        if _revisions():
            upgrade(url)
        with _locked(url) as config:
            command.revision(config, message, autogenerate=True, rev_id=f"{len(_revisions()) + 1:04}")


def differences(url: str) -> list[Any]:
    """What the database has otherwise than the code says; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with _engine(url).connect() as connection:
        told = options(connection)
        context = MigrationContext.configure(connection, opts=told)
        return list(compare_metadata(context, told["target_metadata"]))


@contextmanager
def _locked(url: str) -> Iterator["Config"]:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with _engine(url).connect() as connection:
        config.attributes["connection"] = connection
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.commit()  # the lock is the session's and outlives the transaction
        with connection.begin():
            yield config


def _engine(url: str) -> Engine:
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        keep_private(engine.url.database)
        event.listen(engine, "connect", _plain_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _plain_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, so DDL is inside the transaction
    connection.execute("PRAGMA busy_timeout = 60000")


def _heads() -> set[str]:
    revisions = _revisions()
    return revisions.keys() - set(revisions.values())


def _revisions() -> dict[str, str]:
    """Every revision with the one it stands on ("" for the first), read from the files, not run."""
    found = {}
    for file in (FOLDER / "versions").glob("*.py"):
        said = {name: value.strip("\"' ") for name, value in _REVISION.findall(file.read_text("utf-8"))}
        found[said["revision"]] = "" if said["down_revision"] == "None" else said["down_revision"]
    return found
