"""What holds when cases are merged (并案): one lead, nobody lost.

Who is inside stands in the lead's own history, so that the lead can neither vanish nor be closed before
everybody has been answered and called back; a lead is never merged itself, so nobody is two steps away from
the answer.
"""

from cases.procedure import Attempt, Guard


def no_lead_case(attempt: Attempt) -> str | None:
    """A case is merged into another one that exists and is still open."""
    if attempt.facts is None:
        return None
    if attempt.facts.into == attempt.file.number:
        return "不能并入自身"
    if attempt.other is None:
        return f"没有编号为{attempt.facts.into}的主件"
    return f"主件{attempt.other.number}已经结束，不能再并入" if attempt.other.ended else None


def others_inside(said: str) -> Guard:
    """What would leave those without an answer whose cases were merged into this one."""
    return lambda attempt: said if _merged(attempt) else None


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


def _merged(attempt: Attempt) -> list[str]:
    return [event.facts.number for event in attempt.file.history if event.step == "took_in"]


def _not_called_back(attempt: Attempt) -> list[str]:
    called = {event.facts.number for event in attempt.file.history if event.step == "call_back_merged"}
    return [number for number in _merged(attempt) if number not in called]
