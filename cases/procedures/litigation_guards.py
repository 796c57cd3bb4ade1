"""What a defendant agency may not do in a suit: guards for `litigation`, and its letters."""

from cases.clocks import State
from cases.history import Event
from cases.procedure import Attempt, File, Guard

WINDOWS = ("al.appeal.judgment", "al.appeal.ruling")


def head_or_reason(attempt: Attempt) -> str | None:
    """The head appears; else the lawful reason, its proof and an officer instead, never a lawyer alone."""
    facts = attempt.facts
    if facts is None or facts.head:
        return None
    if not facts.officer:
        return "负责人不能出庭的，应当委托本机关工作人员出庭，不得仅委托律师出庭（解释第一百二十八条第二款）"
    if facts.excuse == "none":
        return "负责人不能出庭的，应当有不可抗力、意外事件、不能代替的公务或者其他正当理由（规定第八条）"
    if not facts.proof:
        return "负责人不能出庭的，应当在开庭前提交加盖印章或者负责人签字的情况说明（规定第九条）"
    return None


def unannounced_hearing(step: str) -> Guard:
    """Speaks only of a hearing that `step` has put on the calendar."""

    def guard(attempt: Attempt) -> str | None:
        known = {event.facts.hearing for event in attempt.file.history if event.step == step}
        if not known:
            return "尚未收到传票或者出庭通知" if step == "set_hearing" else "尚未报送出庭人员"
        if attempt.facts and attempt.facts.hearing not in known:
            return f"{attempt.facts.hearing:%Y年%m月%d日}没有登记开庭"
        return None

    return guard


def hearing_passed(attempt: Attempt) -> str | None:
    """A summons is for a day that has not gone by."""
    if attempt.facts and attempt.facts.hearing < attempt.city.calendar.day_of(attempt.at):
        return "开庭日期不能早于收到通知的当日"
    return None


def before_hearing_day(attempt: Attempt) -> str | None:
    """What happened at a hearing is written down on its day or later."""
    if attempt.facts and attempt.facts.hearing > attempt.city.calendar.day_of(attempt.at):
        return "开庭日期未到"
    return None


def other_docket_day(attempt: Attempt) -> str | None:
    """The trial time of either track runs from the one day of docketing."""
    docketed = attempt.file.opening.facts.docketed
    if attempt.facts and attempt.facts.docketed != docketed:
        return f"本案立案之日为{docketed:%Y年%m月%d日}"
    return None


def served_already(step: str) -> Guard:
    """Each side is served once."""

    def guard(attempt: Attempt) -> str | None:
        served = {event.facts.side for event in _since_judged(attempt.file) if event.step == step}
        return "该方已经送达" if attempt.facts and attempt.facts.side in served else None

    return guard


def never_served(attempt: Attempt) -> str | None:
    """Only a side that was served can have a window to appeal in, and it appeals once."""
    if attempt.facts is None:
        return None
    side, history = attempt.facts.side, _since_judged(attempt.file)
    served = {e.facts.side for e in history if e.step in ("serve_judgment", "serve_ruling")}
    if side not in served:
        return f"尚未登记向{side}送达裁判文书"
    return f"{side}已经上诉" if side in {e.facts.side for e in history if e.step == "appeal"} else None


def windows_open(attempt: Attempt) -> str | None:
    """A judgment takes effect when the window of every side that was served has closed without an appeal."""
    readings = [r for r in attempt.file.readings(attempt.city) if r.clock.id in WINDOWS]
    if not readings:
        return "裁判文书尚未送达当事人"
    waiting = [r.key for r in readings if r.open and r.state(attempt.at) is not State.OVERDUE]
    return f"{'、'.join(waiting)}的上诉期限尚未届满" if waiting else None


def _since_judged(file: File) -> list[Event]:
    """What came after the last decision of the first instance: a remanded suit is judged and served anew."""
    seqs = [event.seq for event in file.history if event.step in ("judge", "rule")]
    return [event for event in file.history if seqs and event.seq > seqs[-1]]


def letter_known(*steps: str) -> Guard:
    """A letter is registered once."""

    def guard(attempt: Attempt) -> str | None:
        known = {event.facts.letter for event in attempt.file.history if event.step in steps}
        if attempt.facts and attempt.facts.letter in known:
            return f"{attempt.facts.letter}已经登记"
        return None

    return guard


def letter_waiting(reply: str, *steps: str) -> Guard:
    """A reply answers a letter that is waiting for one."""

    def guard(attempt: Attempt) -> str | None:
        history = attempt.file.history
        waiting = {event.facts.letter for event in history if event.step in steps}
        waiting -= {event.facts.letter for event in history if event.step == reply}
        if not waiting:
            return "没有待回复的建议书"
        if attempt.facts and attempt.facts.letter not in waiting:
            return f"{attempt.facts.letter}没有登记或者已经回复"
        return None

    return guard


def duties_left(attempt: Attempt) -> str | None:
    """A case is not put away while a duty of the judgment is open or a letter unanswered."""
    history = attempt.file.history
    left = {e.facts.part for e in history if e.step == "set_part"}
    left -= {e.facts.part for e in history if e.step == "perform"}
    if left:
        return f"尚有未履行的判项：{'、'.join(sorted(left))}"
    letters = {e.facts.letter for e in history if e.step in ("advice_governance", "advice_norm")}
    letters -= {e.facts.letter for e in history if e.step == "reply_advice"}
    return f"尚有未回复的司法建议：{'、'.join(sorted(letters))}" if letters else None


def part_known(attempt: Attempt) -> str | None:
    """One duty has one last day."""
    known = {e.facts.part for e in attempt.file.history if e.step == "set_part"}
    return "该判项的履行期限已经登记" if attempt.facts and attempt.facts.part in known else None


def last_day_passed(attempt: Attempt) -> str | None:
    """A term for performance ends on a later day than it is set."""
    if attempt.facts and attempt.facts.last_day <= attempt.city.calendar.day_of(attempt.at):
        return "履行期限的最后一日应当晚于登记的当日"
    return None


def part_unknown(attempt: Attempt) -> str | None:
    """What is performed is a duty with a term, once."""
    history = attempt.file.history
    open_parts = {e.facts.part for e in history if e.step == "set_part"}
    open_parts -= {e.facts.part for e in history if e.step == "perform"}
    if attempt.facts and open_parts and attempt.facts.part not in open_parts:
        return f"判项“{attempt.facts.part}”没有登记或者已经履行"
    return None
