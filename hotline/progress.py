"""Where a case stands, as its citizen is told: the history retold in plain words.

What goes on between offices, in notes and in drafts is not told: a disputed duty reads as "the office is
being settled", an answer is shown only when it has been reviewed. Pure: a page and a program read the same.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from cases.choices import choices
from cases.city import City
from cases.clocks import Reading, latest
from cases.explaining import Day
from cases.history import Event
from cases.people import CITIZEN
from cases.procedure import File
from cases.procedures.work_order_facts import KINDS, SUSPEND_REASONS
from cases.remedies import Remedy, nothing_left, remedies
from hotline.citizens.ahead import Ahead, Way, ahead, ways
from hotline.texts import plain_stage, promised_day

ANSWERS = frozenset({"answer_at_desk", "approve_answer"})


class Told(Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    at: datetime
    what: str
    text: str = ""


class Replied(Struct, frozen=True, kw_only=True):
    """An answer that was reviewed."""

    at: datetime
    text: str
    solved: bool


class Promise(Struct, frozen=True, kw_only=True):
    """By when, by which rule, and every day that was or was not counted. No day while time stands still."""

    day: date | None
    moment: datetime | None
    because: str
    days: tuple[Day, ...]
    provisional: bool
    kept: bool | None  # None: still open


class Option(Struct, frozen=True, kw_only=True):
    """What can still be done, or why not, and until which day."""

    step: str
    title: str
    allowed: bool
    because: str = ""
    until: date | None = None
    provisional: bool = False


class LeadProgress(Struct, frozen=True, kw_only=True):
    """What the citizen of a merged case may know of the case it went into: that is somebody else's request."""

    stage: str
    stage_title: str
    office: str
    promise: Promise | None
    answers: tuple[Replied, ...]


class Progress(Struct, frozen=True, kw_only=True):
    """All that the citizen may know of one case. `lead` is how the case it was merged into stands."""

    number: str
    kind: str
    stage: str
    stage_title: str
    ended: bool
    received_at: datetime
    office: str
    promise: Promise | None
    told: tuple[Told, ...]
    answers: tuple[Replied, ...]
    options: tuple[Option, ...]
    text: str
    place: str
    attachments: tuple[str, ...]
    remedies: tuple[Remedy, ...]
    no_remedy: str  # why none is left, where something was decided
    next: Ahead | None
    ways: tuple[Way, ...]  # what can still be done, here and elsewhere
    lead: LeadProgress | None = None


def progress(file: File, city: City, now: datetime, lead: File | None = None) -> Progress:
    """How `file` stands at `now`; `lead` is the case it was merged into, where it was."""
    asked, left = file.opening.facts, remedies(file, city, now)
    return Progress(
        number=file.number,
        kind=KINDS.get(getattr(asked, "kind", ""), "") or file.procedure.title,
        stage=file.stage,
        stage_title=_stage_title(file),
        ended=file.ended,
        received_at=file.opening.at,
        office=_office_title(file, city),
        promise=_promise(file, city),
        told=tuple(told for event in file.history if (told := _told(file, event, city))),
        answers=_answers(file),
        options=_options(file, city, now),
        text=getattr(asked, "text", ""),
        place=getattr(asked, "place", ""),
        attachments=digests(file),
        remedies=left,
        no_remedy=nothing_left(file, city, now),
        next=ahead(file, city, now),
        ways=ways(file, city, now, left),
        lead=_lead(lead, city) if lead else None,
    )


def _lead(file: File, city: City) -> LeadProgress:
    return LeadProgress(
        stage=file.stage,
        stage_title=_stage_title(file),
        office=_office_title(file, city),
        promise=_promise(file, city),
        answers=_answers(file),
    )


def _office_title(file: File, city: City) -> str:
    return city.offices.get(file.office, "") if file.stage != "returning" else ""


def _stage_title(file: File) -> str:
    title = file.procedure.stages[file.stage]
    return plain_stage(file.stage, title) if file.procedure.name == "work_order" else title


def digests(file: File) -> tuple[str, ...]:
    """The files handed in with a case, then and later, by their digest."""
    found = (digest for event in file.history for digest in getattr(event.facts, "attachments", ()))
    return tuple(dict.fromkeys(found))


def _promise(file: File, city: City) -> Promise | None:
    reading = latest(file.readings(city), file.procedure.promise)
    if reading is None:
        return None
    end = reading.end
    return Promise(
        day=promised_day(end.moment, city.calendar) if end else None,
        moment=end.moment if end else None,
        because=f"自受理之日起{reading.lengths}（{reading.article}）",
        days=reading.explain(city.calendar),
        provisional=bool(end and end.provisional),
        kept=_kept(reading),
    )


