"""A place is named whole or not at all; two possible places are no place."""

from pathlib import Path

import pytest

from routing import Asked, load, route
from routing.catalogue import FILES

BOOK = load()
HOME = Path(__file__).parents[2] / "routing"


def found(text: str, place: str = "", street: str | None = None) -> tuple[str | None, str | None]:
    routed = route(Asked(text=text, place=place, street=street), BOOK)
    return routed.street, routed.community


@pytest.mark.parametrize(
    ("text", "street", "community"),
    [
        ("芙蓉街道的路灯不亮", "430702012", None),
        ("芙蓉街道办不作为", "430702012", None),
        ("我住在和平社区，停水了", "430702001", "430702001023"),
        ("德山街道乾明寺社区路灯不亮", "430702006", "430702006004"),
        ("丹洲乡太平村的水渠堵了", "430702204", "430702204209"),
        ("河洑的公交车太少", "430702100", None),
        ("洞庭北路居委会旁有人占道", "430702006", "430702006003"),
        ("东江街道的垃圾没人清", "430702007", None),
    ],
)
def test_whole_names_are_found(text: str, street: str, community: str | None) -> None:
    assert found(text) == (street, community)


@pytest.mark.parametrize(
    "text",
    [
        "和平路的路灯不亮",
        "世界和平",
        "紫云新村社区停水",
        "芙蓉国里的路灯",
        "高峰时段堵车",
        "荷花开了",
        "荷花公寓停水",
    ],
)
def test_a_part_of_a_name_is_no_place(text: str) -> None:
    assert found(text) == (None, None)


def test_two_streets_give_no_guess_and_a_reason() -> None:
    routed = route(Asked(text="芙蓉街道和启明街道交界处路灯不亮"), BOOK)
    assert routed.street is None
    said = next(reason for reason in routed.because if reason.what == "place")
    assert "未作猜测" in said.say
    assert set(said.words) == {"芙蓉街道", "启明街道"}


def test_the_place_field_speaks_before_the_text() -> None:
    assert found("启明街道的人来芙蓉街道摆摊", place="府坪街道")[0] == "430702002"


def test_a_chosen_street_outranks_and_keeps_only_its_own_community() -> None:
    assert found("和平社区停水", street="430702001") == ("430702001", "430702001023")
    assert found("和平社区停水", street="430702012") == ("430702012", None)


def test_a_community_name_in_two_streets_is_settled_only_by_the_street(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes((HOME / name).read_bytes())
    file = tmp_path / "places.toml"
    file.write_text(file.read_text("utf-8").replace('"红庙社区"', '"华南社区"'), "utf-8")
    book = load(tmp_path)
    alone = route(Asked(text="华南社区停水"), book)
    assert (alone.street, alone.community) == (None, None)
    assert "华南社区" in next(reason for reason in alone.because if reason.what == "place").words
    settled = route(Asked(text="启明街道华南社区停水"), book)
    assert (settled.street, settled.community) == ("430702001", "430702001011")


def test_every_street_has_its_office_and_every_place_its_code() -> None:
    places = BOOK.places
    assert (len(places.streets), len(places.communities)) == (19, 168)
    assert set(BOOK.duties.street_offices) == set(places.streets)
    assert all(code[:9] in places.streets for code in places.communities)
    for code, name in places.communities.items():
        assert found(f"住在{name}")[1] == code
