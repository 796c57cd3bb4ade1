"""What citizens understand, put right, ask for and take home of their own case."""

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.changes import Taking
from cases.history import Note
from cases.lists import load_file
from cases.parties import opened as opened_person
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import Answer
from cases.tables import EventRow, PartyRow
from hotline.citizens import street_sketch
from hotline.citizens.ahead import HERE, NEXT
from hotline.citizens.one_time_tables import FormerContactRow
from hotline.citizens.own_forms import FORMS
from hotline.house import House
from hotline.letters import book as letter_book
from hotline.letters import service as letter_service
from hotline.tables import AuditRow
from routing.chart import locate
from tests.hotline.conftest import Clock
from tests.hotline.test_letters import HANDLER, SEAT, answered, issue
from tests.hotline.test_status import Case, browse, case, opened
from tests.hotline.test_web import PNG

__all__ = ["case"]
Client = TestClient[Litestar]


def by_code(client: Client, house: House, number: str, word: str = "") -> str:
    """Opens a case as a browser; a form token."""
    client.headers["Accept"] = "text/html"
    token: str = re.search(r'name="_csrf" value="([^"]+)"', client.get("/status").text)[1]  # type: ignore[index]
    data = {"_csrf": token, "number": number, "code": word or house.vault.code(number)}
    assert client.post("/status", data=data).url.path == f"/requests/{number}"
    return token


def test_every_stage_says_what_comes_next_and_names_what_there_is() -> None:
    for name, stages in NEXT.items():
        procedure = PROCEDURES[name]
        assert set(stages) == set(procedure.stages) - set(procedure.ends), name
        for _, clocks in stages.values():
            assert all(procedure.clock(clock) for clock in clocks.split())
    steps = {step.name for procedure in PROCEDURES.values() for step in procedure.steps}
    limits = {clock.id for procedure in PROCEDURES.values() for clock in procedure.clocks}
    assert set(HERE) <= steps and set(FORMS) <= steps
    assert {clock for *_, named in HERE.values() for clock in named.split()} <= limits
    assert set(FORMS) == {place.removeprefix("steps/") for _, _, place, _ in HERE.values() if place.startswith("steps/")}


def test_what_comes_next_by_when_and_what_can_be_done(house: House, case: Case, client: Client, now: Clock) -> None:
    case.to_office()
    by_code(client, house, case.number)
    page = client.get(f"/requests/{case.number}").text
    for said in ("接下来：承办单位办好，并写出给您的答复", "11月30日 周一 24:00", "5个工作日", "为什么是这一天：逐日看",
                 f"/requests/{case.number}/corrections", f"/requests/{case.number}/withdrawal"):  # fmt: skip
        assert said in page, said
    now.forward(days=10)
    by_code(client, house, case.number)
    assert "已经晚了" in client.get(f"/requests/{case.number}").text
    case.take("answer", Answer(text="已修好")).take("approve_answer", Note(text="同意"))
    by_code(client, house, case.number)
    page = client.get(f"/requests/{case.number}").text
    for way in ('href="#rate"', 'href="#reopen"', 'id="rate"', 'id="reopen"', "2026年12月18日"):
        assert way in page, way


def test_corrections_are_added_and_the_contact_is_kept_as_it_was(
    house: House, case: Case, client: Client, now: Clock
) -> None:
    form = {"_csrf": by_code(client, house, case.number, "5678"), "key": "k1"}
    url = f"/requests/{case.number}/corrections"
    weak = client.post(url, data={**form, "phone": "13900002222"})
    assert weak.status_code == 422 and "查询码" in weak.text, "four digits change no telephone"
    assert client.post(url, data=form).status_code == 422
    by_code(client, house, case.number)
    assert "138****" not in client.get(url).text or "13812345678" not in client.get(url).text
    bad = client.post(url, data={**form, "phone": "12", "place": "某某路口"})
    assert bad.status_code == 422 and 'value="某某路口"' in bad.text
    done = {**form, "phone": "13900002222", "name": "李某某", "place": "和平社区<b>3栋", "text": "是两盏灯"}
    for _ in range(2):
        assert "已经更正" in client.post(url, data=done).text
    with house.reading() as connection:
        file = load_file(connection, case.written.case)
        row = connection.execute(select(PartyRow)).one()
        former = connection.execute(select(FormerContactRow)).all()
        events = connection.scalars(select(EventRow.facts)).all()
    assert file
    added = [event for event in file.history if event.step == "add_material"]
    assert [event.facts.text for event in added] == ["更正内容：是两盏灯\n更正地点：和平社区<b>3栋\n更正了联系方式"]
    assert file.opening.facts.text == "某处设施损坏待修", "the request stands as it was made"
    person = opened_person(house.vault, row)  # type: ignore[arg-type]
    assert (person.name, person.phone) == ("李某某", "+8613900002222")
    assert [house.vault.open(one.phone) for one in former] == ["+8613812345678"]
    assert not any("13900002222" in facts or "李某某" in facts for facts in events)
    assert client.get(f"/requests/{case.number}").text.count("和平社区&lt;b&gt;3栋") == 1
    now.forward(minutes=40)
    by_code(client, house, case.number, "2222")


