"""A procedure as data, and the one question everybody asks of it: why not?

The page asks `why_not` to grey a button and say the reason, the ledger asks it to refuse; there is no
second opinion. What a case *is* (its stage, who holds it) is read from its standing history.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from cases.city import City
from cases.clocks import Clock, Reading, Setting, read
from cases.corrections import ill_corrected
from cases.history import CORRECT, ENTRUST, Correction, Entrustment, Event, after_last, standing
from cases.law import Article, Law
from cases.origin import GaveRise
from cases.people import OFFICE, Actor, Role

OPEN = frozenset({"*"})  # at=OPEN: at every stage that is not an end
ANYTIME = frozenset({"*", "!"})  # at=ANYTIME: at the ends too


class Refused(Exception):
    """What may not be: a whole sentence in Chinese, the article it rests on, the field at fault if one is."""

    def __init__(self, message: str, article: Article | None = None, field: str = "") -> None:
        super().__init__(message)
        self.message, self.article, self.field = message, article, field

    def __str__(self) -> str:
        return f"{self.message}（{self.article}）" if self.article else self.message


class Tell(Struct, frozen=True):
    """Whom a step owes word, and by which text: `party` the citizen, `office` the one that leads."""

    to: str
    template: str


class Attempt(Struct, frozen=True, kw_only=True):
    """Somebody wants to take a step: everything a guard may look at. `facts` is None while only a button
    is being drawn."""

    file: "File"
    step: "Step"
    actor: Actor
    at: datetime
    now: datetime
    city: City
    facts: Any = None
    other: "File | None" = None  # the case that the facts point to, where they point to one


Guard = Callable[[Attempt], str | None]  # the reason why not, or None


Invariant = Callable[["File"], str | None]  # what is wrong with the file, or None


class Step(Struct, frozen=True):
    """One thing that can be done. `at` the stages it can be done at, `to` the stage it leads to (None: stays),
    `by` the roles, `asks` the struct of its facts, `unless` what forbids it. `opens` begins a case; `co` is
    for a co-handling office; `hidden` steps have no button (the system's, or taken by their own page)."""

    name: str
    title: str
    article: Article
    by: AbstractSet[Role]
    at: AbstractSet[str] = frozenset()
    to: str | None = None
    asks: type[Any] | None = None
    unless: tuple[Guard, ...] = ()
    opens: bool = False
    co: bool = False
    hidden: bool = False
    confirm: str = ""  # asked before what cannot be undone


class Procedure(Struct, frozen=True, kw_only=True, dict=True):
    """Stages, steps and clocks of one kind of case, each with its article. `leads` and `joins` map a step to
    the fact naming the office that leads or joins; `frees` names the steps after which no office leads."""

    name: str
    title: str
    law: Law
    stages: Mapping[str, str]
    ends: AbstractSet[str]
    steps: tuple[Step, ...]
    clocks: tuple[Clock, ...]
    leads: Mapping[str, str] = {}
    joins: Mapping[str, str] = {}
    frees: AbstractSet[str] = frozenset()
    takes: AbstractSet[str] = frozenset()  # steps whose actor becomes the person in charge
    promise: str = ""  # the clock whose end is told to the citizen
    keeps: tuple[Invariant, ...] = ()  # what must hold after every event; the ledger refuses, `verify` asserts
    tells: Mapping[str, tuple[Tell, ...]] = {}  # step → who is owed word of it
    follows: AbstractSet[str] = frozenset()  # steps of which the parties of merged cases are told as well

    @cached_property
    def _by_name(self) -> dict[str, Step]:
        return {step.name: step for step in (*self.steps, CORRECTING, ENTRUSTING, GIVING_RISE)}

    def step(self, name: str) -> Step:
        """The step of that name; `KeyError` when there is none."""
        return self._by_name[name]

    def clock(self, clock_id: str) -> Clock:
        """The clock of that id; `KeyError` when there is none."""
        for clock in self.clocks:
            if clock.id == clock_id:
                return clock
        raise KeyError(clock_id)


RECORDS = "工单管理规则"
CORRECTING = Step(CORRECT, "更正记录", Article(RECORDS, "更正留痕"), by=frozenset({Role.SUPERVISOR, Role.LEGAL}),
                  at=ANYTIME, asks=Correction, unless=(ill_corrected,), hidden=True)  # fmt: skip
ENTRUSTING = Step(  # the office's own matter; who may be named is asked of the accounts at the door
    ENTRUST, "交由办理", Article(RECORDS, "经办人"), by=OFFICE | {Role.SYSTEM}, at=OPEN, asks=Entrustment, hidden=True
)
GIVING_RISE = Step(  # written by the ledger alone, when a case arises from this one
    "gave_rise", "另立案件", Article(RECORDS, "案件关联"), by=frozenset({Role.SYSTEM}), at=ANYTIME, asks=GaveRise,
    hidden=True,
)  # fmt: skip


class File(Struct, frozen=True, dict=True, kw_only=True):
    """A case as it is known: its number, its procedure, its events as recorded."""

    id: int
    number: str
    procedure: Procedure
    events: tuple[Event, ...]

    @cached_property
    def history(self) -> tuple[Event, ...]:
        """The events that count, in the order of law."""
        return standing(self.events)

    @cached_property
    def stage(self) -> str:
        """The stage the last step led to."""
        for event in reversed(self.history):
            to = self.procedure.step(event.step).to
            if to is not None:
                return to
        raise AssertionError(f"{self.number}: no step of this case leads to a stage")

    @cached_property
    def entered(self) -> Event:
        """The event by which the present stage was entered."""
        for event in reversed(self.history):
            if self.procedure.step(event.step).to is not None:
                return event
        raise AssertionError(f"{self.number}: no step of this case leads to a stage")

    @property
    def ended(self) -> bool:
        """Whether the stage is one of the ends."""
        return self.stage in self.procedure.ends

    @property
    def opening(self) -> Event:
        """The first event."""
        return self.history[0]

    @cached_property
    def office(self) -> str:
        """The code of the office that leads, or empty."""
        for event in reversed(self.history):
            if event.step in self.procedure.frees:
                return ""
            if event.step in self.procedure.leads:
                return str(getattr(event.facts, self.procedure.leads[event.step]))
        return ""

    @cached_property
    def co_offices(self) -> tuple[str, ...]:
        """The codes of the offices that join, in the order they joined, since an office last was freed of the
        case; the one that leads meanwhile joins no more."""
        joins = self.procedure.joins
        since = after_last(self.history, self.procedure.frees)
        named = (str(getattr(event.facts, joins[event.step])) for event in since if event.step in joins)
        return tuple(code for code in dict.fromkeys(named) if code != self.office)

    @cached_property
    def in_charge(self) -> str:
        """The id of the person who took it on, or was given it, last; or empty."""
        for event in reversed(self.history):
            if event.step in self.procedure.leads:
                return ""
            if event.step == ENTRUST:
                return str(event.facts.assignee)
            if event.step in self.procedure.takes:
                return event.by
        return ""

    def allows(self, step: Step) -> bool:
        """Whether the present stage is one at which `step` can be taken."""
        if step.opens:
            return False
        if "*" in step.at:
            return not self.ended or "!" in step.at
        return self.stage in step.at

    def has(self, step: str) -> bool:
        """Whether `step` stands in the history."""
        return any(event.step == step for event in self.history)

    def setting(self, city: City) -> Setting:
        """What this case's clocks are read against."""
        facts = self.opening.facts
        return Setting(
            city=city,
            kind=str(getattr(facts, "kind", "")),
            urgent=bool(getattr(facts, "urgent", False)),
            limits=str(getattr(facts, "limits", "")),
            opened=city.calendar.day_of(self.opening.at),
        )

    def readings(self, city: City) -> tuple[Reading, ...]:
        """Every run of every clock, in the order the procedure names them. A file and a city never change, so
        the last answer is kept."""
        known: tuple[City, tuple[Reading, ...]] | None = self.__dict__.get("read_in")
        if known is None or known[0] is not city:
            setting, taken = self.setting(city), {event.step for event in self.history}
            begun = (c for c in self.procedure.clocks if not taken.isdisjoint(c.starts | c.restarts))
            found = tuple(r for clock in begun for r in read(clock, self.history, setting))
            known = self.__dict__["read_in"] = (city, found)
        return known[1]

    def until(self, moment: datetime) -> "File":
        """This file as far as it had come at `moment`, in the light of what was corrected since."""
        so_far = tuple(event for event in self.history if event.at <= moment)
        return File(id=self.id, number=self.number, procedure=self.procedure, events=so_far)

    def with_event(self, event: Event) -> "File":
        """This file with one event more."""
        return File(id=self.id, number=self.number, procedure=self.procedure, events=(*self.events, event))


def why_not(attempt: Attempt) -> Refused | None:
    """Why `attempt` may not be, or None if it may. The first reason found, the plainest first. What is dated
    back must have been allowed then as well as now."""
    refused = _why_not(attempt)
    if refused is not None or attempt.at >= attempt.file.history[-1].at:
        return refused
    then = _why_not(msgspec.structs.replace(attempt, file=attempt.file.until(attempt.at)))
    return Refused(f"按所填的发生时间，{then.message}", then.article, "at") if then else None


def _why_not(attempt: Attempt) -> Refused | None:
    file, step = attempt.file, attempt.step
    message: str | None = None
    if not file.allows(step):
        message = f"案件现处于“{file.procedure.stages[file.stage]}”环节，不能{step.title}"
    elif not attempt.actor.has(step.by):
        message = f"{step.title}须由{'、'.join(sorted(r.label for r in step.by))}办理"
    elif not _office_allows(attempt):
        message = "只有本案的主办单位才能办理" if not step.co else "只有本案的协办单位才能办理"
    elif attempt.at > attempt.now:
        return Refused("发生时间不能晚于当前时间", step.article, "at")
    elif step.to is not None and attempt.at < file.entered.at:
        return Refused("发生时间不能早于上一环节的时间", step.article, "at")
    elif attempt.at < file.opening.at:
        return Refused("发生时间不能早于受理时间", step.article, "at")
    else:
        message = next((said for guard in step.unless if (said := guard(attempt))), None)
    return Refused(message, step.article) if message else None


def _office_allows(attempt: Attempt) -> bool:
    """Handlers and chiefs act for their own office; the centre, the citizen and the system are not bound."""
    roles = attempt.actor.roles & attempt.step.by
    if not roles or not roles <= OFFICE:
        return True
    if attempt.step.co:
        return attempt.actor.office in attempt.file.co_offices
    return attempt.actor.office == attempt.file.office
