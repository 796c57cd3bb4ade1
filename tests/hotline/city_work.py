"""What the tests of the city's settings share: a post, how long a case has, what is kept of every clock."""

from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.clocks import latest
from cases.lists import load_file
from cases.tables import ClockRow
from hotline.house import House

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}
HANDLE = "/city/limits/wo.handle"
THREE = {"n": "3", "unit": "working_day", "more": "10", "source": "第八条", "why": "提速", "effective": "2026-11-24", "base": "0"}


def post(client: Client, at: str, **said: Any) -> Any:
    """The answer to what was posted, as JSON."""
    return client.post(at, json={"do": "save", **said})


def handle(house: House, case: int) -> str:
    """How long a case has for handling."""
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file is not None
    found = latest(file.readings(house.city), "wo.handle")
    assert found is not None
    return found.lengths


def rows(house: House) -> list[Any]:
    """What is kept of every clock."""
    with house.reading() as connection:
        return [tuple(row) for row in connection.execute(select(ClockRow.__table__).order_by(ClockRow.case_id, ClockRow.clock))]
