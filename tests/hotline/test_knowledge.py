"""What the house knows: articles in versions, found by words, used in calls, public in part; documents that lapse."""

from datetime import date
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.tables import OutboxRow
from hotline.house import House
from hotline.knowledge import norms
from hotline.knowledge.norms import Norm, lapse_of
from hotline.knowledge.tables import ArticleRow
from hotline.knowledge.text import blocks
from tests.hotline.conftest import TOKEN, Clock, SignIn, sign_in

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}
NORM: dict[str, Any] = {
    "title": "物业收费暂行规定", "number": "武示发〔2024〕1号", "issuer": "区政府办", "issued_on": "2024-11-20",
    "in_force_on": "2024-12-01", "trial": True,
}  # fmt: skip
FEES: dict[str, Any] = {
    "title": "物业费涨价不合理找谁？", "text": "## 先协商\n\n请物业公示依据。\n\n- 合同\n- <b>凭证</b>", "topic": "housing",
    "office": "housing", "public": True, "valid_from": "2026-11-01", "basis": "武示发〔2024〕1号 第三条", "slug": "fees",
}  # fmt: skip
INNER: dict[str, Any] = {"title": "怎样安抚来电人", "text": "先听完。", "valid_from": "2026-11-01", "slug": "calm"}


def test_the_marks_are_few_and_everything_else_is_words() -> None:
    found = blocks("## 头\n第一行\n第二行\n\n- 甲\n- 乙\n1. 先\n2、后\n<script>x</script>")
    assert [(block.sort, block.lines) for block in found] == [
        ("heading", ("头",)), ("words", ("第一行", "第二行")), ("list", ("甲", "乙")), ("steps", ("先", "后")),
        ("words", ("<script>x</script>",)),
    ]  # fmt: skip
    assert blocks("") == []


@pytest.mark.parametrize(
    ("since", "trial", "until"),
    [("2021-12-01", False, "2026-11-30"), ("2024-12-01", True, "2026-11-30"), ("2023-03-01", False, "2028-02-29"),
     ("2024-02-29", True, "2026-02-27")],
)  # fmt: skip
def test_a_document_lapses_after_five_years_and_a_trial_one_after_two(since: str, trial: bool, until: str) -> None:
    known = {"title": "甲乙", "number": "示〔1〕", "issuer": "区政府", "issued_on": date(2020, 1, 1)}
    norm = Norm(**known, in_force_on=date.fromisoformat(since), trial=trial)
    assert lapse_of(norm).isoformat() == until


def test_what_lapses_is_told_once_and_flagged_wherever_it_is_cited(
    house: House, signed_in: SignIn, client: Client, now: Clock
) -> None:
    legal = signed_in("legal")
    made = legal.post("/knowledge/norms", json=NORM)
    assert made.status_code == 201, made.text
    norm = made.json()["id"]
    assert legal.post("/knowledge/norms", json=NORM).json()["errors"][0]["field"] == "number"
    assert legal.post("/knowledge", json={**FEES, "basis": "武示发〔1999〕9号"}).json()["errors"][0]["field"] == "basis"
    assert legal.post("/knowledge", json=FEES).json() == {"slug": "fees", "version": 1}

    soon = legal.get("/knowledge/norms?view=soon").json()["norms"]
    assert [(one["number"], one["lapses_on"], one["stands"]) for one in soon] == [("武示发〔2024〕1号", "2026-11-30", "还有7天失效")]
    assert "您负责的1份文件将在九十天内失效" in legal.get("/knowledge/norms", headers=HTML).text
    assert norms.warn(house) == 1
    assert norms.warn(house) == 0, "each rung is told once"
    with house.reading() as connection:
        told = connection.execute(select(OutboxRow.recipient, OutboxRow.template)).all()
    assert [row.template for row in told] == ["norm_lapses"]
    assert legal.get("/knowledge/articles/fees").json()["flagged"] == []

    now.forward(days=8)
    legal = sign_in(client, "legal")
    assert legal.get("/knowledge/articles/fees").json()["flagged"] == ["《物业收费暂行规定》（武示发〔2024〕1号）有效期届满，已经失效"]
    page = legal.get("/knowledge/articles/fees", headers=HTML).text
    assert "有效期届满，已经失效，请核对后修改" in page
    assert "&lt;b&gt;凭证&lt;/b&gt;" in page
    assert "依据失效" in legal.get("/knowledge", headers=HTML).text
    assert [one["slug"] for one in legal.get("/knowledge?state=flagged").json()["articles"]] == ["fees"]
    assert "该文件已经失效" in client.get("/answers/fees", headers=HTML).text

    new = {**NORM, "number": "武示发〔2026〕5号", "title": "物业收费规定", "trial": False, "issued_on": "2026-11-25", "in_force_on": "2026-12-01"}
    other = legal.post("/knowledge/norms", json=new).json()["id"]
    wrong = legal.post(f"/knowledge/norms/{norm}/replacement", json={"number": "无此文号", "day": "2026-12-01"})
    assert wrong.json()["errors"][0]["field"] == "number"
    assert legal.post(f"/knowledge/norms/{norm}/replacement", json={"number": new["number"], "day": "2026-12-01"}).status_code == 200
    stands = legal.get(f"/knowledge/norms/{norm}").json()
    assert (stands["stands"], stands["cited_by"]) == ("已被《物业收费规定》（武示发〔2026〕5号）代替", ["fees"])
    continued = {**new, "seen": 1, "lapses_on": "2036-11-30"}
    assert legal.post(f"/knowledge/norms/{other}", json=continued).status_code == 200
    assert legal.post(f"/knowledge/norms/{other}", json=continued).status_code == 409, "somebody was quicker"
    assert legal.get(f"/knowledge/norms/{other}").json()["lapses_on"] == "2036-11-30"


