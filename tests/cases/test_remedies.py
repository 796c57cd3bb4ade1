"""Which ways remain: with a day once served, without one before, to each party its own, by the kind of decision."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cases.calendar import published
from cases.city import City
from cases.clocks import Binds
from cases.decisions import DECISIONS
from cases.history import Event
from cases.letter_kinds import KINDS
from cases.procedure import File
from cases.procedures import PROCEDURES
from cases.procedures.litigation_facts import Complaint, Judgment
from cases.procedures.litigation_facts import Served as ServedOnSide
from cases.procedures.petition_facts import Opinion, Petition
from cases.procedures.reconsideration_facts import Application, Decision
from cases.remedies import WAYS, nothing_left, remedies

CITY = City(calendar=published(), editions=(), ladder=(), name="试验市", offices={})
OPINION = Opinion(result="refuse", text="不支持", basis="条例")


def file_of(procedure: str, *steps: tuple[int, str, Any]) -> File:
    events = tuple(
        Event(seq=n, step=step, at=moment(day), recorded_at=moment(day), by="system", facts=facts)
        for n, (day, step, facts) in enumerate(steps, start=1)
    )
    return File(id=1, number="1", procedure=PROCEDURES[procedure], events=events)


def moment(day: int) -> datetime:
    return datetime(2026, 3, day, 2, tzinfo=UTC)


PETITION = ((2, "register", Petition(party=1, text="诉求")), (3, "accept", None), (4, "answer", OPINION))


def test_an_opinion_not_served_yet_has_its_remedy_and_no_day() -> None:
    found = remedies(file_of("petition", *PETITION), CITY, moment(5))
    assert [(one.title, one.until) for one in found] == [("请求复查", None)]


def test_after_the_service_there_is_a_day_and_after_it_nothing() -> None:
    file = file_of("petition", *PETITION, (6, "serve_opinion", None))
    assert [one.until for one in remedies(file, CITY, moment(7))] == [date(2026, 4, 7)]  # Qingming: 5 rolls to 7
    assert remedies(file, CITY, datetime(2026, 4, 8, tzinfo=UTC)) == ()


def test_a_failed_mediation_leaves_three_ways() -> None:
    file = file_of("mediation", (2, "apply", None), (3, "fail", None))
    assert len(remedies(file, CITY, moment(4))) == 3


BEFORE = {"accept", "accept_simplified", "deem_accept"}  # their letters tell of the suit against silence
CITIZENS = {Binds.CITIZEN}


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_deciding_step_leaves_a_way_or_says_why_none(name: str) -> None:
    procedure = PROCEDURES[name]
    ends = {step.name for step in procedure.steps if step.to in procedure.ends}
    told = {step for kind in KINDS[name] if kind.remedies for step in kind.steps}
    listed = {step for decision in DECISIONS[name] for step in decision.steps}
    assert (ends | told) - BEFORE <= listed
    for decision in DECISIONS[name]:
        assert bool(decision.none) != bool(decision.clocks or decision.ways)
        for step in decision.steps:
            assert procedure.step(step)
        for clock in decision.clocks:
            assert clock in WAYS
            assert procedure.clock(clock).starts | procedure.clock(clock).restarts


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_window_of_a_citizen_after_a_decision_is_named(name: str) -> None:
    """A clock that a service starts for a citizen is a way of some decision, or counts no remedy."""
    no_remedy = {  # duties and answers of citizens, and windows judged on the day they are used
        "ar.supplement.submit", "al.stay.terminate", "al.execution.apply", "al.retrial.third_party", "gi.correct.submit",
        "md.confirm.object_third", "md.perform", "gi.third_party", "gi.fee.pay", "al.nonlit.urge", "rp.plan", "rp.progress",
        "rp.term", "rp.resubmit",
    }  # fmt: skip
    opening = next(step.name for step in PROCEDURES[name].steps if step.opens)
    windows = {c.id for c in PROCEDURES[name].clocks if c.binds in CITIZENS and opening not in c.starts}
    used = {clock for decision in DECISIONS[name] for clock in decision.clocks}
    assert windows - no_remedy <= used


def test_each_side_has_its_own_last_day_from_its_own_service() -> None:
    complaint = Complaint(
        party=1, office="urban", docketed=date(2026, 2, 27), court="某法院", court_number="行初1号"
    )
    judged = file_of(
        "litigation",
        (2, "receive", complaint),
        (3, "judge", Judgment(outcome="reject", court_number="行初1号")),
        (4, "serve_judgment", ServedOnSide(side="被告")),
        (10, "serve_judgment", ServedOnSide(side="原告", way="post")),
    )
    found = remedies(judged, CITY, moment(11))
    assert [(one.party, one.until) for one in found] == [("被告", date(2026, 3, 19)), ("原告", date(2026, 3, 25))]
    before = remedies(file_of("litigation", (2, "receive", complaint), (3, "judge", None)), CITY, moment(4))
    assert [(one.title, one.until) for one in before] == [("上诉", None)]


def test_a_dismissal_leaves_other_ways_than_a_decision() -> None:
    application = Application(party=1, text="不服", respondent="某局")
    rows = ((2, "receive", application), (3, "accept", None))
    dismissed = file_of("reconsideration", *rows, (4, "decide", Decision(kind="dismiss", text="驳回")))
    assert [one.title for one in remedies(dismissed, CITY, moment(5))] == [
        "提起行政诉讼（复议前置）", "就原行政行为提起行政诉讼（不属于复议前置的）", "请求上级责令纠正",
    ]  # fmt: skip
    upheld = file_of("reconsideration", *rows, (4, "decide", Decision(kind="uphold", text="维持")))
    assert [one.title for one in remedies(upheld, CITY, moment(5))] == ["提起行政诉讼"]


def test_where_nothing_is_left_it_is_said_why() -> None:
    final = file_of("petition", *PETITION[:2], (4, "issue_recheck", OPINION))
    assert "第三十六条第三款" in nothing_left(final, CITY, moment(5))
    served = file_of("petition", *PETITION, (6, "serve_opinion", None))
    assert nothing_left(served, CITY, moment(7)) == ""
    assert "期限已经届满" in nothing_left(served, CITY, datetime(2026, 4, 8, tzinfo=UTC))
    assert nothing_left(file_of("petition", *PETITION[:2]), CITY, moment(4)) == ""
    asked = file_of("petition", *PETITION, (6, "serve_opinion", None), (7, "request_review", None))
    assert remedies(asked, CITY, moment(8)) == ()
    assert nothing_left(asked, CITY, moment(8)) == ""
