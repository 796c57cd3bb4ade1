"""People as stories: an invitation, two people for every role, three powers apart, changes made back."""

import re
from functools import cache
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import event, select, update

from cases.people import Role
from cases.tables import OutboxRow
from hotline import texts
from hotline.__main__ import main
from hotline.accounts import accounts, invitations, seats
from hotline.accounts.changes import APART
from hotline.accounts.tables import InvitationRow
from hotline.house import House
from hotline.tables import AuditRow, SessionRow, UserRow
from tests.hotline.conftest import Clock, add

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}
NEW = {"login": "newcomer", "name": "新来的<b>", "office": "housing", "phone": "", "roles": ["handler"]}


@pytest.fixture(autouse=True)
def _light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a password costs is `test_signin`'s."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", hasher)
    monkeypatch.setattr(accounts, "hashed", cache(hasher.hash))


def sit(client: Client, house: House, user: int) -> Client:
    """Puts `client` on a seat without the time a password takes."""
    client.cookies.clear()
    with house.writing() as connection:
        token = seats.begin(connection, user, "10.0.0.9", house.now())
    seat = seats.find_seat(house, token)
    assert seat
    client.cookies.set(seats.COOKIE, token)
    client.headers["X-CSRF-Token"] = seat.csrf
    return client


def person(client: Client, user: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/people/{user}").json()
    return found


def said(answer: Any, status: int = 409) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["detail"])


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def test_an_invited_person_gets_a_password_of_her_own_and_a_role_from_two(
    client: Client, house: House, people: dict[str, int], now: Clock
) -> None:
    admin = sit(client, house, people["admin"])
    wrong = admin.post("/people", json={**NEW, "login": "agent", "office": "", "phone": "12"})
    assert {error["field"] for error in wrong.json()["errors"]} == {"login", "office", "phone"}
    page = admin.post("/people", data={**NEW, "login": "agent"}, headers=HTML)
    assert (page.status_code, "账号agent已经存在" in page.text) == (422, True)
    assert "新来的&lt;b&gt;" in page.text, "what was typed is still there"
    made = admin.post("/people", json=NEW).json()
    assert made["sent"] is False
    old = token_of(made["link"])
    again = token_of(admin.post(f"/people/{made['id']}/link").json()["link"])
    with house.reading() as connection:
        assert old not in str(connection.execute(select(InvitationRow)).all()), "only its digest is kept"
    client.cookies.clear()
    assert client.get(f"/invitations/{old}", headers=HTML).status_code == 404, "the one before is no longer good"
    twice = {"password": "a good password", "again": "another one here"}
    assert said(client.post(f"/invitations/{again}", json=twice), 422) == "两次输入的密码不一致"
    assert client.post(f"/invitations/{again}", json={"password": "short", "again": "short"}).status_code == 422
    good = {"password": "a good password", "again": "a good password"}
    assert client.post(f"/invitations/{again}", json=good).status_code == 200
    assert client.post(f"/invitations/{again}", json=good).status_code == 404, "good once"
    early = client.post("/signin", json={"login": "newcomer", "password": "a good password"})
    assert (early.status_code, "尚待安全管理员确认" in early.text) == (403, True)

    admin = sit(client, house, people["admin"])
    change = person(admin, made["id"])["changes"][-2]
    assert (change["kind"], change["state"]) == ("变更岗位", "asked")
    assert admin.post(f"/people/changes/{change['id']}/decision", json={"confirm": "yes"}).status_code == 403
    officer = sit(client, house, people["security"])
    assert "确认生效" in officer.get("/people/changes?state=asked", headers=HTML).text
    assert officer.post(f"/people/changes/{change['id']}/decision", json={"confirm": "yes"}).status_code == 200
    assert "不能再办理" in said(officer.post(f"/people/changes/{change['id']}/decision", json={"confirm": "yes"}))
    client.cookies.clear()
    welcome = client.post("/signin", json={"login": "newcomer", "password": "a good password"})
    assert (welcome.json()["roles"], welcome.json()["next"]) == (["handler"], "/tray")

    admin = sit(client, house, people["admin"])
    link = token_of(admin.post(f"/people/{made['id']}/link").json()["link"])
    now.forward(hours=72)
    assert client.get(f"/invitations/{link}", headers=HTML).status_code == 404, "three days and no longer"
    admin = sit(client, house, people["admin"])
    link = token_of(admin.post(f"/people/{made['id']}/link").json()["link"])
    assert admin.post(f"/people/{made['id']}/link/withdrawal").status_code == 200
    assert client.get(f"/invitations/{link}", headers=HTML).status_code == 404


