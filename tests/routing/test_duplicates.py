"""What looks alike does so by words, place and time, with its reasons; and nothing else does."""

from hypothesis import given
from hypothesis import strategies as st

from routing.duplicates import (
    KEPT,
    Commonness,
    Signature,
    likeness,
    overlap,
    packed,
    pair_of,
    pairs,
    phrases,
    score,
    score_packed,
    sign,
    unpacked,
)

PLANT = ("青禾花园旁的搅拌站扰民", "青禾花园旁边的搅拌站每天夜里开工，噪音和粉尘让人睡不着")
AGAIN = ("搅拌站半夜施工", "我住青禾花园，楼下搅拌站半夜还在开工，粉尘很大")
ELSEWHERE = ("柳岸家园旁的搅拌站扰民", "柳岸家园旁边的搅拌站每天夜里开工，噪音和粉尘让人睡不着")
PENSION = ("退休工资问题", "我的养老金已经三个月没有发放了，请问什么时候能补发")

texts = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E40), max_size=120)


def learned() -> Commonness:
    common = Commonness.empty()
    for title, text in (PLANT, AGAIN, ELSEWHERE, PENSION):
        common.note(pairs(f"{title}\n{text}"))
    for _ in range(40):
        common.note(pairs("请有关部门尽快处理，谢谢"))
    return common


def signed(said: tuple[str, str], place: str = "") -> Signature:
    return sign(*said, place, learned())


def test_the_same_event_in_other_words_is_nearer_than_another_matter() -> None:
    assert score(signed(PLANT), signed(AGAIN), 0) > 0.28 > score(signed(PLANT), signed(PENSION), 0)


def test_the_same_words_about_another_estate_are_less_alike() -> None:
    near, far = score(signed(PLANT), signed(PLANT), 0), score(signed(PLANT), signed(ELSEWHERE), 0)
    assert far < 0.6 * near, "names that differ speak against"


def test_what_lies_long_ago_is_less_alike() -> None:
    one, other = signed(PLANT), signed(AGAIN)
    assert score(one, other, 180) == 0.5 * score(one, other, 0)


def test_the_reasons_are_words_that_stand_in_both() -> None:
    found = likeness(signed(PLANT), signed(AGAIN), "\n".join(PLANT), 3.2)
    assert found.days == 3
    assert "青禾花园" in found.words
    assert all(word in "".join(PLANT) and word in "".join(AGAIN) for word in found.words)


def test_a_place_field_is_a_name() -> None:
    silent = ("夜里太吵", "每天夜里都有机器开工的声音")
    with_place = score(signed(silent, "青禾花园"), signed(PLANT), 0)
    assert with_place > score(signed(silent), signed(PLANT), 0)


def test_polite_phrases_of_everybody_make_nothing_alike() -> None:
    polite = "请有关部门尽快处理，谢谢"
    assert score(signed(("", PENSION[1] + polite)), signed(("", PLANT[1] + polite)), 0) < 0.28


def test_words_are_read_from_pairs_that_overlap() -> None:
    shared = {pair_of("搅拌"): 1.0, pair_of("拌站"): 1.0, pair_of("粉尘"): 0.5}
    assert phrases("楼下搅拌站粉尘大", shared) == ("搅拌站", "粉尘")


@given(texts, texts)
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    a, b = signed(("", one)), signed(("", other))
    assert 0 <= score(a, b, 1) <= 1 + 1e-9
    assert abs(score(a, b, 1) - score(b, a, 1)) < 1e-9
    assert len(a.weights) <= KEPT
    assert one == "" or len(one) < 2 or abs(overlap(a.weights, a.weights) - 1) < 1e-9


@given(texts)
def test_what_is_packed_comes_back_nearly_the_same(text: str) -> None:
    one = signed((text[:20], text))
    back = unpacked(packed(one))
    assert list(back.weights) == list(one.weights)
    assert back.names == one.names
    assert all(abs(back.weights[pair] - one.weights[pair]) <= 1 / 127 for pair in one.weights)


@given(texts, texts, st.integers(0, 400))
def test_the_score_against_what_is_packed_is_the_same(one: str, other: str, days: int) -> None:
    a, b = signed(("", one)), signed(("", other))
    assert abs(score_packed(a, packed(b), days) - score(a, unpacked(packed(b)), days)) < 1e-9


@given(st.text(max_size=80))
def test_whatever_is_written_can_be_signed(text: str) -> None:
    assert packed(sign(text, text, text, Commonness.empty())) is not None
