"""Text messages: once, whole whatever order their parts come in, answered only to whom it may be told."""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update

from cases.parties import Person
from cases.people import CITIZEN
from cases.tables import CaseRow, EventRow, OutboxRow, PartyRow
from hotline import intake, texts
from hotline.channels import kannel
from hotline.channels.parts import UNREAD, join_late
from hotline.channels.questions import understood
from hotline.house import House
from hotline.intake import Incoming, receive
from hotline.tables import TextRow
from tests.hotline.conftest import TOKEN, Clock

SENDER, OTHER = "13812345678", "13987654321"
PARTS = ("我要举报：启明街道", "和平社区楼下的烧烤摊每天", "占道经营到凌晨两点")


def send(client: TestClient[Litestar], text: str, key: str = "m1", sender: str = SENDER, **more: str) -> int:
    said = {"token": TOKEN, "id": key, "from": sender, "to": "12345", "text": text, **more}
    return client.get(f"/sms?{urlencode(said)}").status_code


def part(client: TestClient[Litestar], n: int, key: str = "", parts: int = 3, ref: str = "42") -> int:
    udh = f"050003{ref}{parts:02x}{n:02x}"
    return send(client, PARTS[n - 1], key=key or f"p{n}", udh=udh)


def requests(house: House) -> list[str]:
    with house.reading() as connection:
        facts = connection.scalars(
            select(EventRow.facts).where(EventRow.step == "register").order_by(EventRow.case_id)
        )
        return [msgspec.json.decode(one)["text"] for one in facts]


def replies(house: House) -> list[tuple[str, str, dict[str, Any]]]:
    with house.reading() as connection:
        columns = (OutboxRow.recipient, OutboxRow.template, OutboxRow.facts)
        rows = connection.execute(
            select(*columns).where(OutboxRow.dedupe.like("text:%")).order_by(OutboxRow.id)
        )
        return [
            (":".join(row.recipient.split(":")[:2]), row.template, msgspec.json.decode(row.facts)) for row in rows
        ]


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
    said = {"token": TOKEN, "id": "long", "from": SENDER, "to": "12345", "text": long}
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


