"""Laws about procedures, tried over all of them at once; and that two handlers sit on every reconsideration."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec import Struct
from msgspec.inspect import StructType, type_info

from cases.clocks import Clock, Given
from cases.history import Event, Note
from cases.people import Actor, Role
from cases.procedure import Attempt, File, Procedure, Step, why_not
from cases.procedures import PROCEDURES
from cases.procedures import reconsideration_facts as asked
from cases.procedures.reconsideration_guards import TRIAL
from hotline.city.local import load_city

CITY = load_city(Path(__file__).parents[2] / "hotline" / "city")
EVERY = pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=list(PROCEDURES))
EVERY_CLOCK = pytest.mark.parametrize(
    ("procedure", "clock"),
    [pytest.param(p, clock, id=f"{p.name}-{clock.id}") for p in PROCEDURES.values() for clock in p.clocks],
)


def _from(procedure: Procedure, step: Step) -> set[str]:
    """The stages at which a step can be taken."""
    if step.opens:
        return set()
    if "*" in step.at:
        return set(procedure.stages) - (set() if "!" in step.at else set(procedure.ends))
    return set(step.at)


def _opening(procedure: Procedure) -> Step:
    (step,) = [step for step in procedure.steps if step.opens]
    assert step.to is not None
    return step


@EVERY
def test_every_stage_is_reached(procedure: Procedure) -> None:
    reached, fresh = set(), {str(_opening(procedure).to)}
    while fresh:
        reached |= fresh
        ways = (step.to for step in procedure.steps if step.to and _from(procedure, step) & reached)
        fresh = set(ways) - reached
    assert reached == set(procedure.stages)


@EVERY
def test_only_the_ends_have_no_way_out(procedure: Procedure) -> None:
    assert procedure.ends <= set(procedure.stages)
    out = {stage for step in procedure.steps if step.to for stage in _from(procedure, step) if stage != step.to}
    assert set(procedure.stages) - out <= procedure.ends


@EVERY
def test_every_end_can_be_reached_from_every_open_stage(procedure: Procedure) -> None:
    good = set(procedure.ends)
    for _ in procedure.stages:
        good |= {s for step in procedure.steps if step.to in good for s in _from(procedure, step)}
    assert good == set(procedure.stages)


@EVERY
def test_every_step_cites_an_article_and_names_real_stages(procedure: Procedure) -> None:
    names = [step.name for step in procedure.steps]
    assert len(names) == len(set(names))
    for step in procedure.steps:
        assert step.article.law, step.name
        assert step.article.number, step.name
        assert step.title, step.name
        assert step.by, step.name
        assert set(step.at) - {"*", "!"} <= set(procedure.stages), step.name
        assert step.to is None or step.to in procedure.stages, step.name
        assert step.opens or step.at, f"{step.name} can never be taken"


@EVERY
def test_the_opening_names_the_party(procedure: Procedure) -> None:
    asks = _opening(procedure).asks
    assert asks is not None
    info = type_info(asks)
    assert isinstance(info, StructType)
    assert "party" in {field.name for field in info.fields}


@EVERY
def test_what_a_procedure_refers_to_is_there(procedure: Procedure) -> None:
    steps = {step.name: step for step in procedure.steps}
    for step, fact in {**procedure.leads, **procedure.joins}.items():
        assert _has(steps[step], fact), f"{step} names no {fact}"
    assert procedure.frees <= steps.keys()
    assert procedure.takes <= steps.keys()
    assert procedure.tells.keys() <= steps.keys()
    assert procedure.follows <= steps.keys()
    assert not procedure.promise or procedure.clock(procedure.promise)


@EVERY_CLOCK
def test_every_clock_names_real_steps(procedure: Procedure, clock: Clock) -> None:
    steps = {step.name for step in procedure.steps}
    named = {*clock.starts, *clock.stops, *clock.restarts, *clock.pauses, *clock.pauses.values()}
    named |= {*clock.since_step, *clock.since_step.values()}
    named |= {clock.extends.step} if clock.extends else set()
    assert named <= steps, named - steps
    assert clock.starts, "a clock that nothing starts"
    assert clock.stops, "a clock that nothing stops"
    assert clock.article.law
    assert clock.article.number
    assert clock.starts.isdisjoint(clock.stops) or clock.since, "stopped by what starts it"
    if clock.then:
        assert Role.SYSTEM in procedure.step(clock.then).by, f"{clock.then} is the system's to take"


@EVERY_CLOCK
def test_every_fact_a_clock_reads_is_asked_for(procedure: Procedure, clock: Clock) -> None:
    begins = [procedure.step(name) for name in clock.starts | clock.restarts]
    for fact in (clock.since, clock.per, clock.leaves_out, *clock.when):
        assert not fact or any(_has(step, fact) for step in begins), f"no start names {fact}"
    if isinstance(clock.length, Given):
        assert all(_has(step, clock.length.field) for step in begins)
    if clock.extends and isinstance(clock.extends.by, Given):
        assert _has(procedure.step(clock.extends.step), clock.extends.by.field)


@EVERY
def test_nobody_waits_without_a_clock(procedure: Procedure) -> None:
    covered = {stage for clock in procedure.clocks for stage in _may_run_at(procedure, clock)}
    assert set(procedure.stages) - set(procedure.ends) <= covered


def _may_run_at(procedure: Procedure, clock: Clock) -> set[str]:
    """The stages at which some way through the procedure finds `clock` running."""
    opening = _opening(procedure)
    first = (str(opening.to), opening.name in clock.starts and opening.name not in clock.stops)
    seen, fresh = {first}, [first]
    while fresh:
        stage, runs = fresh.pop()
        for step in procedure.steps:
            if stage not in _from(procedure, step):
                continue
            on = (runs and step.name not in clock.stops) or step.name in clock.starts | clock.restarts
            after = (step.to or stage, on)
            if after not in seen:
                seen.add(after)
                fresh.append(after)
    return {stage for stage, runs in seen if runs}


def test_a_limit_has_one_definition() -> None:
    found: dict[str, Any] = {}
    for procedure in PROCEDURES.values():
        assert len({clock.id for clock in procedure.clocks}) == len(procedure.clocks)
        for clock in procedure.clocks:
            told = (clock.article, clock.length, clock.rolls, clock.backward)
            assert found.setdefault(clock.id, told) == told, clock.id


def _has(step: Step, fact: str) -> bool:
    if step.asks is None:
        return False
    info = type_info(step.asks)
    return isinstance(info, StructType) and fact in {field.name for field in info.fields}


# -- two handlers ------------------------------------------------------------------------------------

PEOPLE = st.sampled_from(["甲", "乙", "丙", "丁", "戊"])
CERTIFICATES = st.sampled_from(["A1", "A1", "A1", ""])
BEGUN = datetime(2026, 3, 2, 1, tzinfo=UTC)
EVERYBODY = frozenset(Role)


class TwoHandlers(RuleBasedStateMachine):
    """Whatever is tried, in whatever order and however late it is recorded: what the ledger lets through leaves
    two different, qualified people who have not withdrawn, from acceptance to decision."""

    @initialize()
    def receive(self) -> None:
        facts = asked.Application(party=1, text="不服处罚", respondent="某局")
        self.hours = 0
        self.file = File(id=1, number="1", procedure=PROCEDURES["reconsideration"], events=())
        self.file = self.file.with_event(self._event("receive", facts, BEGUN))

    def _event(self, step: str, facts: Struct | None, at: datetime) -> Event:
        return Event(seq=len(self.file.events) + 1, step=step, at=at, recorded_at=at, by="user:1", facts=facts)

    def take(self, step: str, facts: Struct | None, back: int = 0) -> None:
        self.hours += 1
        now = BEGUN + timedelta(hours=self.hours)
        at = max(BEGUN, now - timedelta(hours=back))
        actor = Actor("user:1", "某人", EVERYBODY)
        attempt = Attempt(
            file=self.file, step=self.file.procedure.step(step), actor=actor, at=at, now=now, city=CITY, facts=facts
        )
        if why_not(attempt) is not None:
            return
        after = self.file.with_event(self._event(step, facts, at))
        if all(keeps(after) is None for keeps in after.procedure.keeps):
            self.file = after

    @rule(who=st.lists(PEOPLE, min_size=1, max_size=3), certificate=CERTIFICATES, simplified=st.booleans())
    def accept(self, who: list[str], certificate: str, simplified: bool) -> None:
        facts = asked.Acceptance(handlers=tuple(who), certificates=(certificate,) * len(who))
        self.take("accept_simplified" if simplified else "accept", facts)

    @rule(who=st.lists(PEOPLE, min_size=1, max_size=3), step=st.sampled_from(["add_handlers", "assign_handlers"]))
    def add(self, who: list[str], step: str) -> None:
        self.take(step, asked.Handlers(handlers=tuple(who), certificates=("A1",) * len(who)))

    @rule(one=PEOPLE, other=PEOPLE, certificate=CERTIFICATES, back=st.integers(0, 5))
    def replace(self, one: str, other: str, certificate: str, back: int) -> None:
        facts = asked.Replacement(handler=one, replacement=other, certificate=certificate, reason="调离")
        self.take("replace_handler", facts, back)

    @rule(one=PEOPLE, other=PEOPLE, alone=st.booleans(), back=st.integers(0, 5))
    def recuse(self, one: str, other: str, alone: bool, back: int) -> None:
        facts = asked.Recusal(handler=one, reason="近亲属", replacement="" if alone else other, certificate="A1")
        self.take("recuse", facts, back)

    @rule(one=PEOPLE, back=st.integers(0, 5))
    def release(self, one: str, back: int) -> None:
        self.take("release_handler", asked.Release(handler=one, reason="调离"), back)

    @rule(weeks=st.integers(1, 2))
    def be_silent(self, weeks: int) -> None:
        self.hours += weeks * 7 * 24
        for reading in self.file.readings(CITY):
            now = BEGUN + timedelta(hours=self.hours)
            if reading.clock.then == "deem_accept" and reading.open and reading.expiry and reading.expiry < now:
                late = now + timedelta(hours=1) - reading.expiry
                self.take("deem_accept", None, int(late.total_seconds() // 3600))

    @rule(step=st.sampled_from(["switch_to_ordinary", "order_takeover", "inspect", "end_inspection"]))
    def go_on(self, step: str) -> None:
        self.take(step, Note(text="照办"))

    @rule(who=st.lists(PEOPLE, min_size=1, max_size=2))
    def take_over(self, who: list[str]) -> None:
        facts = asked.TakenOver(office="sj", handlers=tuple(who), certificates=("B1",) * len(who))
        self.take("take_over", facts)

    @invariant()
    def two_sit(self) -> None:
        stage, sits, gone = "", set[str](), set[str]()
        for event in self.file.history:
            sits = _after(event, sits)
            gone |= {event.facts.handler} if event.step == "recuse" else set()
            stage = self.file.procedure.step(event.step).to or stage
            if stage in TRIAL:
                assert len(sits) >= 2
                assert not sits & gone


def _after(event: Event, sits: set[str]) -> set[str]:
    facts = event.facts
    if event.step in ("accept", "accept_simplified", "assign_handlers", "take_over"):
        return set(facts.handlers)
    if event.step == "add_handlers":
        return sits | set(facts.handlers)
    if event.step in ("replace_handler", "recuse", "release_handler"):
        comes = getattr(facts, "replacement", "")
        return (sits - {facts.handler}) | ({comes} if comes else set())
    return sits


TestTwoHandlers = TwoHandlers.TestCase
TestTwoHandlers.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_a_file_is_never_older_than_its_law() -> None:
    for procedure in PROCEDURES.values():
        assert date(1990, 1, 1) < procedure.law.in_force <= date(2026, 11, 23)
