"""Hot topics of the house: grown case by case, counted by people, told once when one takes off."""

from collections.abc import Sequence

import msgspec
import pytest
from sqlalchemy import select

from cases.tables import OutboxRow
from hotline.alike.index import catch_up
from hotline.alike.tables import HotTopicRow
from hotline.alike.topic_keeper import gather_new
from hotline.house import House
from hotline.worker import compare_all, deliver_all
from tests.hotline.alike_work import (
    OTHERS,
    PLANT,
    others,
    phoned,
    plants,
    told_cases,
)
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.desk_work import PAGE, statements


def test_topics_grow_case_by_case_and_count_people(house: House) -> None:
    plants(house, 2)
    others(house)
    assert compare_all(house) == 12, "six made findable, six gathered"
    assert compare_all(house) == 0
    for text in PLANT[2:5]:
        phoned(house, text, "13800000100")  # one person, three times more
    compare_all(house)
    with house.reading() as connection:
        (row,) = connection.execute(select(HotTopicRow)).all()
    assert (row.cases, row.people) == (5, 2)
    assert "青禾花园" in row.place
    assert row.warned_at is None, "two people are no surge"


def test_a_topic_that_takes_off_is_told_once(house: House, people: dict[str, int]) -> None:
    plants(house, 4)
    compare_all(house)
    assert told_cases(house, "surge") == set()
    plants(house)
    compare_all(house)
    phoned(house, PLANT[0], "13800000177")
    compare_all(house)
    with house.reading() as connection:
        rows = connection.execute(select(OutboxRow).where(OutboxRow.template == "surge")).all()
        warned = connection.scalars(select(HotTopicRow.warned_at)).all()
    assert [row.recipient for row in rows] == ["role:supervisor"]
    assert warned == [house.now()]
    assert msgspec.json.decode(rows[0].facts)["people"] >= 5
    deliver_all(house)
    with house.reading() as connection:
        assert not connection.scalars(select(OutboxRow.error).where(OutboxRow.error.contains("措辞"))).all()


def test_a_round_that_lost_a_race_is_worked_out_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    plants(house, 2)
    compare_all(house)
    phoned(house, PLANT[2], "13800000102")
    catch_up(house)
    from hotline.alike import topic_keeper

    known = topic_keeper._topics

    def stale(connection: object, wanted: Sequence[int]) -> object:
        found = known(connection, wanted)  # type: ignore[arg-type]
        for kept in found.values():
            kept.had -= 1  # another worker has written since
        return found

    with monkeypatch.context() as patch:
        patch.setattr(topic_keeper, "_topics", stale)
        assert gather_new(house) == 0
    assert gather_new(house) == 1
    with house.reading() as connection:
        assert connection.scalars(select(HotTopicRow.cases)).all() == [3]


def test_the_supervisors_page_draws_members_and_time_line(
    house: House, signed_in: SignIn, now: Clock
) -> None:
    for text, phone in zip(PLANT, range(13800000100, 13800000106), strict=True):
        phoned(house, text, str(phone))
        now.forward(days=3)
    others(house)
    compare_all(house)
    client = signed_in("supervisor")
    page = client.get("/topics/hot", headers=PAGE)
    assert page.status_code == 200, page.text
    assert "青禾花园" in page.text
    assert OTHERS[0] not in page.text
    with house.reading() as connection:
        topic = connection.scalars(select(HotTopicRow.id)).one()
    with statements(house) as sent:
        one = client.get(f"/topics/hot/{topic}", headers=PAGE)
    assert one.status_code == 200, one.text
    assert one.text.count("/alike") == len(PLANT)
    assert one.text.count("<rect") >= len(PLANT)
    assert "6人，6件" in one.text
    assert len(sent) < 12
    assert client.get("/topics/hot/999999", headers=PAGE).status_code == 404
    assert signed_in("agent").get("/topics/hot").status_code == 403


def test_one_persons_many_cases_are_no_topic(house: House, signed_in: SignIn) -> None:
    for text in PLANT:
        phoned(house, text, "13800000100")
    compare_all(house)
    assert "青禾花园" not in signed_in("supervisor").get("/topics/hot", headers=PAGE).text
