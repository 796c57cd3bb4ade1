"""The rule files as they stand, and what is refused when they stand wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from routing import Asked, load, route
from routing.catalogue import FILES, Branch, topics
from routing.duties import STREET
from routing.files import RulesError

BOOK = load()
HOME = Path(__file__).parents[2] / "routing"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the rule files to spoil."""
    for name in FILES:
        (tmp_path / name).write_bytes((HOME / name).read_bytes())
    return tmp_path


def add(folder: Path, name: str, text: str) -> None:
    """More lines at the end of a file."""
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


def test_every_topic_has_an_office_or_goes_to_its_street() -> None:
    for topic in BOOK.topics:
        for street in BOOK.places.streets:
            routed = route(Asked(text="某事", topic=topic.code, street=street), BOOK)
            assert routed.office is not None, topic.code


def test_without_a_street_only_street_matters_wait() -> None:
    waiting = {t.code for t in BOOK.topics if route(Asked(text="某事", topic=t.code), BOOK).office is None}
    assert waiting
    assert all(code.split(".")[0] == "street" for code in waiting)


def test_every_office_is_used_and_every_code_exists() -> None:
    named = {code for rows in BOOK.duties.rows.values() for duty in rows for code in (duty.office, *duty.co)}
    assert named - {STREET} <= set(BOOK.duties.offices)
    idle = set(BOOK.duties.offices) - named - set(BOOK.duties.street_offices.values())
    assert idle == set()


def test_the_tree_is_three_deep_and_every_topic_below_the_top_can_be_found_by_words() -> None:
    def depth(branch: Branch) -> int:
        return 1 + max(map(depth, branch.branches), default=0)

    tree = topics(BOOK)
    assert max(map(depth, tree)) == 3
    counts = [sum(len(t.path) == level for t in BOOK.topics) for level in (1, 2, 3)]
    assert counts[0] >= 15
    assert counts[1] >= 70
    assert counts[2] >= 130
    speaking = {n for gives in BOOK.gives for n, points in gives if points > 0}
    speaking |= {n for groups in BOOK.groups.values() for group in groups for n, _ in group.gives}
    assert speaking == set(range(len(BOOK.topics)))


DUTY = '[[duty]]\ntopic = "{}"\noffice = "{}"\n{}'


@pytest.mark.parametrize(
    ("rows", "where", "office"),
    [
        ([("city.road", "transport", "")], {}, "transport"),
        ([("city.road", "transport", ""), ("city.road.lamp", "power_company", "")], {}, "power_company"),
        ([("city.road.lamp", "water", 'street = "430702012"')], {}, "water"),
        ([("city.road.lamp", "water", 'street = "430702011"')], {}, "urban"),
        (
            [
                ("city.road.lamp", "water", 'street = "430702012"'),
                ("city.road.lamp", "tax", 'community = "430702012002"'),
            ],
            {},
            "tax",
        ),
        (
            [("city.road.lamp", "water", ""), ("city.road", "tax", 'community = "430702012002"')],
            {},
            "water",
        ),
        (
            [("city.road.lamp", "water", ""), ("city.road.lamp", "tax", 'id="x"\nkinds = ["help"]')],
            {},
            "water",
        ),
        (
            [("city.road.lamp", "water", ""), ("city.road.lamp", "tax", 'id="x"\nkinds = ["help"]')],
            {"kind": "help"},
            "tax",
        ),
        ([("city.road.lamp", "tax", 'channels = ["sms"]')], {"channel": "sms"}, "tax"),
        ([("city.road.lamp", "tax", "urgent = true")], {"urgent": True}, "tax"),
        ([("city.road.lamp", "tax", "urgent = true")], {}, "urban"),
        (
            [("city.road.lamp", "tax", "since = 2026-12-01")],
            {"at": datetime(2026, 12, 1, tzinfo=UTC)},
            "tax",
        ),
        (
            [("city.road.lamp", "tax", "since = 2026-12-01")],
            {"at": datetime(2026, 11, 30, tzinfo=UTC)},
            "urban",
        ),
        ([("city.road.lamp", "tax", "until = 2026-12-01")], {}, "urban"),
    ],
)
def test_the_most_specific_duty_wins(
    folder: Path, rows: list[tuple[str, str, str]], where: dict[str, object], office: str
) -> None:
    for row in rows:
        add(folder, "duties.toml", DUTY.format(*row))
    asked = {"text": "芙蓉街道华南社区路灯不亮", **where}
    assert route(Asked(**asked), load(folder)).office == office  # type: ignore[arg-type]


