"""Text messages: taken once, answered only to whom it may be told."""

from urllib.parse import quote

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update

from cases.parties import Person
from cases.people import CITIZEN
from cases.tables import CaseRow, EventRow, OutboxRow, PartyRow
from hotline import intake, texts
from hotline.channels.parts import UNREAD, join_late
from hotline.channels.questions import understood
from hotline.house import House
from hotline.intake import Incoming, receive
from hotline.tables import TextRow
from tests.hotline.conftest import TOKEN, Clock
from tests.hotline.sms_work import OTHER, PARTS, SENDER, part, raw, replies, requests, send


def opened_case(house: House, phone: str = SENDER) -> str:
    incoming = Incoming(
        kind="help", text="路灯坏了", channel="web", actor=CITIZEN, person=Person(phone=phone)
    )
    return receive(house, incoming).result().number


def test_a_message_is_a_request_once(house: House, client: TestClient[Litestar]) -> None:
    for _ in range(3):
        assert send(client, "投诉 小区门口占道停车") == 200
    assert requests(house) == ["投诉 小区门口占道停车"]
    with house.reading() as connection:
        assert connection.execute(select(CaseRow.kind, CaseRow.channel)).one() == ("complaint", "sms")
        assert list(connection.scalars(select(OutboxRow.template))) == ["receipt"]


