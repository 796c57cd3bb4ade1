"""What the tests of rule sets share: a quick seat, a draft, a file written, a step taken."""

from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from hotline.accounts import seats
from hotline.house import House
from hotline.tables import UserRow

Client = TestClient[Litestar]
FILE = "duties.toml"
GAS = '"city.supply.gas" = "gas_company"'
TO_URBAN = GAS.replace("gas_company", "urban")


def sit(client: Client, login: str) -> Client:
    """Puts `client` on a seat without the time a password takes."""
    house: House = client.app.state.house
    client.cookies.clear()
    with house.writing() as connection:
        user = connection.scalar(select(UserRow.id).where(UserRow.login == login))
        token = seats.begin(connection, user or 0, "", house.now())
    seat = seats.find_seat(house, token)
    assert seat, login
    client.cookies.set(seats.COOKIE, token)
    client.headers["X-CSRF-Token"] = seat.csrf
    return client


def drafted(client: Client, **more: Any) -> int:
    """The number of a new draft of the set in force."""
    answer = client.post("/rulesets", json={"name": "燃气移交", **more})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["number"]
    return number


def written(client: Client, number: int, old: str = GAS, new: str = TO_URBAN, file: str = FILE) -> dict[str, Any]:
    """The draft's file with a passage replaced."""
    read = client.get(f"/rulesets/{number}/files/{file}").json()
    assert old in read["text"]
    sent = {"text": read["text"].replace(old, new), "revision": read["revision"]}
    answer = client.post(f"/rulesets/{number}/files/{file}", json=sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def step(client: Client, number: int, name: str, **more: Any) -> Any:
    """One of the set's own steps, at its present revision."""
    revision = client.get(f"/rulesets/{number}").json()["revision"]
    return client.post(f"/rulesets/{number}/steps", json={"step": name, "revision": revision, **more})


def checked(client: Client, new: str = TO_URBAN) -> int:
    """A draft with one duty changed, checked."""
    number = drafted(client)
    written(client, number, new=new)
    assert step(client, number, "check").json()["state"] == "checked"
    return number
