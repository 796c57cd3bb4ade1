"""Returns shown on their rule, a rule that keeps failing reported, its change drafted by one click."""

from msgspec.structs import replace

from cases.people import CITIZEN
from cases.procedures.work_order_facts import Dispatch, Return, Ruling
from hotline import intake
from hotline.house import House
from hotline.rules.returns import returned, sent, with_change
from routing.catalogue import compiled, packaged
from routing.returns import Change
from tests.hotline.conftest import Clock
from tests.hotline.desk_work import AGENT, PAGE, handler, statements, taken
from tests.hotline.rule_work import Client, sit, step

RULE = "duty.city.supply.gas"
STREET = "430702001"


def asked(house: House, street: str = "") -> int:
    incoming = intake.Incoming(
        kind="complaint", text="家里天然气停气三天了，燃气公司不处理", channel="web", actor=CITIZEN, street=street
    )
    return house.ledger.write(intake.opening(house, incoming)).case


def came_back(house: House, people: dict[str, int], case: int, to: str = "urban") -> None:
    """Returned, and upheld with the matter sent on; or with no `to`, rejected."""
    gas = replace(handler(people, "urban"), office="gas_company")
    taken(house, case, "send_back", gas, Return(reason="not_ours", text="不归我们"))
    if to:
        taken(house, case, "uphold_return", AGENT, Ruling(text="职责已移交"))
        taken(house, case, "dispatch", AGENT, Dispatch(office=to, rule="agent"))
    else:
        taken(house, case, "reject_return", AGENT, Ruling(text="属于你们"))


def history(house: House, people: dict[str, int], street: str = "") -> None:
    """Ten dispatches of the rule: five upheld, one rejected, four that stayed."""
    cases = [asked(house, street) for _ in range(6)]
    for n, case in enumerate(cases):
        came_back(house, people, case, "urban" if n < 5 else "")
    for _ in range(4):
        asked(house)


def test_the_rule_s_page_has_its_figures_and_its_rulings(
    house: House, people: dict[str, int], client: Client
) -> None:
    history(house, people)
    sit(client, "supervisor")
    told = client.get("/rulesets/rule", params={"id": RULE}).json()
    record = told["record"]
    assert (told["dispatched"], record["returned"], record["upheld"], record["rejected"]) == (10, 6, 5, 1)
    assert [one["ruled"] for one in told["returns"]].count("职责已移交") == 5
    page = client.get("/rulesets/rule", params={"id": RULE}, headers=PAGE).text
    assert f'/cases/{told["returns"][0]["number"]}' in page
    assert "按建议起草" in page
    sit(client, "admin")
    hidden = client.get("/rulesets/rule", params={"id": RULE}).json()
    assert {one["number"] + one["title"] + one["ruled"] for one in hidden["returns"]} == {""}, "no case of theirs"
    assert hidden["record"] == record
    assert client.get("/rulesets/rule", params={"id": "duty.nothing"}).status_code == 404


def test_one_click_makes_the_draft(house: House, people: dict[str, int], client: Client, now: Clock) -> None:
    history(house, people)
    sit(client, "supervisor")
    told = client.get("/rulesets/returns").json()["records"]
    assert [(one["rule"], one["suspect"], one["change"]) for one in told] == [(RULE, True, True)]
    assert "建议这一项改由区城市管理和综合执法局承办" in told[0]["said"]
    assert "按建议起草" in client.get("/rulesets/returns", headers=PAGE).text
    number = client.post("/rulesets/returns", json={"rule": RULE}).json()["number"]
    rows = {row["id"]: row for row in client.get(f"/rulesets/{number}/duties").json()["rows"]}
    assert rows[RULE]["office"] == "urban"
    assert step(client, number, "check").json()["state"] == "checked"
    assert client.get(f"/rulesets/{number}").json()["note"] == told[0]["said"]
    assert client.post("/rulesets/returns", json={"rule": "duty.health"}).status_code == 409
    assert client.post("/rulesets/returns", json={}).status_code == 409


def test_returns_of_one_street_change_that_street_alone(
    house: House, people: dict[str, int], client: Client
) -> None:
    history(house, people, STREET)
    sit(client, "admin")
    number = client.post("/rulesets/returns", json={"rule": RULE}).json()["number"]
    rows = {row["id"]: row for row in client.get(f"/rulesets/{number}/duties").json()["rows"]}
    assert rows[RULE]["office"] == "gas_company"
    assert rows[f"{RULE}@{STREET}"]["office"] == "urban"
    assert step(client, number, "check").json()["state"] == "checked"


def test_what_a_person_sent_on_is_not_the_rule_s_fault(house: House, people: dict[str, int]) -> None:
    case = asked(house)
    supervisor = replace(handler(people, "urban"), roles=frozenset({"supervisor"}), office="")
    taken(house, case, "redispatch", supervisor, Dispatch(office="urban", rule="agent"))
    taken(house, case, "send_back", handler(people, "urban"), Return(reason="not_ours", text="不归我们"))
    with house.reading() as connection:
        since = house.now().replace(year=2026, month=1)
        assert returned(connection, since) == []
        assert [(one.rule, one.count) for one in sent(connection, since)] == [(RULE, 1)]


def test_the_report_asks_no_more_for_more_returns(house: House, people: dict[str, int], client: Client) -> None:
    came_back(house, people, asked(house))
    sit(client, "supervisor")
    with statements(house) as few:
        client.get("/rulesets/returns")
    for _ in range(4):
        came_back(house, people, asked(house))
    with statements(house) as many:
        client.get("/rulesets/returns")
    told = [[one for one in asked_ if " events" in one or "cases.rule" in one] for asked_ in (few, many)]
    assert len(told[0]) == len(told[1]) == 3


def test_a_rule_in_words_is_changed_in_its_own_block() -> None:
    texts = packaged()
    book = compiled(texts)
    rule = next(rule for rule in book.rules.every if not rule.duty and rule.what.office)
    for street in ("", STREET):
        made = compiled({**texts, **with_change(texts, book, Change(rule.id, "market", street))})
        found = {one.id: one for one in made.rules.every}
        if street:
            assert found[rule.id] == rule
            assert found[f"{rule.id}@{street}"].what.office == "market"
            assert found[f"{rule.id}@{street}"].when.areas == (street,)
        else:
            assert found[rule.id].what.office == "market"
