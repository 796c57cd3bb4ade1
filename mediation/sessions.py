"""The table meets: who was there, whether both sides were heard, when it meets again, and that nobody sits
at two tables at once (人民调解法第二十二条、第二十七条: 调解活动应当充分听取陈述、建立卷宗)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from msgspec import Struct

from cases.calendar import Calendar
from cases.law import Article
from cases.procedures.mediation_facts import SIDES
from cases.procedures.mediation_guards import session_faults, sides_unheard

HEARD = Article("人民调解法", "22")
RECORD = Article("人民调解法", "27")


class Sitting(Struct, frozen=True, kw_only=True):
    """A table put on the calendar: which case, who mediates, from when until when (aware moments)."""

    case: int
    mediators: frozenset[str]
    start: datetime
    end: datetime
    room: str = ""


class Record(Struct, frozen=True, kw_only=True):
    """调解笔录: who was there, who was heard, who signed it, what was said, and when the table meets again."""

    on: date
    present: frozenset[str]
    heard: frozenset[str]
    signed: frozenset[str]
    mediators: frozenset[str]
    text: str
    next_on: date | None = None


def clashes(sitting: Sitting, others: Iterable[Sitting]) -> list[Sitting]:
    """The sittings of other cases that a mediator or the room of `sitting` is bound to, by their start."""
    return sorted((other for other in others if _clash(sitting, other)), key=lambda other: other.start)


def why_not_held(
    sitting: Sitting, others: Iterable[Sitting], calendar: Calendar, now: datetime
) -> str | None:
    """Why a sitting cannot be put on the calendar, or None."""
    if sitting.end <= sitting.start:
        return "结束时间应当晚于开始时间"
    if sitting.start < now:
        return "调解时间应当晚于当前时间"
    if calendar.day_of(sitting.start) != calendar.day_of(sitting.end):
        return "一次调解应当在同一日内"
    if not sitting.mediators:
        return "尚未选定调解员"
    found = clashes(sitting, others)
    if not found:
        return None
    at = found[0].start.astimezone(calendar.zone)
    busy = "、".join(sorted(sitting.mediators & found[0].mediators)) or f"调解室{sitting.room}"
    return f"{busy}在{at:%m月%d日 %H:%M}已有另一场调解"


def record_faults(record: Record) -> list[str]:
    """What a record lacks, each a whole sentence; an empty list when it can stand."""
    faults = [] if record.mediators else ["调解笔录应当写明调解员"]
    faults += session_faults(record.present, record.heard, record.on, record.next_on)
    if unsigned := record.present - record.signed:
        faults.append(f"{_names(unsigned)}没有在笔录上签名；拒绝签名的应当注明")
    if not record.text.strip():
        faults.append("调解笔录没有内容")
    return faults


def unheard(records: Sequence[Record]) -> list[str]:
    """The sides that no record shows as heard, in Chinese; no agreement before this is empty (第二十二条)."""
    return sides_unheard(side for record in records for side in record.heard)


def next_date(records: Sequence[Record], on: date) -> date | None:
    """The day of the next session as the last record sets it, unless it has gone by."""
    day = records[-1].next_on if records else None
    return day if day is not None and day >= on else None


def absences(records: Sequence[Record], side: str) -> int:
    """How many of the last sessions in a row `side` stayed away from."""
    count = 0
    for record in reversed(records):
        if side in record.present:
            break
        count += 1
    return count


def _clash(one: Sitting, other: Sitting) -> bool:
    if one.case == other.case and one.start == other.start:
        return False  # the same sitting seen again
    together = one.start < other.end and other.start < one.end
    shared = not one.mediators.isdisjoint(other.mediators) or bool(one.room and one.room == other.room)
    return together and shared


def _names(sides: Iterable[str]) -> str:
    return "、".join(title for side, title in SIDES.items() if side in sides)