def test_an_article_is_changed_in_versions_compared_and_taken_back(signed_in: SignIn, client: Client) -> None:
    assert signed_in("urban").post("/knowledge", json=INNER).status_code == 403
    chief = sign_in(client, "housing-chief")
    assert chief.post("/knowledge", json={**FEES, "basis": "", "office": "urban"}).status_code == 409, "not the own office"
    assert chief.post("/knowledge", json={**FEES, "basis": ""}).status_code == 201
    form = chief.get("/knowledge/articles/fees/edit", headers=HTML).text
    assert "物业费涨价不合理找谁？" in form
    short = chief.post("/knowledge/articles/fees/edit", data={"title": "物", "_csrf": chief.headers["X-CSRF-Token"]}, headers=HTML)
    assert short.status_code == 422
    assert 'value="物"' in short.text
    assert "至少2个字" in short.text
    second = {**FEES, "basis": "", "text": "改写之后", "seen": 1, "why": "口径变化"}
    del second["slug"]
    assert chief.post("/knowledge/articles/fees/edit", json=second).json()["version"] == 2
    assert chief.post("/knowledge/articles/fees/edit", json=second).status_code == 409, "the version it was made from is gone"
    lines = chief.get("/knowledge/articles/fees/compare?from=1&to=2").json()["lines"]
    assert {(line["sort"], line["text"]) for line in lines} >= {("new", "改写之后"), ("gone", "请物业公示依据。")}
    assert chief.post("/knowledge/articles/fees/steps", json={"step": "revert", "version": "1"}).status_code == 200
    found = chief.get("/knowledge/articles/fees").json()
    assert (found["version"], found["versions"], found["text"]) == (3, [3, 2, 1], FEES["text"])
    assert "改写之后" in chief.get("/knowledge/articles/fees?version=2", headers=HTML).text
    legal = sign_in(client, "legal")
    assert legal.post("/knowledge/articles/fees/steps", json={"step": "withdraw"}).status_code == 200
    assert client.get("/answers/fees").status_code == 404
    assert [one["slug"] for one in legal.get("/knowledge?state=withdrawn").json()["articles"]] == ["fees"]


