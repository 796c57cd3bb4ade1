"""What counts as the same letter, and that the pieces say no less and no more than the text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.numbers import public_number
from cases.privacy import scrubbed
from cases.wording import (
    Piece,
    folded,
    marked,
    needle_numbers,
    numbers,
    pairs,
    phrase,
    plain,
    plain_lines,
    snippet,
)

TEXT = st.text(st.sampled_from("物业费电梯坏了的 ，。\n5GktvKＫ_％%#"), max_size=40)


@given(st.text(max_size=60))
def test_folding_keeps_every_place_and_does_nothing_twice(text: str) -> None:
    assert len(folded(text)) == len(text)
    assert plain(plain(text)) == plain(text)
    assert re.fullmatch(r"|\S+(?: \S+)*", plain(text))


@given(TEXT, TEXT)
def test_pieces_find_what_reading_finds(text: str, asked: str) -> None:
    lines, needle = plain_lines(text), plain(asked)
    if not needle:
        return
    found = phrase(needle)
    words = f" {pairs(lines)} "
    there = f" {found[1:-3]}" in words if found.endswith("*") else f" {found[1:-1]} " in words
    assert there == (needle in lines)
    if needle in lines:
        assert set(needle_numbers(needle)) <= set(numbers(lines))


@given(TEXT, st.lists(TEXT, max_size=3))
def test_marking_loses_no_letter(text: str, asked: list[str]) -> None:
    needles = [needle for needle in map(plain, asked) if needle]
    pieces = marked(text, needles)
    assert "".join(piece.text for piece in pieces) == text
    for piece in pieces:
        assert not piece.hit or plain(piece.text) in needles


def test_a_snippet_stands_around_its_hit() -> None:
    pieces = snippet("前" * 100 + "ＫＴＶ 噪音" + "后" * 100, ["ktv", "噪音"])
    assert [piece.text for piece in pieces if piece.hit] == ["ＫＴＶ", "噪音"]
    assert pieces[0] == pieces[-1] == Piece("…")
    assert snippet("短", []) == (Piece("短"),)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("请打13812345678，或0736-7254321，或１３９ ０００１ ２３４５", "请打［号码］，或［号码］，或［号码］"),
        ("家里座机7254321没人接，138-1234-5678", "家里座机［号码］没人接，［号码］"),
        ("身份证43070219900101123X", "身份证［号码］"),
        ("电话一三八零零一二三四五六", "电话［号码］"),
        ("微信zhang.san@example.cn，车牌湘J·12345占道", "微信［邮箱］，车牌［车牌］占道"),
        ("我叫张小示，住和平社区", "我叫某某，住和平社区"),
        ("联系人：李四电话不通", "联系人：某某电话不通"),
        ("物业的王建国经理骂人，找刘女士", "物业的某经理骂人，找某女士"),
        ("欧阳锋先生说不退钱", "某先生说不退钱"),
        ("2024年3月5日收费120.50元，110已出警", "2024年3月5日收费120.50元，110已出警"),
        ("我是业主，小区电梯坏了", "我是业主，小区电梯坏了"),
    ],
)
def test_what_points_to_a_person_goes(said: str, kept: str) -> None:
    assert scrubbed(said) == kept


def test_a_case_number_may_stay_and_the_party_s_own_name_goes() -> None:
    number = public_number(2026112300012)
    assert scrubbed(f"见{number}号", ()) == f"见{number}号"
    assert scrubbed("小示家的水表坏了", ["小示"]) == "某某家的水表坏了"
