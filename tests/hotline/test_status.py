"""Where a request stands: opened by code or last four digits, told plainly, and what can still be done."""

import re
from io import BytesIO
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import Struct

from cases.changes import Taking, Written
from cases.history import Note
from cases.parties import Person
from cases.people import CITIZEN, Actor, Role
from cases.procedures.work_order_facts import (
    Answer,
    Dispatch,
    ExtensionAsked,
    ExtensionGiven,
    Material,
    Merge,
    Return,
    Ruling,
    Suspension,
)
from hotline import attachments
from hotline.citizens import tickets
from hotline.house import House
from hotline.intake import Incoming, receive
from tests.hotline.conftest import Clock, client_of
from tests.hotline.test_web import PNG

AGENT = Actor("user:1", "话务员甲", frozenset({Role.AGENT, Role.SUPERVISOR}))
OFFICE = Actor("user:2", "承办人乙", frozenset({Role.HANDLER, Role.CHIEF}), "urban")
PERSON = Person(name="李某", phone="13812345678")


class Case(Struct):
    """A case on its way, and how to take it further."""

    house: House
    clock: Clock
    written: Written

    @property
    def number(self) -> str:
        return self.written.number

    @property
    def code(self) -> str:
        return self.house.vault.code(self.number)

    def take(self, step: str, facts: Any = None, actor: Actor = OFFICE) -> "Case":
        self.clock.forward(minutes=30)
        at = self.clock.now
        taking = Taking(case=self.written.case, step=step, actor=actor, at=at, now=at, facts=facts)
        self.house.ledger.write(taking)
        return self

    def to_office(self) -> "Case":
        self.take("dispatch", Dispatch(office="urban"), AGENT)
        return self.take("sign_for").take("start", Note(text="内部：先去现场"))

    def answered(self) -> "Case":
        self.to_office().take("answer", Answer(text="路灯已经修好，请您查看。"))
        return self.take("approve_answer", Note(text="内部：同意"))


def opened(house: House, clock: Clock, text: str = "某处设施损坏待修", person: Person = PERSON) -> Case:
    incoming = Incoming(kind="help", text=text, channel="web", actor=CITIZEN, person=person)
    return Case(house, clock, receive(house, incoming).result())


@pytest.fixture
def case(house: House, now: Clock) -> Case:
    return opened(house, now)


def look(client: TestClient[Litestar], number: str, word: str) -> Any:
    return client.post("/status", json={"number": number, "code": word})


def browse(client: TestClient[Litestar], case: Case) -> str:
    """Opens the case's page as a browser; a form token."""
    client.headers["Accept"] = "text/html"
    token = _token(client.get("/status").text)
    page = client.post("/status", data={"_csrf": token, "number": case.number, "code": case.code})
    assert page.url.path == f"/requests/{case.number}"
    return token


def _token(page: str) -> str:
    return re.search(r'name="_csrf" value="([^"]+)"', page)[1]  # type: ignore[index]


def test_the_code_or_the_last_four_digits_open_it(case: Case, client: TestClient[Litestar]) -> None:
    for word in (case.code, case.code.lower(), f" {case.code} ", "5678", "５６７８"):
        found = look(client, case.number.replace("-", ""), word)
        assert found.status_code == 200, word
    told = found.json()
    assert told["stage_title"] == "已登记，正在确定承办单位"
    assert told["promise"]["day"] == "2026-12-01"
    assert [day["date"] for day in told["promise"]["days"] if day["counted"]] == [
        "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30", "2026-12-01"
    ]  # fmt: skip
    assert told["told"][0]["what"] == "已收到您的诉求"


def test_a_link_with_the_code_leads_to_an_address_without_it(
    case: Case, client: TestClient[Litestar]
) -> None:
    assert client.get(f"/requests/{case.number}?code={case.code}").json()["number"] == case.number
    assert client.get(f"/requests/{case.number}?code=5678").status_code == 403
    client.headers["Accept"] = "text/html"
    page = client.get(f"/requests/{case.number}?code={case.code}")
    assert page.status_code == 200
    assert "code" not in page.url.query.decode()


