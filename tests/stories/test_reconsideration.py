"""A reconsideration from the application to the performance, each date with its day, over HTTP on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cases.consequences import take_consequences
from cases.rebuild import differences
from hotline.house import House
from tests.hotline.conftest import Clock
from tests.stories.conftest import Desk, on

ACT = "常住建罚〔2026〕12号"
TWO: dict[str, Any] = {"handlers": ["甲", "乙"], "certificates": ["复001", "复002"]}
APPLICATION: dict[str, Any] = {
    "text": "请求撤销罚款决定", "respondent": "区住建局", "office": "justice", "about": ACT, "channel": "online",
    "knew_on": "2026-02-20",
}  # fmt: skip


def test_a_reconsideration_from_application_to_performance(
    house: House, now: Clock, desk: Callable[[str], Desk]
) -> None:
    on(now, "2026-03-02T10:00")  # a Monday
    legal, head = desk("legal"), desk("head")
    opened = legal.opens("reconsideration", **APPLICATION)
    assert opened.status_code == 201, opened.text
    number = opened.json()["number"]
    assert legal.due(number, "ar.accept.review") == "2026-03-09"  # five working days: Monday the 9th

    on(now, "2026-03-04T10:00")
    legal.takes(number, "ask_to_correct", missing="身份证明")
    on(now, "2026-03-05T10:00")
    legal.takes(number, "correction_received")
    assert legal.due(number, "ar.supplement.submit") == "2026-03-19"  # ten working days: the 19th
    on(now, "2026-03-10T10:00")
    legal.takes(number, "supplement", text="补交身份证明")
    again = legal.tries(number, "ask_to_correct", missing="委托书")
    assert again.status_code == 409
    assert "一次性" in again.json()["detail"]

    accepted_by_silence(house, now, legal, number)
    tried(now, legal, number)
    stopped_and_resumed(now, legal, head, number)
    decided(house, now, legal, number)


def accepted_by_silence(house: House, now: Clock, legal: Desk, number: str) -> None:
    """Nobody said anything in five working days: accepted as of the last of them, whenever it is written down."""
    on(now, "2026-03-19T08:00")
    assert take_consequences(house.ledger, house.now()) == 1
    case = legal.read(number)
    assert case["stage"] == "deemed"
    deemed = case["history"][-1]
    assert (deemed["step"], deemed["at"][:10], deemed["by"]) == ("deem_accept", "2026-03-17", "系统")
    assert legal.due(number, "ar.decide.ordinary") == "2026-05-18"  # 60 days end on Sat 16, roll to 18
    one = legal.tries(number, "assign_handlers", handlers=["甲"], certificates=["复001"])
    assert one.status_code == 409
    assert "二名以上" in one.json()["detail"]
    legal.takes(number, "assign_handlers", **TWO)


def tried(now: Clock, legal: Desk, number: str) -> None:
    """The copy, the reply, the hearing with its notice counted backwards."""
    legal.takes(number, "send_copy")
    on(now, "2026-03-20T09:00")
    legal.takes(number, "copy_received")
    assert legal.due(number, "ar.reply.ordinary") == "2026-04-03"  # ten working days: 3 April
    on(now, "2026-04-02T09:00")
    legal.takes(number, "reply", text="答复书及证据")
    soon = legal.tries(number, "arrange_hearing", held_on="2026-04-09", place="听证室")
    assert soon.status_code == 409
    assert "五个工作日" in soon.json()["detail"]
    legal.takes(number, "arrange_hearing", held_on="2026-04-14", place="听证室")
    assert legal.due(number, "ar.hearing.notice") == "2026-04-03"  # five clear working days, over Qingming
    on(now, "2026-04-03T09:00")
    legal.takes(number, "notify_hearing")
    on(now, "2026-04-14T15:00")
    legal.takes(number, "hold_hearing", presiding="甲", officers=["乙", "丙"], recorder="丁", head_attended=True)


def stopped_and_resumed(now: Clock, legal: Desk, head: Desk, number: str) -> None:
    """Suspended for ten days; one handler leaves and another comes; thirty days more."""
    on(now, "2026-04-15T09:00")
    legal.takes(number, "suspend", ground="mediation", text="各方同意调解")
    on(now, "2026-04-25T09:00")
    legal.takes(number, "resume", text="调解未成")
    assert legal.due(number, "ar.decide.ordinary") == "2026-05-26"  # 16 May and ten days: Tue 26
    gone = legal.tries(number, "release_handler", handler="甲", reason="调离")
    assert gone.status_code == 409
    assert "二名以上" in gone.json()["detail"]
    legal.takes(number, "replace_handler", handler="甲", replacement="戊", certificate="复005", reason="调离")
    assert legal.tries(number, "extend", days=30, reason="复杂").status_code == 409  # 第六十二条: the head approves
    head.takes(number, "extend", days=30, reason="案情复杂")
    assert legal.due(number, "ar.decide.ordinary") == "2026-06-25"  # 25 June


def decided(house: House, now: Clock, legal: Desk, number: str) -> None:
    """The decision, its service, the window for a suit, the opinion letter and its sixty days, the end."""
    on(now, "2026-06-01T09:00")
    legal.takes(number, "decide", kind="revoke", letter="武政复决〔2026〕3号", text="撤销")
    on(now, "2026-06-03T09:00")
    legal.takes(number, "serve_applicant", what="decision", manner="handed")
    legal.takes(number, "serve_respondent", new_act=False)
    assert legal.due(number, "al.sue.after_reconsideration") == "2026-06-18"  # 15 days: Thursday 18
    remedy = legal.read(number)["remedies"][0]
    assert (remedy["title"], remedy["until"]) == ("提起行政诉讼", "2026-06-18")
    assert "还可以怎么办" in legal.send("GET", f"/cases/{number}", headers={"Accept": "text/html"}).text
    legal.takes(number, "issue_opinion", letter="武复意〔2026〕1号", text="规范裁量")
    legal.takes(number, "opinion_received", letter="武复意〔2026〕1号")
    assert legal.due(number, "ar.opinion.report") == "2026-08-03"  # sixty days: Sunday 2 rolls to 3
    early = legal.tries(number, "close")
    assert early.status_code == 409
    on(now, "2026-07-20T09:00")
    legal.takes(number, "report_opinion", letter="武复意〔2026〕1号", text="已整改")
    legal.takes(number, "perform", text="罚款已退还")
    assert legal.takes(number, "close")["stage"] == "closed"
    page = legal.send("GET", f"/cases/{number}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "由本案另立" in page.text
    assert not list(differences(house.engine, house.city, lambda _: None))


def test_two_requests_at_once_never_leave_fewer_than_two(
    house: House, now: Clock, desk: Callable[[str], Desk]
) -> None:
    on(now, "2026-03-02T10:00")
    legal, justice = desk("legal"), desk("head")
    number = legal.opens("reconsideration", **APPLICATION).json()["number"]
    legal.takes(number, "accept", handlers=["甲", "乙", "丙"], certificates=["1", "2", "3"])

    def leaves(who: tuple[Desk, str]) -> Any:
        return who[0].tries(number, "release_handler", handler=who[1], reason="调离")

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(leaves, [(legal, "甲"), (justice, "乙")]))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert "二名以上" in refused.json()["detail"]
    assert not list(differences(house.engine, house.city, lambda _: None))


def test_what_one_procedure_means_for_another(house: House, now: Clock, desk: Callable[[str], Desk]) -> None:
    on(now, "2026-03-02T10:00")
    legal, agent = desk("legal"), desk("agent")
    number = legal.opens("reconsideration", **APPLICATION).json()["number"]
    twice = legal.opens("reconsideration", **{**APPLICATION, "about": "常住建罚[2026]12号 "})
    assert twice.status_code == 409
    assert "第三十条" in twice.json()["article"]
    petition = agent.opens("petition", text="不服罚款", about=ACT)
    assert petition.status_code == 409
    assert number in petition.json()["detail"]
    legal.takes(number, "accept", **TWO)
    complaint = {"office": "housing", "docketed": "2026-03-02", "court": "武陵区人民法院", "court_number": "行初9号"}
    sued = legal.opens("litigation", number, **complaint)
    assert sued.status_code == 409
    assert "第二十九条" in sued.json()["article"]
    aside = legal.opens("compensation", number, office="housing", known_on="2026-03-01", kind="property", text="赔偿")
    assert aside.status_code == 201, aside.text
    arisen = aside.json()["number"]
    assert legal.read(number)["gave_rise"] == [arisen]
    assert legal.read(arisen)["from_case"] == number
    page = legal.send("GET", f"/cases/{arisen}", headers={"Accept": "text/html"}).text
    assert "李＊＊" in page
    assert number in page
    form = legal.send("GET", f"/procedures/litigation?from_case={number}", headers={"Accept": "text/html"})
    assert number in form.text
    assert agent.send("GET", f"/cases/{number}").status_code == 404
    assert agent.opens("litigation", **complaint).status_code == 403
    assert not list(differences(house.engine, house.city, lambda _: None))
