"""The tray: what runs out first on top, filters that are the address, saved views, and many cases in one go."""

import re

from cases.people import Role
from cases.procedures.work_order_facts import CoHandler
from hotline.house import House
from tests.hotline.conftest import Clock, SignIn, add
from tests.hotline.desk_work import AGENT, PAGE, handler, logged, statements, taken

NUMBER = re.compile(r'class="title" href="/cases/([\d-]+)"')


def test_every_filter_narrows_and_stands_in_the_address(
    house: House, now: Clock, signed_in: SignIn, people: dict[str, int]
) -> None:
    late = logged(house, office="housing", text="路灯坏了", kind="help", street="qiming")
    now.forward(days=1)
    mine = logged(house, office="housing", text="物业费乱涨价", kind="complaint")
    taken(house, mine.case, "sign_for", handler(people, "housing"))
    co = logged(house, office="urban", kind="report")
    taken(house, co.case, "add_co_handler", AGENT, CoHandler(office="housing", part="协助核实产权"))
    client = signed_in("housing")

    def shown(query: str) -> set[str]:
        page = client.get(f"/tray?{query}", headers=PAGE)
        assert page.status_code == 200
        return set(NUMBER.findall(page.text))

    everything = {late.number, mine.number, co.number}
    assert shown("") == everything
    expected = {
        "due=late": {late.number},
        "due=soon": set(),
        "due=week": {co.number},
        "due=held": set(),
        "whose=mine": {mine.number},
        "whose=nobody": {late.number, co.number},
        "whose=lead": {late.number, mine.number},
        "whose=co": {co.number},
        "kind=help": {late.number},
        "stage=signed": {mine.number},
        f"number={late.number[4:13]}": {late.number},
        "whose=lead&kind=complaint": {mine.number},
        "ended=1": set(),
        "kind=nonsense&due=never": everything,  # what names nothing is left out
    }
    assert {query: shown(query) for query in expected} == expected
    page = client.get("/tray?due=late&whose=lead", headers=PAGE).text
    assert '<option value="late" selected>' in page
    assert '<option value="lead" selected>' in page
    order = NUMBER.findall(client.get("/tray", headers=PAGE).text)
    assert order[0] == late.number, "what runs out first stands on top"
    assert "已超期" in page


def test_views_are_saved_renamed_and_deleted_by_their_owner(
    signed_in: SignIn, house: House, people: dict[str, int]
) -> None:
    client = signed_in("housing")

    def keep(name: str, view: str = "due=late&whose=mine") -> str:
        return client.post("/tray/views", data={"name": name, "view": view}, headers=PAGE).text

    page = keep("我的超期")
    assert 'href="/tray?due=late&amp;whose=mine"' in page
    assert "我的超期" in page
    assert "已有同名的视图" in keep("我的超期", "kind=help")
    assert "请起一个名称" in keep("  ")
    assert "名" * 21 in keep("名" * 21), "what was typed comes back"
    injected = keep("外面来的", "due=late&page=9&next=//elsewhere")
    assert "elsewhere" not in injected

    found = re.search(r"/tray/views/(\d+)", client.get("/tray?due=late&whose=mine", headers=PAGE).text)
    assert found
    assert "紧要的" in client.post(found[0], data={"name": "紧要的"}, headers=PAGE).text
    keep("另一个", "kind=help")
    twice = client.post(found[0], data={"name": "另一个"}, headers=PAGE)
    assert twice.status_code == 422
    assert "已有同名的视图" in twice.text
    other = signed_in("urban")
    assert "紧要的" not in other.get("/tray", headers=PAGE).text
    assert other.post(found[0], json={"delete": "1"}).status_code == 404
    assert "紧要的" not in signed_in("housing").post(found[0], data={"delete": "1"}, headers=PAGE).text


def test_many_are_given_to_a_colleague_and_each_tells_by_itself(
    house: House, signed_in: SignIn, people: dict[str, int]
) -> None:
    colleague = f"user:{add(house, 'housing2', Role.HANDLER, 'housing')}"
    ready, other, foreign = (logged(house, office=office) for office in ("housing", "housing", "urban"))
    client = signed_in("housing")
    sent = {"number": [ready.number, other.number, foreign.number], "assignee": colleague, "reason": "轮到您值班"}
    page = client.post("/tray/assign", data=sent, headers=PAGE).text
    assert "已交办2件，1件没有交办" in page
    assert f"没有编号为{foreign.number}的案件" in page
    told = client.get(f"/cases/{ready.number}").json()
    assert told["in_charge"] == "承办人某"
    assert told["history"][-1]["title"] == "交由办理"
    assert told["history"][-1]["facts"] == {"经办人": "承办人某", "说明": "轮到您值班"}

    for stranger in (f"user:{people['urban']}", "user:999", ""):
        answer = client.post("/tray/assign", data={**sent, "assignee": stranger}, headers=PAGE)
        assert answer.status_code == 422, stranger
        assert f'value="{ready.number}" aria-label="勾选 {ready.number}" checked' in answer.text, "ticks stay"
        direct = {"step": "entrust", "facts": {"assignee": stranger}}
        assert client.post(f"/cases/{ready.number}/steps", json=direct).status_code == 422, "no way around the door"
    assert client.post("/tray/assign", json={"assignee": colleague}).status_code == 422, "nothing is ticked"
    direct = {"step": "entrust", "facts.assignee": f"user:{people['housing-chief']}"}
    assert client.post(f"/cases/{ready.number}/steps", data=direct, headers=PAGE).status_code == 200
    assert client.get(f"/cases/{ready.number}").json()["in_charge"] == "承办单位负责人某"
    taken(house, ready.case, "sign_for", handler(people, "housing"))
    assert client.get(f"/cases/{ready.number}").json()["in_charge"] == "承办人某", "who signs for it has it"


def test_pages_and_statements_of_a_full_tray(house: House, signed_in: SignIn) -> None:
    client = signed_in("housing")
    counts = []
    for more in (2, 43):
        for _ in range(more):
            logged(house, office="housing")
        client.get("/tray?whose=lead", headers=PAGE)
        with statements(house) as sent:
            page = client.get("/tray?whose=lead&page=2" if more > 2 else "/tray?whose=lead", headers=PAGE).text
        counts.append(len(sent))
    assert counts[0] == counts[1], sent
    assert "第2页，共3页" in page
    assert "whose=lead&amp;page=3" in page, "the filter goes along"
