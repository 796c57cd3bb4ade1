"""The agent's day beside the cases: drafts that are never lost, promises to call back, transfers, wrap-up, numbers."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.people import Role
from hotline.channels.phone import place_of
from hotline.desk.tables import AppointmentRow, DraftRow
from hotline.house import House
from hotline.tables import AuditRow
from tests.hotline.conftest import TOKEN, Clock, SignIn, add, sign_in
from tests.hotline.desk_work import NOISE, PAGE, statements

CALLER = "13873612345"
PART = {**PAGE, "HX-Request": "true"}
FORM = {"kind": "complaint", "text": NOISE, "then": "dispatch", "office": "housing", "key": "form-00001"}
Client = TestClient[Litestar]


def told(client: Client, event: str, call: str = "c-1", **more: str) -> None:
    said = {"event": event, "call": call, "caller": CALLER, "agent": "agent", **more}
    answer = client.post("/calls", json=said, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text


def test_a_draft_is_kept_per_call_sealed_and_gone_once_logged(house: House, signed_in: SignIn) -> None:
    client = signed_in("agent")
    told(client, "ringing")
    typed = {**FORM, "call": "c-1", "title": "物业费", "tab": "a", "draft_version": "0"}
    answer = client.post("/desk/draft", data=typed, headers=PART).text
    assert "草稿已保存" in answer
    assert 'value="1"' in answer, "the version goes back into the form"
    with house.reading() as connection:
        assert NOISE not in str(connection.execute(select(DraftRow.body)).one()), "sealed"
    page = client.get("/desk", headers=PAGE).text
    assert NOISE in page
    assert "已恢复" in page

    client.post("/desk/draft", data={"call": "", "text": "没有来电的一件事", "tab": "a"}, headers=PART)
    page = client.get("/desk", headers=PAGE).text
    assert "还有一份没有登记的草稿" in page
    assert "没有来电的一件事" not in page, "that of another call stays where it is"
    assert "没有来电的一件事" in client.get("/desk?call=c-none", headers=PAGE).text
    assert NOISE not in signed_in("supervisor").get("/desk?call=c-1", headers=PAGE).text, "nobody else's"

    client = signed_in("agent")
    assert client.post("/desk", data=typed, headers=PAGE).status_code == 200
    assert NOISE not in client.get("/desk?call=c-1", headers=PAGE).text.partition("登记诉求")[2]
    client.post("/desk/draft", data={"call": "", "forget": "1"}, headers=PAGE)
    with house.reading() as connection:
        assert connection.scalar(select(DraftRow.slot)) is None


def test_a_window_that_is_out_of_date_writes_over_nothing(signed_in: SignIn) -> None:
    client = signed_in("agent")

    def save(tab: str, version: int, text: str, **more: str) -> str:
        typed = {"text": text, "tab": tab, "draft_version": str(version), **more}
        return client.post("/desk/draft", data=typed, headers=PART).text

    assert "草稿已保存" in save("a", 0, "第一个窗口")
    assert "草稿已保存" in save("b", 1, "第二个窗口")
    assert "这里的内容没有保存" in save("a", 1, "第一个窗口又写")
    assert "第二个窗口" in client.get("/desk", headers=PAGE).text
    assert "草稿已保存" in save("a", 1, "第一个窗口又写", force="1")
    assert "第一个窗口又写" in client.get("/desk", headers=PAGE).text
    assert "草稿已保存" in save("a", 1, "同一窗口的晚到一步"), "a window never contradicts itself"


def test_a_call_back_is_promised_within_office_hours_and_taken_by_one(
    house: House, now: Clock, signed_in: SignIn
) -> None:
    add(house, "agent2", Role.AGENT)
    client = signed_in("agent")
    told(client, "ringing")
    wrong = {"call": "c-1", "at": "2026-11-29T10:00", "why": ""}
    answer = client.post("/desk/appointments", data=wrong, headers=PART)
    assert answer.status_code == 422
    assert "之后最早可以约在11月30日08:30" in answer.text, "a Sunday"
    assert "请写明回电事由" in answer.text
    assert 'value="2026-11-29T10:00"' in answer.text
    right = {"call": "c-1", "at": "2026-11-23T10:00", "why": "午前再打，家里有人"}
    page = client.post("/desk/appointments", data=right, headers=PART).text
    assert "138****2345" in page
    assert CALLER not in page
    now.forward(minutes=40)
    assert "1件该回电了" in client.get("/desk", headers=PAGE).text

    with house.reading() as connection:
        number = connection.scalar(select(AppointmentRow.id))
    at = f"/desk/appointments/{number}"
    assert client.post(f"{at}/done", json={}).status_code == 409, "first taken, then done"
    assert CALLER in client.post(f"{at}/take", headers=PART).text
    other = sign_in(client, "agent2")
    refused = other.post(f"{at}/take", headers=PART)
    assert refused.status_code == 409
    assert "已由话务员某领取" in refused.text
    assert CALLER not in other.get("/desk", headers=PAGE).text
    client = signed_in("agent")
    assert "现在拨打了0次" in client.post(f"{at}/drop", json={}).json()["detail"]
    for tries in (1, 2, 3):
        assert f"未接通{tries}次" in client.post(f"{at}/missed", headers=PART).text
        client.post(f"{at}/take", headers=PART)
    assert "没有待回的电话" in client.post(f"{at}/drop", headers=PART).text
    with house.reading() as connection:
        assert connection.execute(select(AppointmentRow.state, AppointmentRow.tries)).one() == ("dropped", 3)
        seen = connection.scalars(select(AuditRow.about).where(AuditRow.what == "appointment.take")).all()
    assert seen == [str(number)] * 4, "each look at the number is recorded"


def test_a_day_at_the_desk_in_numbers(house: House, now: Clock, signed_in: SignIn) -> None:
    client = signed_in("agent")
    assert "空闲，等待来电" in client.get("/desk", headers=PAGE).text
    told(client, "ringing")
    now.forward(seconds=5)
    told(client, "answered")
    moved = client.post("/desk/transfers", data={"call": "c-1", "number": "12348", "told": "咨询法律援助"}, headers=PART)
    assert "已转接" in moved.text
    assert "咨询法律援助" in moved.text
    none = client.post("/desk/transfers", data={"call": "c-none", "number": "12348"})
    assert none.status_code == 409
    assert client.post("/desk/transfers", data={"call": "c-1", "number": "10086"}).status_code == 422
    typed = {**FORM, "call": "c-1", "key": "call:c-1", "then": "answer", "answer.text": "可以网上办理"}
    assert client.post("/desk", data=typed, headers=PAGE).status_code == 200
    now.forward(seconds=90)
    told(client, "ended")
    page = client.get("/desk/day", headers=PAGE).text
    assert "话后整理" in page
    assert "咨询法律援助" in client.get("/desk", headers=PAGE).text, "the call stays on the desk until it is wrapped up"
    now.forward(seconds=30)
    client.post("/desk/ready", data={}, follow_redirects=False)
    now.forward(seconds=600)
    client.post("/desk/ready", data={}, follow_redirects=False)  # said twice, it was done the first time
    page = client.get("/desk/day", headers=PAGE).text
    assert "空闲，等待来电" in page
    numbers = [part.partition("</dd>")[0] for part in page.split("<dd>")[1:]]
    assert numbers == ["1", "1", "1", "1分30秒", "30秒"]
    now.forward(days=1)
    page = signed_in("agent").get("/desk/day", headers=PAGE).text
    assert page.count("<dd>0</dd>") == 3, "a new day"


def test_the_desk_asks_as_often_however_much_waits(house: House, now: Clock, signed_in: SignIn) -> None:
    client = signed_in("agent")
    counts = []
    for more in (1, 9):
        for n in range(more):
            told(client, "ringing", f"c-{more}-{n}")
            told(client, "answered", f"c-{more}-{n}")
            client.post("/desk/draft", data={"call": f"c-{more}-{n}", "text": "一件事", "tab": "a"}, headers=PART)
            why = {"phone": CALLER, "at": "2026-11-23T15:00", "why": f"第{n}件"}
            client.post("/desk/appointments", data=why, headers=PART)
        client.get("/desk", headers=PAGE)
        with statements(house) as sent:
            assert client.get("/desk", headers=PAGE).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1], sent


@pytest.mark.parametrize(
    ("number", "place"),
    [("+8613873612345", "湖南省常德市"), ("+861012345678", "北京市"), ("12345", ""), ("", "")],
)
def test_where_a_number_is_from(number: str, place: str) -> None:
    assert place_of(number).partition(" · ")[0] == place
