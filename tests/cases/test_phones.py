"""Numbers as they reach the hotline, the public case numbers, and how personal fields are kept."""

import re
from datetime import UTC, date, datetime

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from cases import phones
from cases.numbers import case_id, parse_number, public_number
from cases.parties import Person, Vault, masked, party_row
from cases.phones import understand

VAULT = Vault(bytes(range(32)))


@pytest.mark.parametrize(
    ("typed", "kind", "number"),
    [
        ("13900001234", "mobile", "+8613900001234"),
        ("+86 139-0000-1234", "mobile", "+8613900001234"),
        ("１３９００００１２３４", "mobile", "+8613900001234"),
        ("17951 13900001234", "mobile", "+8613900001234"),
        ("0736-7254321", "landline", "+867367254321"),
        ("12345", "short", "12345"),
        ("110", "short", "110"),
        ("400-123-4567", "short", "4001234567"),
        ("95588", "short", "95588"),
        ("+14155552671", "foreign", "+14155552671"),
        ("anonymous", "withheld", ""),
        ("匿名", "withheld", ""),
        ("", "none", ""),
        ("不详", "invalid", ""),
        ("1390000", "invalid", ""),
    ],
)
def test_every_kind_of_number_is_told_apart(typed: str, kind: str, number: str) -> None:
    assert (understand(typed).kind, understand(typed).number) == (kind, number)


@given(st.from_regex(r"1[3-9][0-9]{9}|1[0-9]{9,11}", fullmatch=True))
def test_the_short_way_to_a_mobile_says_what_the_long_way_says(typed: str) -> None:
    short, never = understand.__wrapped__(typed), re.compile("(?!)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phones, "mobiles", lambda: never)
        assert understand.__wrapped__(typed) == short


def test_only_a_mobile_takes_a_text() -> None:
    assert [understand(n).takes_text for n in ("13900001234", "0736-7254321", "12345", "")] == [True, False, False, False]


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 99_999))
def test_a_number_is_read_back_and_a_slip_is_noticed(day: date, serial: int) -> None:
    number = public_number(case_id(day, serial))
    assert parse_number(number) == parse_number(number.replace("-", "")) == case_id(day, serial)
    for place, digit in enumerate(number):
        if digit.isdigit():
            wrong = number[:place] + str((int(digit) + 1) % 10) + number[place + 1 :]
            assert parse_number(wrong) is None


@given(st.text(max_size=60))
def test_what_is_sealed_is_opened_and_looks_like_nothing(text: str) -> None:
    sealed = VAULT.seal(text)
    assert VAULT.open(sealed) == text
    if len(text) > 3:
        assert sealed is not None
        assert text.encode() not in sealed


def test_a_touched_field_or_another_key_does_not_open() -> None:
    sealed = VAULT.seal("张小示")
    assert sealed is not None
    with pytest.raises(InvalidTag):
        VAULT.open(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(InvalidTag):
        Vault(b"another secret of thirty-two bytes").open(sealed)


def test_withheld_callers_are_never_joined() -> None:
    row = party_row(VAULT, 1, Person(phone="anonymous"), datetime(2026, 1, 1, tzinfo=UTC))
    assert row["phone_index"] == ""
    assert row["phone_kind"] == "withheld"


def test_masks_show_what_a_desk_needs_and_no_more() -> None:
    shown = masked(Person(name="张小示", phone="+8613900001234", id_number="430702199001011234", address="某路1号"))
    assert shown.name == "张＊＊"
    assert shown.phone.endswith("1234")
    assert "00001" not in shown.phone
    assert shown.id_number.endswith("1234")
    assert "1990" not in shown.id_number
    assert "某路" not in shown.address


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [("0736-7254321", "07367254321"), ("010-65001234", "01065001234"), ("4008123456", "4008123456"), ("13812345678", "13812345678")],
)
def test_a_number_is_shown_as_it_is_dialled_here(typed: str, dialled: str) -> None:
    assert understand(typed).local == dialled
    assert understand(understand(typed).local) == understand(typed)
