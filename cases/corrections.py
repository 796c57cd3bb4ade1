"""What forbids a correction (更正): it may mend what was written down, never break the history it mends.

The corrected history has to be one that could have happened: the registration first, every step at a stage
that knows it, every fact as its step asks. What also stands in another case, or records who looked behind a
mask, is beyond correction; only a merger can be undone, in both cases at once.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from cases.calendar import OUTSIDE
from cases.history import CORRECT, Correction, Event

if TYPE_CHECKING:
    from cases.procedure import Attempt, File

BEYOND = frozenset({"took_in", "gave_rise", "unmask"})
ABROAD = frozenset({"merge"})  # written in another case as well: undone whole, not changed
FIXED = frozenset({"party", "from_case", "into"})  # facts by which other rows are found


def ill_corrected(attempt: "Attempt") -> str | None:
    """Why the correction that is asked for may not stand."""
    if attempt.facts is None:
        return None
    file, wanted = attempt.file, attempt.facts
    event = next((event for event in file.history if event.seq == wanted.seq), None)
    if event is None:
        return f"没有第{wanted.seq}条记录，或者它已经撤销"
    return (
        _untouchable(attempt, event)
        or _empty_or_odd(file, event, wanted)
        or (f"更正后的时间{OUTSIDE}" if wanted.at and not attempt.city.calendar.covers(wanted.at.date()) else None)
        or ("更正后的时间不能晚于当前时间" if wanted.at and wanted.at > attempt.now else None)
        or _unlikely(file, Event(seq=file.events[-1].seq + 1, step=CORRECT, at=attempt.at, recorded_at=attempt.now,
                                 by=attempt.actor.id, facts=wanted))
    )  # fmt: skip


def _untouchable(attempt: "Attempt", event: Event) -> str | None:
    title = attempt.file.procedure.step(event.step).title
    if event.step in BEYOND:
        return f"“{title}”由系统记录，不能更正"
    if event.step in ABROAD and not attempt.facts.void:
        return f"“{title}”同时记在另一件中，只能撤销后重新办理"
    if attempt.facts.void and event is attempt.file.opening:
        return f"“{title}”是案件的起点，不能撤销"
    return None


def _empty_or_odd(file: "File", event: Event, wanted: Correction) -> str | None:
    """A correction changes something, and only what the step asks for. Who has the case is changed by a step of
    its own, of which everybody hears."""
    if not wanted.void and wanted.at is None and not wanted.facts:
        return "请写明更正的时间或内容，或者撤销该条记录"
    known = {field.encode_name for field in msgspec.structs.fields(event.facts)} if event.facts is not None else set()
    fixed = FIXED | {file.procedure.leads.get(event.step, ""), file.procedure.joins.get(event.step, "")}
    odd = [name for name in wanted.facts or {} if name not in known or name in fixed]
    return f"这条记录没有可以更正的“{odd[0]}”" if odd else None


def _unlikely(file: "File", correction: Event) -> str | None:
    try:
        after = file.with_event(correction)
        history = after.history
    except msgspec.ValidationError as wrong:
        return f"更正后的内容不合要求：{wrong}"
    if history[0].seq != file.opening.seq:
        return f"更正后“{file.procedure.step(file.opening.step).title}”应当仍是最早的一条"
    before = set(_out_of_turn(file))
    for event in _out_of_turn(after):
        if event not in before:
            return f"更正后第{event}条“{_title(after, event)}”就不可能发生"
    return None


def _out_of_turn(file: "File") -> Iterable[int]:
    """The seqs of the events of a history that the stage before them does not allow."""
    history = file.history
    for n in range(1, len(history)):
        step = file.procedure.step(history[n].step)
        prefix: Any = msgspec.structs.replace(file, events=history[:n])
        if not prefix.allows(step):
            yield history[n].seq


def _title(file: "File", seq: int) -> str:
    return next(file.procedure.step(event.step).title for event in file.history if event.seq == seq)
