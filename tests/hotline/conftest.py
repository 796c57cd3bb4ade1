"""The house with its front door open: a client over both databases, and a clock that tests may move."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace
from sqlalchemy import create_engine

from cases.people import Role
from hotline import migrate
from hotline.accounts import accounts
from hotline.accounts.accounts import Account, add_user
from hotline.app import create_app, furnish
from hotline.house import House, open_house
from hotline.settings import Settings, from_environment
from tests.hotline.rule_work import sit

PASSWORD = "correct horse 12345"
START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # a Monday, 09:30 in the office
TOKEN = "a-token-for-the-channels"

SignIn = Callable[..., TestClient[Litestar]]


class Clock:
    """The present, moved by the test: `clock.now`, `clock.forward(minutes=5)`."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Time passes."""
        self.now += timedelta(**by)


@pytest.fixture(scope="session", autouse=True)
def _one_password_hashed_once() -> Iterator[None]:
    """Argon2 is slow on purpose: here it is quick, and everybody has the same password."""
    kept, slow = accounts.hashed, accounts._hasher
    accounts.hashed, accounts._hasher = cache(accounts.hashed), PasswordHasher(1, 2048, 1)
    yield
    accounts.hashed, accounts._hasher = kept, slow


@pytest.fixture
def now() -> Clock:
    """The clock of the house."""
    return Clock()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a house that has no Redis and no gateway; public posts are not slowed."""
    return from_environment(
        {
            "HOTLINE_DATA": str(tmp_path / "data"),
            "HOTLINE_DATABASE_URL": database_url,
            "HOTLINE_CHANNEL_TOKEN": TOKEN,
            "HOTLINE_PUBLIC_RATE": "0",
        }
    )


@pytest.fixture
def house(settings: Settings, now: Clock) -> Iterator[House]:
    """An opened house on a fresh database."""
    if not any(migrate.FOLDER.joinpath("versions").glob("*.py")):
        migrate.metadata().create_all(create_engine(settings.database_url))
    opened = open_house(settings, now)
    yield opened
    opened.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient[Litestar]]:
    """A program at the door: no cookies, asks for JSON. What breaks is an answer, not an exception here."""
    with client_of(house) as opened:
        yield opened


def app_of(house: House) -> Litestar:
    """The application over `house`: one whose own house is closed is furnished anew, since registering its
    routes costs more than most tests do."""
    if house.settings.public_url.startswith("https://"):  # its answers carry other headers
        return create_app(house)
    for app in _apps:
        if app.state.house is house:
            return app
    for app in _apps:
        if not app.state.house.ledger._thread.is_alive():
            furnish(app.state, house)
            return app
    _apps.append(create_app(house))
    return _apps[-1]


_apps: list[Litestar] = []


def client_of(house: House, app: Litestar | None = None) -> TestClient[Litestar]:
    """Another client of the same house, in a `with`."""
    made = TestClient(app or app_of(house), raise_server_exceptions=False)
    made.headers["Accept"] = "application/json"
    return made


@pytest.fixture
def people(house: House) -> dict[str, int]:
    """An account of every role, by login; two offices: `housing`, `urban`."""
    return {login: add(house, login, role, office) for login, (role, office) in PEOPLE.items()}


PEOPLE: dict[str, tuple[Role, str]] = {
    "agent": (Role.AGENT, ""),
    "supervisor": (Role.SUPERVISOR, ""),
    "housing": (Role.HANDLER, "housing"),
    "housing-chief": (Role.CHIEF, "housing"),
    "urban": (Role.HANDLER, "urban"),
    "legal": (Role.LEGAL, ""),
    "mediator": (Role.MEDIATOR, ""),
    "admin": (Role.ADMIN, ""),
    "security": (Role.SECURITY, ""),
    "auditor": (Role.AUDITOR, ""),
}


def add(house: House, login: str, role: Role, office: str = "") -> int:
    """One account with the password of all."""
    account = Account(login=login, name=f"{role.label}某", roles=frozenset({role}), office=office)
    with house.writing() as connection:
        return add_user(connection, account, PASSWORD, house.vault, house.now())


def sign_in(client: TestClient[Litestar], login: str, password: str = PASSWORD) -> TestClient[Litestar]:
    """Signs `client` in; its later requests carry the session's CSRF token."""
    client.cookies.clear()
    client.headers.pop("X-CSRF-Token", None)
    answer = client.post("/signin", json={"login": login, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


@pytest.fixture
def signed_in(client: TestClient[Litestar], people: dict[str, int]) -> SignIn:
    """`signed_in("housing")`: the client, signed in as one of `people`."""
    return lambda login="agent": sign_in(client, login)


@pytest.fixture
def seated(client: TestClient[Litestar], people: dict[str, int]) -> SignIn:
    """`signed_in` as the house's own, without the time a password takes."""
    return lambda login="admin": sit(client, login)


@pytest.fixture
def second(house: House, people: dict[str, int]) -> str:
    """Another administrator."""
    add(house, "admin2", Role.ADMIN)
    return "admin2"


def slowed(settings: Settings, rate: int) -> Settings:
    """The same settings with a public rate."""
    return replace(settings, public_rate=rate)
