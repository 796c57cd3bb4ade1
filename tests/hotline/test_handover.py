"""A leaver's cases go to a colleague in one go: by the procedures' own steps, each with its result."""

from datetime import date
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import insert, select

from cases.changes import Opening
from cases.lists import load_file
from cases.parties import Person
from cases.people import Actor, Role
from cases.procedure import File
from cases.procedures import mediation_facts as mf
from cases.procedures import reconsideration_facts as rf
from cases.procedures.mediation_guards import mediators
from cases.procedures.reconsideration_guards import handlers_of
from cases.tables import AlertRow
from hotline.accounts import accounts, handing_over
from hotline.accounts.accounts import Account
from hotline.house import House
from tests.hotline.conftest import Clock
from tests.hotline.test_people import sit
from tests.people import a_case, take

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}
THREE = frozenset({Role.HANDLER, Role.LEGAL, Role.MEDIATOR})
BODY = Actor("user:99", "复议机构", frozenset({Role.LEGAL, Role.CHIEF, Role.MEDIATOR}), "housing")


def _add(house: House, login: str, name: str, office: str = "housing") -> int:
    account = Account(login=login, name=name, roles=THREE, office=office)
    with house.writing() as connection:
        made = accounts.invite_user(connection, account, house.vault, house.now())
        accounts.set_roles(connection, made, THREE)
        connection.execute(accounts.update(accounts.UserRow).where(accounts.UserRow.id == made).values(password="set"))
    return made


def _opens(house: House, procedure: str, facts: Any) -> int:
    now = house.now()
    opening = Opening(procedure=procedure, facts=facts, person=Person(name="张小示"), actor=BODY, at=now, now=now)
    return house.ledger.write(opening).case


def _reconsideration(house: House, *handlers: str) -> int:
    application = rf.Application(
        party=0, text="请求撤销罚款决定", respondent="区住建局", office="housing", about=f"罚{len(handlers)}{handlers[0]}",
        channel="online", knew_on=date(2026, 11, 2),
    )  # fmt: skip
    case = _opens(house, "reconsideration", application)
    certificates = tuple(f"复00{n}" for n, _ in enumerate(handlers))
    take(house, case, "accept", BODY, rf.Acceptance(handlers=handlers, certificates=certificates))
    return case


def _mediation(house: House, mediator: str) -> int:
    case = _opens(house, "mediation", mf.Dispute(party=0, kind="people", text="邻里漏水", office="housing"))
    take(house, case, "consent", BODY, mf.Consent(side="respondent"))
    take(house, case, "accept_people", BODY)
    take(house, case, "choose_mediator", BODY, mf.Mediator(mediator=mediator, chosen_by="both", no_interest=True))
    return case


def _file(house: House, case: int) -> File:
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file
    return file


def test_all_that_lies_with_a_leaver_goes_and_what_cannot_says_why(
    client: Client, house: House, people: dict[str, int], now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "PORTION", 4)
    gone, next_one = _add(house, "leaver", "离岗人"), _add(house, "follower", "接手人")
    _add(house, "stranger", "外单位", "urban")
    leaver = Actor(f"user:{gone}", "离岗人", THREE, "housing")
    orders = [a_case(house, key=f"order {n}").case for n in range(3)]
    for case in orders:
        take(house, case, "sign_for", leaver)
    other = a_case(house, key="somebody else's").case
    two, three = _reconsideration(house, "离岗人", "乙"), _reconsideration(house, "离岗人", "接手人")
    table = _mediation(house, "leaver")
    with house.writing() as connection:
        row = {"case_id": orders[0], "clock": "wo.handle", "key": "", "due_at": now(), "rung": "soon", "board": False}
        row |= {"recipient": leaver.id, "reached_at": now(), "claimed_at": now(), "told_by": None}
        connection.execute(insert(AlertRow).values(**row, seen_by=None, seen_at=None))

    admin = sit(client, house, people["admin"])
    held = admin.get(f"/people/{gone}/handover").json()
    lies = {one["number"]: one["parts"] for one in held["cases"]}
    assert len(lies) == 6
    assert _file(house, other).number not in lies
    assert (lies[_file(house, two).number], lies[_file(house, table).number]) == (["handler"], ["mediator"])
    page = admin.get(f"/people/{gone}/handover", headers=HTML).text
    assert "小区电梯坏了" not in page, "not what it is about"
    assert "接手人（follower）" in page
    assert "stranger" not in page
    refused = admin.post(f"/people/{gone}/closing", json={})
    assert "名下还有6件在办案件" in refused.json()["detail"]
    wrong = admin.post(f"/people/{gone}/handover", json={"to": str(people["urban"])})
    assert {error["field"] for error in wrong.json()["errors"]} == {"to", "reason", "cases"}

    told = admin.post(f"/people/{gone}/handover", json={"to": str(next_one), "reason": "调离", "all": "1"}).json()
    assert (told["waiting"], told["done"] + told["refused"]) == (2, 4), "a portion in one request"
    assert "继续移交余下的2件" in admin.get(f"/people/handovers/{told['id']}", headers=HTML).text
    told = admin.post(f"/people/handovers/{told['id']}", json={}).json()
    said = {one["number"]: one["said"] for one in told["cases"] if one["state"] == "refused"}
    assert "资格" in said[_file(house, two).number], "no certificate was given"
    assert "二名以上" in said[_file(house, three).number], "the colleague sits there already: two would be one"
    assert "没有异议" in said[_file(house, table).number], "the sides are asked first"
    assert [_file(house, case).in_charge for case in orders] == [f"user:{next_one}"] * 3
    with house.reading() as connection:
        assert connection.scalar(select(AlertRow.recipient)) == f"user:{next_one}"

    more = {"to": str(next_one), "reason": "调离", "all": "1", "certificate": "复009", "no_interest": "1"}
    told = admin.post(f"/people/{gone}/handover", json=more).json()
    assert (told["done"], told["refused"]) == (2, 1)
    assert handlers_of(_file(house, two)) == ("乙", "接手人")
    assert handlers_of(_file(house, three)) == ("离岗人", "接手人"), "never fewer than two"
    moved = _file(house, table)
    assert (mediators(moved), moved.in_charge) == (("follower",), f"user:{next_one}")
    assert moved.events[-1].by == f"user:{people['admin']}"
    take(house, three, "add_handlers", BODY, rf.Handlers(handlers=("丙",), certificates=("复010",)))
    again = admin.post(f"/people/handovers/{told['id']}", json={"again": "1"}).json()
    assert (again["done"], again["refused"]) == (3, 0)
    assert handlers_of(_file(house, three)) == ("接手人", "丙")
    assert admin.post(f"/people/{gone}/closing", json={}).status_code == 200


def test_what_still_lies_can_be_left_on_purpose(client: Client, house: House, people: dict[str, int]) -> None:
    handler = Actor(f"user:{people['housing']}", "承办人", frozenset({Role.HANDLER}), "housing")
    take(house, a_case(house).case, "sign_for", handler)
    admin = sit(client, house, people["admin"])
    page = admin.post(f"/people/{people['housing']}/closing", data={"_csrf": _csrf(admin)}, headers=HTML)
    assert (page.status_code, 'name="anyway"' in page.text) == (409, True)
    chosen = admin.post(f"/people/{people['housing']}/handover", json={"to": "1", "reason": "x"})
    assert chosen.status_code == 422, "nothing chosen is not everything"
    assert admin.post(f"/people/{people['housing']}/closing", json={"anyway": "1"}).status_code == 200


def _csrf(client: Client) -> str:
    return client.headers["X-CSRF-Token"]
