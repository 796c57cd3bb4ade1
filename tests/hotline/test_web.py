"""Requests over the web: once however often they are sent, every wrong field named, what was typed kept."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select

from cases.tables import CaseRow, OutboxRow
from hotline.house import House
from tests.hotline.conftest import SignIn, client_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
ASKED = {
    "kind": "complaint",
    "text": "启明街道和平社区路灯坏了三天，晚上很黑",
    "phone": "13812345678",
    "name": "李某",
}


def count(house: House, row: Any = CaseRow) -> int:
    with house.reading() as connection:
        return connection.scalar(select(func.count()).select_from(row)) or 0


def browse(client: TestClient[Litestar]) -> str:
    """Opens the form as a browser; its token."""
    client.headers["Accept"] = "text/html"
    page = client.get("/requests/new").text
    found = re.search(r'name="_csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_request_is_answered_with_all_that_was_promised(house: House, client: TestClient[Litestar]) -> None:
    answer = client.post("/requests", json=ASKED, headers={"Idempotency-Key": "k1"})
    told = answer.json()
    assert answer.status_code == 201, told
    assert re.fullmatch(r"20261123\d{5}-\d", told["number"])
    assert told["code"] == house.vault.code(told["number"])
    assert told["promised"] == "2026-12-01"
    assert "6个工作日" in told["promised_because"]
    assert "第三条" in told["promised_because"]
    assert told["status_url"].endswith(f"/requests/{told['number']}")
    with house.reading() as connection:
        templates = list(connection.scalars(select(OutboxRow.template)))
    assert templates == ["receipt"]


def test_the_same_key_twice_is_one_case_and_other_content_is_refused(
    house: House, client: TestClient[Litestar]
) -> None:
    key = {"Idempotency-Key": "k1"}
    first, again = (client.post("/requests", json=ASKED, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = client.post("/requests", json=ASKED | {"text": "完全不同的另一件事"}, headers=key)
    assert other.status_code == 409
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    for wish in ({"confidential": True}, {"urgent": True}, {"who": "group"}, {"lat": 29.0, "lon": 111.7}):
        assert client.post("/requests", json=ASKED | wish, headers=key).status_code == 409, wish
    assert count(house) == 1


def test_sixteen_retries_at_once_are_one_case(house: House, client: TestClient[Litestar]) -> None:
    def ask(_: int) -> tuple[int, str]:
        answer = client.post("/requests", json=ASKED, headers={"Idempotency-Key": "k1"})
        return answer.status_code, answer.json()["number"]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(16)))
    assert sorted(status for status, _ in answers) == [200] * 15 + [201]
    assert len({number for _, number in answers}) == 1
    assert count(house) == count(house, OutboxRow) == 1


def test_every_wrong_field_is_named_at_once(house: House, client: TestClient[Litestar]) -> None:
    bad = {
        "kind": "fun", "text": "", "street": 7, "urgent": "ja",
        "title": "长" * 101, "attachments": ["x"] * 10, "colour": 1
    }  # fmt: skip
    answer = client.post("/requests", json=bad)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == set(bad)
    unfit = ASKED | {
        "text": "  ",
        "street": "nowhere",
        "topic": "none",
        "phone": "12",
        "call": "c",
        "attachments": ["0" * 64],
    }
    answer = client.post("/requests", json=unfit)
    named = {error["field"] for error in answer.json()["errors"]}
    assert named == {"text", "street", "topic", "phone", "call", "attachments"}
    assert (
        client.post("/requests", content=b"{", headers={"Content-Type": "application/json"}).status_code
        == 422
    )
    assert count(house) == 0


def test_danger_says_whom_to_call_now(client: TestClient[Litestar]) -> None:
    told = client.post("/requests", json=ASKED | {"text": "楼下正在着火，有人被困，快来救火！"}).json()
    assert told["call_now"] == "119"
    assert told["stage"] == "registered"


def test_an_agent_writes_down_a_call_and_chooses_the_office(
    house: House, client: TestClient[Litestar], signed_in: SignIn
) -> None:
    told = signed_in("agent").post("/requests", json=ASKED | {"office": "urban"}).json()
    with house.reading() as connection:
        row = connection.execute(select(CaseRow.channel, CaseRow.office)).one()
    assert tuple(row) == ("phone", "urban"), told


def test_the_form_leads_to_a_receipt_with_number_and_code(house: House, client: TestClient[Litestar]) -> None:
    token = browse(client)
    form = {"_csrf": token, "key": "f1", "confidential": "1", **ASKED}
    receipt = client.post("/requests", data=form, files=[("files", ("灯.png", PNG, "image/png"))])
    assert receipt.status_code == 200, receipt.text
    assert receipt.url.path.endswith("/receipt")
    number = receipt.url.path.split("/")[2]
    assert number in receipt.text
    assert house.vault.code(number) in receipt.text
    assert "12月1日" in receipt.text
    assert "第三条" in receipt.text
    again = client.post("/requests", data=form, files=[("files", ("灯.png", PNG, "image/png"))])
    assert again.url.path == receipt.url.path
    assert count(house) == 1
    changed = client.post("/requests", data={**form, "text": "改过的内容再交一次"})
    assert changed.status_code == 422
    assert "已经提交过" in changed.text


def test_a_wrong_form_keeps_what_was_typed_and_the_good_files(
    house: House, client: TestClient[Litestar]
) -> None:
    token = browse(client)
    typed = {
        "_csrf": token,
        "key": "f2",
        "text": "<b>路灯</b>",
        "phone": "12",
        "street": "430702001",
        "urgent": "1",
    }
    files = [("files", ("好.png", PNG, "image/png")), ("files", ("坏.png", b"MZ\x90\0" * 20, "image/png"))]
    page = client.post("/requests", data=typed, files=files)
    assert page.status_code == 422
    for kept in (
        "&lt;b&gt;路灯&lt;/b&gt;",
        'value="12"',
        'value="430702001" selected',
        "好.png",
        'value="f2"',
    ):
        assert kept in page.text, kept
    for field, said in (
        ("kind-consult", "请选择是什么事"),
        ("phone", "不是有效的电话号码"),
        ("files", "坏.png"),
    ):
        assert f'href="#{field}"' in page.text
        assert said in page.text
    slip = re.search(r'name="kept" value="([^"]+)"', page.text)
    assert slip
    done = client.post("/requests", data={**typed, "kind": "help", "phone": "", "kept": slip[1]})
    assert done.url.path.endswith("/receipt"), done.text
    assert "没有留手机号" in done.text
    status = client.get(done.url.path.removesuffix("/receipt"))
    assert "附件1.png" in status.text and "好.png" not in status.text


def test_a_form_of_a_foreign_page_is_turned_away(house: House, client: TestClient[Litestar]) -> None:
    assert client.post("/requests", data=ASKED).status_code == 403
    assert count(house) == 0


def test_json_too_big_and_without_length(client: TestClient[Litestar]) -> None:
    big = client.post("/requests", json=ASKED | {"text": "长" * 100_000})
    assert big.status_code == 413


def test_what_forms_may_offer(client: TestClient[Litestar]) -> None:
    offered = client.get("/topics").json()
    assert offered["kinds"]["report"] == "举报"
    assert len(offered["streets"]) == 19
    assert offered["topics"][0]["branches"]


@pytest.mark.parametrize("path", ["/", "/help", "/requests/new", "/status"])
def test_public_pages_stand(house: House, path: str) -> None:
    with client_of(house) as client:
        client.headers["Accept"] = "text/html"
        page = client.get(path)
    assert page.status_code == 200
    assert '<html lang="zh-CN">' in page.text
    assert page.text.count("<h1") == 1
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    for label in re.findall(r'<label[^>]* for="([^"]+)"', page.text):
        assert label in ids, label


def test_replays_tell_the_same_after_days(house: House, client: TestClient[Litestar], now: Any) -> None:
    key = {"Idempotency-Key": "k9"}
    first = client.post("/requests", json=ASKED, headers=key).json()
    now.forward(days=2)
    again = client.post("/requests", json=ASKED, headers=key)
    assert again.status_code == 200
    assert msgspec.json.decode(again.content) == first