def test_a_tie_is_refused_with_both_names(folder: Path) -> None:
    add(
        folder,
        "duties.toml",
        DUTY.format("city.road.lamp", "urban", 'id = "甲"\nkinds = ["help", "consult"]'),
    )
    add(folder, "duties.toml", DUTY.format("city.road.lamp", "housing", 'id = "乙"\nkinds = ["help"]'))
    with pytest.raises(RulesError, match=r"甲.*乙.*同样具体"):
        load(folder)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('kinds = ["help"]', 'kinds = ["consult"]'),
        ("until = 2026-12-31", "since = 2027-01-01"),
        ("urgent = true", "urgent = false"),
        ('channels = ["sms"]', 'channels = ["web", "phone"]'),
    ],
)
def test_duties_that_can_never_meet_are_no_tie(folder: Path, one: str, other: str) -> None:
    add(folder, "duties.toml", DUTY.format("city.road.lamp", "urban", f'id = "甲"\n{one}'))
    add(folder, "duties.toml", DUTY.format("city.road.lamp", "housing", f'id = "乙"\n{other}'))
    load(folder)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("duties.toml", DUTY.format("city.rode", "urban", ""), "事项目录里没有 city.rode"),
        ("duties.toml", DUTY.format("city.road", "urbane", ""), "单位表里没有 urbane"),
        ("duties.toml", DUTY.format("city.road", "urban", 'co = ["nobody"]'), "单位表里没有 nobody"),
        ("duties.toml", DUTY.format("city.road", "urban", 'street = "430702999"'), "没有代码 430702999"),
        ("duties.toml", DUTY.format("city.road", "urban", 'kinds = ["投诉"]'), "没有 投诉 这一种"),
        ("duties.toml", DUTY.format("city.road", "urban", 'stret = "430702012"'), "stret"),
        ("duties.toml", DUTY.format("city", "housing", ""), "同样具体"),
        (
            "catalogue.toml",
            '[city.road.bench]\nwords = "长椅"',
            r"catalogue.toml 的 \[city.road.bench\].*title",
        ),
        ("catalogue.toml", '[city.road.bench]\ntitle = "长椅"\nword = "长椅"', "word"),
        ("catalogue.toml", '[city.road.lamp.led]\ntitle = "灯"', "最多三级"),
        ("catalogue.toml", "[city.road", "catalogue.toml：不是正确的 TOML"),
        ("gates.toml", '[[gate]]\ncode="x"\ntitle="x"\nacts="legal"\ntarget="x"\nsay="x"\nsure="x"', "出处"),
        ("gates.toml", '[[gate]]\ncode="x"\ntitle="x"\nacts="stop"\ntarget="x"\nsay="x"', "gates.toml.*acts"),
        ("places.toml", '["4307"]\nname = "甲街道"\ncommunities = {}', "9位数字"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(folder: Path, file: str, text: str, said: str) -> None:
    add(folder, file, text)
    with pytest.raises(RulesError, match=said) as refused:
        load(folder)
    assert file in str(refused.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "gates.toml").unlink()
    with pytest.raises(RulesError, match=r"gates\.toml：找不到"):
        load(folder)


def test_the_version_is_the_content(folder: Path) -> None:
    before = load(folder).version
    assert before == BOOK.version == load().version
    add(folder, "duties.toml", "# 一条说明")
    assert load(folder).version != before


def test_ten_thousand_topics_load_and_route_alike(folder: Path) -> None:
    add(
        folder,
        "catalogue.toml",
        "\n".join(f'[culture.media.t{n}]\ntitle = "甲{n}"\nwords = "戊己{n:05}庚"' for n in range(10_000)),
    )
    book = load(folder)
    assert route(Asked(text="关于戊己01234庚的事"), book).topic == "culture.media.t1234"
    assert route(Asked(text="路灯不亮"), book).topic == "city.road.lamp"
