"""What a legal file's page keeps in view: who handles it, its evidence, and which letter reached whom and started what.

Pure: the file, its letters and the names go in, plain values come out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from cases.calendar import Calendar
from cases.city import City
from cases.history import Event
from cases.letter_kinds import KINDS
from cases.letter_kinds.kind import Kind
from cases.letters import owed
from cases.procedure import File
from cases.procedures.evidence import FORMS, OUTCOMES, SUBMITTERS, pieces
from cases.procedures.reconsideration_guards import LEAST, TOO_FEW, TRIAL, standing_handlers
from hotline.calendar.lights import due_words, moment_words
from hotline.letters.book import Owed
from hotline.letters.service import MEANS
from hotline.office.casefile import Words

WITH_EVIDENCE = frozenset({"reconsideration", "litigation", "mediation"})
TO_WHOM = {
    "{applicant}": "申请人", "{other}": "被申请人", "{asked.respondent}": "被申请人", "{third_party}": "第三人",
    "{asked.maker}": "制定机关", "{norm_maker}": "制定机关", "{norm_organ}": "有权处理的机关", "{court}": "人民法院",
    "{upper_court}": "上一级人民法院", "{procurator}": "人民检察院", "{petition_office}": "信访部门",
}  # fmt: skip
SIDES = {"applicant": "申请人", "respondent": "被申请人"}


class Handler(Struct, frozen=True, kw_only=True):
    """Somebody who handles a reconsideration: since when, and by which certificate."""

    name: str
    certificate: str
    since: datetime


class Handling(Struct, frozen=True, kw_only=True):
    """Who handles a reconsideration now. `wrong` says what is against the law about it; `needed` whether two must
    be there at this stage; `gone` those who left, and why."""

    handlers: tuple[Handler, ...]
    needed: bool
    wrong: str
    gone: tuple[str, ...]


class Line(Struct, frozen=True, kw_only=True):
    """One piece of evidence in words."""

    item: str
    name: str
    side: str
    proves: str
    form: str
    pages: int
    on: str
    by: str
    outcome: str
    rejected: bool
    reason: str
    examined: str
    attachments: tuple[str, ...]


class Reached(Struct, frozen=True, kw_only=True):
    """One service: which letter, on whom, by which means, when, what proves it, and which clocks run from it."""

    title: str
    number: str
    to: str
    means: str
    at: datetime | None
    receipt: str
    state: str
    runs: tuple[tuple[str, str, bool], ...] = ()  # the clock, its end, whether it is the citizen's
    anchor: str = ""


def handling(file: File) -> Handling | None:
    """Who handles a reconsideration, or None where nobody has to."""
    if file.procedure.name != "reconsideration":
        return None
    since: dict[str, tuple[datetime, str]] = {}
    gone: list[str] = []
    now: tuple[str, ...] = ()
    for event, who in standing_handlers(file.history):
        cards = _certificates(event)
        since.update({name: (event.at, cards.get(name, "")) for name in who if name not in now})
        gone += [f"{name}：{file.procedure.step(event.step).title}" for name in now if name not in who]
        now = who
    needed = file.stage in TRIAL
    found = tuple(Handler(name=name, since=since[name][0], certificate=since[name][1]) for name in now)
    wrong = (
        f"{TOO_FEW}（《行政复议法实施条例》第三十九条），现有{len(found)}名"
        if needed and len(found) < LEAST
        else ""
    )
    return Handling(handlers=found, needed=needed, wrong=wrong, gone=tuple(gone))


def _certificates(event: Event) -> dict[str, str]:
    facts = event.facts
    if getattr(facts, "certificates", None):
        return dict(zip(facts.handlers, facts.certificates, strict=False))
    return {facts.replacement: facts.certificate} if getattr(facts, "replacement", "") else {}


def evidence(file: File, words: Words, calendar: Calendar) -> list[Line]:
    """The list of evidence as it stands."""
    by = {event.seq: words.who(event.by) for event in file.events}
    return [
        Line(
            item=one.exhibit.item,
            name=one.exhibit.name,
            side=SUBMITTERS[one.exhibit.side],
            proves=one.exhibit.proves,
            form=FORMS[one.exhibit.form],
            pages=one.exhibit.pages,
            on=moment_words(one.at, calendar)[:10],
            by=by.get(one.seq, ""),
            outcome=OUTCOMES.get(one.outcome, ""),
            rejected=one.outcome == "rejected",
            reason=one.reason,
            examined=moment_words(one.examined_at, calendar)[:10],
            attachments=one.exhibit.attachments,
        )
        for one in pieces(file)
    ]


def service(file: File, letters: Sequence[Owed], city: City) -> list[Reached]:
    """Every letter that goes out, in the order of its events, and services recorded without one."""
    kinds = {(event.seq, kind.name): kind for event, kind in owed(file)}
    left = [event for event in file.history if event.step in _serving(file.procedure.name)]
    found = []
    for letter in letters:
        kind = kinds[letter.seq, letter.kind]
        if letter.record or not kind.word:
            continue
        event = _service_of(letter, kind, left)
        if event is not None:
            left.remove(event)
        found.append(_line(file, letter, kind, event, city))
    return found + [_alone(file, event, city) for event in left]


def _serving(procedure: str) -> frozenset[str]:
    named = (name for kind in KINDS.get(procedure, ()) for name in (kind.serving, *kind.serving_at.values()))
    return frozenset(filter(None, named))


def _service_of(letter: Owed, kind: Kind, left: Iterable[Event]) -> Event | None:
    steps = {kind.serving, *kind.serving_at.values()}
    later = (event for event in left if event.step in steps and event.seq > letter.seq)
    return next((event for event in later if _names(event, kind.serves)), None)


def _names(event: Event, serves: Any) -> bool:
    return all(getattr(event.facts, name, value) == value for name, value in serves.items())


def _line(file: File, letter: Owed, kind: Kind, event: Event | None, city: City) -> Reached:
    at = letter.served_at or (event.at if event else None)
    return Reached(
        title=letter.title,
        number=letter.number,
        to=_whom(kind.to),
        means=letter.means or _manner(event),
        at=at,
        receipt=letter.receipt,
        state="served" if at else letter.state,
        runs=_runs(file, event, city),
        anchor=f"l{letter.seq}-{letter.kind}",
    )


def _whom(to: str) -> str:
    """Whom the words of a kind address: 申请人、被申请人; a name that is written out as it stands."""
    named = list(dict.fromkeys(title for place, title in TO_WHOM.items() if place in to))
    return "、".join(named) or ("收文机关" if "{" in to else to)


def _alone(file: File, event: Event, city: City) -> Reached:
    side = str(getattr(event.facts, "side", ""))
    return Reached(
        title=file.procedure.step(event.step).title,
        number="",
        to=SIDES.get(side, side),
        means=_manner(event),
        at=event.at,
        receipt="",
        state="served",
        runs=_runs(file, event, city),
    )


def _manner(event: Event | None) -> str:
    said = str(getattr(event.facts, "manner", "") or getattr(event.facts, "way", "")) if event else ""
    return MEANS.get("hand" if said == "handed" else said, "")


def _runs(file: File, event: Event | None, city: City) -> tuple[tuple[str, str, bool], ...]:
    if event is None:
        return ()
    begun = (run for run in file.readings(city) if run.started_by == event.seq)
    return tuple(
        (
            run.clock.title,
            due_words(run.end.moment if run.end else None, city.calendar),
            run.clock.binds == "citizen",
        )
        for run in begun
    )


def shown(file: File, words: Words, letters: Sequence[Owed], city: City) -> dict[str, Any]:
    """What the fragments `_handlers.html`, `_evidence.html` and `_service.html` draw."""
    return {
        "letters": letters,
        "handling": handling(file),
        "exhibits": evidence(file, words, city.calendar),
        "has_evidence": file.procedure.name in WITH_EVIDENCE,
        "services": service(file, letters, city) if file.procedure.name != "work_order" else [],
    }
