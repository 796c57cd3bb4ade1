"""Who may sit, and whom both sides get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.panel import MOST, Candidate, Tie, choose, why_not_sit

NAMES = ["甲", "乙", "丙", "丁", "戊"]
ROSTER = [Candidate(mediator=name) for name in NAMES]
preferences = st.lists(st.sampled_from([*NAMES, "外人"]), unique=True)


@pytest.mark.parametrize("tie", list(Tie))
def test_a_tie_keeps_a_mediator_from_the_table_unless_both_accept_it(tie: Tie) -> None:
    candidate = Candidate(mediator="甲", ties=frozenset({tie}))
    said = why_not_sit(candidate)
    assert said is not None
    assert tie.label in said
    assert "第十五条" in said
    assert why_not_sit(candidate, both_accept=True) is None


def test_nobody_mediates_for_his_own_office_whoever_accepts_it() -> None:
    candidate = Candidate(mediator="甲", offices=frozenset({"housing"}))
    assert "本单位的纠纷" in str(why_not_sit(candidate, {"housing"}, both_accept=True))
    assert why_not_sit(candidate, {"water"}) is None
    assert why_not_sit(Candidate(mediator="甲", active=False)) == "调解员已不在名册"


def test_the_one_both_like_best_sits() -> None:
    chosen = choose(["甲", "乙", "丙"], ["丙", "乙"], ROSTER)
    assert chosen.mediators == ("乙",)
    assert chosen.by_both


def test_without_a_shared_name_the_body_appoints() -> None:
    chosen = choose(["甲"], ["乙"], ROSTER)
    assert chosen.mediators == ("甲",)
    assert not chosen.by_both


def test_who_may_not_sit_is_passed_over() -> None:
    roster = [Candidate(mediator="甲", ties=frozenset({Tie.KIN})), *ROSTER[1:]]
    assert choose(["甲", "丁"], ["甲", "丁"], roster).mediators == ("丁",)


@pytest.mark.parametrize(("seats", "roster"), [(0, ROSTER), (MOST + 1, ROSTER), (2, ROSTER[:1])])
def test_seats_that_cannot_be_filled_are_refused(seats: int, roster: list[Candidate]) -> None:
    with pytest.raises(ValueError, match="seats"):
        choose([], [], roster, seats)


@given(preferences, preferences, st.integers(1, MOST))
def test_a_panel_is_full_able_and_without_doubles(first: list[str], second: list[str], seats: int) -> None:
    chosen = choose(first, second, ROSTER, seats)
    assert len(chosen.mediators) == len(set(chosen.mediators)) == seats
    assert set(chosen.mediators) <= set(NAMES)
    if chosen.by_both:
        assert set(chosen.mediators) <= set(first) & set(second)


@given(preferences, preferences, st.integers(1, MOST))
def test_the_order_of_the_sides_changes_nobody_s_being_shared(
    first: list[str], second: list[str], seats: int
) -> None:
    assert choose(first, second, ROSTER, seats).by_both == choose(second, first, ROSTER, seats).by_both
