"""What an agreement needs, from when it binds, and how its days run."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cases.calendar import published
from mediation.agreement import (
    MOST,
    Agreement,
    Duty,
    confirmation_end,
    effective_day,
    enforcement_end,
    faults,
    instalments,
    overdue,
)

DAY = date(2026, 9, 3)
DUTY = Duty(part="第一期", side="respondent", what="支付修缮费", last_day=date(2026, 9, 30), amount_fen=100_000)
SIGNED = Agreement(
    reached=DAY, facts="楼上漏水致墙面受损", duties=(DUTY,), signed={"applicant": DAY, "respondent": DAY},
    mediator_signed=DAY, sealed=DAY,
)
SPOKEN = Agreement(reached=DAY, facts="噪声", duties=(DUTY,), oral=True, recorded=DAY)


def test_a_signed_and_sealed_agreement_stands() -> None:
    assert faults(SIGNED) == []
    assert effective_day(SIGNED) == DAY


def test_it_binds_from_the_last_of_names_and_seal() -> None:
    later = DAY + timedelta(days=5)
    assert effective_day(replace(SIGNED, sealed=later)) == later
    assert effective_day(replace(SIGNED, signed={"applicant": later, "respondent": DAY})) == later


@pytest.mark.parametrize(
    "lacks", [{"sealed": None}, {"mediator_signed": None}, {"signed": {"applicant": DAY}}]
)
def test_without_one_of_them_it_does_not_bind(lacks: dict[str, object]) -> None:
    agreement = replace(SIGNED, **lacks)
    assert effective_day(agreement) is None
    assert confirmation_end(agreement, published()) is None
    assert any("第二十九条第二款" in fault for fault in faults(agreement))


def test_a_spoken_one_binds_from_the_day_it_was_reached_once_recorded() -> None:
    assert effective_day(replace(SPOKEN, recorded=DAY + timedelta(days=2))) == DAY
    unrecorded = replace(SPOKEN, recorded=None)
    assert effective_day(unrecorded) is None
    assert any("第二十八条" in fault for fault in faults(unrecorded))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"facts": " "}, "主要事实"),
        ({"duties": ()}, "履行的方式和期限"),
        ({"duties": (DUTY, DUTY)}, "分别命名"),
        ({"willing": False}, "自愿"),
        ({"harms_others": True}, "合法权益"),
        ({"duties": (replace(DUTY, what=""),)}, "没有写明内容"),
        ({"duties": (replace(DUTY, side="邻居"),)}, "由哪一方履行"),
        ({"duties": (replace(DUTY, amount_fen=-1),)}, "不能为负"),
        ({"duties": (replace(DUTY, last_day=DAY - timedelta(days=1)),)}, "早于协议达成之日"),
    ],
)
def test_what_an_agreement_lacks_is_said(change: dict[str, object], says: str) -> None:
    found = faults(replace(SIGNED, **change))
    assert len(found) == 1
    assert says in found[0]


def test_confirmation_may_be_asked_for_thirty_days_rolled() -> None:
    end = confirmation_end(SIGNED, published())
    assert end is not None
    assert (end.unrolled, end.due) == (date(2026, 10, 3), date(2026, 10, 8))  # National Day


def test_enforcement_runs_two_years_from_each_last_day() -> None:
    end = enforcement_end(DUTY, published())
    assert end.unrolled == date(2028, 9, 30)
    assert end.provisional
    assert enforcement_end(replace(DUTY, last_day=date(2024, 2, 29)), published()).due == date(2026, 2, 28)


def test_monthly_parts_keep_the_day_of_the_first() -> None:
    assert instalments(1000, date(2026, 1, 31), 3) == (
        (date(2026, 1, 31), 333), (date(2026, 2, 28), 333), (date(2026, 3, 31), 334),
    )


@given(st.integers(1, 10**9), st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.integers(1, MOST))
def test_parts_make_the_whole_and_follow_each_other(total: int, first: date, count: int) -> None:
    if total < count:
        with pytest.raises(ValueError, match="total_fen"):
            instalments(total, first, count)
        return
    parts = instalments(total, first, count)
    assert sum(amount for _, amount in parts) == total
    assert parts[0][0] == first
    assert all(27 < (later - earlier).days <= 31 for (earlier, _), (later, _) in pairwise(parts))
    assert all(amount > 0 for _, amount in parts)


@pytest.mark.parametrize("count", [0, MOST + 1])
def test_too_few_or_too_many_parts_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="count"):
        instalments(10**6, DAY, count)


def test_what_is_overdue_is_not_done_and_past_its_day() -> None:
    second = replace(DUTY, part="第二期", last_day=date(2026, 10, 31))
    assert overdue([second, DUTY], [], date(2026, 9, 30)) == ()
    assert overdue([second, DUTY], [], date(2026, 11, 1)) == (DUTY, second)
    assert overdue([second, DUTY], ["第一期"], date(2026, 11, 1)) == (second,)