def test_wrong_guesses_are_all_told_the_same_and_then_barred(
    case: Case, client: TestClient[Litestar], now: Clock
) -> None:
    wrong = [look(client, number, word) for number, word in (
        (case.number, "AAAAAAAA"), (case.number, "0000"), (case.number, ""), (case.number, "123"),
        ("2026112399999-9", "AAAAAAAA"), ("nonsense", "x"), (case.number, "9999"),
    )]  # fmt: skip
    assert {answer.status_code for answer in wrong} == {403}
    assert len({answer.json().get("detail", answer.json()["title"]) for answer in wrong}) == 1
    barred = look(client, case.number, case.code)
    assert barred.status_code == 429
    assert 0 < int(barred.headers["Retry-After"]) <= 900
    now.forward(minutes=16)
    assert look(client, case.number, case.code).status_code == 200


def test_an_address_is_barred_after_twenty(house: House, now: Clock, client: TestClient[Litestar]) -> None:
    cases = [opened(house, now, f"第{n}件事情") for n in range(6)]
    for one in cases[:5]:
        for _ in range(4):
            assert look(client, one.number, "AAAAAAAA").status_code == 403
    assert look(client, cases[5].number, cases[5].code).status_code == 429


def test_a_slip_opens_its_own_case_and_only_for_a_while(
    house: House, case: Case, client: TestClient[Litestar], now: Clock
) -> None:
    other = opened(house, now, "别人的事情")
    assert client.get(f"/requests/{case.number}").status_code == 403
    look(client, case.number, case.code)
    assert client.get(f"/requests/{case.number}").status_code == 200
    assert client.get(f"/requests/{other.number}").status_code == 403
    slip = client.cookies.get(tickets.COOKIE)
    assert slip
    with client_of(house) as thief:
        thief.headers["Cookie"] = f"{tickets.COOKIE}={slip}"
        assert thief.get(f"/requests/{other.number}").status_code == 403
        assert thief.post(f"/requests/{other.number}/withdrawal", json={}).status_code == 403
        thief.headers["Cookie"] = f"{tickets.COOKIE}={slip[:-2]}AA"
        assert thief.get(f"/requests/{case.number}").status_code == 403
    now.forward(minutes=31)
    assert client.get(f"/requests/{case.number}").status_code == 403


def test_nothing_internal_is_told(case: Case, client: TestClient[Litestar]) -> None:
    case.take("dispatch", Dispatch(office="urban"), AGENT)
    case.take("send_back", Return(reason="not_ours", text="机密：这不归我们管"))
    page = look(client, case.number, case.code)
    assert page.json()["stage_title"] == "正在确认承办单位"
    case.take("reject_return", Ruling(text="机密：就是你们的"), AGENT).take("sign_for")
    case.take("note", Note(text="机密：来电人爱投诉")).take("start", Note(text="机密"))
    case.take("ask_extension", ExtensionAsked(days=2, reason="机密：人手不够"))
    case.take("approve_extension", ExtensionGiven(days=2)).take(
        "suspend", Suspension(ground="season", text="机密")
    )
    paused = look(client, case.number, case.code).json()
    assert paused["promise"]["moment"] is None
    case.take("resume", Note(text="机密")).take("answer", Answer(text="机密：未审核的草稿"))
    browse(client, case)
    text = client.get(f"/requests/{case.number}").text
    for hidden in ("机密", "乙", "甲", "退单", "user:"):
        assert hidden not in text, hidden
    for said in ("答复正在审核", "暂停计时", "受天气或季节影响", "经批准延长2个工作日"):
        assert said in text, said


def test_the_answer_is_shown_when_it_is_reviewed_and_can_be_rated_once(
    case: Case, client: TestClient[Litestar]
) -> None:
    case.answered()
    token = browse(client, case)
    page = client.get(f"/requests/{case.number}").text
    assert "路灯已经修好" in page
    assert "请您评价" in page
    bad = client.post(
        f"/requests/{case.number}/rating", data={"_csrf": token, "score": "9", "comment": "说过的话"}
    )
    assert bad.status_code == 422
    assert "说过的话" in bad.text
    assert 'href="#score-5"' in bad.text
    form = {"_csrf": token, "key": "r1", "score": "2", "solved": "no", "comment": "还是不亮"}
    for _ in range(2):
        done = client.post(f"/requests/{case.number}/rating", data=form)
        assert "谢谢您的评价" in done.text
    assert "您评价了2分，问题未解决" in done.text
    assert "请您评价" not in done.text
    late = client.post(f"/requests/{case.number}/rating", data={**form, "key": "r2"})
    assert late.status_code == 409
    assert "已经评价过" in late.text


