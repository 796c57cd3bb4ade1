"""A case as its page shows it: clocks as bars, the history in words, the steps as buttons with their forms.

Pure: a file, the city and the names go in, plain values come out, so that page and JSON say the same.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, inspect

from cases.calendar import Calendar
from cases.city import City
from cases.clocks import Binds, Reading, State
from cases.explaining import Day
from cases.history import CORRECT, ENTRUST, Correction, Event
from cases.people import CITIZEN
from cases.procedure import File, Step
from hotline.calendar.lights import HELD, Light, due_words, late_by, light, moment_words
from hotline.fields import options_of, title_of
from hotline.office.captions import HIDDEN, MARKS
from routing import Rulebook

STATES = {
    State.RUNNING: "计时中",
    State.PAUSED: "暂停计算",
    State.MET: "按期完成",
    State.LATE: "逾期完成",
    State.OVERDUE: "已超期",
}
TALKS = frozenset({"call_back", "call_back_merged", "add_material", "rate"})
WHO = {"citizen": "市民", "system": "系统"}


class Words(Struct, frozen=True):
    """What codes are called: people by actor id, and the rulebook's offices, topics, streets."""

    people: Mapping[str, str]
    book: Rulebook

    def who(self, actor: str) -> str:
        """The name behind an actor id."""
        return self.people.get(actor) or WHO.get(actor, actor)

    def office(self, code: str) -> str:
        """The title of an office."""
        known = self.book.duties.offices.get(code)
        return known.title if known else code

    def topic(self, code: str) -> str:
        """The full title of a topic."""
        number = self.book.numbers.get(code)
        return self.book.topics[number].full if number is not None else code

    def street(self, code: str) -> str:
        """The name of a street."""
        return self.book.places.streets.get(code, code)


class Bar(Struct, frozen=True, kw_only=True):
    """One run of a clock. `share` is how much of the way is gone, 0 to 100."""

    id: str
    title: str
    article: str
    light: Light
    state: str
    open: bool
    due: str
    due_at: datetime | None
    share: int
    begun: str
    start_event: str
    lengths: str
    stopped: str
    pauses: tuple[str, ...]
    extended: str
    rolled: str
    provisional: bool
    citizen: bool  # a right of the citizen, no office's duty
    days: tuple[Day, ...]


class Said(Struct, frozen=True):
    """One fact of an event in words. `before` is what was corrected away; `written`: in somebody's own words."""

    title: str
    value: str
    before: str = ""
    attachments: tuple[str, ...] = ()
    written: bool = False


class Entry(Struct, frozen=True, kw_only=True):
    """One event as it is read. `void`: a correction has taken it out of the history."""

    seq: int
    step: str
    title: str
    article: str
    at: str
    moment: datetime
    recorded: str  # when it was written down, where that was another time
    who: str
    facts: tuple[Said, ...]
    void: bool = False
    was_at: str = ""
    sort: str = "work"  # course, work, talk or record: by which the history may be narrowed
    version: str = ""  # of the rules that a dispatch names, with the one that decided
    rule: str = ""


def people_of(file: File) -> set[str]:
    """The actor ids that a file's page names."""
    return {event.by for event in file.events} | {e.facts.assignee for e in file.events if e.step == ENTRUST}


def bars(file: File, city: City, now: datetime, words: Words) -> list[Bar]:
    """Every run of every clock: the open ones first, what ends soonest on top."""
    found = [_bar(reading, file, city, now, words) for reading in file.readings(city)]
    far = now.replace(year=9999)
    return sorted(found, key=lambda bar: (not bar.open, bar.citizen, bar.due_at or far if bar.open else now))


def _bar(reading: Reading, file: File, city: City, now: datetime, words: Words) -> Bar:
    calendar, state, end = city.calendar, reading.state(now), reading.end
    due_at = end.moment if end else None
    key = words.office(reading.key) if reading.clock.per == "office" else reading.key
    begun = next(event for event in file.history if event.seq == reading.started_by)
    return Bar(
        id=reading.clock.id,
        title=f"{reading.clock.title}（{key}）" if key else reading.clock.title,
        article=str(reading.article),
        light=_light(reading, state, now, calendar),
        state=STATES[state],
        open=reading.open,
        due=due_words(due_at, calendar),
        due_at=due_at,
        share=_share(reading, now),
        begun=moment_words(reading.begun_at, calendar),
        start_event=file.procedure.step(begun.step).title,
        lengths=reading.lengths,
        stopped=_stopped(reading, file, calendar),
        pauses=tuple(
            f"{moment_words(s.start, calendar)} 至 {moment_words(s.end, calendar) or '尚未恢复'}"
            for s in reading.period.excluded
        ),
        extended="、".join(str(length) for length in reading.period.lengths[1:]),
        rolled=f"{end.unrolled}为休息日，顺延至{end.due}" if end and end.rolled else "",
        provisional=bool(end and end.provisional),
        citizen=reading.clock.binds is Binds.CITIZEN,
        days=reading.explain(calendar),
    )


