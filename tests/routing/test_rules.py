"""Rules as data: what each condition asks, which rule goes first, what a rule may do, and how mistakes are named."""

from datetime import UTC, datetime
from typing import Any

import pytest

from routing import Asked, Rulebook, route
from routing.catalogue import compiled, packaged
from routing.choosing import ties
from routing.files import RulesError
from routing.nearly import why_not
from routing.reasons import Segment, highlight

LAMP = "芙蓉街道华南社区的路灯不亮"


def book(rules: str, **files: str) -> Rulebook:
    texts = packaged()
    texts["rules.toml"] = rules
    for name, more in files.items():
        texts[f"{name}.toml"] += "\n" + more
    return compiled(texts)


def rule(name: str, when: str = "", what: str = 'office = "tax"', **more: Any) -> str:
    own = "\n".join(f"{key} = {value}" for key, value in more.items())
    return f'[[rule]]\nid = "{name}"\n{own}\n[rule.when]\n{when}\n[rule.what]\n{what}\n'


@pytest.mark.parametrize(
    ("when", "fits", "does_not"),
    [
        ('topic = "city"', {}, {"text": "老板拖欠农民工工资"}),
        ('topic = "city.road"', {}, {"text": "垃圾没人清运"}),
        ('topic = "city.road.lamp"', {}, {"topic": "city.road"}),
        ('topic = ["housing", "city"]', {}, {"text": "老板拖欠农民工工资"}),
        ('all = "路灯 不亮|坏了"', {}, {"text": "路灯歪了"}),
        ('any = "停电+路灯 路灯+不亮"', {}, {"text": "路灯歪了"}),
        ('all = "路灯"\nnone = "建议"', {}, {"text": "建议把路灯装亮些"}),
        ('area = "430702012"\ntopic = "city.road.lamp"', {}, {"text": "启明街道的路灯不亮"}),
        ('area = "430702012002"\ntopic = "city.road.lamp"', {}, {"text": "芙蓉街道的路灯不亮"}),
        ('topic = "city.road.lamp"\nkinds = ["complaint"]', {}, {"kind": "consult"}),
        ('topic = "city.road.lamp"\nchannels = ["web"]', {}, {"channel": "sms"}),
        ('topic = "city.road.lamp"\nurgent = true', {"urgent": True}, {}),
        ('topic = "city.road.lamp"\nurgent = false', {}, {"urgent": True}),
        ('topic = "city.road.lamp"\nwho = ["enterprise"]', {"who": "enterprise"}, {"who": "individual"}),
        ('topic = "city.road.lamp"\nwho = ["enterprise"]', {"who": "enterprise"}, {}),
        ('topic = "city.road.lamp"\nhours = "closed"', {"office_hours": False}, {"office_hours": True}),
        ('topic = "city.road.lamp"\nhours = "open"', {"office_hours": True}, {}),
        (
            'topic = "city.road.lamp"\nsince = 2026-11-23\nuntil = 2026-11-23',
            {"at": datetime(2026, 11, 23, 23, 59, tzinfo=UTC)},
            {"at": datetime(2026, 11, 24, tzinfo=UTC)},
        ),
    ],
)
def test_each_condition_holds_or_does_not(when: str, fits: dict[str, Any], does_not: dict[str, Any]) -> None:
    made = book(rule("r", when))
    yes = route(Asked(**{"text": LAMP, **fits}), made)
    no = route(Asked(**{"text": LAMP, **does_not}), made)
    assert (yes.office, yes.rule) == ("tax", "r")
    assert no.rule != "r"
    assert no.office != "tax"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (('all = "路灯"', {}), ('topic = "city.road.lamp"\nurgent = false', {})),
        (('topic = "city.road.lamp"', {}), ('topic = "city.road"\narea = "430702012"', {})),
        (('topic = "city.road"\narea = "430702012002"', {}), ('topic = "city.road"\narea = "430702012"', {})),
        (('topic = "city.road"\nkinds = ["complaint"]', {}), ('topic = "city.road"', {"rank": 9})),
        (('topic = "city.road"', {"rank": 2}), ('topic = "city.road"', {"rank": 1})),
    ],
)
def test_the_more_specific_goes_first_then_the_rank(
    first: tuple[str, dict[str, Any]], second: tuple[str, dict[str, Any]]
) -> None:
    rules = [
        rule("first", first[0], 'office = "tax"', **first[1]),
        rule("second", second[0], 'office = "hr"', **second[1]),
    ]
    for written in (rules, rules[::-1]):
        made = book("\n".join(written))
        assert list(ties(made.rules)) == []
        assert route(Asked(text=LAMP), made).rule == "first"
        order = [one.id for one in made.rules.every]
        assert order.index("first") < order.index("second")