def test_reopening_within_the_window_and_not_after(
    case: Case, client: TestClient[Litestar], now: Clock
) -> None:
    case.answered()
    now.forward(days=3)
    token = browse(client, case)
    page = client.get(f"/requests/{case.number}").text
    assert "2026年12月8日" in page  # the fifteenth day after the answer
    done = client.post(
        f"/requests/{case.number}/reopening", data={"_csrf": token, "key": "x", "reason": "灯还是不亮"}
    )
    assert "已申请重新办理" in done.text
    assert "按您的申请重新办理" in done.text


def test_after_the_window_the_reason_is_said(case: Case, client: TestClient[Litestar], now: Clock) -> None:
    case.answered()
    now.forward(days=16)
    token = browse(client, case)
    assert "已超过申请重办的期限" in client.get(f"/requests/{case.number}").text
    late = client.post(
        f"/requests/{case.number}/reopening", data={"_csrf": token, "key": "x", "reason": "太晚了吗"}
    )
    assert late.status_code == 409
    assert "已超过申请重办的期限" in late.text


def test_material_with_files_and_a_wrong_one(case: Case, client: TestClient[Litestar]) -> None:
    case.to_office()
    token = browse(client, case)
    url, form = f"/requests/{case.number}/material", {"_csrf": token, "key": "m", "text": "补一张照片"}
    bad = client.post(url, data=form, files=[("files", ("x.png", b"MZ" + b"\0" * 50))])
    assert bad.status_code == 422
    assert "补一张照片" in bad.text
    assert client.post(url, data={"_csrf": token, "key": "n", "text": ""}).status_code == 422
    done = client.post(url, data=form, files=[("files", ("现场.png", PNG))])
    assert "材料已经补充" in done.text
    assert "您补充了材料" in done.text
    assert "附件1.png" in done.text


def test_withdrawing_is_asked_twice(case: Case, client: TestClient[Litestar]) -> None:
    token = browse(client, case)
    page = client.get(f"/requests/{case.number}/withdrawal").text
    assert "确认撤回" in page
    done = client.post(
        f"/requests/{case.number}/withdrawal", data={"_csrf": token, "key": "w", "why": "已经好了"}
    )
    assert "已撤回" in done.text
    assert "不能撤回" in client.get(f"/requests/{case.number}/withdrawal").text


def test_steps_want_the_slip_and_the_form_token(case: Case, client: TestClient[Litestar]) -> None:
    assert client.post(f"/requests/{case.number}/withdrawal", json={}).status_code == 403
    browse(client, case)
    assert client.post(f"/requests/{case.number}/withdrawal", data={"why": "x"}).status_code == 403
    client.headers["Accept"] = "application/json"
    assert client.post(f"/requests/{case.number}/withdrawal", json={}).json()["stage"] == "withdrawn"


def test_a_merged_citizen_is_told_how_the_lead_stands_and_nothing_of_who_asked_there(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    [kept] = attachments.keep(house, [("私人照片.png", BytesIO(PNG + b"mine"))])[0]
    asked = Incoming(kind="report", text="秘密：举报邻居", channel="web", actor=CITIZEN, person=PERSON, place="秘密：梅园",
                     confidential=True, attachments=(kept.digest,))  # fmt: skip
    case = Case(house, now, receive(house, asked).result())
    other = opened(house, now, "同一件事情", Person(phone="13900001111"))
    other.take("merge", Merge(into=case.number, reason="同一件事"), AGENT)
    case.take("add_material", Material(text="秘密：补充"), CITIZEN)
    case.answered()
    looked = look(client, other.number, other.code)
    told = looked.json()
    assert told["stage_title"] == "已并入同类诉求一并办理"
    assert told["lead"]["answers"][0]["text"].startswith("路灯")
    assert set(told["lead"]) == {"stage", "stage_title", "office", "promise", "answers"}
    found = [looked.text, client.get(f"/requests/{other.number}").text]
    found.append(client.post(f"/requests/{other.number}/rating", json={"score": 5, "solved": "yes"}).text)
    browse(client, other)
    found += [client.get(f"/requests/{other.number}{page}").text for page in ("", "/receipt", "/corrections", "/withdrawal")]
    assert "路灯已经修好" in found[3]
    for said in found:
        for secret in ("秘密", case.number, kept.digest, "私人照片"):
            assert secret not in said, secret
    assert client.get(f"/requests/{other.number}/attachments/{kept.digest}").status_code == 404
