"""Rule sets over HTTP: drafted, edited by two, checked, published, given up; and from the command line."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cases.lists import load_file
from cases.numbers import public_number
from cases.people import CITIZEN
from cases.tables import CaseRow
from hotline import intake
from hotline.commands import rulesets as commands_rulesets
from hotline.house import House
from hotline.rules.rulesets import merge
from hotline.rules.shelf import LEAD
from tests.hotline.conftest import Clock, client_of
from tests.hotline.desk_work import PAGE, logged
from tests.hotline.rule_work import FILE, GAS, TO_URBAN, Client, checked, drafted, sit, step, written

TEXT = "家里天然气停气三天了，燃气公司不处理"


def test_from_draft_to_the_next_dispatch(
    house: House, now: Clock, second: str, client: Client
) -> None:
    before = logged(house, text=TEXT, office="")
    old_version = house.book.version
    number = checked(sit(client, "admin"))
    refused = step(client, number, "publish")
    assert refused.status_code == 409
    assert "另一人" in refused.json()["detail"]
    answer = step(sit(client, second), number, "publish", note="移交")
    assert answer.status_code == 200, answer.text
    assert house.book.version == old_version, "not before its moment"
    now.forward(seconds=LEAD.total_seconds())
    routed = house.book
    assert routed.version != old_version
    assert client.get("/rulesets").json()["in_force"] == number
    written_ = _web(house)
    with house.reading() as connection:
        file = load_file(connection, written_)
        assert file
        dispatch = next(event.facts for event in file.history if event.step == "dispatch")
        first = load_file(connection, before.case)
    assert (dispatch.office, dispatch.version, dispatch.rule) == ("urban", routed.version, "duty.city.supply.gas")
    assert first and not any(getattr(event.facts, "version", "") == routed.version for event in first.history)
    with house.reading() as connection:
        assert connection.scalar(select(CaseRow.rule).where(CaseRow.id == written_)) == "duty.city.supply.gas"
    _case_leads_to_its_version(house, client, written_, routed.version)


def _web(house: House) -> int:
    incoming = intake.Incoming(kind="complaint", text=TEXT, channel="web", actor=CITIZEN)
    return house.ledger.write(intake.opening(house, incoming)).case


def _case_leads_to_its_version(house: House, client: Client, case: int, version: str) -> None:
    sit(client, "urban")
    page = client.get(f"/cases/{public_number(case)}", headers=PAGE).text
    assert f"/rulesets/versions/{version}?rule=duty.city.supply.gas" in page
    told = client.get(f"/rulesets/versions/{version}", params={"rule": "duty.city.supply.gas"})
    assert told.json()["number"] == 1
    assert ["主办", "区城市管理和综合执法局"] in told.json()["lines"]
    shown = client.get(f"/rulesets/versions/{version}", params={"rule": "duty.city.supply.gas"}, headers=PAGE)
    assert "区城市管理和综合执法局" in shown.text
    assert client.get("/rulesets/versions/0000").status_code == 404


def test_a_mistake_is_kept_and_shown_with_its_line(client: Client, people: dict[str, int]) -> None:
    sit(client, "admin")
    number = drafted(client)
    found = written(client, number, new=GAS + " oops")
    text = client.get(f"/rulesets/{number}/files/{FILE}").json()["text"]
    assert found["line"] == text.splitlines().index(GAS + " oops") + 1
    page = client.get(f"/rulesets/{number}/files/{FILE}", headers=PAGE).text
    assert f"第{found['line']}行" in page
    assert "oops" in page
    told = step(client, number, "check").json()
    assert told["state"] == "draft"
    assert told["findings"][0]["refuses"]
    again = written(client, number, old="gas_company\" oops", new='nobody"')
    assert "nobody" in again["error"]
    lines = client.get(f"/rulesets/{number}/files/{FILE}").json()["text"].splitlines()
    assert lines[again["line"] - 1].startswith('"city.supply.gas"')


def test_a_tie_refuses_publishing_and_is_named(client: Client, second: str) -> None:
    number = drafted(sit(client, "admin"))
    tie = '[[duty]]\ntopic = "city.supply.gas"\noffice = "urban"\nid = "other"\n'
    text = client.get(f"/rulesets/{number}/files/{FILE}").json()["text"] + "\n" + tie
    client.post(f"/rulesets/{number}/files/{FILE}", json={"text": text, "revision": 1})
    told = step(client, number, "check").json()
    assert told["state"] == "draft"
    blocking = [found for found in told["findings"] if found["refuses"]]
    assert {"other", "duty.city.supply.gas"} <= set(blocking[0]["rules"])
    assert blocking[0]["example"]
    assert step(sit(client, second), number, "publish").status_code == 409
    assert "other" in client.get(f"/rulesets/{number}", headers=PAGE).text


def test_two_editors_are_told_of_each_other_and_nothing_is_lost(
    house: House, second: str, client: Client
) -> None:
    one = sit(client, "admin")
    number = drafted(one)
    old = one.get(f"/rulesets/{number}/files/{FILE}").json()
    with client_of(house) as other:
        sit(other, second)
        assert other.get(f"/rulesets/{number}").json()["others"] == ["系统管理员某"]
        written(other, number, new=TO_URBAN)
    assert "也打开了这份草稿" in one.get(f"/rulesets/{number}", headers=PAGE).text
    mine = old["text"].replace('health = "health"', 'health = "market"')
    late = one.post(f"/rulesets/{number}/files/{FILE}", json={"text": mine, "revision": old["revision"]})
    assert late.status_code == 409
    assert TO_URBAN in late.json()["theirs"]
    assert ["new", 'health = "market"'] in late.json()["lines"]
    form = {"text": mine, "revision": old["revision"], "_csrf": one.headers["X-CSRF-Token"]}
    page = one.post(f"/rulesets/{number}/files/{FILE}", data=form, headers=PAGE)
    assert page.status_code == 409
    assert "没有保存" in page.text
    assert page.text.count("health = &#34;market&#34;") >= 2, "in the field and in the difference"
    assert TO_URBAN in one.get(f"/rulesets/{number}/files/{FILE}").json()["text"], "the other's save stands"
    deeds = one.get(f"/rulesets/{number}").json()["deeds"]
    aside = next(deed for deed in deeds if deed["what"] == "迟到的修改，另存")
    kept = one.get(f"/rulesets/{number}/changes/{aside['id']}").json()["text"]
    assert kept == mine
    knowing = {"text": mine, "revision": late.json()["revision"]}
    assert one.post(f"/rulesets/{number}/files/{FILE}", json=knowing).status_code == 200


def test_who_wrote_a_word_is_no_second_person(house: House, second: str, client: Client) -> None:
    number = drafted(sit(client, "admin"))
    written(sit(client, second), number)
    assert step(client, number, "check").json()["state"] == "checked"
    assert step(client, number, "publish").status_code == 409
    assert step(sit(client, "admin"), number, "publish").status_code == 409
    assert step(sit(client, "supervisor"), number, "publish").status_code == 200
    for login in ("agent", "urban", "legal"):
        assert sit(client, login).post(f"/rulesets/{number}/steps", json={}).status_code == 403


def test_a_draft_behind_the_set_in_force_is_brought_up_to_date(
    house: House, now: Clock, second: str, client: Client
) -> None:
    sit(client, "admin")
    behind, clashing = drafted(client), drafted(client)
    written(client, behind, old='health = "health"', new='health = "market"')
    written(client, clashing, new=GAS.replace("gas_company", "market"))
    number = checked(client)
    assert step(sit(client, second), number, "publish").status_code == 200
    now.forward(minutes=1)
    sit(client, "admin")
    step(client, behind, "check")
    sit(client, second)
    assert "先并入现行版本" in step(client, behind, "publish").json()["detail"]
    sit(client, "admin")
    assert step(client, behind, "update").json()["clashes"] == []
    text = client.get(f"/rulesets/{behind}/files/{FILE}").json()["text"]
    assert TO_URBAN in text
    assert 'health = "market"' in text
    assert step(client, behind, "check").json()["state"] == "checked"
    assert step(client, clashing, "update").json()["clashes"] == [FILE]
    both = client.get(f"/rulesets/{clashing}/files/{FILE}").json()["text"]
    assert TO_URBAN in both
    assert GAS.replace("gas_company", "market") in both
    assert step(client, clashing, "check").json()["state"] == "draft", "marks never pass"
    assert step(sit(client, "supervisor"), behind, "publish").status_code == 200
texts = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=8).map("".join)


@given(base=texts, mine=texts, theirs=texts)
def test_a_merge_loses_neither_side(base: str, mine: str, theirs: str) -> None:
    assert merge(base, mine, base, 1) == (mine, False)
    assert merge(base, base, theirs, 1) == (theirs, False)
    merged, clash = merge(base, mine, theirs, 1)
    assert clash == ("<<<<<<<" in merged)
    lines = merged.splitlines()
    for new in set(mine.splitlines()) - set(base.splitlines()) | set(theirs.splitlines()) - set(base.splitlines()):
        assert new in lines


def test_a_draft_can_be_given_up_and_compared(client: Client, people: dict[str, int]) -> None:
    number = drafted(sit(client, "admin"))
    written(client, number)
    told = client.get(f"/rulesets/{number}/compare/0").json()["files"]
    assert [one["file"] for one in told] == [FILE]
    sorts = [(one["sort"], one["text"]) for one in told[0]["lines"]]
    assert ("gone", GAS) in sorts
    assert ("new", TO_URBAN) in sorts
    assert TO_URBAN.replace('"', "&#34;") in client.get(f"/rulesets/{number}/compare/0", headers=PAGE).text
    assert step(client, number, "withdraw").status_code == 200
    late = client.post(f"/rulesets/{number}/files/{FILE}", json={"text": "x = 1", "revision": 2})
    assert late.status_code == 409
    assert client.get("/rulesets", headers=PAGE).status_code == 200


def test_the_command_line_lists_publishes_and_rolls_back(
    house: House, now: Clock, second: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def ours() -> Iterator[House]:
        yield house

    monkeypatch.setattr(commands_rulesets, "_house", ours)
    number = checked(sit(client, "admin"))

    def said(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(commands_rulesets.rulesets, list(words))
        return done.exit_code, done.output

    code, told = said("publish", "99", "--as", second)
    assert (code, "没有第99号规则" in told) == (1, True)
    assert said("publish", str(number), "--as", "agent")[0] == 1
    code, told = said("publish", str(number), "--as", "admin")
    assert (code, "另一人" in told) == (1, True)
    assert said("publish", str(number), "--as", second)[0] == 0
    now.forward(minutes=1)
    assert said("rollback", "0", "--as", "supervisor", "--note", "派错")[0] == 0
    now.forward(minutes=1)
    listed = said("list")[1]
    assert "现行：第0版" in listed
    assert "恢复第0版" in listed
    assert f"发布第{number}版" in listed
