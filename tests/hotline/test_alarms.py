"""A danger that came in: the desk hears of it at once, and no page says that a service knows what it does not."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace
from sqlalchemy import select, update

from cases.alerts import ALARM
from cases.parties import Person
from cases.people import CITIZEN
from cases.tables import AlertRow, OutboxRow
from hotline import alarms, delivery
from hotline.house import House
from hotline.intake import Incoming, receive
from hotline.loopback import Loopback
from hotline.tables import CallRow
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.desk_work import PAGE
from tests.hotline.test_desk import FORM, rung

Client = TestClient[Litestar]
FIRE = "楼道着火了，快来人"


def raised(house: House, **more: Any) -> int:
    """The case of a fire that a citizen wrote of."""
    asked = Incoming(kind="help", text=FIRE, channel="web", actor=CITIZEN, person=Person(phone="13812345678"), **more)
    return receive(house, asked).result().case


def owed(house: House) -> dict[str, Any]:
    with house.reading() as connection:
        rows = connection.execute(select(OutboxRow.__table__)).all()
    return {row.recipient.partition(":")[0] + ":" + row.template: row for row in rows}


def emptied(house: House) -> None:
    while delivery.deliver(house):
        pass


def test_the_desk_is_told_with_the_registration(house: House, signed_in: SignIn) -> None:
    case = raised(house)
    rows = owed(house)
    assert rows["role:danger_desk"].state == "waiting"
    with house.reading() as connection:
        alert = connection.execute(select(AlertRow.__table__)).one()
    assert (alert.case_id, alert.rung, alert.recipient, alert.board) == (case, ALARM, "role:agent", True)
    assert alert.told_by == rows["role:danger_desk"].id
    assert alert.claimed_at == house.now()
    for login in ("agent", "supervisor"):
        assert "疑似险情，请立即核实" in signed_in(login).get("/alerts", headers=PAGE).text
    assert "疑似险情" not in signed_in("housing").get("/alerts", headers=PAGE).text


def test_an_ordinary_request_and_a_past_one_ring_nobody(house: House) -> None:
    receive(house, Incoming(kind="help", text="路灯坏了", channel="web", actor=CITIZEN)).result()
    raised(house, quiet=True)
    with house.reading() as connection:
        assert connection.execute(select(AlertRow.id)).all() == []
    assert "role:danger_desk" not in owed(house)


def test_the_call_is_tied_to_a_danger_as_to_any_case(house: House, signed_in: SignIn) -> None:
    client = signed_in("agent")
    rung(client)
    sent = {**FORM, "text": FIRE, "office": "", "call": "c-1", "key": "c-1"}
    assert client.post("/desk", data=sent, headers=PAGE).status_code == 200
    with house.reading() as connection:
        assert connection.scalar(select(CallRow.case_id)) == connection.scalar(select(AlertRow.case_id))


def test_without_a_number_the_page_says_to_telephone(house: House, signed_in: SignIn) -> None:
    raised(house)
    client = signed_in("agent")
    assert "正在向119通报" in client.get("/triage", headers=PAGE).text
    emptied(house)
    row = owed(house)["emergency:alarm"]
    assert (row.state, row.error) == ("failed", "没有设置119的值班手机，须由值班席电话通报")
    page = client.get("/triage", headers=PAGE).text
    assert "未能通报119" in page
    assert "请立即电话119" in page
    assert "已向119" not in page


def set_up(client: Client, **phones: str) -> Any:
    told = {f"phone.{service}": phones.get(f"p{service}", "") for service in ("110", "119", "120", "122")}
    return client.post("/city/figures/emergency", json={"do": "save", "why": "消防已确认", "base": "0", **told})


def test_a_number_set_by_the_city_takes_the_word(house: House, signed_in: SignIn) -> None:
    wrong = set_up(signed_in("admin"), p119="119", p110="0736-7254321")
    assert wrong.status_code == 422
    assert [one["field"] for one in wrong.json()["errors"]] == ["phone.110", "phone.119"]
    assert set_up(signed_in("admin"), p119="13907360119").status_code == 200
    raised(house)
    emptied(house)
    assert owed(house)["emergency:alarm"].state == "sent"
    assert "险情" in Loopback(house.settings.data).file.read_text()
    page = signed_in("agent").get("/triage", headers=PAGE).text
    assert "没有接通短信网关" in page, "what was only written down reached nobody"


@pytest.mark.parametrize(
    ("state", "error", "reached", "says"),
    [
        ("waiting", "", False, "正在向119通报"),
        ("sending", "", False, "正在向119通报"),
        ("sent", "", True, "尚无送达回执"),
        ("delivered", "", True, "短信已送达"),
        ("failed", "运营商未送达", False, "未能通报119（运营商未送达）——请立即电话119"),
        ("dead", "短信网关不收这一条（400）", False, "请立即电话119"),
    ],
)
def test_the_words_follow_the_row(house: House, state: str, error: str, reached: bool, says: str) -> None:
    case = raised(house)
    real = replace(house, settings=replace(house.settings, sms_url="http://127.0.0.1:9"))
    with house.writing() as connection:
        told = update(OutboxRow).where(OutboxRow.template == "alarm").values(state=state, error=error)
        connection.execute(told)
        found = alarms.notices(connection, real, {case: "119"})[case]
    assert found.reached is reached
    assert says in found.words


def test_a_danger_does_not_stand_in_line(house: House, now: Clock) -> None:
    for _ in range(3):
        receive(house, Incoming(kind="help", text="路灯坏了", channel="web", actor=CITIZEN,
                                person=Person(phone="13812345678"))).result()  # fmt: skip
    now.forward(seconds=5)
    raised(house)
    delivery.deliver(house, limit=3)
    assert {row.state for name, row in owed(house).items() if name.endswith((":alarm", ":danger", ":danger_desk"))} <= {
        "sent",
        "failed",
    }