def test_parts_under_a_used_id_are_joined_and_become_a_request(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    send(client, "投诉 路灯坏了", key="p1")
    part(client, 1), part(client, 2)
    now.forward(minutes=11)
    assert join_late(house) == 1
    send(client, "投诉 路灯坏了", key="x1", sender=OTHER)
    for n in (1, 2, 3):
        send(client, PARTS[n - 1], key=f"x{n}", sender=OTHER, udh=f"05000342030{n}")
    assert requests(house) == ["投诉 路灯坏了", PARTS[0] + PARTS[1], "投诉 路灯坏了", "".join(PARTS)]


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


def raw(client: TestClient[Litestar], text: bytes, **more: str) -> int:
    return client.get(f"/sms?{urlencode({'token': TOKEN, 'from': SENDER, 'coding': '2', **more})}&text={quote(text)}").status_code


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
@pytest.mark.parametrize("charset", [{}, {"charset": "UTF-16BE"}])
def test_a_character_cut_in_two_is_whole_again(
    house: House, client: TestClient[Litestar], order: tuple[int, int], charset: dict[str, str]
) -> None:
    text = "楼道灯坏了😀请修"
    cut = len("楼道灯坏了".encode("utf-16-be")) + 2
    halves = {1: text.encode("utf-16-be")[:cut], 2: text.encode("utf-16-be")[cut:]}
    for n in order:
        assert raw(client, halves[n], id=f"e{n}", udh=f"05000307020{n}", **charset) == 200
    assert requests(house) == [text]


def test_a_character_cut_in_two_in_json_and_one_whose_half_never_comes(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    for n, text in ((1, "灯坏了\\ud83d"), (2, "\\ude00请修")):
        body = f'{{"id":"j{n}","from":"{SENDER}","ref":"9","part":{n},"parts":2,"text":"{text}"}}'
        head = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        assert client.post("/sms", content=body, headers=head).status_code == 200
    assert raw(client, "停水".encode("utf-16-be") + b"\xd8\x3d", id="h", udh="050003080201") == 200
    now.forward(minutes=11)
    assert join_late(house) == 1
    assert requests(house) == ["灯坏了😀请修", "停水"]


def test_a_question_in_plain_letters_as_ucs2_is_understood(house: House, client: TestClient[Litestar]) -> None:
    number = opened_case(house)
    assert raw(client, f"CX {number}".encode("utf-16-be"), id="q") == 200
    assert [template for _, template, _ in replies(house)] == ["status"]


@pytest.mark.parametrize("charset", ["rot13", "base64", "undefined", "\0", "no such", "utf-7"])
def test_a_charset_that_is_none_loses_no_message(house: House, client: TestClient[Litestar], charset: str) -> None:
    assert send(client, "lamp broken", charset=charset) == 200
    assert requests(house) == ["lamp broken"]


def test_an_equal_part_with_another_text_begins_another_message(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    send(client, "旧的第一段", key="o1", udh="050003420301")
    for n in (1, 2, 3):
        part(client, n)
    assert sorted(requests(house)) == sorted(["旧的第一段", "".join(PARTS)])
    send(client, "新的第一段", key="n1", udh="050003420301")  # after the message was joined: no repetition either
    now.forward(minutes=11)
    assert join_late(house) == 1
    assert "新的第一段" in requests(house)


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_parts_in_any_order_and_twice_are_one_request(
    house: House, client: TestClient[Litestar], order: tuple[int, ...]
) -> None:
    for n in (order[0], *order):
        assert part(client, n) == 200
    for n in order:  # and once more when it is done, under another id
        assert part(client, n, key=f"again{n}") == 200
    assert requests(house) == ["".join(PARTS)]
    with house.reading() as connection:
        assert all(body is None for body in connection.scalars(select(TextRow.body)))


def test_parts_at_once_are_one_request(house: House, client: TestClient[Litestar], now: Clock) -> None:
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda n: part(client, n), (1, 2, 3, 3, 2, 1))) == {200}
    now.forward(minutes=11)
    join_late(house)
    assert requests(house) == ["".join(PARTS)]


def test_parts_of_strangers_are_never_joined(house: House, client: TestClient[Litestar]) -> None:
    for n, sender in ((1, SENDER), (2, OTHER), (3, SENDER)):
        send(client, PARTS[n - 1], key=f"{sender}{n}", sender=sender, udh=f"05000342030{n}")
    assert requests(house) == []


def test_an_incomplete_message_is_taken_as_it_is_after_ten_minutes(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    part(client, 1), part(client, 3)
    now.forward(minutes=9)
    assert join_late(house) == 0
    now.forward(minutes=2)
    assert join_late(house) == 1
    assert join_late(house) == 0
    assert requests(house) == [PARTS[0] + PARTS[2]]


def test_a_part_that_comes_too_late_is_added_to_the_case_of_the_rest(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    part(client, 1), part(client, 3)
    now.forward(minutes=11)
    assert join_late(house) == 1
    part(client, 2)
    now.forward(minutes=11)
    assert join_late(house) == 1
    assert join_late(house) == 0
    assert requests(house) == [PARTS[0] + PARTS[2]]  # one case still
    with house.reading() as connection:
        [facts] = connection.scalars(select(EventRow.facts).where(EventRow.step == "add_material"))
    assert PARTS[1] in msgspec.json.decode(facts)["text"]


def test_a_reference_that_comes_round_again_adds_nothing_to_a_whole_message(
    house: House, client: TestClient[Litestar], now: Clock
) -> None:
    for n in (1, 2, 3):
        part(client, n)
    now.forward(hours=2)
    part(client, 2, key="round")
    now.forward(minutes=11)
    assert join_late(house) == 1
    assert requests(house) == ["".join(PARTS), PARTS[1]]


def test_parameters_may_say_the_parts(house: House, client: TestClient[Litestar]) -> None:
    for n in (2, 1, 3):
        send(client, PARTS[n - 1], key=f"q{n}", ref="77", part=str(n), parts="3")
    json = {"id": "j", "from": SENDER, "text": "楼道灯不亮"}
    assert client.post("/sms", json=json, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert requests(house) == ["".join(PARTS), "楼道灯不亮"]


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


def test_headers_of_both_kinds_are_read() -> None:
    assert kannel.joined_by(b"\x05\x00\x03\x2a\x03\x02") == ("0.42", 2, 3)
    assert kannel.joined_by(b"\x06\x08\x04\x01\x02\x03\x01") == ("8.258", 1, 3)
    assert kannel.joined_by(b"06080401020301") == ("8.258", 1, 3)
    assert kannel.joined_by(b"\x05\x00\x03\x2a\x01\x01") == ("", 1, 1)
    assert kannel.joined_by(b"\x05\x00") == kannel.joined_by(b"") == ("", 1, 1)


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
