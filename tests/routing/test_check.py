"""The check says nothing that is not so: examples show what is said, and what can fire is never called dead."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import Asked, Rulebook
from routing.asked import CHANNELS, KINDS, WHO
from routing.catalogue import compiled, packaged
from routing.check import Finding, World, check, refused
from routing.match import speakers, understand
from routing.requests import holding
from routing.rules import SLOTS

SMALL = {
    "catalogue.toml": '[a]\ntitle="甲"\nwords="路灯"\n[a.b]\ntitle="乙"\nwords="停水"\n[a.b.c]\ntitle="丙"\nwords="噪音"\n'
    '[d]\ntitle="丁"\nwords="垃圾"\n',
    "gates.toml": packaged()["gates.toml"],
    "places.toml": '["430702001"]\nname="启明街道"\ncommunities={"004"="马家吉社区"}\n'
    '["430702002"]\nname="府坪街道"\ncommunities={}\n',
    "duties.toml": '[offices]\nx={title="甲局",kind="bureau"}\ny={title="乙局",kind="bureau"}\n'
    'z={title="启明办",kind="street",street="430702001"}\n[everywhere]\na="x"\nd="y"\n',
}
TODAY = date(2026, 11, 23)


def book_of(*rules: str, duties: str = "") -> Rulebook:
    return compiled({**SMALL, "rules.toml": "\n".join(rules), "duties.toml": SMALL["duties.toml"] + duties})


def rule(name: str, **parts: str) -> str:
    lines = "\n".join(f"{key.replace('__', '.')} = {value}" for key, value in parts.items())
    return f'[[rule]]\nid = "{name}"\n{lines}'


def found(book: Rulebook, kind: str, world: World | None = None) -> list[Finding]:
    return [one for one in check(book, world) if one.kind == kind]


def test_the_packaged_rules_are_fit_to_be_published() -> None:
    book = compiled(packaged())
    assert check(book, World(TODAY, set(book.duties.offices), {"supply"})) == ()


def test_a_tie_is_told_with_both_rules_and_a_request_that_shows_it() -> None:
    book = book_of(
        rule("r1", when__all='"停水"', what__office='"x"'),
        rule("r2", when__all='"路灯|灯杆"', what__office='"y"'),
    )
    (tie,) = found(book, "tie")
    assert tie.rules == ("r1", "r2")
    assert tie.refuses
    assert refused([tie])
    assert tie.example is not None
    assert {"r1", "r2"} <= {one.id for one in holding(tie.example, book)}
    assert tie.example.text == "停水，路灯"


@pytest.mark.parametrize(
    "other",
    [
        {"rank": "1", "when__all": '"路灯"', "what__office": '"y"'},
        {"when__all": '"路灯 灯杆"', "what__office": '"y"'},
        {"when__all": '"路灯"', "what__office": '"x"'},
        {"when__all": '"路灯"', "what__priority": '"urgent"'},
        {"when__all": '"路灯"', "when__none": '"停水"', "what__office": '"y"'},
    ],
)
def test_rank_conditions_outcome_and_what_cannot_meet_are_no_tie(other: dict[str, str]) -> None:
    book = book_of(rule("r1", when__all='"停水"', what__office='"x"'), rule("r2", **other))
    assert found(book, "tie") == []


def test_a_rule_behind_one_that_takes_all_it_takes_is_told_with_the_winner() -> None:
    book = book_of(
        rule("wide", rank="5", when__all='"停水|断水"', what__office='"x"'),
        rule("lost", when__all='"小区停水"', what__office='"y"'),
    )
    (dead,) = found(book, "shadowed")
    assert dead.rules == ("lost", "wide")
    assert dead.example is not None
    standing = holding(dead.example, book)
    assert [one.id for one in standing][:2] == ["wide", "lost"]
    assert not dead.refuses


def test_rules_that_only_together_leave_nothing_are_found() -> None:
    halves = [
        rule("open", when__topic='"d"', when__hours='"open"', what__limits='"l"'),
        rule("shut", when__topic='"d"', when__hours='"closed"', what__limits='"m"'),
    ]
    rest = rule("rest", when__topic='"d"', what__limits='"n"')
    assert found(book_of(*halves, rest), "shadowed") == []  # an hour may be unknown
    kinds = [
        rule("one", when__topic='"d"', when__kinds='["consult", "help", "praise"]', what__limits='"l"'),
        rule(
            "two", when__topic='"d"', when__kinds='["complaint", "report", "suggestion"]', what__limits='"m"'
        ),
    ]
    (dead,) = found(book_of(*kinds, rest), "shadowed")
    assert dead.rules == ("rest", "two")


def test_contradictions_and_what_is_over_are_told() -> None:
    book = book_of(
        rule("never", when__all='"停水了"', when__none='"停水"', what__office='"x"'),
        rule(
            "back", when__topic='"d"', when__since="2026-12-01", when__until="2026-11-01", what__office='"x"'
        ),
        rule("old", when__topic='"d"', when__until="2026-11-01", what__office='"x"'),
    )
    told = found(book, "contradiction")
    assert {one.rules[0] for one in told} == {"never", "back"}
    for one in told:
        assert one.example is not None
        assert one.rules[0] not in {held.id for held in holding(one.example, book)}
    (over,) = found(book, "expired", World(TODAY))
    assert over.rules == ("old",)
    assert over.example is not None
    assert over.example.at is not None
    assert over.example.at.date() == TODAY
    assert "old" not in {held.id for held in holding(over.example, book)}
    assert found(book, "expired", World(date(2026, 11, 1))) == []


def test_a_matter_nobody_has_is_told_with_place_kind_and_day() -> None:
    bare = {**SMALL, "rules.toml": "", "duties.toml": SMALL["duties.toml"].replace('d="y"', 'd="@street"')}
    (one,) = [f for f in check(compiled(bare)) if f.kind == "no_office"]
    assert one.rules == ("d",)
    assert "府坪街道" in one.say
    assert one.example is not None
    assert one.example.street == "430702002"
    dated = book_of(duties='[[duty]]\ntopic="a.b"\noffice="y"\nuntil=2026-12-31\n')
    assert found(dated, "no_office", World(TODAY)) == []  # the duty above it remains
    hand_over = {**bare, "duties.toml": SMALL["duties.toml"].replace('d="y"', "")
                 + '[[duty]]\ntopic="d"\noffice="y"\nuntil=2026-12-31\n'}  # fmt: skip
    (gap,) = [f for f in check(compiled(hand_over), World(TODAY)) if f.kind == "no_office"]
    assert gap.example is not None
    assert gap.example.at is not None
    assert gap.example.at.date() == date(2027, 1, 1)


def test_an_office_that_nobody_reads_and_an_unknown_limit_set_are_told() -> None:
    book = book_of(rule("r", when__topic='"d"', what__limits='"supply"'))
    (mute,) = found(book, "no_address", World(offices={"x", "z"}))
    assert mute.rules == ("duty.d",)
    assert "乙局" in mute.say
    (unknown,) = found(book, "limits", World(limits={"other"}))
    assert unknown.refuses
    assert found(book, "limits", World(limits={"supply"})) == []


def test_words_that_catch_nothing_are_told() -> None:
    texts = {**SMALL, "rules.toml": rule("r", when__any='"停水 停水+小区"', what__office='"x"')}
    texts["catalogue.toml"] += '[e]\ntitle="戊"\nstrong="漏水"\nwords="漏水 税+契税"\nnot="漏水"\n'
    texts["duties.toml"] += 'e="x"\n'
    said = [one.say for one in check(compiled(texts)) if one.kind == "mute"]
    assert len(said) == 4
    assert any("停水+小区" in one for one in said)
    silent = [one for one in check(compiled({**SMALL, "rules.toml": ""}), World(texts=["路灯"] * 300))
              if one.kind == "mute"]  # fmt: skip
    assert {one.rules[0] for one in silent} == {"a.b", "a.b.c", "d"}


# -- any rules, any requests -------------------------------------------------------------------------

WORDS = ["停水", "停水了", "小区", "小区停水", "路灯", "噪音"]


def _some(values: list[str]) -> st.SearchStrategy[str]:
    return (
        st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
        .map(str)
        .map(lambda text: text.replace("'", '"'))
    )


def _words(joint: str) -> st.SearchStrategy[str]:
    group = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True).map(joint.join)
    return st.lists(group, min_size=1, max_size=2).map(" ".join).map(lambda text: f'"{text}"')


CONDITIONS = {
    "when__topic": st.sampled_from(['"a"', '"a.b"', '"a.b.c"', '"d"', '["a", "d"]']),
    "when__all": _words("|"),
    "when__any": _words("+"),
    "when__none": st.sampled_from([f'"{word}"' for word in WORDS]),
    "when__area": st.sampled_from(['"430702001"', '"430702002"', '"430702001004"']),
    "when__kinds": _some(list(KINDS)),
    "when__channels": _some(list(CHANNELS)),
    "when__who": _some(list(WHO)),
    "when__urgent": st.sampled_from(["true", "false"]),
    "when__hours": st.sampled_from(['"open"', '"closed"']),
    "when__since": st.sampled_from(["2026-11-01", "2026-12-01"]),
    "when__until": st.sampled_from(["2026-11-15", "2026-12-15"]),
    "rank": st.sampled_from(["1", "2"]),
}
DOES = st.sampled_from(
    [{"what__office": '"x"'}, {"what__office": '"y"'}, {"what__limits": '"l"'}, {"what__priority": '"urgent"'},
     {"what__topic": '"d"'}, {"what__topic": '"a.b"', "what__office": '"z"'}, {"what__gate": '"legal.court"'}]
)  # fmt: skip
PARTS = st.fixed_dictionaries({}, optional=CONDITIONS)
RULES = st.lists(st.tuples(PARTS, DOES), min_size=1, max_size=5).map(
    lambda made: [rule(f"r{n}", **when, **what) for n, (when, what) in enumerate(made)]
)
REQUESTS = st.builds(
    Asked,
    text=st.lists(st.sampled_from(WORDS), max_size=4).map("，".join),
    topic=st.sampled_from([None, "a", "a.b", "a.b.c", "d"]),
    street=st.sampled_from([None, "430702001", "430702002"]),
    place=st.sampled_from(["", "启明街道马家吉社区"]),
    kind=st.sampled_from(list(KINDS)),
    channel=st.sampled_from([*CHANNELS, "import"]),
    who=st.sampled_from(["", *WHO]),
    urgent=st.booleans(),
    office_hours=st.sampled_from([None, True, False]),
    at=st.sampled_from([None, datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 12, 10, tzinfo=UTC)]),
)


@given(RULES, st.lists(REQUESTS, min_size=5, max_size=25))
@settings(max_examples=250, deadline=None)
def test_what_fires_is_never_called_dead(rules: list[str], requests: list[Asked]) -> None:
    book = book_of(*rules)
    dead = {one.rules[0] for one in check(book) if one.kind in ("shadowed", "contradiction")}
    for asked in requests:
        speaking = {one.id for one in speakers(understand(asked, book), book).values()}
        assert not dead & speaking, (dead, asked)


@given(RULES)
@settings(max_examples=250, deadline=None)
def test_every_example_shows_what_the_finding_says(rules: list[str]) -> None:
    book = book_of(*rules)
    for one in check(book, World(TODAY)):
        if one.example is None:
            continue
        standing = [held.id for held in holding(one.example, book)]
        speaking = speakers(understand(one.example, book), book)
        if one.kind == "tie":
            assert set(one.rules) <= set(standing)
        elif one.kind in ("contradiction", "expired"):
            assert one.rules[0] not in standing
        elif one.kind == "shadowed":
            assert one.rules[1] in standing
            assert one.rules[0] not in {held.id for slot, held in speaking.items() if slot in SLOTS}
        elif one.kind == "no_office":
            assert "office" not in speaking