def _light(reading: Reading, state: State, now: datetime, calendar: Calendar) -> Light:
    if state is State.MET:
        return Light("quiet", "按期完成")
    if state is State.LATE:
        assert reading.stopped_at is not None, "a late clock was stopped"
        late = late_by(reading.end.moment, reading.stopped_at, calendar) if reading.end else ""
        return Light("late", f"逾期{late}完成")
    if state is State.PAUSED or reading.end is None:
        return HELD
    shown = light(reading.end.moment, now, calendar)
    if reading.clock.binds is Binds.CITIZEN:  # a right that runs out is no breach
        return Light("ok", shown.words) if state is State.RUNNING else Light("quiet", "期限已过")
    return shown


def _share(reading: Reading, now: datetime) -> int:
    if reading.end is None:
        return 50
    whole = (reading.end.moment - reading.period.start).total_seconds()
    gone = ((reading.stopped_at or now) - reading.period.start).total_seconds()
    return max(2, min(100, round(100 * gone / whole))) if whole > 0 else 100


def _stopped(reading: Reading, file: File, calendar: Calendar) -> str:
    if reading.stopped_at is None:
        return ""
    return f"{moment_words(reading.stopped_at, calendar)}（{file.procedure.step(reading.stopped_by).title}）"


# -- history -----------------------------------------------------------------------------------------


def entries(file: File, city: City, words: Words) -> list[Entry]:
    """Every event ever recorded, in the order of the moments that count; the latest last. What was corrected
    stands struck through beside what holds now."""
    holds = {event.seq: event for event in file.history}
    found = [_entry(event, holds.get(event.seq), file, city, words) for event in file.events]
    return sorted(found, key=lambda entry: (entry.moment, entry.seq))


def _entry(event: Event, holds: Event | None, file: File, city: City, words: Words) -> Entry:
    step, calendar = file.procedure.step(event.step), city.calendar
    now = holds or event
    facts = _corrected(event, file) if event.step == CORRECT else _said(now.facts, event.facts, words)
    late = (event.recorded_at - now.at).total_seconds() >= 60
    return Entry(
        seq=event.seq,
        step=event.step,
        title=step.title,
        article=str(step.article),
        at=moment_words(now.at, calendar),
        moment=now.at,
        recorded=moment_words(event.recorded_at, calendar) if late else "",
        who=words.who(event.by),
        facts=facts,
        void=holds is None and event.step != CORRECT,
        was_at=moment_words(event.at, calendar) if now.at != event.at else "",
        sort=_sort(step, event),
        version=str(getattr(now.facts, "version", "")),
        rule=str(getattr(now.facts, "rule", "")),
    )


def _sort(step: Step, event: Event) -> str:
    """Whether an event moved the case, was somebody's from outside, is a mere record, or work in between."""
    if step.opens or step.to is not None:
        return "course"
    if event.by == CITIZEN.id or step.name in TALKS:
        return "talk"
    return "record" if step.hidden or step.name == "note" else "work"


def _corrected(event: Event, file: File) -> tuple[Said, ...]:
    correction: Correction = event.facts
    about = next((e for e in file.events if e.seq == correction.seq), None)
    name = file.procedure.step(about.step).title if about else ""
    what = "撤销该条记录" if correction.void else "更正该条记录"
    return (Said("更正对象", f"第{correction.seq}条“{name}”，{what}"), Said("理由", correction.reason))


def _said(facts: Any, before: Any, words: Words) -> tuple[Said, ...]:
    if facts is None:
        return ()
    described = inspect.type_info(type(facts))
    assert isinstance(described, inspect.StructType), "facts are structs"
    found = []
    for field in described.fields:
        name, value = field.encode_name, getattr(facts, field.name)
        if name in HIDDEN or value in ("", None, ()) or (name in MARKS and value is False):
            continue
        title = title_of(type(facts), name)
        if name == "attachments":
            found.append(Said(title, "", attachments=tuple(value)))
            continue
        old = getattr(before, field.name)
        told = value_words(type(facts), name, value, words)
        was = value_words(type(facts), name, old, words) if old != value else ""
        found.append(Said(title, told, was, written=told == value and name != "because"))
    return tuple(found)


def value_words(asks: type[Any], name: str, value: Any, words: Words) -> str:
    """One fact as it is read: closed lists by their words, codes by their titles."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        told = [value_words(asks, name, one, words) for one in value]
        return "".join(one if one.endswith("。") else f"{one}；" for one in told).removesuffix("；")
    if isinstance(value, Struct):
        return "，".join(str(one) for one in msgspec.structs.astuple(value) if one not in ("", None))
    named: dict[str, Callable[[str], str]] = {
        "assignee": words.who, "office": words.office, "suggests": words.office,
        "topic": words.topic, "street": words.street,
    }  # fmt: skip
    if name in named:
        return named[name](str(value))
    return dict(_listed(asks, name)).get(str(value), str(value))


def _listed(asks: type[Any], name: str) -> list[tuple[str, str]]:
    for field in msgspec.structs.fields(asks):
        if field.encode_name == name:
            kind = inspect.type_info(field.type)
            return options_of(asks, kind.values) if isinstance(kind, inspect.LiteralType) else []
    return []
