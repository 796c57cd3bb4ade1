"""A rehearsal in the worker: slice by slice, taken up again where it was stopped, counted once, kept with the draft."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from cases.people import CITIZEN
from cases.procedures.work_order_facts import Dispatch, Return, Ruling
from hotline import intake
from hotline.house import House
from hotline.rules import rehearsing
from hotline.rules.rehearsing import REHEARSALS, run_waiting
from tests.hotline.conftest import Clock
from tests.hotline.desk_work import AGENT, PAGE, handler, taken
from tests.hotline.rule_work import Client, drafted, sit, step, written

GAS = "家里天然气停气三天了，燃气公司不处理"
OTHER = "小区物业未经业主同意涨价"


def asked(house: House, text: str, n: int) -> list[int]:
    incoming = intake.Incoming(kind="complaint", text=text, channel="web", actor=CITIZEN)
    return [house.ledger.write(intake.opening(house, incoming)).case for _ in range(n)]


def rehearsed(client: Client, now: Clock) -> int:
    """A draft that sends gas elsewhere, its rehearsal asked for."""
    now.forward(minutes=1)
    number = drafted(sit(client, "admin"))
    written(client, number)
    assert step(client, number, "rehearse").status_code == 200
    return number


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsing, "SLICE", 4)


def test_what_would_change_is_counted_and_kept_with_the_draft(
    house: House, now: Clock, client: Client, people: dict[str, int]
) -> None:
    gas = asked(house, GAS, 5)
    asked(house, OTHER, 6)
    _returned(house, gas[0], people)
    number = rehearsed(client, now)
    told = client.get(f"/rulesets/{number}").json()["rehearsal"]
    assert (told["state"], told["total"], told["done"]) == ("waiting", 11, 0)
    assert run_waiting(house) == 3
    told = client.get(f"/rulesets/{number}").json()["rehearsal"]
    assert (told["state"], told["done"], told["asked"], told["changed"]) == ("done", 11, 11, 5)
    assert [(move["before"], move["after"], move["count"]) for move in told["moves"]] == [("gas_company", "urban", 5)]
    assert told["avoided"] == 1
    page = client.get(f"/rulesets/{number}", headers=PAGE).text
    assert "11 / 11" in page
    written(client, number, old='health = "health"', new='health = "market"')
    assert "试算的是修改以前的草稿" in client.get(f"/rulesets/{number}", headers=PAGE).text


def _returned(house: House, case: int, people: dict[str, int]) -> None:
    gas = replace(handler(people, "urban"), office="gas_company")
    taken(house, case, "send_back", gas, Return(reason="not_ours", text="不归我们"))
    taken(house, case, "uphold_return", AGENT, Ruling(text="改派"))
    taken(house, case, "dispatch", AGENT, Dispatch(office="urban", rule="agent"))


def test_a_job_that_was_killed_is_taken_up_behind_its_last_slice(
    house: House, now: Clock, client: Client, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(house, GAS, 10)
    number = rehearsed(client, now)
    whole, slices = rehearsing._replayed, []

    def killed(*args: object) -> object:
        slices.append(args)
        if len(slices) == 2:
            raise KeyboardInterrupt
        return whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(rehearsing, "_replayed", killed)
    with pytest.raises(KeyboardInterrupt):
        run_waiting(house)
    assert client.get(f"/rulesets/{number}").json()["rehearsal"]["done"] == 4
    assert run_waiting(house) == 0, "its lease runs"
    now.forward(minutes=2)
    assert run_waiting(house) == 2
    told = client.get(f"/rulesets/{number}").json()["rehearsal"]
    assert (told["state"], told["asked"], told["done"], told["changed"]) == ("done", 10, 10, 10)


def test_two_workers_count_nothing_twice(house: House, now: Clock, client: Client, people: dict[str, int]) -> None:
    asked(house, GAS, 12)
    number = rehearsed(client, now)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: run_waiting(house), range(3)))
    now.forward(minutes=2)
    run_waiting(house)
    told = client.get(f"/rulesets/{number}").json()["rehearsal"]
    assert (told["state"], told["asked"], told["changed"]) == ("done", 12, 12)


def test_a_draft_changed_meanwhile_or_unreadable_is_said(
    house: House, now: Clock, client: Client, people: dict[str, int]
) -> None:
    asked(house, GAS, 2)
    number = rehearsed(client, now)
    written(client, number, old='health = "health"', new='health = "market"')
    run_waiting(house)
    assert "修改" in client.get(f"/rulesets/{number}").json()["rehearsal"]["error"]
    written(client, number, old="[offices]", new="[offices")
    assert step(client, number, "rehearse").status_code == 422
    assert step(client, number, "rehearse", since="2027-01-01").status_code == 422
    with house.reading() as connection:
        rows = connection.execute(select(REHEARSALS.c.state)).scalars().all()
    assert rows == ["failed"]
