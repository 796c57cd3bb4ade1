"""Stories over HTTP: people of several desks at one house, on days the story chooses."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from cases.people import Role
from hotline.house import House
from tests.hotline.conftest import Clock, add, client_of, settings, sign_in

__all__ = ["settings"]


class Desk:
    """Somebody signed in, who takes steps in one case as JSON clients do."""

    def __init__(self, client: TestClient[Litestar], login: str) -> None:
        self.client, self.login = sign_in(client, login), login

    def send(self, method: str, address: str, **more: Any) -> Any:
        """The answer; who has been away for days signs in again."""
        answer = self.client.request(method, address, **more)
        if answer.status_code != 401:
            return answer
        return sign_in(self.client, self.login).request(method, address, **more)

    def opens(self, procedure: str, source: str = "", **facts: Any) -> Any:
        """The answer to opening a case of `procedure`."""
        body = {"facts": facts, "person": {} if source else PERSON, "from_case": source}
        return self.send("POST", f"/procedures/{procedure}/cases", json=body)

    def tries(self, number: str, step: str, at: str = "", **facts: Any) -> Any:
        """The answer to a step."""
        body = {"step": step, "facts": facts or None, "at": at}
        return self.send("POST", f"/cases/{number}/steps", json=body)

    def takes(self, number: str, step: str, at: str = "", **facts: Any) -> dict[str, Any]:
        """A step that is taken."""
        answer = self.tries(number, step, at, **facts)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def due(self, number: str, clock: str) -> str:
        """The last day of the latest run of a clock, as the case's JSON tells it."""
        runs = [run for run in self.read(number)["clocks"] if run["id"] == clock]
        last = datetime.fromisoformat(runs[-1]["due_at"]) - timedelta(seconds=1)
        return last.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()

    def read(self, number: str) -> dict[str, Any]:
        """The case."""
        answer = self.send("GET", f"/cases/{number}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


PERSON = {"name": "李青禾", "phone": "13900001234"}
PEOPLE = {
    "legal": (Role.LEGAL, ""),
    "head": (Role.CHIEF, "justice"),
    "agent": (Role.AGENT, ""),
    "housing": (Role.HANDLER, "housing"),
    "housing-chief": (Role.CHIEF, "housing"),
    "resources": (Role.HANDLER, "resources"),
    "justice": (Role.HANDLER, "justice"),
    "mediator": (Role.MEDIATOR, ""),
    "housing-mediator": (Role.MEDIATOR, "housing"),
}


@pytest.fixture
def now() -> Clock:
    """The clock of the house."""
    return Clock()


@pytest.fixture
def desk(house: House) -> Iterator[Callable[[str], Desk]]:
    """`desk("legal")`: that person at their desk."""
    sat: dict[str, Desk] = {}
    with ExitStack() as stack:

        def sits(login: str) -> Desk:
            if login not in sat:
                role, office = PEOPLE[login]
                add(house, login, role, office)
                sat[login] = Desk(stack.enter_context(client_of(house)), login)
            return sat[login]

        yield sits


def on(now: Clock, moment: str) -> str:
    """It is that moment at the office."""
    now.now = datetime.fromisoformat(f"{moment}+08:00")
    return now.now.isoformat()
