"""A petition through all three levels in one file, and then no further, over HTTP on both databases."""

from collections.abc import Callable

from cases.rebuild import differences
from hotline.house import House
from tests.hotline.conftest import Clock
from tests.stories.conftest import Desk, on

MATTER = {"text": "老旧小区改造补偿问题", "kind": "grievance", "about": "武住建告〔2026〕7号", "channel": "web"}
OPINION = {"result": "refuse", "text": "补偿标准符合规定", "basis": "补偿方案第五条"}


def test_a_petition_up_the_whole_ladder(house: House, now: Clock, desk: Callable[[str], Desk]) -> None:
    on(now, "2026-03-02T10:00")
    agent = desk("agent")
    opened = agent.opens("petition", **MATTER)
    assert opened.status_code == 201, opened.text
    number, code = opened.json()["number"], opened.json()["code"]
    assert agent.due(number, "xf.dept.dispatch") == "2026-03-17"  # 15 days: 17 March
    second = agent.opens("petition", **MATTER)
    assert second.status_code == 409
    assert "第十九条第三款" in second.json()["article"]

    agent.takes(number, "assign", office="housing", report_by="2026-06-30")
    handled(now, desk("housing"), desk("housing-chief"), number)
    told = agent.send("GET", f"/requests/{number}?code={code}")
    assert [(one["title"], one["until"]) for one in told.json()["remedies"]] == [("请求复查", "2026-07-01")]
    page = agent.send("GET", f"/requests/{number}?code={code}", headers={"Accept": "text/html"}).text
    assert "已出具处理意见" in page
    assert "2026年7月1日" in page
    reviewed(now, agent, desk("resources"), number)
    rechecked(now, agent, desk("justice"), number)

    fourth = agent.opens("petition", **MATTER)
    assert fourth.status_code == 409
    assert "第三十六条第三款" in fourth.json()["article"]
    assert not list(differences(house.engine, house.city, lambda _: None))


def handled(now: Clock, housing: Desk, chief: Desk, number: str) -> None:
    """Accepted, sixty days and thirty more, the opinion served."""
    on(now, "2026-03-04T09:00")
    housing.takes(number, "sign_for")
    assert housing.due(number, "xf.agency.notify_forwarded") == "2026-03-19"  # 15 days: the 19th
    on(now, "2026-03-09T09:00")
    housing.takes(number, "accept", text="按信访程序办理")
    assert housing.due(number, "xf.handle") == "2026-05-08"  # 60 days: 8 May
    assert housing.tries(number, "extend", days=30, reason="复杂").status_code == 409  # 第三十四条: the head approves
    chief.takes(number, "extend", days=30, reason="需要测绘")
    assert housing.due(number, "xf.handle") == "2026-06-07"  # Sunday 7 June: an office's day stays
    on(now, "2026-06-01T09:00")
    housing.takes(number, "answer", **OPINION)
    housing.takes(number, "report_closing", text="已办结")
    housing.takes(number, "serve_opinion")


def reviewed(now: Clock, agent: Desk, above: Desk, number: str) -> None:
    """复查: within thirty days, by another agency."""
    assert agent.due(number, "xf.review.request") == "2026-07-01"  # 30 days: 1 July
    on(now, "2026-06-10T09:00")
    same = agent.tries(number, "request_review", office="housing", text="不服")
    assert same.status_code == 409
    agent.takes(number, "request_review", office="resources", text="不服处理意见")
    assert above.due(number, "xf.review.decide") == "2026-07-10"  # 10 July
    on(now, "2026-07-01T09:00")
    above.takes(number, "issue_review", **OPINION)
    above.takes(number, "serve_review")


