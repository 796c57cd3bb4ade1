"""Rule sets put in force: by a second person, at a moment, in every process; recalled, rolled back, never two at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.procedure import Refused
from hotline.house import House, packaged_rules
from hotline.rules import publishing, rulesets
from hotline.rules.publishing import in_force, line
from hotline.rules.rulesets import Act, rule_set
from hotline.rules.shelf import Shelf
from routing.catalogue import packaged
from tests.hotline.conftest import Clock
from tests.hotline.desk_work import PAGE
from tests.hotline.rule_work import FILE, GAS, TO_URBAN, Client, checked, sit, step, written


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
