"""The board and the bell: sums that add up, scopes that hold, and events that come once."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from litestar.response.sse import ServerSentEventMessage
from sqlalchemy import update

from cases.alerts import sweep
from cases.people import Actor, Role
from cases.tables import AlertRow
from hotline import pulse, streams
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.pulse import Heard, Pulse, heard
from tests.hotline.conftest import TOKEN, Clock, SignIn
from tests.hotline.desk_work import PAGE, logged


def test_the_board_counts_by_office_and_quotes_the_article(
    house: House, now: Clock, signed_in: SignIn
) -> None:
    for office in ("housing", "housing", "urban"):
        logged(house, office=office)
    now.forward(days=1)
    page = signed_in("supervisor").get("/board", headers=PAGE).text
    assert "<b>3</b> 已超期" in page
    assert "武陵区12345热线工单办理规则（示范）》第五条" in page
    assert "?step=supervise" in page
    only = signed_in("supervisor").get("/board/rows?office=urban", headers=PAGE).text
    assert "<b>1</b> 已超期" in only
    assert "<html" not in only


def test_a_chief_sees_the_own_part(house: House, now: Clock, signed_in: SignIn) -> None:
    ours, theirs = logged(house, office="housing"), logged(house, office="urban")
    now.forward(days=1)
    page = signed_in("housing-chief").get("/board", headers=PAGE).text
    assert ours.number in page
    assert theirs.number not in page
    assert signed_in("housing").get("/board").status_code == 403


def test_the_board_is_summed_up_by_what_one_asks(house: House, now: Clock, signed_in: SignIn) -> None:
    for office in ("housing", "urban"):
        logged(house, office=office)
    waiting = logged(house)
    now.forward(days=1)
    client = signed_in("supervisor")
    page = client.get("/board?by=procedure", headers=PAGE).text
    assert 'href="/board?by=procedure&amp;procedure=work_order#by-case"' in page
    assert "话务台今日" in page
    assert "本月三项比率" in page
    unknown = client.get("/board?by=street&street=-", headers=PAGE).text
    assert "未注明街道" in unknown
    assert waiting.number in unknown
    nowhere = client.get("/board?street=430702001", headers=PAGE).text
    assert "在这些条件下没有超期或即将到期的事项" in nowhere
    assert "话务台今日" not in signed_in("housing-chief").get("/board", headers=PAGE).text


def test_many_are_urged_at_once_and_each_answers_for_itself(house: House, now: Clock, signed_in: SignIn) -> None:
    first, second, waiting = logged(house, office="housing"), logged(house, office="urban"), logged(house)
    now.forward(days=1)
    numbers = [first.number, second.number, waiting.number]
    client = signed_in("supervisor")
    assert f'name="number" value="{first.number}"' in client.get("/board", headers=PAGE).text
    asked = client.post("/board/supervision", data={"number": numbers}, headers=PAGE)
    assert asked.status_code == 200
    assert "确认督办3件" in asked.text, "nothing goes out before it is confirmed"
    letter = re.search(r'name="letter"[^>]*value="([^"]+)"', asked.text)
    assert letter
    words = {"number": numbers, "letter": letter[1], "text": "群众反映强烈", "confirmed": "1"}
    wrong = client.post("/board/supervision", data={**words, "answer_by": "2026-11-20"}, headers=PAGE)
    assert wrong.status_code == 422
    assert "答复期限应当晚于今天" in wrong.text
    assert "群众反映强烈" in wrong.text
    right = {**words, "answer_by": "2026-11-30"}
    done = client.post("/board/supervision", data=right, headers=PAGE).text
    assert "已督办2件，未能督办1件" in done
    assert "不能督办" in done, "the one that waits for its office says why not"
    again = client.post("/board/supervision", json={**right, "number": numbers[:2]}).json()["cases"]
    assert all("已经发出过" in one["refused"] for one in again), "sent twice it urges once"
    assert client.post("/board/supervision", json={"number": []}).status_code == 422
    assert signed_in("housing-chief").post("/board/supervision", json=right).status_code == 403


def test_of_two_at_once_one_acknowledges_and_the_other_is_told_who(
    house: House, people: dict[str, int], now: Clock, signed_in: SignIn
) -> None:
    logged(house, office="housing")
    now.forward(days=3)
    sweep(house.engine, house.city, now())
    chief = signed_in("housing-chief")
    alert = re.search(r"/alerts/(\d+)/seen", chief.get("/alerts", headers=PAGE).text)
    assert alert
    with house.writing() as connection:  # the supervisor hears of it too, and was quicker
        values = {"seen_by": f"user:{people['supervisor']}", "seen_at": now()}
        connection.execute(update(AlertRow).where(AlertRow.id == int(alert[1])).values(values))
    late = chief.post(alert[0], data={}, headers=PAGE, follow_redirects=True).text
    assert "这条提醒已由督办员某在" in late
    answer = chief.post(alert[0], json={}).json()
    assert (answer["seen_by"], answer["first"]) == ("督办员某", False)


def test_the_mark_changes_with_the_board_alone(house: House, now: Clock) -> None:
    from hotline.figures.standing import board_mark

    def mark() -> str:
        with house.reading() as connection:
            return board_mark(connection, now(), house.city)

    before = mark()
    logged(house, office="housing")
    after = mark()
    assert after != before
    assert mark() == after
    now.forward(days=1)
    assert mark() != after, "what was due soon is late"


def test_an_alert_is_acknowledged_once_by_name(house: House, now: Clock, signed_in: SignIn) -> None:
    case = logged(house, office="housing")
    now.forward(days=1)
    sweep(house.engine, house.city, now())
    client = signed_in("housing")
    page = client.get("/alerts", headers=PAGE).text
    assert case.number in page
    alert = re.search(r"/alerts/(\d+)/seen", page)
    assert alert
    answer = client.post(alert[0], json={}).json()
    assert answer["seen_by"] == "承办人某"
    first = answer["seen_at"]
    now.forward(minutes=5)
    assert client.post(alert[0], json={}).json()["seen_at"] == first
    assert signed_in("urban").post(alert[0], json={}).status_code == 404


def seat_of(people: dict[str, int], login: str, role: Role, office: str = "") -> Seat:
    actor = Actor(f"user:{people[login]}", login, frozenset({role}), office)
    return Seat(
        user_id=people[login], login=login, name=login, roles=actor.roles, office=office, csrf="", actor=actor
    )


async def listened(
    watch: Pulse, seat: Seat, since: Heard, until: int, *topics: str
) -> list[tuple[str, dict[str, Any], str]]:
    """Events until `until` of them beside the bell's counts have come."""
    found: list[tuple[str, dict[str, Any], str]] = []
    events: AsyncGenerator[ServerSentEventMessage] = streams.stream(watch, seat, frozenset(topics), since)
    async with asyncio.timeout(20):
        async for message in events:
            if message.event:
                found.append((str(message.event), json.loads(str(message.data)), str(message.id)))
            if sum(name != "bell" for name, _, _ in found) >= until and (until or len(found) > 1):
                break
    await events.aclose()
    return found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other quickly."""
    monkeypatch.setattr(pulse, "BEAT", 0.02)


def test_a_reconnection_neither_misses_nor_doubles(house: House, now: Clock, people: dict[str, int]) -> None:
    seat = seat_of(people, "housing", Role.HANDLER, "housing")

    def late() -> None:
        logged(house, office="housing")
        now.forward(days=1)
        sweep(house.engine, house.city, now())

    async def story() -> tuple[list[int], list[int]]:
        first = asyncio.create_task(listened(Pulse(house), seat, Heard(), 1))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(late)
        heard_first = await first
        mark = next(mark for name, _, mark in heard_first if name == "alert")
        await asyncio.to_thread(late)  # while nobody listens
        again = await listened(Pulse(house), seat, heard(mark), 1)
        numbers = [[data["id"] for name, data, _ in part if name == "alert"] for part in (heard_first, again)]
        return numbers[0], numbers[1]

    before, after = asyncio.run(story())
    assert before
    assert after
    assert not set(before) & set(after)
    assert min(after) > max(before)


def test_a_ring_reaches_its_agent_and_nobody_else(
    house: House, people: dict[str, int], signed_in: SignIn
) -> None:
    client = signed_in("agent")
    mine = seat_of(people, "agent", Role.AGENT)
    other = seat_of(people, "supervisor", Role.SUPERVISOR)

    async def story() -> tuple[list[Any], list[Any]]:
        watch = Pulse(house)
        waiting = asyncio.create_task(listened(watch, mine, Heard(), 1, "desk"))
        await asyncio.sleep(0.5)
        event = {"event": "ringing", "call": "c-7", "caller": "13812340001", "agent": "agent"}
        said = {"Authorization": f"Bearer {TOKEN}"}
        await asyncio.to_thread(client.post, "/calls", json=event, headers=said)
        told = await waiting
        mark = told[-1][2]
        missed = await listened(Pulse(house), other, Heard(alert=0), 0, "desk")
        again = await listened(Pulse(house), mine, heard(mark), 0, "desk")
        return [one for one in told if one[0] == "call"], [one for one in missed + again if one[0] == "call"]

    told, nothing = asyncio.run(story())
    assert [data for _, data, _ in told] == [{"call": "c-7", "state": "ringing"}]
    assert nothing == []


def test_an_id_that_is_none_of_ours_is_a_fresh_start() -> None:
    assert heard("") == Heard()
    assert heard("7'; drop~x~") == Heard()
    assert heard(str(Heard(7, 12, "ab"))) == Heard(7, 12, "ab")
