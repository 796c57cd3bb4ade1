"""暂定 stands wherever a day is shown that a holiday notice may still move, and nowhere once it is published."""

from datetime import UTC, datetime

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases import alerts
from cases.recompute import SETTLE
from cases.tables import OutboxRow
from hotline import texts
from hotline.calendar import notices
from hotline.house import House
from tests.hotline.conftest import Clock, SignIn, sign_in
from tests.notice import NOTICE
from tests.people import HANDLER, a_case, take

HTML = {"Accept": "text/html"}
Client = TestClient[Litestar]


@pytest.fixture
def now() -> Clock:
    """Monday 28 December 2026: what begins now ends in January, by a calendar nobody has published."""
    clock = Clock()
    clock.now = datetime(2026, 12, 28, 1, 30, tzinfo=UTC)
    return clock


def publish(house: House, now: Clock) -> None:
    notices.hand_in(house, NOTICE, "user:9", confirmed=True)
    now.forward(seconds=SETTLE.total_seconds())
    notices.work_on(house, lambda: True, lambda seen: None)


def staff_pages(house: House, client: Client, number: str) -> dict[str, str]:
    """Every page of the staff that shows this case's day, by its address."""
    wanted = {"housing": (f"/cases/{number}", "/tray"), "supervisor": ("/alerts", "/board"), "agent": (f"/desk?done={number}",)}
    seen = {}
    for login, addresses in wanted.items():
        sign_in(client, login)
        seen |= {address: client.get(address, headers=HTML).text for address in addresses}
    return seen


@pytest.mark.usefixtures("people")
def test_every_page_of_the_staff_says_it_until_it_is_published(house: House, client: Client, now: Clock) -> None:
    written = a_case(house)
    take(house, written.case, "sign_for", HANDLER)
    now.now = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)  # due on the 5th: half-way and soon are told, the board shows it
    alerts.sweep(house.engine, house.city, now.now)
    for address, page in staff_pages(house, client, written.number).items():
        assert ("1月6日" if "/desk" in address else "1月5日") in page, address
        assert "暂定" in page, address
    publish(house, now)
    for address, page in staff_pages(house, client, written.number).items():
        assert ("1月6日" if "/desk" in address else "1月5日") in page, address
        assert "暂定" not in page, address


@pytest.mark.usefixtures("people")
def test_triage_and_the_preview_of_a_promise_say_it(house: House, signed_in: SignIn, now: Clock) -> None:
    now.now = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)  # 17:00 on the last working day
    a_case(house, office="")
    client = signed_in("agent")
    assert "（暂定）" in client.get("/triage", headers=HTML).text
    said = {"kind": "complaint", "text": "小区电梯坏了", "phone": "13900001234"}
    assert "（暂定）" in client.post("/desk/preview", data=said, headers=HTML).text


def test_citizens_are_told_on_the_receipt_and_the_status_page(house: House, client: Client, now: Clock) -> None:
    asked = {"kind": "complaint", "text": "小区电梯坏了，一直没有人来修", "phone": "13900001234"}
    receipt = client.post("/requests", json=asked, headers={"Idempotency-Key": "k1"}).json()
    assert receipt["provisional"] is True
    number, code = receipt["number"], receipt["code"]
    stands = client.post("/status", json={"number": number, "code": code}).json()
    assert stands["promise"]["provisional"] is True
    for address in (f"/requests/{number}", f"/requests/{number}/receipt"):
        page = client.get(address, headers=HTML).text
        assert "24:00（暂定）" in page, address
    publish(house, now)
    for address in (f"/requests/{number}", f"/requests/{number}/receipt"):
        page = client.get(address, headers=HTML).text
        assert "24:00" in page, address
        assert "暂定" not in page, address
    assert client.post("/status", json={"number": number, "code": code}).json()["promise"]["provisional"] is False


def test_texts_say_it(house: House, now: Clock) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    now.now = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
    alerts.sweep(house.engine, house.city, now.now)
    alerts.tell(house.engine, house.city, now.now)

    def said() -> dict[str, str]:
        with house.reading() as connection:
            rows = connection.execute(select(OutboxRow.template, OutboxRow.facts)).all()
        return {t: texts.render(t, msgspec.json.decode(facts), house.city, house.vault) for t, facts in rows}

    assert set(said()) >= {"receipt", "signed", "alert"}
    for template in ("receipt", "signed", "alert"):
        assert "（暂定）" in said()[template], template
    publish(house, now)
    assert not any("暂定" in text for text in said().values())


@pytest.mark.usefixtures("people")
def test_programs_are_told(house: House, signed_in: SignIn) -> None:
    written = a_case(house)
    clocks = {clock["id"]: clock for clock in signed_in("housing").get(f"/cases/{written.number}").json()["clocks"]}
    assert clocks["wo.handle"]["provisional"] is True
    assert clocks["wo.sign_for"]["provisional"] is False
