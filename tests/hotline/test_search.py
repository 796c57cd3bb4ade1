"""Searching as it is done: over HTTP, by what one may see, after the worker has caught up, and without personal data."""

import random
from itertools import combinations
from typing import Any
from urllib.parse import quote

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases import indexing
from cases.history import Note
from cases.people import CENTRE, OFFICE, Actor, Role
from cases.procedures.work_order_facts import Answer, CoHandler
from cases.tables import CaseRow
from cases.wording import plain, plain_lines
from hotline.access import visible
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.matrix import STAFF
from hotline.search import finding
from hotline.search.finding import Asked, find, room_of
from hotline.search.question import Said, understood
from hotline.worker import index_new
from tests.hotline.conftest import SignIn
from tests.people import HANDLER, SUPERVISOR, a_case, take

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}


def found(client: Client, address: str) -> list[str]:
    answer = client.get(f"/search?{address}")
    assert answer.status_code == 200, answer.text
    return [hit["number"] for hit in answer.json()["results"]]


def a_seat(*roles: Role, office: str = "") -> Seat:
    actor = Actor("user:1", "某", frozenset(roles), office)
    return Seat(user_id=1, login="x", name="某", roles=frozenset(roles), office=office, csrf="", actor=actor)


def test_words_are_found_soon_and_rows_at_once(signed_in: SignIn, house: House) -> None:
    one = a_case(house, text="和平社区的电梯坏了三天，物业不修")
    two = a_case(house, text="路灯不亮，物业说不归他管", office="urban", title="路灯")
    client = signed_in("agent")
    assert found(client, "q=物业") == [], "the index has not looked yet"
    assert found(client, f"q={one.number}") == [one.number]
    assert sorted(found(client, "q=13900001234")) == sorted([one.number, two.number])
    assert index_new(house) == 2
    assert found(client, "q=物业") == [two.number, one.number], "the newest first"
    for typed, numbers in (
        ("物业 电梯", [one.number]), ("物业 -电梯", [two.number]), ('"电梯坏了三天 物业"', [one.number]), ("亮", [two.number]),
        ("姓名：张小示 路灯", [two.number]), ("姓名：张小", []), ("13900001234 电梯", [one.number]), ("路灯 139000012345678", []),
        (one.number[:8], [two.number, one.number]), (one.number[:13], [one.number]), ("路灯电梯", []),
    ):  # fmt: skip
        assert found(client, f"q={quote(typed)}") == numbers, typed
    assert found(client, "name=张小示&q=电梯") == [one.number]
    assert index_new(house) == 0


def test_an_answer_is_found_and_filters_hold(signed_in: SignIn, house: House, now: Any) -> None:
    case = a_case(house, place="洞庭花园3栋")
    take(house, case.case, "sign_for", HANDLER)
    take(house, case.case, "start", HANDLER, Note(text="已联系"))
    take(house, case.case, "answer", HANDLER, Answer(text="已更换曳引机"))
    other = a_case(house, text="洞庭花园的树要修剪", kind="help")
    index_new(house)
    client = signed_in("supervisor")
    assert found(client, "q=曳引机") == [case.number]
    assert found(client, "q=洞庭花园") == [other.number, case.number]
    for narrowed, numbers in (
        ("kind=help", [other.number]), ("stage=answered", [case.number]), ("state=ended", []), ("procedure=petition", []),
        ("office=housing", [other.number, case.number]), ("office=urban", []), ("since=2026-11-23&until=2026-11-23", [other.number, case.number]),
        ("since=2026-11-24", []), ("until=2026-11-22", []),
    ):  # fmt: skip
        assert found(client, f"q=洞庭花园&{narrowed}") == numbers, narrowed
        assert found(client, narrowed) == numbers, narrowed
    assert found(client, "q=洞庭花园&stage=nonsense") == [other.number, case.number]
    assert client.get("/search?since=gestern").status_code == 422
    assert client.get("/search?since=2026-11-24&until=2026-11-23").json()["errors"][0]["field"] == "until"
    page = client.get("/search?q=树&since=gestern", headers=HTML)
    assert (page.status_code, "gestern" in page.text, "2026-11-23 的样子" in page.text) == (422, True, True)


def test_what_one_may_not_see_is_not_there(signed_in: SignIn, house: House) -> None:
    case = a_case(house, text="消防通道被堵", office="housing")
    index_new(house)
    for login, sees in (("agent", True), ("housing", True), ("urban", False), ("legal", False), ("mediator", False)):
        client = signed_in(login)
        for typed in ("消防", case.number, case.number[:8], "13900001234", "姓名：张小示", "消防 无此词"):
            answer = client.get(f"/search?q={quote(typed)}").json()
            assert bool(answer["results"]) == (sees and "无此词" not in typed), (login, typed)
            assert bool(answer["suggestions"]) == (sees and "无此词" in typed), (login, typed)
    take(house, case.case, "add_co_handler", SUPERVISOR, CoHandler(office="urban"))
    assert found(signed_in("urban"), "q=消防") == [], "the index lags, and errs on the side of silence"
    assert found(signed_in("urban"), f"q={case.number}") == [case.number]
    index_new(house)
    assert found(signed_in("urban"), "q=消防") == [case.number]