def test_three_powers_are_three_people(client: Client, house: House, people: dict[str, int]) -> None:
    admin = sit(client, house, people["admin"])
    both = {**NEW, "login": "double", "phone": "13900000001", "roles": ["admin", "auditor"]}
    assert said(admin.post("/people", json=both)) == APART
    assert "只发到本人手机" in said(admin.post("/people", json={**NEW, "roles": ["security"]}), 422)
    made = admin.post("/people", json={**NEW, "phone": "13900000001", "roles": ["security"]}).json()
    assert (made["link"], made["sent"]) == (None, True), "who may give roles gets the link alone"
    with house.reading() as connection:
        owed = connection.execute(select(OutboxRow).where(OutboxRow.template == "invited")).one()
    words = texts.render("invited", msgspec.json.decode(owed.facts), house.city, house.vault)
    link = re.search(r"/invitations/([\w-]+)", words)
    assert link
    assert link[1] not in owed.facts, "sealed until it is sent"
    with house.writing() as connection:
        invitation = invitations.found(connection, house, link[1])
        assert invitation
        invitations.take_up(connection, house, invitation, "a good password")

    assert said(admin.post(f"/people/{people['auditor']}/roles", json={"roles": ["auditor", "security"]})) == APART
    assert "自己的岗位" in said(admin.post(f"/people/{people['admin']}/roles", json={"roles": ["agent"]}))
    assert "唯一在用的审计员" in said(admin.post(f"/people/{people['auditor']}/closing", json={}))
    assert "唯一在用的审计员" in said(admin.post(f"/people/{people['auditor']}/roles", json={"roles": ["agent"]}))
    assert "唯一在用的安全管理员" in said(admin.post(f"/people/{people['security']}/closing", json={})), "not yet two"
    fixed = admin.post(f"/people/{people['security']}", json={"phone": "13900000002"})
    assert "只能由本人" in said(fixed, 422), "an administrator cannot move the link to another telephone"
    assert "没有登记手机" in said(admin.post(f"/people/{people['security']}/link"))

    officer = sit(client, house, people["security"])
    assert "自己的岗位" in said(officer.post(f"/people/{people['security']}/roles", json={"roles": ["agent"]}))
    asked = officer.post(f"/people/{people['agent']}/roles", json={"roles": ["agent", "supervisor"]})
    assert asked.status_code == 200
    mine = person(officer, people["agent"])["changes"][0]
    assert (mine["may"], mine["state"]) == ("recall", "asked")
    own = officer.post(f"/people/changes/{mine['id']}/decision", json={"confirm": "yes"})
    assert "不能确认自己提出的申请" in said(own)
    wanted = next(one for one in person(officer, made["id"])["changes"] if one["may"] == "decide")
    assert officer.post(f"/people/changes/{wanted['id']}/decision", json={"confirm": "yes"}).status_code == 200
    second = sit(client, house, made["id"])
    assert second.post(f"/people/changes/{mine['id']}/decision", json={"confirm": "yes"}).status_code == 200
    agent = sit(client, house, people["agent"])
    assert agent.get("/board").status_code == 200, "felt with the next request"
    admin = sit(client, house, people["admin"])
    assert admin.post(f"/people/{people['security']}/closing", json={}).status_code == 200, "another holds it now"
    assert "自己的账号" in said(admin.post(f"/people/{people['admin']}/closing", json={}))


def test_a_change_is_compared_and_made_back_as_a_new_one(client: Client, house: House, people: dict[str, int]) -> None:
    admin, user = sit(client, house, people["admin"]), people["agent"]
    page = admin.post(f"/people/{user}", data={"name": "", "login": "agent"}, headers=HTML)
    assert (page.status_code, "姓名应为1至60个字符" in page.text) == (422, True)
    assert admin.post(f"/people/{user}", json={"name": "改了名", "phone": "13900000003"}).status_code == 200
    first = person(admin, user)["changes"][0]
    assert [(line["title"], line["after"]) for line in first["lines"]] == [("姓名", "改了名"), ("手机", "+86****0003")]
    assert admin.post(f"/people/{user}", json={"name": "又改了名"}).status_code == 200
    assert "最近一次变更" in said(admin.post(f"/people/changes/{first['id']}/restoration"))
    last = person(admin, user)["changes"][0]
    for change in (last, first):
        assert admin.post(f"/people/changes/{change['id']}/restoration").status_code == 200
    back = person(admin, user)
    assert (back["name"], back["phone"]) == ("话务员某", "")
    assert [one["restores"] for one in back["changes"]] == [first["id"], last["id"], None, None]

    assert admin.post(f"/people/{user}/roles", json={"roles": ["supervisor"]}).status_code == 200
    asked = person(admin, user)["changes"][0]
    assert "已有一份" in said(admin.post(f"/people/{user}/roles", json={"roles": ["legal"]}))
    officer = sit(client, house, people["security"])
    assert officer.post(f"/people/changes/{asked['id']}/decision", json={"confirm": "yes"}).status_code == 200
    assert person(officer, user)["roles"] == ["supervisor"]
    assert officer.post(f"/people/changes/{last['id']}/restoration").status_code == 409, "an administrator's to restore"
    assert officer.post(f"/people/changes/{asked['id']}/restoration").status_code == 200
    waiting = person(officer, user)
    assert waiting["roles"] == ["supervisor"], "made back under the same powers: another confirms"
    assert (waiting["changes"][0]["state"], waiting["changes"][0]["restores"]) == ("asked", asked["id"])
    recalled = officer.post(f"/people/changes/{waiting['changes'][0]['id']}/recall")
    assert recalled.status_code == 200
    with house.reading() as connection:
        trace = connection.scalars(select(AuditRow.detail).where(AuditRow.what.startswith("account."))).all()
    assert "13900000003" not in str(trace), "telephones are masked in the trace"


