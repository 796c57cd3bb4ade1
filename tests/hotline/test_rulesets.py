"""Rule sets over HTTP: drafted, checked, published by a second person, rolled back; one in force at any moment."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cases.lists import load_file
from cases.numbers import public_number
from cases.people import CITIZEN, Role
from cases.procedure import Refused
from cases.tables import CaseRow
from hotline import intake
from hotline.commands import rulesets as commands_rulesets
from hotline.house import House, packaged_rules
from hotline.rules import publishing, rulesets
from hotline.rules.publishing import in_force, line
from hotline.rules.rulesets import Act, merge, rule_set
from hotline.rules.shelf import LEAD, Shelf
from routing.catalogue import packaged
from tests.hotline.conftest import Clock, add, client_of
from tests.hotline.desk_work import PAGE, logged
from tests.hotline.rule_work import FILE, GAS, TO_URBAN, Client, checked, drafted, sit, step, written

TEXT = "家里天然气停气三天了，燃气公司不处理"


@pytest.fixture
def second(house: House, people: dict[str, int]) -> str:
    """Another administrator."""
    add(house, "admin2", Role.ADMIN)
    return "admin2"


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


def test_publishing_needs_the_very_text_that_was_checked(second: str, client: Client) -> None:
    number = checked(sit(client, "admin"))
    seen = client.get(f"/rulesets/{number}").json()["revision"]
    written(client, number, old=TO_URBAN, new=GAS.replace("gas_company", "market"))
    sit(client, second)
    assert "没有通过检查" in step(client, number, "publish").json()["detail"]
    sit(client, "admin")
    step(client, number, "check")
    sit(client, second)
    late = client.post(f"/rulesets/{number}/steps", json={"step": "publish", "revision": seen})
    assert late.status_code == 409
    assert "重新核对" in late.json()["detail"]


def test_a_moment_is_never_in_the_past_and_can_be_recalled_before(
    house: House, now: Clock, second: str, client: Client
) -> None:
    number = checked(sit(client, "admin"))
    sit(client, second)
    past = step(client, number, "publish", from_at="2026-11-20T08:00")
    assert past.status_code == 422
    assert past.json()["errors"][0]["field"] == "from_at"
    wrong = step(client, number, "publish", from_at="tomorrow")
    assert wrong.status_code == 422
    typed = {"step": "publish", "revision": 2, "from_at": "2026-11-20T08:00", "note": "夜里改", "_csrf": client.headers["X-CSRF-Token"]}
    page = client.post(f"/rulesets/{number}/steps", data=typed, headers=PAGE)
    assert page.status_code == 422
    assert "夜里改" in page.text
    assert step(client, number, "publish", from_at="2026-12-01T00:00").status_code == 200
    assert client.get("/rulesets").json()["coming"]["number"] == number
    assert step(client, number, "recall").status_code == 200
    assert client.get(f"/rulesets/{number}").json()["state"] == "checked"
    now.forward(days=30)
    house.shelf.look(house.now())
    assert house.book.version == packaged_rules().version


def test_a_rollback_is_a_new_publication_by_one_person_with_a_reason(
    house: House, now: Clock, second: str, client: Client
) -> None:
    old = house.book.version
    number = checked(sit(client, "admin"))
    assert step(sit(client, second), number, "publish").status_code == 200
    now.forward(minutes=1)
    new = house.book.version
    assert new != old
    assert step(client, 0, "rollback").status_code == 422
    sent = {"step": "rollback", "note": "燃气工单派错", "revision": 0}
    assert client.post("/rulesets/0/steps", json=sent).status_code == 200
    now.forward(minutes=1)
    assert house.book.version == old
    told = client.get("/rulesets").json()["published"]
    assert [(one["number"], one["kind"]) for one in told] == [(0, "rollback"), (number, "publish")]
    assert step(client, 0, "rollback", note="再一次").status_code == 409
    assert step(client, number, "rollback", note="还是新的好").status_code == 200
    now.forward(minutes=1)
    assert house.book.version == new


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


def test_another_process_changes_over_at_the_same_moment(
    house: House, now: Clock, second: str, client: Client
) -> None:
    other = Shelf(house.engine, packaged_rules())
    other.look(now())
    number = checked(sit(client, "admin"))
    step(sit(client, second), number, "publish", from_at="2026-11-23T10:00")
    other.look(now())
    for minutes in (0, 29, 1, 60):
        now.forward(minutes=minutes)
        assert other.standing(now()).book.version == house.book.version
    assert other.standing(now()).number == number


def test_the_watch_sees_a_publication_without_being_asked(
    house: House, now: Clock, second: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.rules.shelf.BEAT", 0.01)
    other, seen = Shelf(house.engine, packaged_rules()), threading.Event()
    number = checked(sit(client, "admin"))
    step(sit(client, second), number, "publish")
    now.forward(minutes=1)
    other.watch(now)
    for _ in range(1000):
        if other.standing(now()).number == number or seen.wait(0.01):
            break
    other.close()
    assert other.standing(now()).number == number


def test_a_set_that_cannot_be_read_leaves_the_one_before(house: House, now: Clock) -> None:
    with house.writing() as connection:
        act = Act("user:1", now())
        number = rulesets.draft(connection, act, rule_set(connection, 0), "坏")
        rulesets.save(connection, act, number, 1, {FILE: "= broken"})
        publishing._append(connection, act, number, "publish", now())
    shelf = Shelf(house.engine, packaged_rules())
    shelf.look(now())
    assert shelf.standing(now()).number == 0
    assert "不能装载" in shelf.trouble


def test_of_two_who_publish_at_once_one_is_told(house: House, now: Clock) -> None:
    with house.writing() as connection:
        numbers = [_checked_draft(connection, house, n) for n in range(2)]
    ready = threading.Barrier(2)

    def publish(number: int) -> str:
        ready.wait()
        try:
            with house.writing() as connection:
                publishing.publish(connection, Act("user:9", now()), number, 2, None)
        except Refused as refused:
            return str(refused)
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(publish, numbers))
    assert sorted(bool(said) for said in told) == [False, True], told
    with house.reading() as connection:
        assert len(line(connection)) == 1


def _checked_draft(connection: Any, house: House, n: int) -> int:
    act = Act(f"user:{n}", house.now())
    number = rulesets.draft(connection, act, rule_set(connection, 0), "稿")
    text = packaged()[FILE] + f"# {n}\n"
    rulesets.save(connection, act, number, 1, {FILE: text})
    mine = publishing.open_draft(connection, number)
    outcome = publishing.try_out(connection, mine.texts, act.now, house.city)
    assert publishing.keep(connection, act, mine, outcome).state == "checked"
    return number


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(deeds=st.lists(st.tuples(st.sampled_from(["publish", "rollback", "recall"]), st.integers(0, 3), st.integers(0, 90)),
                      max_size=8))  # fmt: skip
def test_whatever_is_published_one_is_in_force_and_the_past_stays(
    house: House, now: Clock, deeds: list[tuple[str, int, int]]
) -> None:
    with house.writing() as connection:
        connection.execute(publishing.LINE.delete())
    history: list[tuple[datetime, int]] = []
    for deed, which, minutes in deeds:
        now.forward(minutes=minutes + 1)
        act = Act("user:9", now())
        try:
            with house.writing() as connection:
                known = line(connection)
                if deed == "publish":
                    publishing._append(connection, act, which + 1, "publish",
                                       publishing._moment(now() + timedelta(minutes=which * 20), now()))  # fmt: skip
                elif deed == "recall" and (coming := publishing.waiting(known, now())):
                    publishing.recall(connection, act, coming.set_id)
        except Refused:
            pass
        with house.reading() as connection:
            published = line(connection)
        assert [in_force(published, at) for at, _ in history] == [number for _, number in history]
        history.append((now(), in_force(published, now())))


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
