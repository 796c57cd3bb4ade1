"""Routing seen from outside: the preview, the page, the interface, the case, the commands, on both databases."""

import csv
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.numbers import public_number
from cases.people import Actor, Role
from cases.procedures.work_order_facts import Dispatch, Return, Ruling
from cases.tables import CaseRow
from hotline import intake
from hotline.__main__ import main
from hotline.house import House
from hotline.settings import Settings
from routing.catalogue import FILES, packaged
from tests.hotline.conftest import SignIn
from tests.hotline.desk_work import AGENT, PAGE, logged, taken

NOISE = "工地现在还在打桩，半夜施工噪音大，睡不着"


def _urban() -> Actor:
    return Actor("user:99", "承办人某", frozenset({Role.HANDLER}), "urban")


def _dispatched(house: House, text: str) -> int:
    """A request from nobody in particular, routed by the rules."""
    asked = intake.Incoming(kind="complaint", text=text, channel="phone", actor=AGENT)
    return house.ledger.write(intake.opening(house, asked)).case


def typed(client: TestClient[Litestar], path: str, **said: str) -> Any:
    return client.post(path, data={"kind": "complaint", **said}, headers=PAGE)


def test_the_preview_tells_office_words_why_nots_and_the_date(signed_in: SignIn) -> None:
    page = typed(signed_in("agent"), "/desk/preview", text="饭店油烟扰民，路灯也不亮").text
    assert "区城市管理和综合执法局" in page
    assert "<mark>饭店油烟</mark>" in page or "<mark>饭店油烟扰民</mark>" in page
    assert "为什么不是" in page
    assert "市生态环境局武陵分局" in page
    assert "承诺答复" in page
    assert (
        "<script>"
        not in typed(signed_in("agent"), "/desk/preview", text="路灯<script>alert(1)</script>").text
    )


def test_an_ambiguous_place_is_asked_on_the_desk_and_the_choice_is_kept(
    house: House, signed_in: SignIn
) -> None:
    client = signed_in("agent")
    text = "武陵大道上邻居半夜唱歌，邻居噪音大"
    page = typed(client, "/desk/preview", text=text).text
    assert "请问来电人在哪个街道" in page
    assert 'name="asked_street" form="request" value="430702012"' in page
    chosen = typed(client, "/desk/preview", text=text, asked_street="430702012").text
    assert "芙蓉街道办事处" in chosen
    assert 'value="430702012"' in chosen
    typed(client, "/desk", text=text, asked_street="430702012", then="dispatch", key="ask-1")
    with house.reading() as connection:
        row = connection.execute(select(CaseRow.street, CaseRow.office)).one()
    assert tuple(row) == ("430702012", "street-430702012")


def test_the_web_form_asks_once_and_loses_nothing(house: House, client: TestClient[Litestar]) -> None:
    form = client.get("/requests/new", headers=PAGE).text
    csrf = re.search(r'name="_csrf" value="([^"]+)"', form)
    assert csrf
    said = {
        "_csrf": csrf.group(1),
        "key": "web-ask-1",
        "kind": "complaint",
        "text": "人民路的路灯不亮",
        "who": "group",
    }
    asked = client.post("/requests", data=said, headers=PAGE)
    assert asked.status_code == 422
    assert "可能在几个街道" in asked.text
    assert "人民路的路灯不亮" in asked.text
    assert '<optgroup label="可能是">' in asked.text
    assert '<option value="group" selected>' in asked.text
    again = client.post("/requests", data={**said, "asked": "1"}, headers=PAGE, follow_redirects=False)
    assert again.status_code == 303, "who does not know the street is not held up twice"
    with house.reading() as connection:
        assert connection.scalar(select(CaseRow.office)) == "urban"


def test_an_open_petition_of_the_same_number_is_told_to_the_agent(house: House, signed_in: SignIn) -> None:
    phone = "13812340077"
    client = signed_in("agent")
    assert "重复受理" not in typed(client, "/desk/preview", text="路灯不亮", phone=phone).text
    case = logged(house, phone=phone)
    with house.writing() as connection:  # as if it were a petition: only the row is looked at
        connection.execute(CaseRow.__table__.update().values(procedure="petition"))  # type: ignore[attr-defined]
    house.elsewhere.look()
    assert house.elsewhere.of(house.vault.index(f"+86{phone}")) == ("petition",)
    assert house.elsewhere.of(house.vault.index("+8613899999999")) == house.elsewhere.of("") == ()
    page = typed(client, "/desk/preview", text="路灯不亮", phone=phone).text
    assert "第十九条第三款" in page
    assert phone not in page
    assert case.number


def test_the_page_explains_to_agents_and_shows_check_and_order_to_those_who_keep_the_rules(
    signed_in: SignIn,
) -> None:
    agent = signed_in("agent")
    page = typed(agent, "/routes/explain", text=NOISE, at="2026-11-23T23:30").text
    assert "site-noise-at-night" in page
    assert "<mark>" in page
    assert (
        "site-noise-at-night"
        not in typed(agent, "/routes/explain", text=NOISE, at="2026-11-23T10:00").text.split("为什么不是")[0]
    )
    assert agent.get("/routes/check", headers=PAGE).status_code == 403
    keeper = signed_in("supervisor")
    assert "检查结果" in keeper.get("/routes/check", headers=PAGE).text
    order = keeper.get("/routes/order", headers=PAGE).text
    assert order.index("site-noise-at-night") < order.index("duty.environment.noise.site")
    assert "非工作时间" in order
    assert keeper.get("/routes/order?page=99", headers=PAGE).status_code == 200
    wrong = typed(agent, "/routes/explain", text="", street="x")
    assert wrong.status_code == 422
    assert "请写明诉求内容" in wrong.text


