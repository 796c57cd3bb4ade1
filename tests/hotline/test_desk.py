"""The desk: the caller's past, a form that loses nothing, a preview with its reasons, and the triage lists."""

import re

from sqlalchemy import func, select

from cases.people import Role
from cases.procedures.work_order_facts import Answer, Return
from cases.tables import CaseRow
from hotline.house import House
from hotline.tables import CallRow
from tests.hotline.conftest import TOKEN, SignIn
from tests.hotline.desk_work import AGENT, NOISE, PAGE, handler, logged, taken

CALLER = "13812340001"
FORM = {"kind": "complaint", "text": NOISE, "then": "dispatch", "office": "housing", "key": "form-00001"}


def rung(client: object, call: str = "c-1", caller: str = CALLER, agent: str = "agent") -> None:
    event = {"event": "ringing", "call": call, "caller": caller, "agent": agent}
    answer = client.post("/calls", json=event, headers={"Authorization": f"Bearer {TOKEN}"})  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer.text


def test_the_call_that_rings_stands_on_the_desk_with_its_past(house: House, signed_in: SignIn) -> None:
    open_case = logged(house, office="housing", phone=CALLER, title="楼上漏水")
    over = logged(house, phone=CALLER, title="咨询办证时间")
    taken(house, over.case, "answer_at_desk", AGENT, Answer(text="工作日八点半至五点半"))
    client = signed_in("agent")
    rung(client)
    page = client.get("/desk", headers=PAGE).text
    assert "138****0001" in page
    assert CALLER not in page
    assert page.index("楼上漏水") < page.index("咨询办证时间"), "open ones first"
    assert "工作日八点半至五点半" in page
    assert open_case.number in page


def test_a_withheld_caller_has_no_past(house: House, signed_in: SignIn) -> None:
    logged(house, phone="")
    client = signed_in("agent")
    rung(client, caller="anonymous")
    page = client.get("/desk", headers=PAGE).text
    assert "号码已隐藏" in page
    assert "无法查到历史记录" in page


def test_logging_ties_the_case_to_the_call_and_uses_its_number(house: House, signed_in: SignIn) -> None:
    client = signed_in("agent")
    rung(client)
    for _ in range(2):  # the same form twice is one case
        answer = client.post("/desk", data={**FORM, "call": "c-1", "key": "call:c-1"}, headers=PAGE)
        assert answer.status_code == 200, answer.text
        assert "已登记" in answer.text
    with house.reading() as connection:
        (case,) = connection.execute(select(CaseRow.id, CaseRow.office, CaseRow.number)).all()
        assert connection.scalar(select(CallRow.case_id)) == case.id
    assert case.office == "housing"
    assert house.vault.code(case.number) in answer.text
    assert "138****0001" in client.get(f"/cases/{case.number}", headers=PAGE).text


def test_the_same_call_sent_with_something_else_is_told_and_shows_the_way_on(house: House, signed_in: SignIn) -> None:
    client = signed_in("agent")
    rung(client)
    first = {**FORM, "call": "c-1", "key": "c-1"}
    assert client.post("/desk", data=first, headers=PAGE).status_code == 200
    with house.reading() as connection:
        number = connection.scalar(select(CaseRow.number))
    changes = (
        {"then": "answer", "answer.text": "可以网上办理", "answer.solved": "1"},
        {"confidential": "1"}, {"urgent": "1"}, {"office": "urban"}, {"then": "triage", "office": ""},
    )  # fmt: skip
    for change in changes:
        again = client.post("/desk", data={**first, **change}, headers=PAGE)
        assert again.status_code == 409, change
        assert f'href="/cases/{number}"' in again.text
        assert "幂等" not in again.text
        assert NOISE in again.text, "what was typed is kept"
    with house.reading() as connection:
        assert connection.scalars(select(CaseRow.stage)).all() == ["dispatched"]
    fresh = re.search(r'name="key" value="([^"]+)"', again.text)
    assert fresh is not None and fresh[1] != "c-1"
    assert client.post("/desk", data={**first, "key": fresh[1], "text": "另一件事：路灯坏了"}, headers=PAGE).status_code == 200
    with house.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(CaseRow)) == 2


