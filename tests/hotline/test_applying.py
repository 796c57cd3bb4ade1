"""Guided applications: led through without a script, told until when and why, looked over, and then a case."""

import re
from datetime import date
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.lists import load_file
from cases.numbers import parse_number
from cases.procedure import File
from cases.tables import PartyRow
from hotline.citizens.applying_facts import CHECKS, FACTS, counted
from hotline.citizens.applying_guides import GUIDES, questions
from hotline.house import House
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.test_web import PNG, count

Client = TestClient[Litestar]
FINED = {
    "sort": "act", "respondent": "武陵区某某局", "about": "武某罚〔2026〕12号", "special": "none", "told": "yes",
    "knew_on": "2026-11-02", "wants": "撤销处罚决定", "why": "事实不清<b>", "name": "李青禾", "phone": "13900001234",
    "id_number": "", "address": "启明街道某号",
}  # fmt: skip
QUARREL = {
    "kind": "people", "office": "street-430702001", "court": "no", "other": "person", "why": "楼上漏水", "wants": "赔偿",
    "name": "李青禾", "phone": "13900001234",
}  # fmt: skip
RECORDS = {"office": "housing", "why": "某小区维修资金的使用情况", "form": "electronic", "name": "李青禾"}


def browse(client: Client, what: str) -> dict[str, str]:
    """Opens the form as a browser; its hidden fields."""
    client.headers["Accept"] = "text/html"
    page = client.get(f"/apply/{what}").text
    return dict(re.findall(r'type="hidden" name="(_csrf|key)" value="([^"]+)"', page))


def go(client: Client, what: str, sent: dict[str, Any], **more: Any) -> Any:
    return client.post(f"/apply/{what}", data=sent, **more)


def file_of(house: House, number: str) -> File:
    with house.reading() as connection:
        found = load_file(connection, parse_number(number) or 0)
    assert found
    return found


def test_from_the_form_to_the_legal_officer(house: House, client: Client, now: Clock, people: dict[str, int]) -> None:
    hidden = browse(client, "reconsideration")
    wrong = go(client, "reconsideration", {**hidden, **FINED, "respondent": "", "knew_on": "2027-01-01"})
    assert wrong.status_code == 422
    assert 'href="#respondent"' in wrong.text and "不能晚于今天" in wrong.text
    ancient = go(client, "reconsideration", {**hidden, **FINED, "knew_on": "1994-05-01"})
    assert ancient.status_code == 422
    assert "超出日历的范围（1996年至2075年）" in ancient.text
    assert "事实不清&lt;b&gt;" in wrong.text and 'value="李青禾"' in wrong.text, "what was typed is still there"
    photo = {"files": ("决定书.png", PNG, "image/png")}
    checked = go(client, "reconsideration", {**hidden, **FINED, "then": "check"}, files=photo)
    assert checked.status_code == 200 and count(house) == 0, "looked over before it is sent"
    for said in ("2027年1月1日", "第二十条第一款", "起算当日不计入", "决定书.png", "武某罚〔2026〕12号"):
        assert said in checked.text, said
    assert "期限已经过了" not in checked.text
    slip = re.search(r'name="kept" value="([^"]+)"', checked.text)[1]  # type: ignore[index]
    back = go(client, "reconsideration", {**hidden, **FINED, "kept": slip, "then": "change"})
    assert back.status_code == 200 and "决定书.png" in back.text and 'value="2026-11-02"' in back.text
    for _ in range(2):
        receipt = go(client, "reconsideration", {**hidden, **FINED, "kept": slip, "then": "send"})
    assert receipt.url.path.endswith("/receipt") and count(house) == 1, "sent twice is one"
    number = receipt.url.path.split("/")[2]
    file = file_of(house, number)
    facts = file.opening.facts
    assert (file.stage, facts.channel, facts.office) == ("received", "online", "justice")
    assert (facts.knew_on, len(facts.attachments)) == (date(2026, 11, 2), 1)
    assert "李青禾" not in str(facts), "who it is stands with the parties"
    assert house.vault.code(number) in receipt.text and "2026年11月30日" not in receipt.text
    assert "11月30日 周一" in receipt.text, "five working days to say whether it is taken on"
    other = go(client, "reconsideration", {**hidden, **FINED, "wants": "变更", "then": "send"})
    assert other.status_code == 409 and "已经提交过" in other.text and count(house) == 1


