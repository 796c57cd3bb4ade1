"""Long text messages: whole in whatever order and at whatever time their parts come, and never joined with a stranger's."""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.tables import EventRow
from hotline.channels import kannel
from hotline.channels.parts import join_late
from hotline.house import House
from hotline.tables import TextRow
from tests.hotline.conftest import TOKEN, Clock
from tests.hotline.sms_work import OTHER, PARTS, SENDER, part, raw, requests, send


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


def test_headers_of_both_kinds_are_read() -> None:
    assert kannel.joined_by(b"\x05\x00\x03\x2a\x03\x02") == ("0.42", 2, 3)
    assert kannel.joined_by(b"\x06\x08\x04\x01\x02\x03\x01") == ("8.258", 1, 3)
    assert kannel.joined_by(b"06080401020301") == ("8.258", 1, 3)
    assert kannel.joined_by(b"\x05\x00\x03\x2a\x01\x01") == ("", 1, 1)
    assert kannel.joined_by(b"\x05\x00") == kannel.joined_by(b"") == ("", 1, 1)