def test_wrong_entries_come_back_with_what_was_typed(house: House, signed_in: SignIn) -> None:
    typed = {
        **FORM,
        "then": "emergency",
        "emergency.number": "",
        "emergency.told": "已告知消防",
        "phone": "12",
    }
    answer = signed_in("agent").post("/desk", data=typed, headers=PAGE)
    assert answer.status_code == 422
    for said in (NOISE, "已告知消防", "请从列表中选择一项", "不是可以识别的电话号码"):
        assert said in answer.text
    with house.reading() as connection:
        assert connection.scalar(select(CaseRow.id)) is None


def test_each_way_of_dealing_with_it(house: House, signed_in: SignIn) -> None:
    client = signed_in("agent")
    ways = {
        "answer": ({"answer.text": "可以网上办理", "answer.solved": "1"}, "closed"),
        "emergency": ({"emergency.number": "119", "emergency.told": "已转接119"}, "handed_over"),
        "divert": ({"divert.path": "向人民法院起诉", "divert.basis": "《民事诉讼法》"}, "diverted"),
        "triage": ({}, "registered"),
    }
    for then, (more, stage) in ways.items():
        typed = {**FORM, "then": then, "key": f"form-{then}", **more}
        assert client.post("/desk", data=typed, headers=PAGE).status_code == 200
        with house.reading() as connection:
            newest = select(CaseRow.stage).order_by(CaseRow.id.desc()).limit(1)
            assert connection.scalar(newest) == stage, then


def test_the_preview_tells_office_reasons_and_day(signed_in: SignIn) -> None:
    text = "路灯坏了一个星期没人修，晚上一片漆黑"
    page = signed_in("agent").post("/desk/preview", data={"kind": "help", "text": text}, headers=PAGE).text
    assert "承诺答复" in page
    assert "路灯" in page
    assert "第三条" in page, "the rule stands beside the number"
    danger = (
        signed_in("agent").post("/desk/preview", data={"text": "楼道里着火了，正在冒浓烟"}, headers=PAGE).text
    )
    assert "119" in danger


def test_triage_says_why_and_dispatches(house: House, signed_in: SignIn) -> None:
    waiting = logged(house, text="说不清楚的一件事")
    client = signed_in("agent")
    page = client.get("/triage", headers=PAGE).text
    assert waiting.number in page
    assert "派单" in page
    typed = {"step": "dispatch", "facts.office": "urban", "back": "/triage"}
    sent = client.post(f"/cases/{waiting.number}/steps", data=typed, headers=PAGE, follow_redirects=False)
    assert sent.headers["Location"] == f"/triage?done={waiting.number}"
    assert waiting.number in signed_in("urban").get("/tray", headers=PAGE).text


def test_a_return_is_ruled_on(house: House, signed_in: SignIn, people: dict[str, int]) -> None:
    case = logged(house, office="housing")
    sent = Return(reason="not_ours", text="属于城管职责", suggests="urban")
    taken(house, case.case, "send_back", handler(people, "housing"), sent)
    client = signed_in("agent")
    page = client.get("/triage", headers=PAGE).text
    assert "不属于本单位职责" in page
    assert "属于城管职责" in page
    typed = {"step": "uphold_return", "facts.text": "同意", "back": "/triage"}
    assert client.post(f"/cases/{case.number}/steps", data=typed, headers=PAGE).status_code == 200
    assert client.get(f"/cases/{case.number}").json()["stage"] == "registered"


def test_handlers_have_no_desk(signed_in: SignIn) -> None:
    assert signed_in("housing").get("/desk").status_code == 403
    assert signed_in("agent").get("/tray").status_code == 403
    for login, room in {"agent": "/desk", "housing": "/tray", "supervisor": "/board"}.items():
        assert signed_in(login).get("/home", follow_redirects=False).headers["Location"] == room
    assert Role.AGENT.label in signed_in("agent").get("/desk", headers=PAGE).text
