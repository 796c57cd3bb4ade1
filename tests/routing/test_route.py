"""Where a matter goes and what is said about it: sure of the same answer, never silent, never lost."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import Asked, explain, load, route
from routing.asked import CHANNELS, KINDS
from routing.words import clean

BOOK = load()
WORDS = st.lists(st.sampled_from(BOOK.lexicon.words), max_size=12)
TEXTS = st.one_of(st.text(max_size=200), WORDS.map("，".join), WORDS.map("".join))
ASKED = st.builds(
    Asked,
    text=TEXTS,
    title=TEXTS,
    kind=st.sampled_from(sorted(KINDS)),
    urgent=st.booleans(),
    channel=st.sampled_from(sorted(CHANNELS)),
    place=st.one_of(st.just(""), st.sampled_from(sorted(BOOK.places.spots)), st.text(max_size=20)),
    street=st.one_of(st.none(), st.sampled_from(sorted(BOOK.places.streets)), st.just("999999999")),
    topic=st.one_of(st.none(), st.sampled_from(sorted(BOOK.numbers)), st.just("no.such")),
    at=st.one_of(st.none(), st.just(datetime(2026, 11, 23, tzinfo=UTC))),
)


@given(ASKED)
@settings(max_examples=400, deadline=None)
def test_whatever_is_asked_is_answered_with_reasons(asked: Asked) -> None:
    routed = route(asked, BOOK)
    assert routed == route(asked, BOOK)
    assert routed.because[-1].what == ("duty" if routed.office else "triage")
    assert routed.office is None or routed.office in BOOK.duties.offices
    assert routed.topic is None or routed.topic in BOOK.numbers
    assert routed.runner_up is None or routed.runner_up != routed.topic
    assert all(reason.say.endswith("。") and reason.rule for reason in routed.because)
    assert explain(routed, BOOK)


@given(ASKED)
@settings(max_examples=400, deadline=None)
def test_reasons_name_words_that_are_really_there(asked: Asked) -> None:
    written = "\n".join(map(clean, (asked.title, asked.text, asked.place)))
    for reason in route(asked, BOOK).because:
        for word in reason.words:
            assert word in written


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_full_width_writing_is_the_same_writing(text: str) -> None:
    plain = f"{text}KTV噪音4S店"
    wide = f"{text}ＫＴＶ噪音４Ｓ店"
    assert route(Asked(text=plain), BOOK) == route(Asked(text=wide), BOOK)


@pytest.mark.parametrize(
    ("text", "topic", "office"),
    [
        ("小区电梯坏了半年，物业说要动用维修资金", "housing.property", "housing"),
        ("楼下烧烤店油烟扰民，窗户都不敢开", "environment.air.fume", "urban"),
        ("工地半夜施工噪音大，睡不着", "environment.noise.site", "urban"),
        ("老板拖欠农民工工资三个月", "work.pay.migrant", "hr"),
        ("新农合异地就医怎么报销", "social.medical", "medical_insurance"),
        ("孩子的学籍怎么办转学手续", "school.place.transfer", "education"),
        ("幼儿园乱收费", "school.kids.fees", "education"),
        ("饭店吃出异物，食品卫生太差", "health.food", "market"),
        ("医院手术失误，属于医疗事故", "health.hospital.dispute", "health"),
        ("自来水停水两天了", "city.supply.water", "water_company"),
        ("路灯不亮，晚上漆黑一片", "city.road.lamp", "urban"),
        ("出租车拒载不打表", "transport.taxi.service", "transport"),
        ("路口要装红绿灯", "transport.traffic.signal", "traffic_police"),
        ("身份证丢了怎么补办身份证", "police.register.identity", "police"),
        ("麻将馆聚众赌博", "police.crime.vice", "police"),
        ("楼上消防通道被堵，消防栓没水", "police.fire", "fire"),
        ("养猪场猪粪直排", "environment.farm", "agriculture"),
        ("快递公司丢件不赔", "transport.post", "post"),
        ("申请低保需要什么条件", "civil.aid.dibao", "civil"),
        ("公积金贷款额度怎么算", "housing.security.fund", "fund"),
        ("健身房跑路，办的会员卡退不了", "trade.consumer.prepaid", "market"),
        ("退役军人优抚金没有发", "civil.veteran", "veterans"),
        ("宅基地审批没人管", "land.use.homestead", "agriculture"),
        ("天然气开户费太贵", "city.supply.gas", "gas_company"),
    ],
)
def test_plain_matters_reach_their_office(text: str, topic: str, office: str) -> None:
    routed = route(Asked(text=text), BOOK)
    assert (routed.topic or "").startswith(topic)
    assert routed.office == office


def test_the_title_weighs_more_than_the_text() -> None:
    one = route(Asked(title="油烟扰民", text="另外路灯不亮"), BOOK)
    other = route(Asked(title="路灯不亮", text="另外油烟扰民"), BOOK)
    assert (one.topic, other.topic) == ("environment.air.fume", "city.road.lamp")
    assert other.runner_up == "environment.air.fume"


def test_a_topic_and_a_street_chosen_by_a_person_outrank_the_words() -> None:
    routed = route(Asked(text="路灯不亮", topic="street.clutter", street="430702012"), BOOK)
    assert routed.office == "street-430702012"
    assert routed.runner_up == "city.road.lamp"
    assert "选定" in routed.because[0].say


def test_street_matters_go_to_the_street_office_or_ask_for_the_place() -> None:
    text = "邻居半夜唱歌，楼上脚步声很大，属于邻居噪音"
    there = route(Asked(text=text, place="芙蓉街道华南社区"), BOOK)
    assert (there.office, there.community) == ("street-430702012", "430702012002")
    assert there.co_offices == ("police",)
    nowhere = route(Asked(text=text), BOOK)
    assert nowhere.office is None
    assert nowhere.topic == "street.neighbour.noise"
    assert nowhere.co_offices == ()
    assert "没有认出是哪个街道" in nowhere.because[-1].say


@pytest.mark.parametrize("text", ["", "   ", "。。。", "啊啊啊啊", "某甲某乙之间", "鬼画符龘靐齉"])
def test_what_no_rule_knows_goes_to_triage_with_the_reason(text: str) -> None:
    routed = route(Asked(text=text), BOOK)
    assert (routed.office, routed.topic) == (None, None)
    assert routed.because[-1].what == "triage"


def test_words_and_words_must_both_occur() -> None:
    both = route(Asked(text="幼儿园不给退费"), BOOK)
    assert both.topic == "school.kids.fees"
    assert {"幼儿园", "退费"} <= set(both.because[0].words)
    assert route(Asked(text="幼儿园很好"), BOOK).topic == "school.kids"


def test_a_not_word_speaks_against() -> None:
    assert route(Asked(text="香樟树旁的公园广场"), BOOK).topic != "civil.veteran"
    assert route(Asked(text="烈士公园的草坪"), BOOK).topic != "civil.veteran"


def test_the_answer_carries_the_version_and_reads_as_chinese() -> None:
    routed = route(Asked(text="路灯不亮"), BOOK)
    assert routed.version == BOOK.version
    said = explain(routed, BOOK)
    assert "承办：区城市管理和综合执法局" in said
    assert BOOK.version in said


def test_a_sms_of_one_word_and_a_letter_of_ten_thousand_are_both_read() -> None:
    assert route(Asked(text="停水", channel="sms"), BOOK).office == "water_company"
    assert route(Asked(text="停水" * 5000), BOOK).office == "water_company"