def test_only_letters_that_reached_one_may_be_taken_home(house: House, client: Client, now: Clock) -> None:
    case, number = answered(house)
    path = f"/requests/{number}/letters/3/opinion"
    by_code(client, house, number)
    assert client.get(path).status_code == 404, "a draft is nobody's"
    issue(house, case)
    assert client.get(path).status_code == 404, "issued is not served"
    assert "已经送达您的文书" not in client.get(f"/requests/{number}").text
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file
    pair = letter_book.found(file, 3, "opinion")
    assert pair
    now.forward(minutes=1)
    letter_service.serve(
        house, SEAT, file, pair, letter_service.Reached(means="hand", served_at=now(), receipt="本人签收")
    )
    page = client.get(f"/requests/{number}").text
    assert path in page and "武住建信处〔2026〕1号" in page and "在这里下载不算送达" in page
    assert client.get(path).content.startswith(b"%PDF")
    with house.reading() as connection:
        assert "citizen" in connection.scalars(select(AuditRow.by).where(AuditRow.what == "letter.read")).all()
    by_code(client, house, number, "1234")
    assert path not in client.get(f"/requests/{number}").text and client.get(path).status_code == 403
    other = opened(house, now)
    browse(client, other)
    assert client.get(f"/requests/{other.number}/letters/3/opinion").status_code == 404
    slip = client.get(f"/requests/{other.number}/receipt.pdf")
    assert slip.content.startswith(b"%PDF") and slip.headers["Content-Type"] == "application/pdf"


def test_review_is_asked_for_with_the_last_day_in_sight(house: House, client: Client, now: Clock) -> None:
    case, number = answered(house)
    house.ledger.write(Taking(case=case, step="serve_opinion", actor=HANDLER, at=now(), now=now()))
    token = by_code(client, house, number)
    page = client.get(f"/requests/{number}").text
    url = f"/requests/{number}/steps/request_review"
    assert url in page and "2026年12月23日" in page, "thirty days from the service"
    assert "前答复您" not in page, "what was answered is promised no more"
    form = client.get(url).text
    assert "第三十五条" in form and "2026年12月23日" in form and "区信访局" in form
    assert 'value="housing"' not in form, "not the office whose opinion it is"
    wrong = client.post(url, data={"_csrf": token, "key": "r", "office": "housing", "text": "不服的理由"})
    assert wrong.status_code == 422 and "不服的理由" in wrong.text
    done = client.post(url, data={"_csrf": token, "key": "r", "office": "petition", "text": "不服的理由"})
    assert "已请求复查" in done.text and "复查中" in done.text and "出具复查意见" in done.text
    assert client.get(f"/requests/{number}/steps/issue_review").status_code == 404, "the office's own step"
    late = client.post(url, data={"_csrf": token, "key": "r2", "office": "petition", "text": "再来一次"})
    assert late.status_code == 409 and "不能请求复查" in late.text


def test_a_place_is_tapped_and_photographs_stay(house: House, client: Client) -> None:
    client.headers["Accept"] = "text/html"
    page = client.get("/requests/new")
    token = re.search(r'name="_csrf" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    assert page.headers["Permissions-Policy"] == "camera=(), geolocation=(self), microphone=()"
    assert client.get("/").headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert 'capture="environment"' in page.text
    typed = {"_csrf": token, "key": "k", "kind": "complaint", "text": "路灯坏了"}
    files = {"camera": ("现场.png", PNG + b"0" * 3000, "image/png")}
    tapped = client.post("/requests", data={**typed, "map.x": "150", "map.y": "120"}, files=files)
    assert tapped.status_code == 200 and "您点的位置靠近" in tapped.text
    assert "路灯坏了</textarea>" in tapped.text and "现场.png（3千字节）" in tapped.text
    found = dict(re.findall(r'name="(lat|lon|kept)" value="([^"]+)"', tapped.text))
    assert set(found) == {"lat", "lon", "kept"}
    asked = client.post("/requests", data={**typed, **found})
    assert asked.status_code == 422 and "可能在几个街道" in asked.text, "a point names no street by itself"
    sent = client.post("/requests", data={**typed, **found, "street": "430702003", "asked": "1"})
    assert sent.url.path.endswith("/receipt")
    with house.reading() as connection:
        facts = connection.scalars(select(EventRow.facts).where(EventRow.step == "register")).one()
    assert f"地图点：{float(found['lat']):.5f}" in facts
    stands = client.get(sent.url.path.removesuffix("/receipt")).text
    assert "附件1.png</a>（3千字节）" in stands
    keyboard = client.post("/requests", data={**typed, "map.x": "0", "map.y": "0"})
    assert keyboard.status_code == 200 and 'name="lat" value=""' in keyboard.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_tap_on_a_name_is_that_street(house: House, client: Client) -> None:
    places = house.book.places
    east, north = street_sketch.axes(places)
    assert [one for one, _ in east] == sorted({one for one, _ in east}) and len(north) > 5
    svg = client.get("/streets.svg?lat=29.045&lon=111.693").text
    dots = re.findall(r'<circle cx="(\d+)" cy="(\d+)" r="4"[^>]*/><text[^>]*>([^<]+)<', svg)
    assert len(dots) == len([code for code in places.chart.points if code in places.streets])
    for x, y, name in dots:
        at = street_sketch.point_at(places, int(x), int(y))
        assert at
        nearest = locate(places.chart, *at).near[0]
        assert places.streets[nearest].startswith(name)
    assert street_sketch.point_at(places, 999, 3) is None
    assert 'r="9"' in svg and 'r="9"' not in client.get("/streets.svg?lat=x").text

