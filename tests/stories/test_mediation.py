"""Two neighbours at one table, over HTTP on both databases: chosen, heard, agreed, confirmed, followed and broken."""

from collections.abc import Callable
from typing import Any

from cases.rebuild import differences
from hotline.house import House
from tests.hotline.conftest import Clock
from tests.stories.conftest import Desk, on

DISPUTE: dict[str, Any] = {"kind": "people", "text": "楼上漏水泡坏吊顶", "title": "漏水纠纷", "office": "housing"}
MET: dict[str, Any] = {
    **{f"{side}_{what}": True for side in ("applicant", "respondent") for what in ("present", "heard", "signed")},
    "text": "双方陈述，愿意协商",
}
AGREED: dict[str, Any] = {
    "text": "维修并赔偿1000元", "willing": True, "lawful": True, "part": "赔偿", "side": "respondent", "what": "银行转账",
    "amount_fen": 100_001, "count": 2, "last_day": "2026-04-30", "applicant_signed_on": "2026-03-16",
    "respondent_signed_on": "2026-03-16", "mediator_signed_on": "2026-03-16", "sealed_on": "2026-03-17",
}  # fmt: skip


def acts(desk: Desk, number: str, act: str, **facts: Any) -> Any:
    """The answer to an act at the table."""
    return desk.send("POST", f"/cases/{number}/table", json={"act": act, "facts": facts})


def begun(now: Clock, desk: Callable[[str], Desk], moment: str = "2026-03-02T09:00", **dispute: Any) -> str:
    """A mediation that both sides have agreed to."""
    on(now, moment)
    mediator = desk("mediator")
    number = str(mediator.opens("mediation", **{**DISPUTE, **dispute}).json()["number"])
    early = mediator.tries(number, f"accept_{dispute.get('kind', 'people')}")
    assert "尚未同意调解" in early.json()["detail"]
    mediator.takes(number, "consent", side="respondent", how="spoken")
    mediator.takes(number, f"accept_{dispute.get('kind', 'people')}")
    return number


def test_a_table_from_the_choice_to_the_last_instalment(
    house: House, now: Clock, desk: Callable[[str], Desk]
) -> None:
    number = begun(now, desk)
    mediator = desk("mediator")
    kin = acts(mediator, number, "choose", mediator="mediator", tie="kin")
    assert kin.status_code == 409
    assert "应当回避" in kin.json()["detail"]
    assert "第十五条" in kin.json()["article"]
    both = acts(mediator, number, "choose", first=["mediator"], second=["mediator"])
    assert both.json()["steps"] == ["choose_mediator"]
    chosen = mediator.read(number)["history"][-1]["facts"]
    assert "双方共同选定" in chosen.values()
    assert acts(mediator, number, "choose").status_code == 422  # nobody else on the roster

    past = acts(mediator, number, "plan", on="2026-03-01", start="09:30", end="11:00")
    assert past.status_code == 409
    acts(mediator, number, "plan", on="2026-03-06", start="09:30", end="11:00", room="一室")
    table = mediator.send("GET", f"/cases/{number}/table").json()
    assert table["planned"]["room"] == "一室"
    assert table["unheard"] == ["申请人", "被申请人"]

    on(now, "2026-03-06T10:00")
    absent = acts(mediator, number, "minutes", **{**MET, "respondent_present": False})
    assert absent.status_code == 422
    assert "被申请人没有到场，不能记为已听取陈述" in absent.json()["title"]
    assert acts(mediator, number, "minutes", **MET, next_on="2026-03-16").status_code == 200
    table = mediator.send("GET", f"/cases/{number}/table").json()
    assert (table["next_on"], table["unheard"]) == ("2026-03-16", [])
    agreed(now, mediator, number)
    followed(house, now, mediator, number)


def agreed(now: Clock, mediator: Desk, number: str) -> None:
    """In writing, with every signature and the seal; it binds from the last of them, a day before it is typed."""
    on(now, "2026-03-18T10:00")
    unsealed = acts(mediator, number, "agree", **{**AGREED, "sealed_on": None})
    assert unsealed.status_code == 422
    assert "调解组织印章" in unsealed.json()["title"]
    unwilling = acts(mediator, number, "agree", **{**AGREED, "willing": False})
    assert "自愿" in unwilling.json()["title"]
    written = acts(mediator, number, "agree", **AGREED)
    assert written.json()["steps"] == ["agree_in_writing", "set_part", "set_part"]
    table = mediator.send("GET", f"/cases/{number}/table").json()
    assert table["confirm_until"] == mediator.due(number, "md.confirm.apply") == "2026-04-16"  # 17 March and 30 days
    assert [(one["duty"]["part"], one["duty"]["last_day"], one["duty"]["amount_fen"]) for one in table["duties"]] == [
        ("赔偿第1期", "2026-04-30", 50_000), ("赔偿第2期", "2026-05-30", 50_001),
    ]  # fmt: skip
    page = mediator.send("GET", f"/cases/{number}/table", headers={"Accept": "text/html"}).text
    assert "共同向人民法院申请司法确认" in page
    assert "2026年4月16日" in page
    letters = {letter["title"] for letter in mediator.read(number)["letters"]}
    assert {"调解申请登记表", "调解笔录", "调解协议书"} <= letters
    assert "调解工作台" in mediator.send("GET", f"/cases/{number}", headers={"Accept": "text/html"}).text