def _kept(reading: Reading) -> bool | None:
    if reading.stopped_at is None or reading.end is None:
        return None
    return reading.stopped_at < reading.end.moment


def _answers(file: File) -> tuple[Replied, ...]:
    """Reviewed answers, oldest first; a draft is none."""
    found: list[Replied] = []
    draft: Any = None
    for event in file.history:
        if event.step == "answer":
            draft = event.facts
        elif event.step == "answer_at_desk":
            found.append(Replied(at=event.at, text=event.facts.text, solved=event.facts.solved))
        elif event.step == "approve_answer" and draft is not None:
            found.append(Replied(at=event.at, text=draft.text, solved=draft.solved))
    return tuple(found)


def _options(file: File, city: City, now: datetime) -> tuple[Option, ...]:
    found = []
    for choice in choices(file, CITIZEN, now, city):
        window = latest(file.readings(city), "wo.reopen") if choice.step.name == "reopen" else None
        found.append(
            Option(
                step=choice.step.name,
                title=choice.step.title,
                allowed=choice.refused is None,
                because=choice.refused.message if choice.refused else "",
                until=window.end.due if window and window.end and window.open else None,
                provisional=bool(window and window.end and window.open and window.end.provisional),
            )
        )
    return tuple(found)


def _told(file: File, event: Event, city: City) -> Told | None:
    """An event in plain words, or None for what is no citizen's business."""
    if file.procedure.name != "work_order":  # a procedure of law is told by the names of its stages
        step = file.procedure.step(event.step)
        return Told(at=event.at, what=step.title) if step.to else None
    word = WORDS.get(event.step)
    said = word(event, city) if word else None
    if event.step == "answer" and (file.stage != "answered" or event is not file.entered):
        return None
    return Told(at=event.at, what=said[0], text=said[1]) if said else None


def _office(event: Event, city: City) -> str:
    return city.offices.get(event.facts.office, "有关单位")


def _own_words(event: Event, city: City) -> tuple[str, str]:
    own = event.by == CITIZEN.id
    return ("您补充了材料", event.facts.text) if own else ("补充了材料", "")


def _called(event: Event, city: City) -> tuple[str, str]:
    return ("已回访", "") if event.facts.reached else ("回访时没有联系上您", "")


def _rated(event: Event, city: City) -> tuple[str, str]:
    solved = "问题已解决" if event.facts.solved else "问题未解决"
    return f"您评价了{event.facts.score}分，{solved}", event.facts.text


WORDS: dict[str, Callable[[Event, City], tuple[str, str]]] = {
    "register": lambda e, c: ("已收到您的诉求", ""),
    "dispatch": lambda e, c: (f"转交{_office(e, c)}办理", ""),
    "redispatch": lambda e, c: (f"改由{_office(e, c)}办理", ""),
    "raise_alarm": lambda e, c: (f"疑似险情，已提请值班席联系{e.facts.number}", "如有危险，请您直接拨打"),
    "hand_to_emergency": lambda e, c: (f"已转{e.facts.number}处置", ""),
    "answer_at_desk": lambda e, c: ("已答复", ""),
    "divert": lambda e, c: ("这件事应当通过法定途径解决", f"{e.facts.path}（依据：{e.facts.basis}）"),
    "sign_for": lambda e, c: ("承办单位已签收", ""),
    "start": lambda e, c: ("开始办理", ""),
    "add_co_handler": lambda e, c: (f"{_office(e, c)}参与协办", ""),
    "approve_extension": lambda e, c: (f"经批准延长{e.facts.days}个工作日", "承诺答复的日期相应顺延"),
    "suspend": lambda e, c: ("暂停计时", SUSPEND_REASONS.get(e.facts.ground, "")),
    "resume": lambda e, c: ("恢复办理", ""),
    "answer": lambda e, c: ("承办单位已办理，答复正在审核", ""),
    "approve_answer": lambda e, c: ("答复已审核", ""),
    "call_back": _called,
    "close": lambda e, c: ("已办结", ""),
    "reopen": lambda e, c: ("按您的申请重新办理" if e.by == CITIZEN.id else "重新办理", ""),
    "merge": lambda e, c: ("与同类诉求一并办理", "办好后同样答复您"),
    "withdraw": lambda e, c: ("已撤回，不再办理", ""),
    "add_material": _own_words,
    "rate": _rated,
}