def test_a_long_message_is_kept_whole(house: House, client: TestClient[Litestar]) -> None:
    long = "路灯不亮，" * 1_800
    said = {"id": "long", "from": SENDER, "to": "12345", "text": long}
    assert client.post("/sms", json=said, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert requests(house) == [long]


def test_another_message_under_a_used_id_is_its_own_request(house: House, client: TestClient[Litestar]) -> None:
    for _ in range(2):
        assert send(client, "投诉 路灯坏了", key="1001") == 200
        assert send(client, "投诉 井盖丢了", key="1001") == 200
        assert send(client, "投诉 井盖丢了", key="1001", sender=OTHER) == 200
        assert send(client, "CX", key="1001", sender=OTHER) == 200
    assert requests(house) == ["投诉 路灯坏了", "投诉 井盖丢了", "投诉 井盖丢了"]
    assert [template for _, template, _ in replies(house)] == ["status"]


def test_a_message_nobody_can_take_keeps_no_other_and_comes_to_a_person(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    part(client, 1)
    with house.writing() as connection:
        connection.execute(update(TextRow).values(body=b"torn" * 12))
    now.forward(minutes=1)
    send(client, "井盖丢了，", key="ok", sender=OTHER, udh="050003420201")
    now.forward(minutes=11)
    assert join_late(house) == 1
    assert requests(house) == ["井盖丢了，"]
    now.forward(minutes=50)
    assert join_late(house) == 1
    assert join_late(house) == 0
    assert requests(house) == ["井盖丢了，", UNREAD]
    with house.reading() as connection:
        phones = connection.scalars(select(PartyRow.phone).order_by(PartyRow.id)).all()
    assert [house.vault.open(phone) for phone in phones] == [f"+86{OTHER}", f"+86{SENDER}"]


def test_words_that_cannot_be_routed_are_handed_to_a_person_with_the_case(
    house: House, client: TestClient[Litestar], now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    routed = intake.opening
    monkeypatch.setattr(intake, "opening", lambda house, asked: routed(house, asked) if asked.text == UNREAD else 1 / 0)
    part(client, 1)
    now.forward(hours=2)
    assert join_late(house) == 1
    assert requests(house) == [UNREAD]
    with house.reading() as connection:
        [facts] = connection.scalars(select(EventRow.facts).where(EventRow.step == "add_material"))
    assert PARTS[0] in msgspec.json.decode(facts)["text"]


def test_control_characters_are_left_out(house: House, client: TestClient[Litestar], now: Clock) -> None:
    assert send(client, "路灯\0坏了\n三天", key="a\0") == 200
    assert send(client, "井盖\0丢了", key="b", sender=OTHER, udh="050003420201") == 200
    now.forward(minutes=11)
    assert join_late(house) == 1
    assert requests(house) == ["路灯坏了\n三天", "井盖丢了"]


def test_a_question_in_plain_letters_as_ucs2_is_understood(house: House, client: TestClient[Litestar]) -> None:
    number = opened_case(house)
    assert raw(client, f"CX {number}".encode("utf-16-be"), id="q") == 200
    assert [template for _, template, _ in replies(house)] == ["status"]


@pytest.mark.parametrize("charset", ["rot13", "base64", "undefined", "\0", "no such", "utf-7"])
def test_a_charset_that_is_none_loses_no_message(house: House, client: TestClient[Litestar], charset: str) -> None:
    assert send(client, "lamp broken", charset=charset) == 200
    assert requests(house) == ["lamp broken"]


@pytest.mark.parametrize("form", ["CX {n}", "cx{n}", "ＣＸ　{n}", "查询 {n}", "CX:{n}。", "CX"])
def test_ones_own_case_needs_no_code(house: House, client: TestClient[Litestar], form: str) -> None:
    number = opened_case(house)
    assert send(client, form.format(n=number)) == 200
    [(recipient, template, facts)] = replies(house)
    assert (template, facts["number"]) == ("status", number)
    assert recipient.startswith("party:")


def test_a_stranger_is_refused_without_the_code_and_barred_after_guessing(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    number = opened_case(house)
    code = house.vault.code(number)
    send(client, f"CX {number}", key="a", sender=OTHER)
    send(client, f"CX {number} {code.lower()}", key="b", sender=OTHER)
    send(client, "CX 2026112399999-9", key="c", sender=OTHER)
    assert [template for _, template, _ in replies(house)] == ["refused", "status", "refused"]
    assert [recipient for recipient, _, _ in replies(house)] == ["text:a", "text:b", "text:c"]
    for n in range(5):
        send(client, f"CX {number} AAAAAAA{n + 2}", key=f"g{n}", sender=OTHER)
    send(client, f"CX {number} {code}", key="late", sender=OTHER)
    assert replies(house)[-1][:2] == ("text:late", "refused")
    now.forward(minutes=16)
    send(client, f"CX {number} {code}", key="calm", sender=OTHER)
    assert replies(house)[-1][:2] == ("text:calm", "status")


def test_an_empty_message_gets_help_and_a_sentence_is_no_command(
    house: House, client: TestClient[Litestar]
) -> None:
    send(client, " 。！", key="e")
    assert replies(house) == [("text:e", "help", {})]
    assert understood("查询一下我的低保怎么还没有发").means == "request"
    assert understood("CX 123").means == "question"


@pytest.mark.parametrize(
    ("raw", "more"),
    [
        ("路灯坏了".encode(), "&charset=UTF-8&coding=2"),
        ("路灯坏了".encode("utf-16-be"), "&charset=UTF-16BE&coding=2"),
        ("路灯坏了".encode("utf-16-be"), "&coding=2"),
        ("路灯坏了".encode("gbk"), "&charset=GBK"),
        ("路灯坏了".encode("gbk"), ""),
    ],
)
def test_characters_come_through(house: House, client: TestClient[Litestar], raw: bytes, more: str) -> None:
    address = f"/sms?token={TOKEN}&id=x&from={SENDER}&to=12345&text={quote(raw)}{more}"
    assert client.get(address).status_code == 200
    assert requests(house) == ["路灯坏了"]


def test_without_a_token_nothing_is_taken(house: House, client: TestClient[Litestar]) -> None:
    assert client.get(f"/sms?id=1&from={SENDER}&text=x").status_code == 401
    assert send(client, "没有号码", sender="") == 422
    assert requests(house) == []


def test_every_wording_is_one_segment_and_says_nothing_of_the_matter(house: House) -> None:
    facts = {
        "number": "2026112300012-7", "promised": "2026-11-30T16:00:00Z",
        "stage": "registered", "due": "2026-11-30T16:00:00Z",
        "clock": "wo.handle", "rung": "late1", "count": 12,
        "numbers": ["2026112300012-7"], "lead": "2026112300001-1", "people": 12,
        "norm": "武政办发〔2026〕12号", "on": "2026-11-30",
        "sealed": (house.vault.seal("123456") or b"").hex(),
    }  # fmt: skip
    for template in texts.WORDINGS:
        words = texts.render(template, facts, house.city, house.vault)
        assert words.startswith("【武陵区12345】")
        assert texts.segments(words) == 1, (template, len(words), words)
    assert texts.segments("好" * 70) == 1
    assert texts.segments("好" * 71) == texts.segments("好" * 134) == 2
    assert (texts.segments("a" * 160), texts.segments("a" * 161)) == (1, 2)