def followed(house: House, now: Clock, mediator: Desk, number: str) -> None:
    """One instalment paid, the other not: the court is open, and it is said so."""
    on(now, "2026-05-06T09:00")
    mediator.takes(number, "perform_part", part="赔偿第1期")
    on(now, "2026-06-01T09:00")
    owed = mediator.send("GET", f"/cases/{number}/table").json()["duties"]
    assert [one["state"] for one in owed] == ["已履行", "逾期未履行"]
    assert owed[1]["enforce_until"] == "2028-05-30"  # two years from 30 May 2026, a Tuesday
    mediator.takes(number, "follow_up", text="电话回访，被申请人称资金困难")
    broken: dict[str, Any] = {"part": "赔偿第2期", "last_day": "2026-05-30", "suit_told": True}
    assert mediator.takes(number, "break", **broken)["stage"] == "broken"
    case = mediator.read(number)
    assert [one["title"] for one in case["remedies"]] == ["就协议的履行提起诉讼"]
    assert not list(differences(house.engine, house.city, lambda _: None))


def test_a_mediator_or_a_room_is_not_at_two_tables(house: House, now: Clock, desk: Callable[[str], Desk]) -> None:
    first, second = begun(now, desk), begun(now, desk)
    mediator = desk("mediator")
    for number in (first, second):
        acts(mediator, number, "choose", mediator="mediator")
    acts(mediator, first, "plan", on="2026-03-06", start="09:30", end="11:00", room="一室")
    busy = acts(mediator, second, "plan", on="2026-03-06", start="10:30", end="12:00", room="二室")
    assert busy.status_code == 409
    assert "已有另一场调解" in busy.json()["detail"]
    assert acts(mediator, second, "plan", on="2026-03-06", start="14:30", end="16:00", room="一室").status_code == 200


def test_an_office_that_is_a_side_lends_no_mediator(house: House, now: Clock, desk: Callable[[str], Desk]) -> None:
    number = begun(now, desk, kind="admin", other_office="housing")
    mediator = desk("housing-mediator")
    page = desk("mediator").send("GET", f"/cases/{number}/table").json()
    refused = {chair["login"]: chair["refused"] for chair in page["roster"]}
    assert "一方当事人单位" in refused["housing-mediator"]
    assert refused["mediator"] == ""
    own = acts(desk("mediator"), number, "choose", mediator="housing-mediator")
    assert own.status_code == 409
    assert mediator.login in refused


def test_where_nothing_is_agreed_three_ways_are_told(house: House, now: Clock, desk: Callable[[str], Desk]) -> None:
    number = begun(now, desk, kind="court")
    mediator = desk("mediator")
    acts(mediator, number, "choose", mediator="mediator")
    untold = mediator.tries(number, "fail", why="no_result", arbitration_told=True, administrative_told=True)
    assert untold.status_code in (409, 422)
    told: dict[str, Any] = {"arbitration_told": True, "administrative_told": True, "suit_told": True}
    mediator.takes(number, "fail", why="no_result", **told)
    case = mediator.read(number)
    assert [one["title"] for one in case["remedies"]] == [
        "依法申请仲裁", "通过行政途径处理（包括行政复议）", "提起诉讼",
    ]  # fmt: skip
    closed = mediator.send("GET", f"/cases/{number}/table", headers={"Accept": "text/html"})
    assert closed.status_code == 200
    other = desk("agent").opens("petition", text="诉求").json()["number"]
    assert desk("agent").send("GET", f"/cases/{other}/table").status_code == 404


def test_a_spoken_agreement_is_recorded_by_the_mediator(house: House, now: Clock, desk: Callable[[str], Desk]) -> None:
    number = begun(now, desk)
    mediator = desk("mediator")
    acts(mediator, number, "choose", mediator="mediator")
    acts(mediator, number, "minutes", **MET)
    spoken = {**AGREED, "oral": True, "count": 1}
    unrecorded = acts(mediator, number, "agree", **spoken)
    assert "由调解员记录" in unrecorded.json()["title"]
    assert acts(mediator, number, "agree", **{**spoken, "recorded": True}).json()["steps"][0] == "agree_orally"
    assert mediator.due(number, "md.confirm.apply") == "2026-04-01"  # 2 March and 30 days
