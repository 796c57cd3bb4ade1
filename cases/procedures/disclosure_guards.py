"""What an office may not do with an application to see records: guards for `disclosure`."""

from cases.guards import is_pending
from cases.procedure import Attempt, File, Guard

NEEDS = {  # kind of answer → the fact it needs, and what is said without it
    "public": ("where", "已经公开的，应当告知获取该信息的方式、途径（第三十六条第一项）"),
    "refused": ("basis", "不予公开的，应当说明理由和依据（第三十六条第三项）"),
    "partial": ("basis", "部分公开的，应当对不予公开的部分说明理由（第三十七条）"),
    "absent": ("searched", "信息不存在的，应当经过检索并说明情况（第三十六条第四项）"),
    "not_ours": ("organ", "不属于本机关负责公开的，能够确定机关的应当告知其名称、联系方式（第三十六条第五项）"),
    "passed_on": ("organ", "转送有权更正的机关的，应当告知是哪一机关（第四十一条）"),
    "register": ("where", "应当告知依照有关规定办理的途径（第三十六条第七项）"),
    "petition": ("where", "应当告知通过相应渠道提出（第三十九条）"),
}
DISCLOSES = frozenset({"granted", "partial"})


def answer_incomplete(attempt: Attempt) -> str | None:
    """Each kind of answer carries what its item of article 36 asks for."""
    facts = attempt.facts
    if facts is None:
        return None
    field, reason = NEEDS.get(facts.kind, ("", ""))
    if field and not getattr(facts, field):
        return reason
    if facts.kind in ("refused", "partial") and facts.ground == "none":
        return "应当写明属于第十四条、第十五条、第十六条的哪一情形"
    if facts.kind == "excessive" and not attempt.file.has("ask_reasons"):
        return "应当先要求申请人说明理由（第三十五条）"
    if facts.kind == "repeated" and not facts.basis:
        return "应当写明此前已经答复的申请（第三十六条第六项）"
    if not facts.remedies_told:
        return "答复应当告知申请行政复议、提起行政诉讼的途径和期限"
    return None


def objection_ignored(attempt: Attempt) -> str | None:
    """Against a third party's objection only the public interest discloses (第三十二条)."""
    facts = attempt.facts
    if facts is None or facts.kind not in DISCLOSES or facts.outweighs:
        return None
    objected = any(e.step == "hear_third_party" and e.facts.view == "object" for e in attempt.file.history)
    return "第三方不同意公开且有合理理由的，不予公开；认为不公开影响公共利益的应当写明" if objected else None


def letters_open(attempt: Attempt) -> str | None:
    """No answer while an opinion is awaited."""
    open_letters = [*awaited(attempt.file, "third_party"), *awaited(attempt.file, "co_maker")]
    return f"征求意见尚未回复：{'、'.join(open_letters)}" if open_letters else None


def awaited(file: File, whom: str) -> list[str]:
    """The letters to `whom` that have no opinion yet, in the order they went out."""
    asked = [event.facts.letter for event in file.history if event.step == f"consult_{whom}"]
    heard = {event.facts.letter for event in file.history if event.step == f"hear_{whom}"}
    return [letter for letter in asked if letter not in heard]


def letter_used(attempt: Attempt) -> str | None:
    """A letter's number is used once."""
    steps = ("consult_third_party", "consult_co_maker")
    used = {event.facts.letter for event in attempt.file.history if event.step in steps}
    return f"{attempt.facts.letter}已经发出过" if attempt.facts and attempt.facts.letter in used else None


def not_awaited(whom: str) -> Guard:
    """An opinion answers a letter that was sent and has none."""

    def guard(attempt: Attempt) -> str | None:
        letters = awaited(attempt.file, whom)
        if not letters:
            return "没有待回复的征求意见书"
        if attempt.facts and attempt.facts.letter not in letters:
            return f"征求意见书{attempt.facts.letter}没有发出或者已经回复"
        return None

    return guard


def reached_already(step: str) -> Guard:
    """A letter is received once."""

    def guard(attempt: Attempt) -> str | None:
        reached = {event.facts.letter for event in attempt.file.history if event.step == step}
        return "已经登记收到" if attempt.facts and attempt.facts.letter in reached else None

    return guard


def silent_too_soon(clock: str) -> Guard:
    """Silence is not written down before the fifteen working days are over."""

    def guard(attempt: Attempt) -> str | None:
        if attempt.facts is None or attempt.facts.view != "silent":
            return None
        runs = [r for r in attempt.file.readings(attempt.city) if r.clock.id == clock]
        run = next((r for r in reversed(runs) if r.key == attempt.facts.letter), None)
        if run is None or run.expiry is None:
            return "对方尚未收到征求意见书，不能登记为逾期未答复"
        over = run.expiry <= attempt.at and run.end is not None and run.end.moment <= attempt.now
        return None if over else "征求意见的期限尚未届满"

    return guard


def objection_overruled(attempt: Attempt) -> str | None:
    """Only a third party that objected is told of a disclosure against its objection."""
    objected = {
        e.facts.letter
        for e in attempt.file.history
        if e.step == "hear_third_party" and e.facts.view == "object"
    }
    if not objected:
        return "没有不同意公开的第三方"
    return None if attempt.facts is None or attempt.facts.letter in objected else "该第三方没有提出异议"


def delay_passed(attempt: Attempt) -> str | None:
    """The day of a delayed answer lies ahead."""
    if attempt.facts and attempt.facts.answer_by <= attempt.city.calendar.day_of(attempt.at):
        return "延迟答复的日期应当晚于告知的当日"
    return None


def fee_open(attempt: Attempt) -> str | None:
    """While the fee is unpaid nothing is answered."""
    return "收费通知已发出，申请人尚未缴费" if is_pending(attempt, "charge", ("pay_fee",)) else None


def answered_with_ground(attempt: Attempt) -> str | None:
    """A refusal on articles 14 to 16 is served as one, since reconsideration comes first."""
    return "依第十四条至第十六条不予公开的，按不予公开登记送达（复议前置）" if _refused(attempt.file) else None


def answered_without_ground(attempt: Attempt) -> str | None:
    """Any other answer may be taken to court at once."""
    return None if _refused(attempt.file) else "本件不是依第十四条至第十六条不予公开的答复"


def _refused(file: File) -> bool:
    return any(event.step == "answer" and event.facts.ground != "none" for event in file.history)
