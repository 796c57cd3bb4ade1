"""The catalogue as a table: a topic is changed or added in the draft's file, and nothing else in it moves."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from hotline.rules.topic_pages import rewritten
from routing.catalogue import FILE, packaged
from tests.hotline.rule_work import drafted, sit

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}
TEXT = """# head

[a]
title = "甲" # a note
words = "一"
# about the next

# about b
[a.b]
title = "乙"
[c]
title = "丙"
"""


def test_only_the_lines_of_one_topic_are_written_anew() -> None:
    changed = rewritten(TEXT, "a", {"title": "甲甲", "strong": "二"})
    assert changed == TEXT.replace('title = "甲" # a note\nwords = "一"', 'title = "甲甲"\nstrong = "二"')
    below = rewritten(TEXT, "a.d", {"title": "丁"})
    assert below == TEXT.replace('title = "乙"\n', 'title = "乙"\n[a.d]\ntitle = "丁"\n')
    assert rewritten(TEXT, "e", {"title": "戊"}).endswith('title = "丙"\n\n[e]\ntitle = "戊"\n')
    text = packaged()[FILE]
    same = rewritten(text, "housing.property.fund", {"title": "住宅维修资金", "strong": "维修资金 维修基金 大修基金"})
    assert same == text


@pytest.mark.usefixtures("people")
def test_a_topic_is_changed_and_added_in_a_draft(client: Client) -> None:
    sit(client, "admin")
    number = drafted(client)
    at = f"/rulesets/{number}/topics"
    seen = client.get(at).json()
    fund = {"code": "housing.property.fund", "title": "维修资金与基金", "strong": "维修资金 维修基金", "weight": "1.5"}
    first = client.post(at, json={**fund, "revision": seen["revision"]}).json()
    late = client.post(at, json={**fund, "title": "别的", "revision": seen["revision"]})
    assert late.status_code == 409
    new = {"code": "housing.property.pets", "title": "小区养犬", "words": "养犬+小区 遛狗", "revision": first["revision"]}
    assert client.post(at, json=new).status_code == 200
    topics = client.get(at).json()
    assert topics["topics"]["housing.property.pets"]["words"] == "养犬+小区 遛狗"
    assert topics["topics"]["housing.property.fund"]["weight"] == 1.5
    assert {code: table for code, table in topics["topics"].items() if code in seen["topics"] and code != fund["code"]} == {
        code: table for code, table in seen["topics"].items() if code != fund["code"]
    }
    page = client.get(f"{at}?root=housing&code=housing.property.pets", headers=HTML)
    assert 'value="小区养犬"' in page.text
    assert "延期交房与烂尾" in page.text
    for wrong, said in (
        ({"code": "Housing!"}, "小写字母"), ({"code": "nowhere.at"}, "没有上级事项nowhere"), ({"title": ""}, "请填写名称"), ({"weight": "99"}, "0.1到10"),
    ):  # fmt: skip
        answer = client.post(at, json={**new, "revision": topics["revision"], **wrong})
        assert answer.status_code == 422
        assert said in answer.text
    compared = client.get(f"/rulesets/{number}/compare/0").json()
    assert [file["file"] for file in compared["files"]] == [FILE]
    assert client.get("/rulesets/0/topics", headers=HTML).status_code == 200
    assert client.post("/rulesets/0/topics", json={**new, "revision": 0}).status_code in (409, 422)