def test_it_stands_beside_the_call_and_is_counted_once(house: House, signed_in: SignIn, client: Client) -> None:
    legal = signed_in("legal")
    assert legal.post("/knowledge", json={**FEES, "basis": ""}).status_code == 201
    assert legal.post("/knowledge", json=INNER).status_code == 201
    channel = {"Authorization": f"Bearer {TOKEN}"}
    rings = {"event": "ringing", "call": "c-1", "caller": "13812345678", "called": "12345", "agent": "agent"}
    agent = sign_in(client, "agent")
    assert client.post("/calls", json=rings, headers=channel).status_code < 300

    beside = agent.get("/knowledge/beside", params={"text": "小区的物业费涨了好多，不合理", "topic": "", "call": "c-1"}, headers=HTML)
    assert FEES["title"] in beside.text
    assert INNER["title"] not in beside.text
    assert 'form="request" name="answer.article" value="fees"' in beside.text
    by_topic = agent.get("/knowledge/beside", params={"topic": "housing.property", "text": ""}, headers=HTML).text
    assert (FEES["title"] in by_topic) == any(one.code == "housing.property" for one in house.book.topics)
    assert FEES["title"] in agent.get("/knowledge/beside", params={"topic": "housing"}, headers=HTML).text
    assert "没有对得上的" in agent.get("/knowledge/beside", params={"text": "天气"}, headers=HTML).text

    used = {"call": "c-1", "article": "fees"}
    assert [agent.post("/knowledge/uses", json=used).json()["new"] for _ in range(2)] == [True, False]
    assert agent.post("/knowledge/uses", json={**used, "call": "no-such-call"}).status_code == 422
    assert agent.post("/knowledge/uses", json={**used, "article": "nothing"}).status_code == 404
    assert "已记为本次通话使用" in agent.post("/knowledge/uses", json=used, headers={"HX-Request": "true", **HTML}).text
    listed = agent.get("/knowledge").json()["articles"]
    assert [(one["slug"], one["used"]) for one in listed] == [("fees", 1), ("calm", 0)]
    for words, slugs in (("物业 涨价", ["fees"]), ("安抚", ["calm"]), ("凭", ["fees"]), ("物业 安抚", []), ("100%", [])):
        assert [one["slug"] for one in agent.get("/knowledge", params={"q": words}).json()["articles"]] == slugs

    assert client.post("/calls", json={**rings, "call": "c-2"}, headers=channel).status_code < 300
    typed = {"kind": "consult", "call": "c-2", "text": "物业费涨价找谁", "then": "answer", "answer.text": "请先看公示", "answer.article": "fees",
             "answer.solved": "1", "_csrf": agent.headers["X-CSRF-Token"], "key": "knowledge-1"}  # fmt: skip
    logged = agent.post("/desk", data=typed, headers=HTML, follow_redirects=False)
    assert logged.status_code == 303, logged.text
    assert [one["used"] for one in agent.get("/knowledge").json()["articles"]] == [2, 0], "an answer that names it has used it"
    number = logged.headers["Location"].partition("done=")[2].partition("&")[0]
    history = agent.get(f"/cases/{number}").json()["history"]
    assert {"引用的知识条目": "fees"}.items() <= next(one["facts"] for one in history if one["step"] == "answer_at_desk").items()


def test_citizens_see_the_public_part_and_say_whether_it_helped(house: House, signed_in: SignIn, client: Client, now: Clock) -> None:
    legal = signed_in("legal")
    for article in ({**FEES, "basis": ""}, INNER, {**INNER, "slug": "later", "public": True, "valid_from": "2026-12-24"}):
        assert legal.post("/knowledge", json=article).status_code == 201
    client.cookies.clear()
    del client.headers["X-CSRF-Token"]
    assert [one["slug"] for one in client.get("/answers").json()["answers"]] == ["fees"]
    assert client.get("/answers/calm").status_code == 404
    assert client.get("/answers", params={"q": "物业 合同"}).json()["total"] == 1
    assert client.get("/answers", params={"q": "安抚"}).json()["total"] == 0
    assert "<li>&lt;b&gt;凭证&lt;/b&gt;</li>" in client.get("/answers/fees", headers=HTML).text
    said = [client.post("/answers/fees/vote", json={"helpful": word}) for word in ("0", "1")]
    assert [answer.json() for answer in said] == [{"counted": True}, {"counted": False}]
    now.forward(hours=25)
    assert client.post("/answers/fees/vote", json={"helpful": "1"}).json() == {"counted": True}
    assert client.post("/answers/calm/vote", json={"helpful": "1"}).status_code == 404
    with house.reading() as connection:
        counted = connection.execute(select(ArticleRow.helpful, ArticleRow.unhelpful).where(ArticleRow.slug == "fees")).one()
    assert tuple(counted) == (1, 1)
    now.forward(days=60)
    assert "later" in [one["slug"] for one in client.get("/answers").json()["answers"]]