def test_programs_are_told_the_same_with_positions(signed_in: SignIn) -> None:
    client = signed_in("agent")
    told = client.post("/routes/explain", json={"text": "路灯不亮", "place": "芙蓉街道"}).json()
    assert (told["office"], told["rule"], told["street"]) == ("urban", "duty.city", "430702012")
    assert told["marked"]["text"] == [[0, 4]]
    assert told["version"]
    assert {reason["what"] for reason in told["because"]} == {"topic", "place", "duty"}
    assert client.post("/routes/explain", json={"text": "路灯", "lat": "no"}).status_code == 422
    assert client.post("/routes/explain", json={"text": "路灯", "colour": "red"}).status_code == 422
    found = signed_in("supervisor").get("/routes/check", headers={"Accept": "application/json"}).json()
    assert {"version", "findings"} == set(found)


def test_a_rule_makes_a_case_urgent_and_puts_it_under_its_limit_set(house: House, signed_in: SignIn) -> None:
    plain = _dispatched(house, "自来水停水了")
    urgent = _dispatched(house, "我们整个小区停水两天了")
    with house.reading() as connection:
        rows = {
            row.id: row for row in connection.execute(select(CaseRow.id, CaseRow.urgent, CaseRow.promised_at))
        }
    assert not rows[plain].urgent
    assert rows[urgent].urgent
    assert rows[urgent].promised_at < rows[plain].promised_at
    number = public_number(urgent)
    page = signed_in("agent").get(f"/cases/{number}", headers=PAGE).text
    assert "第三条之一" in page
    assert "<mark>" in page
    assert "分派理由" in page
    told = signed_in("agent").get(f"/cases/{number}", headers={"Accept": "application/json"}).json()
    assert told["routing"]["version"] == house.book.version
    assert told["routing"]["rule"].startswith("duty.city.supply")


# -- commands ----------------------------------------------------------------------------------------


@pytest.fixture
def run(settings: Settings, house: House, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line over the house's own database."""
    monkeypatch.setattr("hotline.__main__.settings", lambda: settings)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(main, ["routes", *words])

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rule set in which street lamps go to another office, and nothing else changes."""
    home = tmp_path / "rules"
    home.mkdir()
    for name in FILES:
        (home / name).write_text(packaged()[name], "utf-8")
    with (home / "duties.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[duty]]\ntopic = "city.road.lamp"\noffice = "power_company"\n')
    return home


def test_explain_on_the_command_line(run: Any, folder: Path) -> None:
    told = run("explain", "路灯不亮", "--place", "芙蓉街道").output
    assert "承办：区城市管理和综合执法局" in told
    assert "承诺答复" in told
    other = run("explain", "路灯不亮", "--rules", str(folder), "--json").output
    assert msgspec.json.decode(other)["office"] == "power_company"
    assert run("explain", "路灯不亮", "--kind", "x").exit_code == 2


def test_check_refuses_a_tie_and_says_where(run: Any, folder: Path) -> None:
    assert run("check").exit_code == 0
    clean = run("check", "--rules", str(folder))
    assert clean.exit_code == 0, clean.output
    with (folder / "duties.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[duty]]\nid = "lamps"\ntopic = "city.road.lamp"\noffice = "housing"\n')
    tied = run("check", "--rules", str(folder))
    assert tied.exit_code == 1
    assert "lamps" in tied.output
    assert "例：" in tied.output
    found = msgspec.json.decode(run("check", "--rules", str(folder), "--json").output)
    assert found["findings"][0]["refuses"]
    (folder / "gates.toml").write_text("[gate", "utf-8")
    broken = run("check", "--rules", str(folder))
    assert broken.exit_code == 1
    assert "gates.toml" in broken.output


def test_rehearse_over_cases_and_over_a_file(house: House, run: Any, folder: Path, tmp_path: Path) -> None:
    case = _dispatched(house, "路灯不亮")
    taken(house, case, "send_back", _urban(), Return(reason="not_ours", text="路灯由供电公司维护"))
    taken(house, case, "uphold_return", AGENT, Ruling(text="成立"))
    taken(house, case, "dispatch", AGENT, Dispatch(office="power_company"))
    _dispatched(house, "自来水停水了")
    found = msgspec.json.decode(
        run("rehearse", "--since", "2026-11-01", "--rules", str(folder), "--json").output
    )
    assert (found["asked"], found["changed"], found["avoided"], found["caused"]) == (2, 1, 1, 0)
    assert found["moves"][0]["samples"][0]["text"] == "路灯不亮"
    later = msgspec.json.decode(
        run("rehearse", "--since", "2026-11-24", "--rules", str(folder), "--json").output
    )
    assert later["asked"] == 0
    path = tmp_path / "past.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["编号", "时间", "内容", "承办单位代码", "退单", "退单成立", "最终承办单位代码"])
        rows.writerow(["a", "2026-10-01 09:00", "路灯不亮", "urban", "是", "是", "power_company"])
        rows.writerow(["b", "2026/10/02", "路灯不亮", "urban", "", "", ""])
    told = run("rehearse", "--file", str(path), "--rules", str(folder))
    assert told.exit_code == 0, told.output
    assert "共 2 件，改派 2 件；少退单 1 件，多退单 1 件" in told.output
    assert run("rehearse", "--rules", str(folder)).exit_code == 2
    path.write_text("x,y\n1,2\n", "utf-8")
    assert "内容列" in run("rehearse", "--file", str(path), "--rules", str(folder)).output