def test_closing_warns_ends_and_opens_again_and_a_security_officer_frees(
    client: Client, house: House, people: dict[str, int]
) -> None:
    agent = sit(client, house, people["agent"])
    kept = dict(agent.cookies)
    admin = sit(client, house, people["admin"])
    assert admin.post(f"/people/{people['agent']}/closing", json={}).status_code == 200
    client.cookies.clear()
    client.cookies.update(kept)
    assert client.get("/home").status_code == 401, "at once"
    admin = sit(client, house, people["admin"])
    assert "已停用" in admin.get("/people?state=closed", headers=HTML).text
    assert said(admin.post(f"/people/{people['agent']}/link")) == "账号已停用，请先启用"
    closing = person(admin, people["agent"])["changes"][0]
    assert admin.post(f"/people/changes/{closing['id']}/restoration").status_code == 200
    assert person(admin, people["agent"])["active"] is True

    sit(client, house, people["agent"])
    client.cookies.clear()
    for _ in range(5):
        assert client.post("/signin", json={"login": "agent", "password": "guess guess"}).status_code == 401
    officer = sit(client, house, people["security"])
    assert "还有15分钟" in officer.get(f"/people/{people['agent']}", headers=HTML).text
    assert officer.post(f"/people/{people['agent']}/unlocking").status_code == 200
    assert officer.post(f"/people/{people['agent']}/sessions").status_code == 200
    assert officer.post(f"/people/{people['agent']}/totp").status_code == 409, "none to reset"
    with house.reading() as connection:
        assert not connection.execute(select(SessionRow).where(SessionRow.user_id == people["agent"])).all()


def test_the_list_finds_and_turns_its_pages(
    client: Client, house: House, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.accounts.people.PAGE", 4)
    for n in range(3):
        add(house, f"urban{n}", Role.HANDLER, "urban")
    with house.writing() as connection:
        connection.execute(update(UserRow).where(UserRow.login == "urban1").values(active=False))
    admin, seen, url = sit(client, house, people["admin"]), [], "/people"
    while url:
        found = admin.get(url).json()
        seen += [row["login"] for row in found["results"]]
        url = found["next"]
    assert seen == sorted([*people, "urban0", "urban1", "urban2"])

    def names(query: str) -> list[str]:
        return [row["login"] for row in admin.get(f"/people?{query}").json()["results"]]

    asked: list[str] = []

    def heard(*told: Any) -> None:
        if told[2] != "BEGIN" and "FROM sessions" not in told[2]:  # a seat is asked for again once it is cold
            asked.append(told[2])

    event.listen(house.engine, "before_cursor_execute", heard)
    monkeypatch.setattr("hotline.accounts.people.PAGE", 2)
    admin.get("/people", headers=HTML)
    few = len(asked)
    asked.clear()
    monkeypatch.setattr("hotline.accounts.people.PAGE", 50)
    assert admin.get("/people", headers=HTML).text.count("<tr>") == len(people) + 4
    assert len(asked) == few, "no statement more for more people"

    assert names("q=urban&state=active") == ["urban", "urban0", "urban2"]
    assert names("office=housing&role=chief") == ["housing-chief"]
    assert names("state=closed") == ["urban1"]
    assert names("q=%25") == []


def test_an_empty_house_begins_with_three_and_a_lost_password_is_made_anew_at_the_machine(
    client: Client, house: House
) -> None:
    def run(*said: str) -> Any:
        told = {"HOTLINE_DATA": str(house.settings.data), "HOTLINE_DATABASE_URL": house.settings.database_url}
        return CliRunner().invoke(main, ["accounts", *said], env=told)

    three = ["begin", "--admin=guan=管某", "--security=an=安某", "--auditor=shen=审某"]
    assert run("begin", "--admin=guan", *three[2:]).exit_code == 1
    begun = run(*three)
    assert begun.exit_code == 0, begun.output
    links = re.findall(r"/invitations/([\w-]+)", begun.output)
    assert len(set(links)) == 3
    assert "已有三员账号（an、guan、shen）" in run(*three).output
    assert run("link", "nobody").exit_code == 1
    again = re.findall(r"/invitations/([\w-]+)", run("link", "guan").output)
    good = {"password": "a good password", "again": "a good password"}
    assert client.post(f"/invitations/{links[0]}", json=good).status_code == 404, "the one before is no longer good"
    assert client.post(f"/invitations/{again[0]}", json=good).status_code == 200
    signed = client.post("/signin", json={"login": "guan", "password": "a good password"})
    assert (signed.json()["roles"], signed.json()["next"]) == (["admin"], "/people")
    with house.reading() as connection:
        assert "console" in connection.scalars(select(AuditRow.by)).all()
