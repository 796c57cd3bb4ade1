"""The real parts the tests drive: a PostgreSQL server, a Valkey, a migrated database for each test, Chromium.

Nothing is faked and nothing is left: every server is bound to this process and stopped by its fixture.
What HOTLINE_SKIP names is skipped in sight; what is missing without being named there fails.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from hotline import embedded, migrate
from hotline.house import House, open_house
from hotline.settings import Settings, from_environment
from tests.postgres import run_postgres

_SKIPPED = {part.strip() for part in os.environ.get("HOTLINE_SKIP", "").split(",")}
_numbers = itertools.count(1)
hypothesis_settings.register_profile("house", deadline=None)  # nothing here fails for being slow
hypothesis_settings.load_profile("house")


def _wanted(part: str) -> None:
    if part in _SKIPPED:
        pytest.skip(f"HOTLINE_SKIP names {part}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running PostgreSQL without the database name: `url.replace("/?", "/name?")` to use one."""
    _wanted("postgres")
    with run_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def valkey() -> Iterator[embedded.Valkey]:
    """A running Valkey; its `url` is good for redis-py and arq."""
    home = Path(tempfile.mkdtemp(prefix="hotline-vk-"))
    server = embedded.start(home)
    yield server
    server.stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program, for playwright's `executable_path`."""
    _wanted("chromium")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "no Chromium: run tests/provision.sh, or name it in HOTLINE_SKIP"
    return found


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "hotline.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Callable[[str], None]:
    """Runs one statement in the server's own database, after a migrated template database was made."""
    engine = create_engine(
        postgres_server.replace("/?", "/postgres?"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )

    def say(statement: str) -> None:
        with engine.connect() as connection:
            connection.execute(text(statement))

    say("CREATE DATABASE hotline_template")
    migrate.upgrade(postgres_server.replace("/?", "/hotline_template?"))
    return say


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, on each of the two."""
    yield from _database(database_kind, request, tmp_path, template=False)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database for this test, on each of the two."""
    yield from _database(database_kind, request, tmp_path, template=True)


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which of the two databases the test runs on."""
    kind: str = request.param
    _wanted(kind)
    return kind


def _database(kind: str, request: pytest.FixtureRequest, folder: Path, *, template: bool) -> Iterator[str]:
    if kind == "sqlite":
        file = folder / "hotline.db"
        if template:
            shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: str = request.getfixturevalue("postgres_server")
    say: Callable[[str], None] = request.getfixturevalue("postgres_template")
    name = f"t{next(_numbers)}"
    say(f"CREATE DATABASE {name} TEMPLATE {'hotline_template' if template else 'template0'}")
    yield server.replace("/?", f"/{name}?")
    say(f"DROP DATABASE {name} WITH (FORCE)")


class Moving:
    """A `now` that a test moves. Begins on Monday 23 November 2026, 10:00 at the office."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def on(self, **by: float) -> datetime:
        """Moves on by days, hours, minutes … and says where that is."""
        self.at += timedelta(**by)
        return self.at


@pytest.fixture
def now() -> Moving:
    return Moving()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return from_environment({"HOTLINE_DATA": str(tmp_path), "HOTLINE_DATABASE_URL": database_url})


@pytest.fixture
def house(settings: Settings, now: Moving) -> Iterator[House]:
    """An opened house over a fresh database, on both kinds."""
    opened = open_house(settings, now)
    yield opened
    opened.close()