@pytest.mark.parametrize("seed", range(3))
def test_every_seat_finds_what_reading_its_own_cases_finds(house: House, seed: int) -> None:
    chance, texts = random.Random(seed), {}
    for _ in range(25):
        said = "".join(chance.choices("物业电梯，坏了", k=8)) or "物"
        office = chance.choice(["housing", "urban", ""])
        case = a_case(house, office=office, text=said)
        texts[case.case] = plain_lines(said)
        if office and chance.random() < 0.3:
            take(house, case.case, "add_co_handler", SUPERVISOR, CoHandler(office="education"))
    index_new(house)
    roles = sorted(STAFF - {Role.ADMIN})
    with house.reading() as connection:
        for mixed in [*combinations(roles, 1), *combinations(roles, 2)]:
            seat = a_seat(*mixed, office=chance.choice(["housing", "urban", "education", ""]))
            seen = set(connection.scalars(visible(select(CaseRow.id), seat)))
            needle = plain("".join(chance.choices("物业电梯坏了", k=chance.randint(1, 2))))
            expected = sorted((case for case in seen if needle in texts[case]), reverse=True)
            hits = find(connection, house, seat, Asked(q=needle, said=Said(needles=(needle,)))).hits
            assert [hit.number[:13] for hit in hits] == [str(case) for case in expected], (mixed, seat.office, needle)
            assert not hits or seat.roles & (CENTRE | OFFICE)


def test_pages_are_stable_while_new_cases_come(signed_in: SignIn, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PAGE", 3)
    numbers = [a_case(house, text=f"噪音扰民{n}").number for n in range(8)]
    index_new(house)
    client = signed_in("agent")
    seen, url = [], "/search?q=噪音"
    while url:
        page = client.get(url).json()
        seen += [hit["number"] for hit in page["results"]]
        a_case(house, text="噪音又来了")
        index_new(house)
        url = page["next"]
    assert seen == numbers[::-1]
    assert client.get("/search?q=噪音&before=1").status_code == 422


def test_the_likest_stands_first_when_asked(signed_in: SignIn, house: House) -> None:
    best = a_case(house, title="井盖", text="井盖破了，井盖响")
    a_case(house, title="路面", text="路面坏了，井盖也响")
    index_new(house)
    assert found(signed_in("agent"), "q=井盖&order=best")[0] == best.number


def test_no_personal_data_is_kept_or_shown(signed_in: SignIn, house: House) -> None:
    said = "我叫王小明，电话13812345678，身份证43070219900101123X，张小示家漏水<b>"
    a_case(house, text=said)
    index_new(house)
    with house.reading() as connection:
        kept = " ".join(connection.scalars(select(indexing.SearchRow.text)))
    client = signed_in("agent")
    for words in (kept, client.get("/search?q=漏水").text, client.get("/search?q=漏水", headers=HTML).text):
        assert "漏水" in words.replace("<mark>", "").replace("</mark>", "")
        for never in ("王小明", "13812345678", "43070219900101", "张小示"):
            assert never not in words
    assert "<mark>漏水</mark>&lt;b&gt;" in client.get("/search?q=漏水", headers=HTML).text


def test_what_is_typed_is_understood_or_said(house: House) -> None:
    vault = house.vault
    assert understood("12345 热线", vault).needles == ("12345", "热线")
    assert understood("0736-7254321", vault).phones == (vault.index("+867367254321"),)
    assert understood("１３９００００１２３４", vault).phones == (vault.index("+8613900001234"),)
    assert understood("7254321", vault).hints
    assert understood("20261123000129", vault).hints != understood("２０２６１１２３", vault).hints == ()
    assert understood('"" - ，', vault) == Said()


def test_a_search_that_cannot_be_meant_says_so(signed_in: SignIn) -> None:
    client = signed_in("agent")
    assert client.get("/search?q=" + "%20".join("甲乙丙丁戊己庚辛壬")).status_code == 422
    page = client.get("/search?q=" + "甲" * 201, headers=HTML)
    assert (page.status_code, "200字" in page.text) == (422, True)
    assert "没有找到" in client.get("/search?q=飞碟", headers=HTML).text


def test_two_workers_and_a_killed_one_lose_nothing(house: House, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [a_case(house, text=f"水压低{n}") for n in range(5)]
    room = room_of(house)
    with house.reading() as connection:
        early = indexing.entries(connection, room, [case.case for case in cases])
    monkeypatch.setattr(indexing, "BATCH", 2)

    def killed(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexing.catch_up(room, house.now(), killed)
    assert indexing.catch_up(room, house.now()) == 3, "what was done is kept, the rest is not forgotten"
    take(house, cases[0].case, "sign_for", HANDLER)
    assert index_new(house) == 1
    with house.writing() as connection:
        assert indexing.write(connection, early) == 0, "the slower worker's older reading"
        assert indexing.behind(connection) == 0


def test_a_change_committed_late_is_found_by_the_hourly_look(house: House, now: Any) -> None:
    index_new(house)
    late = a_case(house, text="停水")
    now.forward(minutes=10) if hasattr(now, "forward") else now.on(minutes=10)
    with house.writing() as connection:  # the mark has gone past its moment: another process held it back
        connection.execute(indexing.MARK.update().values(at=house.now()))
    assert index_new(house) == 0
    with house.reading() as connection:
        assert indexing.behind(connection) == 1
    now.forward(minutes=55)
    assert index_new(house) == 1
    assert late.number


def test_verify_sees_drift_and_a_rebuild_mends_it(house: House) -> None:
    case = a_case(house, text="下水道堵了")
    index_new(house)
    room = room_of(house)
    assert list(indexing.differences(room, lambda n: None)) == []
    with house.writing() as connection:
        connection.execute(indexing.ENTRIES.update().values(text="别的"))
    assert [one.number for one in indexing.differences(room, lambda n: None)] == [case.number]
    with house.writing() as connection:
        indexing.empty(connection)
        assert indexing.behind(connection) == 1
    assert index_new(house) == 1
    assert list(indexing.differences(room, lambda n: None)) == []
