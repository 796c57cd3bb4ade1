"""The case file: every form can be drawn and filled in, what is refused says why, what was typed comes back."""

from datetime import date
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from cases.history import Correction, Note
from cases.people import Role
from cases.procedure import Step
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import ExtensionAsked, Return, Supervision
from hotline import fields
from hotline.house import House
from hotline.problems import Problem
from tests.hotline.conftest import SignIn, sign_in
from tests.hotline.desk_work import NOISE, PAGE, handler, logged, statements, taken

STEPS = [(name, step) for name, procedure in PROCEDURES.items() for step in procedure.steps]
DRAWN = {"line", "text", "choice", "check", "number", "date", "moment"}


def chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


@pytest.mark.parametrize(("procedure", "step"), STEPS, ids=[f"{name}-{step.name}" for name, step in STEPS])
def test_every_step_has_a_form_with_chinese_titles(procedure: str, step: Step) -> None:
    for field in fields.fields_of(step.asks):
        assert field.control in DRAWN
        assert chinese(field.title), (
            f"{step.asks}.{field.name} has no title: hotline/office/captions.py or Meta(title=…)"
        )
        for value, title in field.options:
            assert value
            assert chinese(title), f"{step.asks}.{field.name} = {value!r} has no words"


@pytest.mark.parametrize(("procedure", "step"), STEPS, ids=[f"{name}-{step.name}" for name, step in STEPS])
def test_every_required_field_is_asked_for_by_its_form(procedure: str, step: Step) -> None:
    if step.asks is None or step.hidden or step.opens:
        return
    controls = fields.fields_of(step.asks)
    must = {field.name for field in controls if field.must}
    if must:
        with pytest.raises(Problem) as caught:
            fields.from_form(step.asks, {})
        assert set(caught.value.errors) <= {field.name for field in controls}, "a form that can never be sent"
    else:
        fields.from_form(step.asks, {})


@pytest.mark.parametrize(
    ("asks", "typed", "wrong"),
    [
        (ExtensionAsked, {"days": "七", "reason": "等待材料"}, {"days": "应为1至60的整数"}),
        (ExtensionAsked, {"days": "61", "reason": ""}, {"days": "应为1至60的整数", "reason": "请填写"}),
        (Return, {"reason": "lazy", "text": "不办"}, {"reason": "请从列表中选择"}),
        (Supervision, {"letter": "1", "text": "请速办", "answer_by": "明天"}, {"answer_by": "应为日期"}),
    ],
)
def test_a_wrong_entry_is_named_with_what_would_be_right(
    asks: type[Any], typed: dict[str, str], wrong: dict[str, str]
) -> None:
    with pytest.raises(Problem) as caught:
        fields.from_form(asks, typed)
    assert caught.value.errors.keys() == wrong.keys()
    for name, said in wrong.items():
        assert caught.value.errors[name].startswith(said)


def test_what_a_form_says_becomes_the_facts() -> None:
    typed = {"letter": " 督〔2026〕1号 ", "text": "请查明情况", "answer_by": "2026-12-01"}
    assert fields.from_form(Supervision, typed) == Supervision(
        letter="督〔2026〕1号", text="请查明情况", answer_by=date(2026, 12, 1)
    )


