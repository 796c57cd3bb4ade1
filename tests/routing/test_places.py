"""A place is named whole or not at all; two possible places are no place."""

from pathlib import Path

import pytest

from routing import Asked, load, route
from routing.catalogue import FILES, compiled, packaged
from routing.files import RulesError

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


# -- roads, landmarks, points ------------------------------------------------------------------------


def test_a_road_through_several_streets_is_asked_back_and_settled_by_what_else_is_named() -> None:
    routed = route(Asked(text="武陵大道上的路灯不亮"), BOOK)
    assert routed.street is None
    assert {option.code for option in routed.ask} >= {"430702002", "430702003"}
    assert all(option.title == BOOK.places.streets[option.code] for option in routed.ask)
    assert found("武陵大道芙蓉街道段路灯不亮") == ("430702012", None)
    assert found("武陵大道的滨湖社区路灯不亮") == ("430702003", "430702003010")
    assert found("府坪街道路灯不亮", place="武陵大道")[0] == "430702002", (
        "the text helps where the field is open"
    )
    assert route(Asked(text="武陵大道", street="430702012"), BOOK).ask == ()


def test_an_estate_or_a_landmark_in_one_community_settles_it() -> None:
    texts = packaged()
    texts["places.toml"] = texts["places.toml"].replace(
        "[estates]", '[estates]\n"金色晓岛小区" = ["430702003018"]'
    )
    book = compiled(texts)
    routed = route(Asked(text="住在金色晓岛小区，停水了"), book)
    assert (routed.street, routed.community) == ("430702003", "430702003018")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('"新路" = ["430702999"]', "没有代码 430702999"),
        ('"新路" = []', "请写所在街道"),
        ('"启明街道" = ["430702001"]', "已经写过"),
    ],
)
def test_a_wrong_road_is_named(more: str, said: str) -> None:
    texts = packaged()
    texts["places.toml"] = texts["places.toml"].replace("[roads]", f"[roads]\n{more}")
    with pytest.raises(RulesError, match=said):
        compiled(texts)


def test_a_point_near_known_centres_is_asked_back_and_never_settles() -> None:
    routed = route(Asked(text="路灯不亮", lat=29.031, lon=111.69), BOOK)
    assert routed.street is None
    assert routed.ask[0].code == "430702002"
    assert len(routed.ask) == 3
    far = route(Asked(text="路灯不亮", lat=39.9, lon=116.4), BOOK)
    assert far.ask == ()
    both = route(Asked(text="朝阳路的路灯不亮", lat=29.031, lon=111.69), BOOK)
    assert {option.code for option in both.ask} <= {"430702002", "430702003"}


def test_a_point_inside_an_outline_settles_street_and_community() -> None:
    texts = packaged()
    texts["places.toml"] += (
        '\n[polygons]\n"430702012" = [[29.0, 111.6], [29.0, 111.7], [29.1, 111.7], [29.1, 111.6]]\n'
        '"430702012002" = [[29.04, 111.64], [29.04, 111.66], [29.06, 111.65]]\n'
    )
    book = compiled(texts)
    inner = route(Asked(text="路灯不亮", lat=29.045, lon=111.65), book)
    assert (inner.street, inner.community) == ("430702012", "430702012002")
    outer = route(Asked(text="路灯不亮", lat=29.09, lon=111.69), book)
    assert (outer.street, outer.community) == ("430702012", None)
    assert route(Asked(text="启明街道路灯不亮", lat=29.09, lon=111.69), book).street == "430702001"
    with pytest.raises(RulesError, match="纬度"):
        compiled(
            {**texts, "places.toml": texts["places.toml"] + '"430702001" = [[129.0, 1.0], [1, 1], [2, 2]]\n'}
        )
