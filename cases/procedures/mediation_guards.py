"""What may not happen at the table: guards for `mediation`. Nobody is mediated against his will, by one
with an interest, unheard, or sent away without being told where else to go."""

from collections.abc import Iterable
from datetime import date

from cases.clocks import State
from cases.history import Event
from cases.procedure import Attempt, File, Guard
from cases.procedures.mediation_facts import KINDS, SIDES

SIGNERS = {"applicant": "申请人签名", "respondent": "被申请人签名", "mediator": "调解员签名", "seal": "调解组织印章"}
UNRECORDED = "口头协议应当由调解员记录协议内容（《人民调解法》第二十八条）"


def only_kind(kind: str) -> Guard:
    """Each kind of mediation is taken up in its own way, since its limit is another."""

    def guard(attempt: Attempt) -> str | None:
        asked = attempt.file.opening.facts.kind
        return None if asked == kind else f"本件是{KINDS[asked]}，不是{KINDS[kind]}"

    return guard


def consent_missing(attempt: Attempt) -> str | None:
    """Both sides are willing: who applied is, the other side has to say so."""
    agreed = {"applicant", *(e.facts.side for e in attempt.file.history if e.step == "consent")}
    missing = [title for side, title in SIDES.items() if side not in agreed]
    return f"{'、'.join(missing)}尚未同意调解" if missing else None


def consented_already(attempt: Attempt) -> str | None:
    """A side consents once; applying is consent."""
    agreed = {"applicant", *(e.facts.side for e in attempt.file.history if e.step == "consent")}
    return "该方已经同意调解" if attempt.facts and attempt.facts.side in agreed else None


def ways_untold(attempt: Attempt) -> str | None:
    """Who leaves the table without an agreement is told of arbitration, the offices and the court."""
    facts = attempt.facts
    if facts is None or (facts.arbitration_told and facts.administrative_told and facts.suit_told):
        return None
    return "调解不成的，应当告知当事人可以通过仲裁、行政（含行政复议）、司法途径维护权利"


def suit_untold(attempt: Attempt) -> str | None:
    """Who is let down by a broken agreement is told that the court is open (人民调解法第三十二条)."""
    if attempt.facts and not attempt.facts.suit_told:
        return "应当告知当事人可以就调解协议的履行向人民法院提起诉讼"
    return None


def mediators(file: File) -> tuple[str, ...]:
    """The mediators who sit: chosen, and not stepped down since."""
    sitting: dict[str, None] = {}
    for event in file.history:
        if event.step == "choose_mediator":
            sitting[event.facts.mediator] = None
        elif event.step == "decide_recusal" and event.facts.steps_down:
            sitting.pop(event.facts.mediator, None)
    return tuple(sitting)


def nobody_sits(attempt: Attempt) -> str | None:
    """No table without a mediator."""
    return None if mediators(attempt.file) else "尚未选定调解员"


def may_not_sit(attempt: Attempt) -> str | None:
    """One with an interest does not sit, nor one who stepped down; nobody is chosen twice."""
    facts = attempt.facts
    if facts is None:
        return None
    if not facts.no_interest:
        return "与当事人或者纠纷有利害关系的，应当自行回避"
    recused = [e.facts for e in attempt.file.history if e.step == "decide_recusal"]
    gone = {decision.mediator for decision in recused if decision.steps_down}
    if facts.mediator in gone:
        return "该调解员已在本案回避"
    return "该调解员已经选定" if facts.mediator in mediators(attempt.file) else None


def not_sitting(attempt: Attempt) -> str | None:
    """Only a mediator who sits can be objected to."""
    sitting = mediators(attempt.file)
    if not sitting:
        return "尚未选定调解员"
    return "该调解员不在本案" if attempt.facts and attempt.facts.mediator not in sitting else None


def recusal_open(attempt: Attempt) -> str | None:
    """While an objection is undecided the table waits."""
    found = [e.step for e in attempt.file.history if e.step in ("object_mediator", "decide_recusal")]
    return "回避申请尚未决定" if found and found[-1] == "object_mediator" else None


def no_objection(attempt: Attempt) -> str | None:
    """A decision answers an objection, or is the mediator's own step."""
    return None if mediators(attempt.file) else "没有可以回避的调解员"


def session_faults(present: Iterable[str], heard: Iterable[str], on: date, next_on: date | None) -> list[str]:
    """What a session's record says that cannot be: a session is one side at least, nobody absent was heard, and
    the next one lies ahead."""
    there, spoke = set(present), set(heard)
    faults = [] if there else ["双方均未到场，不能记为一次调解"]
    if absent := [title for side, title in SIDES.items() if side in spoke - there]:
        faults.append(f"{'、'.join(absent)}没有到场，不能记为已听取陈述")
    if next_on is not None and next_on <= on:
        faults.append("下次调解的日期应当晚于本次")
    return faults


def sides_unheard(heard: Iterable[str]) -> list[str]:
    """The sides, in Chinese, that nobody has heard yet."""
    spoke = set(heard)
    return [title for side, title in SIDES.items() if side not in spoke]


