"""Topics are events, ranked by people: never one person's ninety posts, never a common complaint."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from routing.duplicates import Commonness, pairs, sign
from routing.topic_names import called
from routing.topics import LATELY, Report, Surge, Topic, gather, growth, heat, takes_off, timeline, warmth

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PLANT = (
    "青禾花园旁的搅拌站噪音扰民",
    "青禾花园旁边的搅拌站太吵",
    "搅拌站粉尘飘进青禾花园",
    "青禾花园业主反对搅拌站",
)
PARKING = ("柳岸家园捆绑销售车位", "柳岸家园买房必须买车位，捆绑销售", "投诉柳岸家园捆绑销售车位不合理")
OTHERS = (
    "养老金什么时候补发",
    "公交车不开空调",
    "孩子上学划片范围咨询",
    "社保卡丢失如何补办",
    "路灯不亮已经一周",
)
DAY = timedelta(days=1)


def reports() -> tuple[list[Report], Commonness, dict[str, str]]:
    said = [*PLANT, *PARKING, *OTHERS]
    common = Commonness.empty()
    for title in said:
        common.note(pairs(title))
    made = [
        Report(key=str(n), person=f"p{n}", at=NOW - (20 - n) * DAY, signature=sign(title, title, "", common))
        for n, title in enumerate(said)
    ]
    return made, common, {str(n): title for n, title in enumerate(said)}


def test_two_events_are_told_apart_and_the_rest_stands_alone() -> None:
    made, _, titles = reports()
    together = {frozenset(titles[one.key] for one in topic.reports) for topic in gather(made)}
    assert frozenset(PLANT) in together
    assert frozenset(PARKING) in together
    assert sum(len(topic) == 1 for topic in together) == len(OTHERS)


def test_no_report_is_lost_or_counted_twice() -> None:
    made, _, _ = reports()
    gathered = [one.key for topic in gather(reversed(made)) for one in topic.reports]
    assert sorted(gathered) == sorted(one.key for one in made)


def test_a_topic_is_named_by_place_and_matter_that_several_wrote() -> None:
    _, common, _ = reports()
    place, matter = called([(f"p{n}", title) for n, title in enumerate(PLANT)], common)
    assert place == "青禾花园"
    assert "搅拌站" in matter
    assert called([("p1", "张三家的狗"), ("p1", "张三家的狗"), ("p2", "别的事情")], common) == ("", "")


def test_ninety_posts_of_one_person_are_one() -> None:
    assert warmth([NOW]) < warmth([NOW, NOW])
    person = {"one": NOW}
    for n in range(90):
        person["one"] = max(person["one"], NOW - n * DAY)
    assert warmth(person.values()) == warmth([NOW])


def test_recent_and_growing_is_hotter() -> None:
    recent, old = [NOW - n * DAY for n in range(6)], [NOW - (200 + n) * DAY for n in range(6)]
    assert heat(warmth(recent), 1, NOW) > heat(warmth(old), 1, NOW)
    assert growth(recent, NOW) > 1 > growth([at - LATELY for at in recent], NOW)


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=30),
    st.lists(st.integers(0, 400), min_size=1, max_size=30),
)
def test_the_order_of_warmth_is_the_order_of_heat_at_any_moment(one: list[int], other: list[int]) -> None:
    a, b = warmth([NOW - n * DAY for n in one]), warmth([NOW - n * DAY for n in other])
    for later in (0, 30, 300):
        at = NOW + later * DAY
        assert (heat(a, 1, at) > heat(b, 1, at)) == (a > b) or abs(a - b) < 1e-9


def test_taking_off_wants_many_new_people_and_more_than_usual() -> None:
    surge = Surge(people=5, days=7, times=3)
    five = [NOW - n * DAY for n in range(5)]
    assert takes_off(five, NOW, surge)
    assert not takes_off(five[:4], NOW, surge), "too few"
    assert not takes_off(five + [NOW - (8 + n) * DAY for n in range(20)], NOW, surge), "no more than usual"
    assert not takes_off(five, NOW + 30 * DAY, surge), "long ago"


@given(st.lists(st.integers(0, 3000), max_size=60), st.integers(1, 40))
def test_the_time_line_holds_every_report_in_equal_stretches(days: list[int], most: int) -> None:
    begin = date(2026, 1, 1)
    line = timeline([begin + n * DAY for n in days], most)
    assert sum(count for _, count in line) == len(days)
    assert len(line) <= most
    assert len({after[0] - before[0] for before, after in pairwise(line)}) <= 1


def test_the_middle_stays_small() -> None:
    topic, common = Topic(), Commonness.empty()
    for n in range(200):
        text = "".join(chr(0x4E00 + (n * 97 + k * 31) % 9000) for k in range(80))
        topic.take(sign("", text, "", common), NOW)
    assert len(topic.total) < 500
    assert topic.count == 200
