"""What holds when cases are merged (并案): one lead, nobody lost.

Who is inside stands in the lead's own history, so that the lead can neither vanish nor be closed before
everybody has been answered and called back; a lead is never merged itself, so nobody is two steps away from
the answer.
"""

from cases.history import CORRECT, Correction
from cases.procedure import Attempt, File, Guard
from cases.procedures.work_order_facts import Merge

ANSWERED = frozenset({"reviewed", "called_back"})  # whoever came in now would never be told the answer


def no_lead_case(attempt: Attempt) -> str | None:
    """A case is merged into another one that exists and is still open."""
    if attempt.facts is None:
        return None
    if attempt.facts.into == attempt.file.number:
        return "不能并入自身"
    lead = attempt.other
    if lead is None or lead.procedure.name != attempt.file.procedure.name:
        return f"没有编号为{attempt.facts.into}的主件"
    if lead.ended:
        return f"主件{lead.number}已经结束，不能再并入"
    return f"主件{lead.number}已经答复来电人，不能再并入" if lead.stage in ANSWERED else None


def others_inside(said: str) -> Guard:
    """What would leave those without an answer whose cases were merged into this one."""
    return lambda attempt: said if taken_in(attempt.file) else None


def no_merged_case(attempt: Attempt) -> str | None:
    """A call-back of a merged case is of one that is inside, once."""
    waiting = _not_called_back(attempt)
    if not waiting:
        return "没有待回访的并案来电人"
    if attempt.facts and attempt.facts.number not in waiting:
        return f"工单{attempt.facts.number}没有并入本件，或已经回访过"
    return None


def merged_waiting(attempt: Attempt) -> str | None:
    """A lead case is over when everybody whose case it took in has been called back too."""
    waiting = _not_called_back(attempt)
    return f"尚有{len(waiting)}位并案来电人没有回访：{'、'.join(waiting[:3])}" if waiting else None


def taken_in(lead: File) -> list[str]:
    """The numbers of the cases that were merged into `lead`."""
    return [event.facts.number for event in lead.history if event.step == "took_in"]


def moved_by(file: File) -> tuple[Merge | None, Correction | None]:
    """The merger that the last event of `file` made or, with the correction, undid."""
    said = file.events[-1]
    if said.step == "merge":
        return said.facts, None
    if said.step == CORRECT and said.facts.void:
        undone = next(event for event in file.events if event.seq == said.facts.seq)
        return (undone.facts, said.facts) if undone.step == "merge" else (None, None)
    return None, None


def _not_called_back(attempt: Attempt) -> list[str]:
    called = {event.facts.number for event in attempt.file.history if event.step == "call_back_merged"}
    return [number for number in taken_in(attempt.file) if number not in called]
