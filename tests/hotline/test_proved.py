"""What four digits of a telephone open and what they do not: nothing confidential, and nothing that is for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from cases.parties import Person
from cases.people import CITIZEN
from hotline import throttle
from hotline.citizens import own_case
from hotline.house import House
from hotline.intake import Incoming, receive
from tests.hotline.conftest import Clock
from tests.hotline.test_letters import answered
from tests.hotline.test_own import by_code
from tests.hotline.test_status import PERSON, Case, case, look, opened

__all__ = ["case"]
Client = TestClient[Litestar]
DIGITS = PERSON.phone[-4:]


def told_in_confidence(house: House, now: Clock) -> Case:
    asked = Incoming(kind="report", text="举报某处", channel="web", actor=CITIZEN, person=PERSON, confidential=True)
    return Case(house, now, receive(house, asked).result())


def test_what_is_confidential_opens_by_its_code_alone(house: House, client: Client, now: Clock) -> None:
    one = told_in_confidence(house, now)
    told, wrong = look(client, one.number, DIGITS), look(client, one.number, "0000")
    assert told.status_code == wrong.status_code == 403
    assert {**told.json(), "number": ""} == {**wrong.json(), "number": ""}
    assert client.post(f"/requests/{one.number}/withdrawal", json={}).status_code == 403
    assert look(client, one.number, one.code).status_code == 200
    assert client.post(f"/requests/{one.number}/withdrawal", json={}).json()["stage"] == "withdrawn"


def test_a_guess_of_the_digits_of_what_is_confidential_is_counted(house: House, client: Client, now: Clock) -> None:
    one = told_in_confidence(house, now)
    assert [look(client, one.number, DIGITS).status_code for _ in range(6)] == [403] * 5 + [429]


def test_digits_withdraw_nothing_until_the_code_is_typed_with_it(case: Case, client: Client, house: House) -> None:
    assert look(client, case.number, DIGITS).status_code == 200
    where = f"/requests/{case.number}/withdrawal"
    refused = client.post(where, json={"why": "不用了"})
    assert refused.status_code == 403 and refused.json()["errors"][0]["field"] == "code"
    assert client.post(where, json={"code": DIGITS}).status_code == 403, "four digits are no code"
    token = by_code(client, house, case.number, DIGITS)
    page = client.get(where).text
    assert 'name="code"' in page and 'href="/mine"' in page
    form = {"_csrf": token, "key": "w", "why": "已经自己修好了"}
    for typed, said in (({}, "请填写查询码"), ({"code": "AAAAAAAA"}, "查询码不对")):
        again = client.post(where, data=form | typed)
        assert again.status_code == 403 and said in again.text and "已经自己修好了</textarea>" in again.text
    done = client.post(where, data=form | {"code": case.code.lower()})
    assert "已撤回，不再办理" in done.text


def test_digits_ask_for_nothing_again_until_the_code_is_typed_with_it(case: Case, client: Client, house: House) -> None:
    case.answered()
    token = by_code(client, house, case.number, DIGITS)
    page = client.get(f"/requests/{case.number}").text
    assert 'id="reopen"' in page and 'name="code"' in page
    where, form = f"/requests/{case.number}/reopening", {"_csrf": token, "key": "r", "reason": "还是不亮"}
    again = client.post(where, data=form)
    assert again.status_code == 403 and "还是不亮</textarea>" in again.text and 'href="#code"' in again.text
    assert "按您的申请重新办理" in client.post(where, data=form | {"code": case.code}).text


def test_digits_accept_no_outcome_for_good(house: House, client: Client) -> None:
    _, number = answered(house)
    token = by_code(client, house, number, "1234")
    where = f"/requests/{number}/steps/accept_outcome"
    assert 'name="code"' in client.get(where).text
    form = {"_csrf": token, "key": "a", "text": "认可"}
    again = client.post(where, data=form)
    assert again.status_code == 403 and "认可</textarea>" in again.text
    assert client.post(where, data=form | {"code": house.vault.code(number)}).url.path == f"/requests/{number}"


def test_who_came_by_the_code_is_not_asked_for_it_again(case: Case, client: Client, house: House) -> None:
    by_code(client, house, case.number)
    assert 'name="code"' not in client.get(f"/requests/{case.number}/withdrawal").text


@pytest.mark.parametrize("step", ["material", "reopening"])
def test_a_null_is_nothing_said(case: Case, client: Client, step: str) -> None:
    case.answered() if step == "reopening" else case.to_office()
    look(client, case.number, case.code)
    refused = client.post(f"/requests/{case.number}/{step}", json={"text": None, "reason": None})
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] in ("material", "reason")
    assert "None" not in client.get(f"/requests/{case.number}").text


@pytest.mark.parametrize("given", [["门牌号补充"], {"zh": "门牌号补充"}])
def test_a_list_is_nothing_that_anybody_wrote(case: Case, client: Client, given: object) -> None:
    case.to_office()
    look(client, case.number, case.code)
    refused = client.post(f"/requests/{case.number}/material", json={"text": given})
    assert refused.status_code == 422
    assert refused.json()["errors"][0] == {"field": "text", "detail": "应为文字，不能是列表或对象"}
    assert "门牌号补充" not in client.get(f"/requests/{case.number}").text


def test_guesses_made_at_once_are_no_more_than_one_after_another(house: House, now: Clock) -> None:
    one, many = opened(house, now, "一件", Person(phone="13900007777")), 30
    together = Barrier(many)

    def guess(n: int) -> bool:
        together.wait()
        try:
            return own_case.shown(house, one.number, "AAAAAAAA", f"10.0.{n}.1") is None
        except own_case.Barred:
            return False

    with ThreadPoolExecutor(many) as pool:
        assert sum(pool.map(guess, range(many))) == own_case.PER_NUMBER
    now.forward(minutes=16)
    assert own_case.shown(house, one.number, one.code, "10.0.0.1") == one.written.case
    with house.reading() as connection:
        assert not throttle.too_many(connection, f"status:{one.written.case}", now.now, 1, timedelta(days=1))