def rechecked(now: Clock, agent: Desk, top: Desk, number: str) -> None:
    """复核: the days of the hearing are not counted; after it there is nothing more."""
    on(now, "2026-07-06T09:00")
    agent.takes(number, "request_recheck", office="justice", text="不服复查意见")
    assert top.due(number, "xf.recheck.decide") == "2026-08-05"  # 5 August
    on(now, "2026-07-13T09:00")
    top.takes(number, "open_hearing", text="公开听证")
    on(now, "2026-07-23T09:00")
    top.takes(number, "end_hearing", text="听证结束")
    assert top.due(number, "xf.recheck.decide") == "2026-08-15"  # ten days later: Saturday 15 stays
    on(now, "2026-08-10T09:00")
    assert top.takes(number, "issue_recheck", **OPINION)["stage"] == "final"
    case = top.read(number)
    assert case["ended"]
    assert [run["id"] for run in case["clocks"] if run["open"]] == []


def test_a_matter_that_goes_to_reconsideration_is_not_accepted_as_a_petition(
    house: House, now: Clock, desk: Callable[[str], Desk]
) -> None:
    on(now, "2026-03-02T10:00")
    agent, legal, housing = desk("agent"), desk("legal"), desk("housing")
    number = agent.opens("petition", **MATTER).json()["number"]
    bare = legal.opens("reconsideration", number, text="不服信访登记", respondent="区信访局")
    assert bare.status_code == 409
    assert "第三十六条" in bare.json()["article"]
    arisen = legal.opens("reconsideration", number, text="不服补偿决定", respondent="区住建局", about=MATTER["about"])
    assert arisen.status_code == 201, arisen.text
    agent.takes(number, "forward", office="housing")
    housing.takes(number, "sign_for")
    refused = housing.tries(number, "accept", text="受理")
    assert refused.status_code == 409
    assert "第三十一条" in refused.json()["article"]
    housing.takes(number, "divert", path="administrative", text="已进入行政复议")
    assert agent.read(number)["stage"] == "diverted"


def test_a_petition_with_a_legal_path_is_diverted_and_not_accepted(
    house: House, now: Clock, desk: Callable[[str], Desk]
) -> None:
    on(now, "2026-03-02T10:00")
    agent, housing = desk("agent"), desk("housing")
    known = agent.opens("petition", text="拖欠工资", received_by="agency", office="housing", path="arbitration")
    number = known.json()["number"]
    refused = housing.tries(number, "accept", text="受理")
    assert refused.status_code == 409
    assert "仲裁" in refused.json()["detail"]
    assert "第三十一条" in refused.json()["detail"]
    assert housing.tries(number, "divert", path="party", text="申请复审").status_code == 409
    assert housing.takes(number, "divert", path="arbitration", text="请申请劳动仲裁")["stage"] == "diverted"

    later = agent.opens("petition", text="房屋漏水", received_by="agency", office="housing").json()["number"]
    housing.takes(later, "find_path", path="duty", reason="属于申请查处违法建设")
    assert housing.tries(later, "accept", text="受理").status_code == 409
    housing.takes(later, "find_path", path="none", reason="复核：没有可以查处的违法行为，仍属信访程序")
    assert housing.takes(later, "accept", text="受理")["stage"] == "accepted"
    housing.takes(later, "find_path", path="justice", reason="信访人就同一事项已起诉")
    assert housing.tries(later, "answer", **OPINION).status_code == 409
    assert housing.takes(later, "divert", path="justice", text="由人民法院审理")["stage"] == "diverted"


def test_a_matter_that_is_an_application_for_records_is_no_petition(
    house: House, now: Clock, desk: Callable[[str], Desk]
) -> None:
    on(now, "2026-03-02T10:00")
    agent, housing = desk("agent"), desk("housing")
    facts = {**MATTER, "received_by": "agency", "office": "housing"}
    number = agent.opens("petition", **facts).json()["number"]
    asked = agent.opens("disclosure", number, office="housing", text="请求公开补偿方案", about=MATTER["about"])
    assert asked.status_code == 201, asked.text
    refused = housing.tries(number, "accept", text="受理")
    assert refused.status_code == 409
    assert "第三十一条第四项" in refused.json()["article"]
    assert asked.json()["number"] in refused.json()["detail"]
    assert housing.takes(number, "divert", path="administrative", text="按信息公开办理")["stage"] == "diverted"