def test_a_legal_officer_sees_it(client: Client, house: House, signed_in: SignIn) -> None:
    number = client.post("/apply/reconsideration", json={**FINED, "then": "send", "key": "k-1234567"}).json()["number"]
    assert signed_in("legal").get(f"/cases/{number}").json()["stage"] == "received"
    assert signed_in("housing").get(f"/cases/{number}").status_code == 404


def test_late_is_told_with_the_exceptions_and_may_go_on(house: House, client: Client) -> None:
    hidden, late = browse(client, "reconsideration"), {**FINED, "knew_on": "2026-08-01"}
    page = go(client, "reconsideration", {**hidden, **late}).text
    assert "2026年9月30日" in page and "期限已经过了，但您仍然可以提交" in page and "第二十条第二款" in page
    half = go(client, "reconsideration", {**hidden, **late, "late_from": "2026-08-10"})
    assert half.status_code == 422 and "起止两天都要填" in half.text and "请写明为什么被耽误" in half.text
    excused = {**late, "late_from": "2026-08-10", "late_to": "2026-10-31", "late_why": "住院"}
    page = go(client, "reconsideration", {**hidden, **excused}).text
    assert "期限已经过了" not in page and "中止或扣除期间，不计入" in page
    assert go(client, "reconsideration", {**hidden, **late, "then": "send"}).url.path.endswith("/receipt")
    assert count(house) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_last_day_by_what_the_agency_told(house: House) -> None:
    today, guide = date(2026, 11, 23), GUIDES["reconsideration"]
    untold = {**FINED, "told": "no", "knew_on": "2026-03-02", "learned_on": "2026-11-20"}
    last, cap = counted(guide, untold, house.city, today)
    assert (last.until, cap.until, last.late) == (date(2027, 1, 19), date(2027, 3, 2), False)
    assert last.article == "《行政复议法》第二十条第三款"
    over, last = counted(guide, {**FINED, "sort": "silent", "asked_on": "2026-08-03"}, house.city, today)
    assert (over.until, last.until) == (date(2026, 10, 8), date(2026, 12, 7)), "sixty days to act, then sixty to apply"
    (answer,) = counted(GUIDES["disclosure"], RECORDS, house.city, today)
    assert (answer.until, "第三十三条第二款" in answer.article) == (date(2026, 12, 21), True)
    assert set(GUIDES) == set(CHECKS) == set(FACTS)
    assert all(len(questions(one)) == sum(len(part.questions) for part in one.parts) for one in GUIDES.values())


def test_mediation_and_disclosure_arrive_at_their_office(house: House, client: Client, now: Clock) -> None:
    hidden = browse(client, "mediation")
    court = go(client, "mediation", {**hidden, **QUARREL, "court": "yes"})
    assert court.status_code == 422 and "第二十二条" in court.text
    number = go(client, "mediation", {**hidden, **QUARREL, "then": "send"}).url.path.split("/")[2]
    file = file_of(house, number)
    assert (file.stage, file.office, file.opening.facts.kind) == ("applied", "street-430702001", "people")
    page = client.get(f"/requests/{number}").text
    assert "问另一方是否愿意调解" in page and "答复是否同意调解" not in page
    assert client.get(f"/requests/{number}/steps/consent").status_code == 404, "the mediator hears the other side"

    hidden = browse(client, "disclosure")
    mailed = go(client, "disclosure", {**hidden, **RECORDS, "form": "mail"})
    assert mailed.status_code == 422 and "要邮寄的，请填写地址" in mailed.text
    number = go(client, "disclosure", {**hidden, **RECORDS, "then": "send"}).url.path.split("/")[2]
    assert (file_of(house, number).office, file_of(house, number).stage) == ("housing", "received")
    assert "12月21日" in client.get(f"/requests/{number}").text
    with house.reading() as connection:
        kinds = connection.scalars(select(PartyRow.phone_kind).order_by(PartyRow.id)).all()
    assert list(kinds) == ["mobile", "none"]


def test_programs_are_told_what_is_wrong(client: Client) -> None:
    answer = client.post("/apply/disclosure", json={"office": "nowhere"})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"office", "why", "form", "name"}
    assert client.post("/apply/pension", json={}).status_code == 404