def test_duties_and_rules_stand_in_one_order() -> None:
    made = book(rule("general", 'topic = "city"\nurgent = false'))
    assert route(Asked(text=LAMP), made).rule == "general"
    deeper = 'topic = "city.road.lamp"\noffice = "hr"'
    made = book(rule("general", 'topic = "city"\nurgent = false'), duties=f"[[duty]]\n{deeper}")
    assert route(Asked(text=LAMP), made).office == "hr"


def test_a_rule_names_the_topic_and_the_duty_list_the_office() -> None:
    made = book(rule("r", 'all = "路灯 广告"', 'topic = "city.order.advert"'))
    routed = route(Asked(text="路灯杆上贴广告，路灯不亮"), made)
    assert routed.topic == "city.order.advert"
    assert next(b for b in routed.because if b.what == "topic").rule == "r"
    assert next(b for b in routed.because if b.what == "topic").words == ("路灯", "广告")
    chosen = route(Asked(text="路灯杆上贴广告，路灯不亮", topic="city.road.lamp"), made)
    assert chosen.topic == "city.road.lamp", "a person's choice outranks a rule"


def test_each_part_is_said_by_the_first_rule_that_says_it() -> None:
    made = book(
        rule("a", 'topic = "city.road.lamp"\nurgent = false', 'limits = "supply"')
        + rule(
            "b",
            'topic = "city.road.lamp"',
            'office = "hr"\nco = ["tax"]\npriority = "urgent"\nlimits = "other"',
        )
    )
    routed = route(Asked(text=LAMP), made)
    assert (routed.limits, routed.priority, routed.office, routed.co_offices) == (
        "supply",
        "urgent",
        "hr",
        ("tax",),
    )
    assert {b.rule for b in routed.because if b.what == "rule"} == {"a", "b"}


def test_a_rule_opens_a_gate_but_not_before_a_danger() -> None:
    made = book(rule("r", 'all = "拆迁 判决"', 'gate = "legal.court"'))
    routed = route(Asked(text="拆迁的判决书下来了"), made)
    assert routed.gate is not None
    assert routed.gate.code == "legal.court"
    fire = route(Asked(text="拆迁的判决书下来了，现在着火了快来人"), made)
    assert fire.gate is not None
    assert fire.gate.target == "119"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            rule("r", 'topic = "city.rode"'),
            r"rules\.toml 的 \[rule r\] 中 when\.topic：事项目录里没有 city\.rode",
        ),
        (rule("r", 'topic = ["city", "city.road"]'), "同级"),
        (rule("r", 'area = "430702999"'), "没有代码 430702999"),
        (rule("r", 'area = ["430702012", "430702012002"]'), "分成两条"),
        (rule("r", 'kinds = ["投诉"]'), "没有 投诉 这一种，可用的有 consult"),
        (rule("r", 'who = ["firm"]'), "可用的有 individual"),
        (rule("r", 'hours = "night"'), "hours"),
        (rule("r", 'word = "路灯"'), "不认识 word，只能用 topic、all、any、none"),
        (rule("r", 'since = "明年"'), "since"),
        (rule("r", "", 'office = "nobody"'), "单位表里没有 nobody"),
        (rule("r", "", 'gate = "no.gate"'), "分流口里没有 no.gate"),
        (rule("r", "", 'co = ["tax"]'), "也要写主办单位"),
        (rule("r", "", ""), "没有写要做什么"),
        (rule("r") + rule("r"), "编号 r 已经有了"),
        (rule("duty.city"), "编号 duty.city 已经有了"),
        ("[rules]\nx = 1", r"写作 \[\[rule\]\]"),
        ('[[rule]]\nwhat.office = "tax"', "缺少 id"),
    ],
)
def test_a_mistake_in_a_rule_is_named_with_what_would_be_right(written: str, said: str) -> None:
    with pytest.raises(RulesError, match=said) as refused:
        book(written)
    assert refused.value.file == "rules.toml"


