"""What a session's record lacks, and that nobody sits at two tables at once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cases.calendar import published
from mediation.sessions import (
    Record,
    Sitting,
    absences,
    clashes,
    next_date,
    record_faults,
    unheard,
    why_not_held,
)

BOTH = frozenset({"applicant", "respondent"})
MORNING = datetime(2026, 9, 3, 1, tzinfo=UTC)  # nine o'clock at the office
GOOD = Record(
    on=date(2026, 9, 3), present=BOTH, heard=BOTH, signed=BOTH, mediators=frozenset({"甲"}), text="陈述如下"
)
hours = st.integers(0, 48)


def sitting(start: int, length: int = 2, case: int = 1, mediators: str = "甲", room: str = "") -> Sitting:
    begins = MORNING + timedelta(hours=start)
    ends = begins + timedelta(hours=length)
    return Sitting(case=case, mediators=frozenset(mediators), start=begins, end=ends, room=room)


def test_a_whole_record_lacks_nothing() -> None:
    assert record_faults(GOOD) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mediators": frozenset()}, "应当写明调解员"),
        ({"present": frozenset(), "heard": frozenset()}, "双方均未到场"),
        ({"present": frozenset({"applicant"})}, "被申请人没有到场"),
        ({"signed": frozenset({"respondent"})}, "申请人没有在笔录上签名"),
        ({"text": " "}, "没有内容"),
        ({"next_on": date(2026, 9, 3)}, "应当晚于本次"),
    ],
)
def test_what_a_record_lacks_is_said(change: dict[str, object], says: str) -> None:
    assert any(says in fault for fault in record_faults(replace(GOOD, **change)))


def test_each_side_has_to_be_heard_in_some_session() -> None:
    alone = replace(GOOD, present=frozenset({"applicant"}), heard=frozenset({"applicant"}))
    assert unheard([]) == ["申请人", "被申请人"]
    assert unheard([alone]) == ["被申请人"]
    assert unheard([alone, GOOD]) == []
    assert absences([GOOD, alone, alone], "respondent") == 2
    assert absences([alone], "applicant") == 0


def test_the_next_day_is_the_last_record_s_while_it_lies_ahead() -> None:
    record = replace(GOOD, next_on=date(2026, 9, 10))
    assert next_date([GOOD, record], date(2026, 9, 4)) == date(2026, 9, 10)
    assert next_date([record], date(2026, 9, 11)) is None
    assert next_date([record, GOOD], date(2026, 9, 4)) is None
    assert next_date([], date(2026, 9, 4)) is None


def test_a_mediator_is_at_one_table_at_a_time() -> None:
    other = sitting(1, case=2)
    said = why_not_held(sitting(0), [other], published(), MORNING)
    assert said == "甲在09月03日 10:00已有另一场调解"
    assert why_not_held(sitting(0), [sitting(2, case=2)], published(), MORNING) is None
    assert why_not_held(sitting(0), [sitting(1, case=2, mediators="乙")], published(), MORNING) is None


def test_a_room_holds_one_table_at_a_time() -> None:
    other = sitting(1, case=2, mediators="乙", room="二")
    said = why_not_held(sitting(0, room="二"), [other], published(), MORNING)
    assert said == "调解室二在09月03日 10:00已有另一场调解"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (sitting(0, length=0), "晚于开始时间"),
        (sitting(-3), "晚于当前时间"),
        (sitting(14), "同一日内"),
        (sitting(0, mediators=""), "尚未选定调解员"),
    ],
)
def test_a_table_that_cannot_be_is_refused(table: Sitting, says: str) -> None:
    assert says in str(why_not_held(table, [], published(), MORNING))


@given(hours, hours, st.integers(1, 8), st.integers(1, 8))
def test_clashing_is_mutual_and_means_a_shared_hour(a: int, b: int, n: int, m: int) -> None:
    one, other = sitting(a, n, case=1), sitting(b, m, case=2)
    assert bool(clashes(one, [other])) == bool(clashes(other, [one]))
    assert bool(clashes(one, [other])) == bool(set(range(a, a + n)) & set(range(b, b + m)))


def test_the_same_sitting_seen_again_does_not_clash() -> None:
    assert clashes(sitting(0), [sitting(0)]) == []