def test_the_page_shows_the_file_and_masks_the_person(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing", phone="13812340001", place="华庭里小区")
    page = signed_in("housing").get(f"/cases/{written.number}", headers=PAGE).text
    for said in (
        NOISE,
        "待签收",
        "138****0001",
        "李＊＊",
        "剩",
        "怎么算的",
        "签收",
        "华庭里小区",
        "派单理由",
    ):
        assert said in page
    assert "13812340001" not in page
    assert "李青禾" not in page


def test_another_office_does_not_see_it(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    client = signed_in("urban")
    assert client.get(f"/cases/{written.number}").status_code == 404
    sent = client.post(f"/cases/{written.number}/steps", json={"step": "sign_for"})
    assert sent.status_code == 404
    assert client.get("/cases/2026112399999-9").status_code == 404


def test_a_step_by_json_is_taken_once_a_key(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    client = signed_in("housing")
    for new in (True, False):
        answer = client.post(
            f"/cases/{written.number}/steps",
            json={"step": "sign_for"},
            headers={"Idempotency-Key": "press-once"},
        )
        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "number": written.number,
            "seq": written.seq + 1,
            "stage": "signed",
            "new": new,
        }


def test_a_refused_step_is_409_with_reason_and_article(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    answer = signed_in("housing").post(
        f"/cases/{written.number}/steps", json={"step": "answer", "facts": {"text": "已办"}}
    )
    assert answer.status_code == 409
    assert "待签收" in answer.json()["detail"]
    assert "答复" in answer.json()["article"]


def test_a_wrong_fact_is_422_and_names_the_field(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    sent = {"step": "send_back", "facts": {"reason": "lazy", "texts": "不办"}}
    answer = signed_in("housing").post(f"/cases/{written.number}/steps", json=sent)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"reason", "text", "texts"}


def test_a_page_keeps_what_was_typed(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    typed = {"step": "send_back", "facts.reason": "", "facts.text": "本单位没有这项职责，请改派"}
    answer = signed_in("housing").post(f"/cases/{written.number}/steps", data=typed, headers=PAGE)
    assert answer.status_code == 422
    assert "本单位没有这项职责，请改派" in answer.text
    assert "请从列表中选择一项" in answer.text
    assert '<details class="step" id="step-send_back" open>' in answer.text


def test_a_page_that_saw_an_older_file_is_told_so(
    house: House, signed_in: SignIn, people: dict[str, int]
) -> None:
    written = logged(house, office="housing")
    taken(house, written.case, "note", handler(people, "housing"), Note(text="同事已联系来电人"))
    typed = {"step": "sign_for", "seen": str(written.seq)}
    answer = signed_in("housing").post(f"/cases/{written.number}/steps", data=typed, headers=PAGE)
    assert answer.status_code == 409
    assert "新的进展" in answer.text


def test_a_step_from_the_page_leads_back_to_it(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    client = signed_in("housing")
    answer = client.post(
        f"/cases/{written.number}/steps", data={"step": "sign_for", "key": "form-0001"}, headers=PAGE,
        follow_redirects=False,
    )  # fmt: skip
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"], headers=PAGE).text
    assert "已记录：签收" in page
    assert "已签收" in page


def test_looking_behind_the_mask_is_an_event_with_its_reason(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing", phone="13812340001")
    client = signed_in("housing")
    refused = client.post(f"/cases/{written.number}/party", json={"reason": ""})
    assert refused.status_code == 422
    shown = client.post(f"/cases/{written.number}/party", json={"reason": "上门核查前电话联系"})
    assert shown.json()["phone"] == "+8613812340001"
    history = client.get(f"/cases/{written.number}").json()["history"]
    assert history[-1]["step"] == "unmask"
    assert history[-1]["facts"]["查看理由"] == "上门核查前电话联系"
    assert "13812340001" not in client.get(f"/cases/{written.number}").text


def test_json_tells_stage_clocks_and_steps(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    told = signed_in("housing").get(f"/cases/{written.number}").json()
    assert told["stage"] == "dispatched"
    assert told["office"] == "housing"
    clock = next(clock for clock in told["clocks"] if clock["id"] == "wo.sign_for")
    assert clock["due_at"]
    assert clock["days"][0]["because"]
    assert {step["step"]: step["why_not"] for step in told["steps"]}["sign_for"] is None


def test_a_correction_is_shown_struck_through(
    house: House, signed_in: SignIn, people: dict[str, int]
) -> None:
    written = logged(house, office="housing")
    noted = taken(house, written.case, "note", handler(people, "housing"), Note(text="电话是空号"))
    correction = Correction(seq=noted.seq, reason="记错了", facts={"text": "电话无人接听"})
    taken(house, written.case, "correct", handler(people, "supervisor", Role.SUPERVISOR), correction)
    page = signed_in("housing").get(f"/cases/{written.number}", headers=PAGE).text
    assert '<span class="strike">电话是空号</span> 电话无人接听' in page
    assert "更正记录" in page


def test_the_tray_puts_first_what_runs_out_first(house: House, signed_in: SignIn) -> None:
    late = logged(house, office="housing", urgent=True)
    early = logged(house, office="housing")
    logged(house, office="urban")
    page = signed_in("housing").get("/tray", headers=PAGE).text
    assert page.index(late.number) < page.index(early.number)
    assert "共2件" in page
    assert early.number in signed_in("housing").get(f"/tray?number={early.number[-6:]}", headers=PAGE).text


@pytest.mark.parametrize("at", ["1994-05-01T09:00", "0001-01-01T00:00:00+14:00", "2079-01-01", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_the_calendar_does_not_know_is_no_moment_of_a_step(house: House, signed_in: SignIn, at: str) -> None:
    number = logged(house, office="housing").number
    client = signed_in("housing")
    answer = client.post(f"/cases/{number}/steps", json={"step": "sign_for", "at": at})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "at", "detail": "超出日历的范围（1996年至2075年）"}]
    page = client.post(f"/cases/{number}/steps", data={"step": "sign_for", "at": at}, headers=PAGE)
    assert page.status_code == 422
    assert "超出日历的范围" in page.text


def test_signing_for_many_tells_each_by_itself(
    house: House, signed_in: SignIn, people: dict[str, int]
) -> None:
    ready, done, foreign = (logged(house, office=office) for office in ("housing", "housing", "urban"))
    taken(house, done.case, "sign_for", handler(people, "housing"))
    numbers = [ready.number, done.number, foreign.number]
    page = signed_in("housing").post("/tray/sign", data={"number": numbers}, headers=PAGE).text
    assert "已签收1件，2件没有签收" in page
    assert "案件现处于“已签收”环节" in page
    assert f"没有编号为{foreign.number}的案件" in page


@pytest.mark.parametrize("path", ["/tray", "/board", "/triage"])
def test_the_number_of_statements_does_not_grow_with_the_rows(
    path: str, house: House, client: TestClient[Litestar], people: dict[str, int]
) -> None:
    login = {"/tray": "housing", "/board": "supervisor", "/triage": "agent"}[path]
    office = "" if path == "/triage" else "housing"
    sign_in(client, login)
    counts = []
    for more in (10, 90):
        for _ in range(more):
            logged(house, office=office, urgent=True)
        client.get(path, headers=PAGE)  # whoever sits here is known for a moment: counted neither time
        with statements(house) as sent:
            assert client.get(path, headers=PAGE).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1], sent


def test_every_look_behind_the_mask_is_recorded_whatever_key_it_bears(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing", phone="13812340001")
    client, asked = signed_in("housing"), {"reason": "上门核查前电话联系", "key": "the same key"}
    for _ in range(3):
        shown = client.post(f"/cases/{written.number}/party", json=asked, headers={"Idempotency-Key": "the same key"})
        assert shown.json()["phone"] == "+8613812340001"
    history = client.get(f"/cases/{written.number}").json()["history"]
    assert [entry["step"] for entry in history].count("unmask") == 3


def test_a_null_is_no_reason(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing", phone="13812340001")
    refused = signed_in("housing").post(f"/cases/{written.number}/party", json={"reason": None})
    assert refused.status_code == 422 and "reason" in refused.text