def test_ten_thousand_rules_answer_as_each_would_alone() -> None:
    many = "".join(
        rule(f"r{n}", f'all = "戊己{n:05}庚"\ntopic = "city"', f'office = "{"tax" if n % 2 else "hr"}"')
        for n in range(2_000)
    )
    made = book(many)
    assert route(Asked(text="戊己01234庚的路灯不亮"), made).rule == "r1234"
    assert route(Asked(text="戊己01235庚的路灯不亮"), made).office == "tax"
    assert route(Asked(text="路灯不亮"), made).office == "urban"


# -- reasons -----------------------------------------------------------------------------------------


def reasons(text: str, made: Rulebook, **more: Any) -> dict[str, str]:
    asked = Asked(text=text, **more)
    return {other.office: other.say for other in why_not(asked, made, route(asked, made))}


def test_the_offices_that_nearly_had_it_are_told_with_what_was_missing() -> None:
    night = rule("night", 'topic = "city.road.lamp"\nhours = "closed"', title='"夜间路灯"')
    assert (
        reasons(LAMP, book(night), office_hours=True)["tax"]
        == "规则「夜间路灯」只差一个条件：只在非工作时间适用，现在是工作时间。"
    )
    words = rule("words", 'all = "路灯 漏电"', title='"路灯漏电"')
    assert reasons(LAMP, book(words))["tax"] == "规则「路灯漏电」只差一个条件：文中没有「漏电」。"
    barred = rule("barred", 'all = "路灯"\nnone = "不亮"', title='"路灯"')
    assert "文中有「不亮」" in reasons(LAMP, book(barred))["tax"]
    two = rule("a", 'topic = "city.road.lamp"', 'office = "hr"', rank=2) + rule(
        "b", 'topic = "city.road.lamp"', rank=1
    )
    assert "rank" in reasons(LAMP, book(two))["tax"]
    assert "hr" not in reasons(LAMP, book(two)), "the office that has it is not told of"


def test_the_next_best_topic_is_told_with_its_words() -> None:
    told = reasons("物业费太贵，路灯也不亮了，晚上路灯全黑", book(""))
    assert "「路灯」" in told["urban"]
    assert "「物业收费」而不是「路灯照明」" in told["urban"]


def test_an_office_with_a_duty_not_yet_in_force_is_told() -> None:
    later = '[[duty]]\ntopic = "city.road.lamp"\noffice = "tax"\nsince = 2027-01-01'
    told = reasons(LAMP, book("", duties=later), at=datetime(2026, 12, 31, tzinfo=UTC))
    assert "2027-01-01起" in told["tax"]


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("路灯不亮，路灯", ("路灯", "路灯不亮"), ["路灯不亮", "路灯"]),
        ("在ＫＴＶ唱歌", ("ktv",), ["ＫＴＶ"]),
        ("五十㎡的房子", ("m2",), ["㎡"]),
        ("没有", ("路灯",), []),
        ("", ("路灯",), []),
    ],
)
def test_the_words_are_marked_in_the_text_as_it_was_written(
    text: str, words: tuple[str, ...], marked: list[str]
) -> None:
    pieces = highlight(text, words)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.spoken] == marked
    assert Segment("", False) not in pieces
