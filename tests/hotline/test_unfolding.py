"""Wherever a date stands it can be unfolded: article, start, every day with its reason, pauses, extension, roll."""

from datetime import datetime

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from cases import alerts
from cases.changes import Taking
from cases.history import Note
from cases.people import Role
from cases.procedures.work_order_facts import ExtensionAsked, ExtensionGiven, Suspension
from hotline.house import House
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.desk_work import PAGE, handler, logged, taken
from tests.hotline.test_letters import HANDLER, answered

WHY = "?why=wo.handle#why-wo.handle"


@pytest.fixture
def worked(house: House, people: dict[str, int], now: Clock) -> str:
    """A work order that was extended by three days, and held up from Monday to Friday."""
    written = logged(house, office="housing")
    own, chief = handler(people, "housing"), handler(people, "housing-chief", Role.CHIEF)
    taken(house, written.case, "sign_for", own)
    taken(house, written.case, "ask_extension", own, ExtensionAsked(days=3, reason="需要协调多家单位"))
    taken(house, written.case, "approve_extension", chief, ExtensionGiven(days=3))
    taken(house, written.case, "suspend", chief, Suspension(ground="season", text="水位过高"))
    now.forward(days=4)
    taken(house, written.case, "resume", own, Note(text="水位已退"))
    return written.number


def test_a_case_tells_of_each_date_where_it_comes_from(worked: str, signed_in: SignIn) -> None:
    client = signed_in("housing")
    clock = next(run for run in client.get(f"/cases/{worked}").json()["clocks"] if run["id"] == "wo.handle")
    assert clock["article"].startswith("《武陵区12345热线工单办理规则")
    assert clock["start_event"] == "派单"
    assert clock["extended"] == "3个工作日"
    assert len(clock["pauses"]) == 1
    held = [day for day in clock["days"] if "中止或扣除期间" in day["because"]]
    assert [day["date"] for day in held] == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert all(day["because"] for day in clock["days"])
    page = client.get(f"/cases/{worked}", headers=PAGE).text
    assert '<details id="why-wo.handle">' in page
    assert "（含延长3个工作日）" in page
    assert "中止或扣除期间，不计入" in page
    opened = client.get(f"/cases/{worked}?why=wo.handle", headers=PAGE).text
    assert '<details id="why-wo.handle" open>' in opened


def test_lists_of_dates_lead_to_the_explanation(worked: str, house: House, signed_in: SignIn, now: Clock) -> None:
    assert f'href="/cases/{worked}{WHY}"' in signed_in("housing").get("/tray", headers=PAGE).text
    now.forward(days=60)
    alerts.sweep(house.engine, house.city, now())
    assert f'href="/cases/{worked}{WHY}"' in signed_in("supervisor").get("/board", headers=PAGE).text
    assert f'href="/cases/{worked}{WHY}"' in signed_in("housing").get("/alerts", headers=PAGE).text


def test_a_day_that_moved_off_a_day_of_rest_says_so_to_office_and_citizen(
    house: House, signed_in: SignIn, client: TestClient[Litestar], now: Clock
) -> None:
    case, number = answered(house)
    now.now = datetime.fromisoformat("2026-11-26T10:00+08:00")  # thirty days on is a Saturday
    at = house.now()
    house.ledger.write(Taking(case=case, step="serve_opinion", actor=HANDLER, at=at, now=at))
    told = client.post("/status", json={"number": number, "code": house.vault.code(number)}).json()
    (remedy,) = [one for one in told["remedies"] if one["title"] == "请求复查"]
    assert remedy["until"] == "2026-12-28"
    assert remedy["article"]["number"] == "35"
    assert "自“信访人收到处理意见”起30日" in remedy["because"]
    assert remedy["days"][0] == {"date": "2026-11-26", "counted": False, "because": "起算当日不计入（《民法典》第二百零一条）"}
    assert sum(day["counted"] for day in remedy["days"]) == 30
    assert "顺延至节假日后第一日" in remedy["days"][-1]["because"]
    assert told["promise"]["days"]
    page = client.get(f"/requests/{number}", headers=PAGE).text
    assert "为什么是这一天：逐日看" in page
    assert "顺延至节假日后第一日" in page
    clocks = signed_in("housing").get(f"/cases/{number}").json()["clocks"]
    assert {run["id"]: run["rolled"] for run in clocks}["xf.review.request"] == "2026-12-26为休息日，顺延至2026-12-28"
    shown = client.get(f"/cases/{number}", headers=PAGE).text
    assert "<dt>顺延</dt><dd>2026-12-26为休息日，顺延至2026-12-28</dd>" in shown
