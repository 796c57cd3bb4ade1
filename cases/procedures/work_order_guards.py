"""What forbids a step of a work order beyond its stage and its actor: the letters, the co-handlers, the suspension."""

from cases.guards import is_pending
from cases.history import after_last
from cases.people import CENTRE, Actor
from cases.procedure import Attempt, File, Guard

IN_CONFIDENCE = "来电人要求对承办单位保密姓名和电话；需要核实、联系的，请写内部备注，由12345中心代为询问"
REDIRECTED = frozenset({"redispatch", "uphold_return"})  # after which a letter to the office before binds nobody


def answer_by_passed(attempt: Attempt) -> str | None:
    """The day by which a supervision is to be answered lies ahead, and its letter is new."""
    facts = attempt.facts
    if facts is None:
        return None
    if facts.answer_by <= attempt.city.calendar.day_of(attempt.at):
        return "答复期限应当晚于发出督办的当日"
    letters = {event.facts.letter for event in attempt.file.history if event.step == "supervise"}
    return f"督办单{facts.letter}已经发出过" if facts.letter in letters else None


def unknown_letter(attempt: Attempt) -> str | None:
    """A reply answers a supervision that is waiting for one."""
    waiting = _letters_waiting(attempt)
    if not waiting:
        return "没有待回复的督办单"
    if attempt.facts and attempt.facts.letter not in waiting:
        return f"督办单{attempt.facts.letter}不存在或已回复"
    return None


def letter_waiting(said: str) -> Guard:
    """What an office cannot leave behind while a supervision waits for its word."""

    def guard(attempt: Attempt) -> str | None:
        waiting = _letters_waiting(attempt)
        return f"督办单{'、'.join(waiting)}尚未回复，{said}" if waiting else None

    return guard


def _letters_waiting(attempt: Attempt) -> list[str]:
    """The letters to the office that leads now that are not answered, oldest first."""
    since = after_last(attempt.file.history, REDIRECTED)
    answered = {event.facts.letter for event in since if event.step == "reply_supervision"}
    sent = (event.facts.letter for event in since if event.step == "supervise")
    return [letter for letter in sent if letter not in answered]


def own_co_part(attempt: Attempt) -> str | None:
    """A co-handling office speaks for itself, once."""
    if attempt.actor.office in _parts_given(attempt):
        return "本单位已提交协办意见"
    if attempt.facts and attempt.facts.office != attempt.actor.office:
        return "只能提交本单位的协办意见"
    return None


def joined_already(attempt: Attempt) -> str | None:
    """An office joins once, and the lead does not join."""
    if attempt.facts is None:
        return None
    taken = (attempt.file.office, *attempt.file.co_offices)
    return "该单位已在本案办理" if attempt.facts.office in taken else None


def co_parts_missing(attempt: Attempt) -> str | None:
    """The lead answers for all, so it waits for the parts of the co-handlers."""
    given = _parts_given(attempt)
    waiting = [office for office in attempt.file.co_offices if office not in given]
    return f"尚有{len(waiting)}个协办单位未提交意见" if waiting else None


def _parts_given(attempt: Attempt) -> set[str]:
    since = after_last(attempt.file.history, attempt.file.procedure.frees)
    return {event.facts.office for event in since if event.step == "co_answer"}


def asked_more(attempt: Attempt) -> str | None:
    """A chief approves what was asked or less, never more."""
    asked = [event.facts.days for event in attempt.file.history if event.step == "ask_extension"]
    if attempt.facts and asked and attempt.facts.days > asked[-1]:
        return f"批准的天数不能多于申请的{asked[-1]}个工作日"
    return None


def never_dispatched(attempt: Attempt) -> str | None:
    """Only an office that had the matter can take it up again."""
    return None if attempt.file.office else "本件没有派给承办单位，不能重新办理；仍有疑问的，请再次登记"


def withheld(file: File, actor: Actor) -> bool:
    """Whether `actor` sits in an office, from which the party of `file` asked to be kept."""
    return getattr(file.opening.facts, "confidential", False) and not actor.has(CENTRE)


def in_confidence(attempt: Attempt) -> str | None:
    """Who asked for confidence is known to the centre alone."""
    return IN_CONFIDENCE if withheld(attempt.file, attempt.actor) else None


def while_suspended() -> Guard:
    """Work that cannot go on while the order is suspended."""
    return lambda attempt: "工单已挂起，请先恢复办理" if is_pending(attempt, "suspend", ("resume",)) else None
