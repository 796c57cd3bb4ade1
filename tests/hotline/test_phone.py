"""The exchange's events in any order, twice, from anybody; and who called before."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.parties import Person
from cases.people import CITIZEN
from hotline.channels import phone
from hotline.house import House
from hotline.intake import Incoming, receive
from hotline.tables import CallRow
from tests.hotline.conftest import START, TOKEN, SignIn

CALLER = "13812345678"


def said(event: str, seconds: int, call: str = "c1", **more: str) -> dict[str, Any]:
    return {
        "event": event,
        "call": call,
        "at": (START + timedelta(seconds=seconds - 600)).isoformat(),
        **more,
    }


EVENTS = (
    said("ringing", 0, caller=CALLER, called="12345"),
    said("answered", 8, caller=CALLER, agent="8001"),
    said("ended", 95, recording="rec/1.wav", cause="normal"),
)


def hear(client: TestClient[Litestar], event: dict[str, Any]) -> int:
    return client.post("/calls", json=event, headers={"Authorization": f"Bearer {TOKEN}"}).status_code


def call(house: House, name: str = "c1") -> Any:
    with house.reading() as connection:
        return connection.execute(select(CallRow.__table__).where(CallRow.id == name)).mappings().one()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_events_in_any_order_and_twice_make_one_call(
    house: House, client: TestClient[Litestar], order: tuple[int, ...]
) -> None:
    for n in (*order, *order):
        assert hear(client, EVENTS[n]) == 200
    known = call(house)
    assert known["state"] == "ended"
    assert house.vault.open(known["caller"]) == "+8613812345678"
    assert (known["agent"], known["recording"], known["cause"]) == ("8001", "rec/1.wav", "normal")
    assert known["answered_at"] - known["rang_at"] == timedelta(seconds=8)
    assert known["ended_at"] - known["rang_at"] == timedelta(seconds=95)


@pytest.mark.parametrize("caller", ["anonymous", "", "未知", "Restricted"])
def test_a_withheld_caller_has_no_index_and_no_history(
    house: House, client: TestClient[Litestar], caller: str
) -> None:
    assert hear(client, said("ringing", 0, call="w1", caller=caller)) == 200
    assert hear(client, said("ringing", 0, call="w2", caller=caller)) == 200
    assert call(house, "w1")["caller_index"] == call(house, "w2")["caller_index"] == ""
    receive(house, Incoming(kind="help", text="停水", channel="phone", actor=CITIZEN)).result()
    with house.reading() as connection:
        assert phone.history(connection, house.vault, "") == []


def test_history_is_of_the_same_number_newest_first_and_masked(house: House) -> None:
    for n, number in enumerate(("13812345678", "138-1234-5678", "+86 13812345678", "13900000000")):
        person = Person(name="张三丰", phone=number)
        receive(
            house, Incoming(kind="help", text=f"第{n}件", channel="phone", actor=CITIZEN, person=person)
        ).result()
    with house.reading() as connection:
        past = phone.history(connection, house.vault, house.vault.index("+8613812345678"))
    assert [one.title for one in past] == ["第2件", "第1件", "第0件"]
    assert {one.name for one in past} == {"张＊＊"}


def test_the_agents_request_is_the_calls_and_the_same_call_makes_one(
    house: House, client: TestClient[Litestar], signed_in: SignIn
) -> None:
    hear(client, EVENTS[0])
    agent = signed_in("agent")
    asked = {
        "kind": "complaint",
        "text": "路灯不亮，请维修",
        "phone": CALLER,
        "call": "c1",
        "office": "urban",
    }
    first, again = agent.post("/requests", json=asked), agent.post("/requests", json=asked)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json()["number"] == again.json()["number"]
    case = call(house)["case_id"]
    assert first.json()["number"].startswith(str(case))
    with house.reading() as connection:
        assert phone.history(connection, house.vault, call(house)["caller_index"])[0].case == case


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"event": "sneezed", "call": "x"}, "event"),
        ({"event": "ringing"}, "call"),
        ({"event": "ringing", "call": "x", "at": "2026-11-23T09:30:00"}, "at"),
    ],
)
def test_a_bad_event_names_its_field(client: TestClient[Litestar], event: dict[str, str], field: str) -> None:
    answer = client.post("/calls", json=event, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_nobody_but_the_exchange_reports_calls(client: TestClient[Litestar]) -> None:
    assert client.post("/calls", json=EVENTS[0]).status_code == 401
