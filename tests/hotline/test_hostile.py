"""What no honest program sends, at every door that takes something in: never an error of ours, and the field is named.

Control characters are left out rather than refused: nobody typed them.
"""

import json
from typing import Any
from urllib.parse import quote

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.tables import CaseRow
from hotline.house import House
from hotline.sent import plain, whole_number
from hotline.tables import CallRow
from tests.hotline.conftest import TOKEN, SignIn
from tests.hotline.sms_work import requests
from tests.people import a_case

Client = TestClient[Litestar]

TOKEN_HEAD = {"Authorization": f"Bearer {TOKEN}"}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": "k"}
RAW = (b'{"text":"\xff\xfe"}', b"[" * 100_000, b'{"a":' * 100_000, b"", b"null", b"[]", b"{", b'"x"', b"\x00")
CONTROLS = "路灯\x00坏了\x0b三\x1f天"
CLEAN = "路灯坏了三天"
NUMBERS = ("²", "9" * 5_000, "-1", "٣", "1e9", "\x00", "NaN")


def named(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json().get("errors", [])]


@pytest.mark.parametrize("address", ["/requests", "/calls", "/sms", "/signin"])
def test_what_is_no_json_is_told_so(client: Client, address: str) -> None:
    for body in RAW:
        answer = client.post(address, content=body, headers={**JSON, **TOKEN_HEAD})
        assert 400 <= answer.status_code < 500, (address, body[:20], answer.text)
        assert named(answer), (address, body[:20], answer.text)


def test_a_request_in_json_has_no_control_characters(house: House, client: Client) -> None:
    fields = ("text", "title", "place", "name")
    for kept, field in enumerate(fields, 1):
        asked = {"kind": "help", "text": "路灯不亮", field: CONTROLS}
        assert client.post("/requests", json=asked, headers={"Idempotency-Key": field}).status_code == 201
        with house.reading() as connection:
            assert len(connection.execute(select(CaseRow.id)).all()) == kept
    with house.reading() as connection:
        assert set(connection.scalars(select(CaseRow.title))) == {CLEAN, "路灯不亮"}
    for field in ("phone", "street", "topic", "attachments", "office", "call"):
        value: Any = ["\x00"] if field == "attachments" else "9\x00\x00"
        answer = client.post("/requests", json={"kind": "help", "text": "路灯不亮", field: value})
        assert (answer.status_code, named(answer)) == (422, [field])


def test_a_backslash_before_an_escape_is_a_backslash(house: House, client: Client) -> None:
    for text in ("C:\\u0000", "\\\x00", "\\\\b", "一\n二\t三"):
        assert client.post("/requests", json={"kind": "help", "text": text}).status_code == 201
    assert requests(house) == ["C:\\u0000", "\\", "\\\\b", "一\n二\t三"]


@pytest.mark.parametrize("multipart", [False, True])
def test_a_form_has_no_control_characters(house: House, client: Client, multipart: bool) -> None:
    typed = {"kind": "help", "text": CONTROLS, "title": CONTROLS, "place": CONTROLS, "name": CONTROLS, "key": "a\x00"}
    files = {"files": ("a\x00.png", b"", "image/png")} if multipart else None
    assert client.post("/requests", data=typed, files=files, headers={"Idempotency-Key": "k"}).status_code in (201, 422)
    if not multipart:
        with house.reading() as connection:
            assert connection.scalars(select(CaseRow.title)).one() == CLEAN


@pytest.mark.parametrize(
    "body",
    [
        b"kind=help&text=%ff%fe", b"kind=help&text=%00&title=%00", b"kind=%00", b"%00=%00", b"text=x&kind=help&who=%00",
        b"kind=help&text=x&map.x=" + b"9" * 5_000 + b"&map.y=%C2%B2", b"kind=help&text=x&lat=nan&lon=inf",
        b"kind=help&text=x&lat=1e999&lon=1", b"kind=help&text=x&kept=%00&kept=x", b"kind=help&text=x&key=%00%01",
        b"kind=help&text=x&phone=%00", b"&" * 10_000,
    ],
)  # fmt: skip
def test_a_form_of_anything_is_answered(client: Client, body: bytes) -> None:
    for accept in ("text/html", "application/json"):
        assert client.post("/requests", content=body, headers={**FORM, "Accept": accept}).status_code < 500
    assert client.post("/requests", content=body, headers={"Idempotency-Key": "k", "Content-Type": "multipart/form-data; boundary=x"}).status_code < 500


@pytest.mark.parametrize("name", ["a\x00.png", "..\\\x00", "\udcff.png".encode("utf-8", "replace").decode(), "x" * 5_000])
def test_files_with_any_name_are_answered(client: Client, name: str) -> None:
    for content in (b"", b"MZ\x00", b"\x89PNG\r\n\x1a\n" + b"\x00" * 99):
        answer = client.post("/attachments", files={"f": (name, content)}, headers={"Idempotency-Key": "k"})
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"at": "0001-01-01T00:00:00+08:00"}, "at"), ({"at": "9999-12-31T23:59:59-08:00"}, "at"),
        ({"at": "1999-12-31T23:59:59+08:00"}, "at"), ({"at": 1}, "at"), ({"call": "\x00"}, "call"),
        ({"call": "x" * 81}, "call"), ({"caller": None}, "caller"), ({"event": "\x00"}, "event"),
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_names_its_field(client: Client, more: dict[str, Any], field: str) -> None:
    answer = client.post("/calls", json={"event": "ringing", "call": "c", **more}, headers=TOKEN_HEAD)
    assert (answer.status_code, named(answer)) == (422, [field])