def lacking(signed: Iterable[str]) -> list[str]:
    """Of the signatures and the seal on which a written agreement stands (人民调解法第二十九条第二款), those missing."""
    there = set(signed)
    return [title for name, title in SIGNERS.items() if name not in there]


def sides_of(session: Event, what: str) -> frozenset[str]:
    """The sides that were `present` or `heard` in a session."""
    return frozenset(side for side in SIDES if getattr(session.facts, f"{side}_{what}"))


def table_empty(attempt: Attempt) -> str | None:
    """The record of a session holds together."""
    facts = attempt.facts
    if facts is None:
        return None
    present = [side for side in SIDES if getattr(facts, f"{side}_present")]
    heard = [side for side in SIDES if getattr(facts, f"{side}_heard")]
    on = attempt.city.calendar.day_of(attempt.at)
    return next(iter(session_faults(present, heard, on, facts.next_on)), None)


def never_heard(attempt: Attempt) -> str | None:
    """No agreement before each side was heard."""
    sessions = [event for event in attempt.file.history if event.step == "hold_session"]
    missing = sides_unheard(side for session in sessions for side in sides_of(session, "heard"))
    return f"尚未听取{'、'.join(missing)}的陈述" if missing else None


def unsigned(attempt: Attempt) -> str | None:
    """A written agreement stands on both signatures, the mediator's and the seal."""
    facts = attempt.facts
    if facts is None:
        return None
    signed = [name for name in SIGNERS if getattr(facts, "sealed" if name == "seal" else f"{name}_signed")]
    missing = lacking(signed)
    return f"调解协议书缺少{'、'.join(missing)}，尚不生效" if missing else None


def unrecorded(attempt: Attempt) -> str | None:
    """A spoken agreement is written down by the mediator."""
    return UNRECORDED if attempt.facts and not attempt.facts.recorded else None


def sitting_past(attempt: Attempt) -> str | None:
    """A session is planned ahead, and ends after it begins."""
    facts = attempt.facts
    if facts is None:
        return None
    if facts.end <= facts.start:
        return "结束时间应当晚于开始时间"
    return "调解时间应当晚于当前时间" if facts.start < attempt.at else None


def not_joint(attempt: Attempt) -> str | None:
    """Confirmation is asked for by both sides together (民事诉讼法第二百零五条)."""
    facts = attempt.facts
    both = facts is None or (facts.applicant_asks and facts.respondent_asks)
    return None if both else "司法确认应当由双方当事人共同申请"


def not_agreed_longer(attempt: Attempt) -> str | None:
    """More time is both sides' to give."""
    facts = attempt.facts
    both = facts is None or (facts.applicant_agrees and facts.respondent_agrees)
    return None if both else "延长调解期限须经各方当事人同意"


def part_known(attempt: Attempt) -> str | None:
    """One duty has one last day."""
    known = {e.facts.part for e in attempt.file.history if e.step == "set_part"}
    return "该项义务已经登记" if attempt.facts and attempt.facts.part in known else None


def part_early(attempt: Attempt) -> str | None:
    """A term ends on a later day than it is set."""
    if attempt.facts and attempt.facts.last_day < attempt.city.calendar.day_of(attempt.at):
        return "履行期的最后一日不能早于登记的当日"
    return None


def part_unknown(attempt: Attempt) -> str | None:
    """What is performed was owed, and is performed once."""
    waiting = _owed(attempt.file)
    if not waiting:
        return "没有待履行的义务"
    return "该项义务没有登记或者已经履行" if attempt.facts and attempt.facts.part not in waiting else None


def parts_left(attempt: Attempt) -> str | None:
    """A case is not performed while a duty is open."""
    waiting = _owed(attempt.file)
    return f"尚未履行：{'、'.join(sorted(waiting))}" if waiting else None


def not_yet_due(attempt: Attempt) -> str | None:
    """A duty is not broken before its last day is over."""
    if attempt.facts is None:
        return None
    runs = [r for r in attempt.file.readings(attempt.city) if r.clock.id == "md.perform"]
    run = next((r for r in reversed(runs) if r.key == attempt.facts.part), None)
    if run is None or not run.open:
        return "该项义务没有登记或者已经履行"
    if run.state(attempt.at) is not State.OVERDUE:
        return "履行期尚未届满"
    last = run.end.due if run.end else None
    return None if attempt.facts.last_day == last else f"该项义务的最后一日为{last:%Y年%m月%d日}"


def served_already(attempt: Attempt) -> str | None:
    """Each side is served once."""
    served = {e.facts.side for e in attempt.file.history if e.step == "serve_confirmation"}
    return "该方已经送达" if attempt.facts and attempt.facts.side in served else None


def _owed(file: File) -> set[str]:
    owed = {event.facts.part for event in file.history if event.step == "set_part"}
    return owed - {event.facts.part for event in file.history if event.step == "perform_part"}
