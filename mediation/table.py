"""The table as the file tells it: who agreed to sit, who mediates, what the records say, what was agreed and is owed.

The history of the procedure is the truth; here it becomes the values that the rules of this package are asked with.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from cases.calendar import Calendar
from cases.history import Event, events_of, last_of
from cases.procedure import File
from cases.procedures.mediation_facts import SIDES
from cases.procedures.mediation_guards import mediators, sides_of
from mediation.agreement import Agreement, Duty
from mediation.panel import Candidate, Tie
from mediation.sessions import Record, Sitting

AGREED = ("agree_in_writing", "agree_orally")


class Table(Struct, frozen=True, kw_only=True):
    """Where a mediation stands. `waiting` are the sides that have not agreed to sit; `planned` the next sitting."""

    waiting: tuple[str, ...]
    mediators: tuple[str, ...]
    ties: Mapping[str, frozenset[Tie]]
    planned: Sitting | None
    records: tuple[Record, ...]
    agreement: Agreement | None
    done: frozenset[str]


def table_of(file: File, calendar: Calendar) -> Table:
    """The table of one mediation."""
    history = file.history
    agreed = {"applicant", *(event.facts.side for event in events_of(history, "consent"))}
    sitting = mediators(file)
    plan = last_of(history, "plan_session")
    held = last_of(history, "hold_session")
    waits = plan is not None and (held is None or held.at < plan.at)
    return Table(
        waiting=tuple(title for side, title in SIDES.items() if side not in agreed),
        mediators=sitting,
        ties=_ties(history),
        planned=_sitting(file.id, sitting, plan) if plan is not None and waits else None,
        records=tuple(_record(event, sitting, calendar) for event in events_of(history, "hold_session")),
        agreement=_agreement(file, calendar),
        done=frozenset(event.facts.part for event in events_of(history, "perform_part")),
    )


def ties_known(candidate: Candidate, table: Table) -> Candidate:
    """The candidate with what a side has said of him in this case."""
    return replace(candidate, ties=candidate.ties | table.ties.get(candidate.mediator, frozenset()))


def _ties(history: Iterable[Event]) -> dict[str, frozenset[Tie]]:
    """What was said of a mediator, unless it was decided that he stays."""
    found: dict[str, frozenset[Tie]] = {}
    for event in events_of(history, "object_mediator", "decide_recusal"):
        name = event.facts.mediator
        if event.step == "object_mediator":
            found[name] = found.get(name, frozenset()) | {Tie(event.facts.ground)}
        elif not event.facts.steps_down:
            found.pop(name, None)
    return found


def _sitting(case: int, sitting: tuple[str, ...], plan: Event) -> Sitting:
    facts = plan.facts
    return Sitting(
        case=case, mediators=frozenset(sitting), start=facts.start, end=facts.end, room=facts.room.strip()
    )


def _record(session: Event, sitting: tuple[str, ...], calendar: Calendar) -> Record:
    return Record(
        on=calendar.day_of(session.at),
        present=sides_of(session, "present"),
        heard=sides_of(session, "heard"),
        signed=frozenset(session.facts.signed),
        mediators=frozenset(sitting),
        text=session.facts.text,
        next_on=session.facts.next_on,
    )


def _agreement(file: File, calendar: Calendar) -> Agreement | None:
    """The agreement with the duties registered since; its day is that of the event, on which it took effect."""
    event = last_of(file.history, *AGREED)
    if event is None:
        return None
    day, oral = calendar.day_of(event.at), event.step == "agree_orally"
    return Agreement(
        reached=day,
        facts=str(getattr(file.opening.facts, "text", "")),
        duties=tuple(
            Duty(
                part=part.facts.part,
                side=part.facts.side,
                what=part.facts.what or part.facts.part,
                last_day=part.facts.last_day,
                amount_fen=part.facts.amount_fen,
            )
            for part in events_of(file.history, "set_part")
        ),
        oral=oral,
        signed={} if oral else dict.fromkeys(SIDES, day),
        mediator_signed=None if oral else day,
        sealed=None if oral else day,
        recorded=day if oral else None,
    )