def test_a_call_has_no_control_characters(house: House, client: Client) -> None:
    event = dict.fromkeys(("call", "caller", "called", "agent", "extension", "recording", "cause"), "c\x00d")
    for head in ({}, {"Content-Type": "text/plain"}):
        body = json.dumps({"event": "ringing", **event})
        assert client.post("/calls", content=body, headers={**TOKEN_HEAD, **head}).status_code == 200
    with house.reading() as connection:
        assert connection.execute(select(CallRow.id, CallRow.called, CallRow.cause)).one() == ("cd", "cd", "cd")


@pytest.mark.parametrize("name", ["id", "from", "to", "text", "ref", "part", "parts", "udh", "coding", "charset"])
def test_a_text_message_of_anything_is_answered(house: House, client: Client, name: str) -> None:
    plain_message = {"id": "1", "from": "13812345678", "text": "lamp", "ref": "7", "part": "1", "parts": "2"}
    for value in (*NUMBERS, "0", "300", "%", "\ud83d".encode("utf-8", "surrogatepass"), b"\xff\xfe", "x" * 5_000):
        query = "&".join(f"{field}={quote(said)}" for field, said in {**plain_message, name: value}.items())
        assert client.get(f"/sms?{query}", headers=TOKEN_HEAD).status_code < 500, (name, value)
        assert client.post("/sms", content=query, headers={**FORM, **TOKEN_HEAD}).status_code < 500, (name, value)
        said = value.decode("utf-8", "surrogatepass") if value == b"\xed\xa0\xbd" else str(value)
        body = json.dumps({**plain_message, "part": 1, "parts": 2, name: said})
        answer = client.post("/sms", content=body, headers={**JSON, **TOKEN_HEAD})
        assert answer.status_code < 500, (name, value, answer.text)


@pytest.mark.parametrize("said", NUMBERS)
def test_a_delivery_report_of_no_row_is_refused(client: Client, said: str) -> None:
    for outbox, status in ((said, "1"), ("1", said)):
        answer = client.get(f"/sms/reports?outbox={quote(outbox)}&status={quote(status)}", headers=TOKEN_HEAD)
        assert (answer.status_code, named(answer)) == (422, ["outbox", "status"])
    assert client.get(f"/sms/reports?outbox={'9' * 18}&status=1", headers=TOKEN_HEAD).status_code == 404


def test_an_address_with_control_characters_is_none(client: Client) -> None:
    for address in ("/requests/%00", "/static/%00", "/cases/%1f", "/answers/%00", "/%00"):
        assert client.get(address).status_code == 404
    for address in ("/answers?q=%00&page=%C2%B2", "/answers?page=" + "9" * 5_000, "/requests/new?kind=%00"):
        assert client.get(address).status_code == 200


def test_the_desk_takes_no_control_characters_and_no_endless_key(house: House, signed_in: SignIn) -> None:
    agent = signed_in("agent")
    agent.headers["Accept"] = "text/html"
    typed = dict.fromkeys(("text", "title", "place", "name", "key"), CONTROLS)
    answer = agent.post("/desk", data={"kind": "help", "then": "dispatch", **typed}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    answer = agent.post("/desk", data={"kind": "help", "text": "路灯", "key": "k" * 500}, follow_redirects=False)
    assert (answer.status_code, "编号过长" in answer.text) == (422, True)
    for call in ("%00", "x" * 500):
        assert agent.get(f"/desk?call={call}").status_code == 200
    draft = {"text": CONTROLS, "call": "\x00", "tab": "\x00", "draft_version": "²"}
    assert agent.post("/desk/draft", data=draft).status_code == 200


@pytest.mark.parametrize(
    ("step", "facts", "more", "field"),
    [
        ("supervise", {"letter": "督1", "text": "请说明", "answer_by": "9999-12-31"}, {}, "answer_by"),
        ("supervise", {"letter": "督1", "text": "请说明", "answer_by": "2200-12-31"}, {}, "answer_by"),
        ("supervise", {"letter": "督1", "text": "请说明", "answer_by": "0001-01-01"}, {}, "answer_by"),
        ("note", {"text": "x"}, {"seen": "²"}, "seen"),
        ("note", {"text": "x"}, {"seen": "9" * 5_000}, "seen"),
        ("note", {"text": "x"}, {"key": "k" * 500}, "Idempotency-Key"),
        ("\x00", {}, {}, "step"),
    ],
)
def test_a_step_that_cannot_be_names_its_field(
    house: House, signed_in: SignIn, step: str, facts: dict[str, Any], more: dict[str, Any], field: str
) -> None:
    number = a_case(house).number
    answer = signed_in("supervisor").post(f"/cases/{number}/steps", json={"step": step, "facts": facts, **more})
    assert (answer.status_code, named(answer)) == (422, [field]), answer.text


def test_the_last_year_of_the_calendar_can_be_reckoned_to(house: House, signed_in: SignIn) -> None:
    facts = {"letter": "督\x001", "text": CONTROLS, "answer_by": "2074-12-31"}
    sent = {"step": "supervise", "facts": facts, "key": "abcdefgh\x00"}
    answer = signed_in("supervisor").post(f"/cases/{a_case(house).number}/steps", json=sent)
    assert answer.status_code == 200, answer.text


def test_a_number_is_counted_with_only_when_it_is_one() -> None:
    assert [whole_number(said) for said in (*NUMBERS, None, "", True, 1.5, 10**30)] == [None] * 12
    assert [whole_number(said) for said in (7, "7", "007", "9" * 9)] == [7, 7, 7, 999_999_999]
    assert plain("一\x00\t二\r\n\x1f") == "一\t二\r\n"
