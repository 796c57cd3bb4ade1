"""What one procedure means for another: from which case which may arise, and what excludes what.

A matter is the same where one case arose from the other, or where the same person disputes the same act. The
rules read the files of that matter and nothing else, so the door and the ledger give one answer.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cases.history import last_of
from cases.law import Article
from cases.origin import act_key
from cases.people import Actor
from cases.procedure import File, Procedure, Refused, Step
from cases.procedures import PROCEDURES
from cases.procedures.mediation import WORK
from cases.procedures.petition import LAW as PETITIONS
from cases.procedures.reconsideration_clocks import LAW as ACT
from cases.procedures.reconsideration_clocks import REGULATION

RISES: Mapping[str, frozenset[str]] = {
    "work_order": frozenset(
        {"mediation", "petition", "reconsideration", "disclosure", "norm_review", "compensation"}
    ),
    "petition": frozenset(
        {"mediation", "reconsideration", "litigation", "disclosure", "norm_review", "compensation"}
    ),
    "reconsideration": frozenset({"litigation", "mediation", "norm_review", "compensation", "enforcement"}),
    "disclosure": frozenset({"reconsideration", "litigation"}),
    "mediation": frozenset({"reconsideration", "petition", "litigation"}),
    "compensation": frozenset({"reconsideration", "litigation"}),
    "litigation": frozenset({"compensation", "procuratorial", "enforcement"}),
    "procuratorial": frozenset({"litigation"}),
    "enforcement": frozenset({"litigation"}),
}
ASKED_AGAIN = {("petition", "accept"), ("reconsideration", "accept"), ("reconsideration", "accept_simplified")}
ADMINISTRATIVE = frozenset({"disclosure", "compensation"})  # 第三十一条第四项: 行政程序
TAKEN_ON = ("accept", "accept_simplified", "deem_accept")


def opening_step(procedure: Procedure) -> Step:
    """The step that begins a case."""
    return next(step for step in procedure.steps if step.opens)


def arising(actor: Actor, procedure: str) -> list[tuple[str, str]]:
    """What `actor` may open out of a case of `procedure`: name and title, in the order of the house."""
    named = [(name, known) for name, known in PROCEDURES.items() if name in RISES.get(procedure, ())]
    return [(name, known.title) for name, known in named if actor.has(opening_step(known).by)]


def barred(procedure: str, facts: Any, source: File | None, kin: Sequence[File]) -> Refused | None:
    """Why a case of `procedure` may not be opened (or taken on) because of `source`, from which it arises, and
    of `kin`, the other cases of the same matter; None if it may."""
    if source is not None and procedure not in RISES.get(source.procedure.name, ()):
        said = f"{source.procedure.title}案件不能另立{PROCEDURES[procedure].title}"
        return Refused(said, opening_step(source.procedure).article, "from_case")
    rule = RULES.get(procedure)
    return rule(facts, source, [other for other in kin if _same_act(facts, other)]) if rule else None


def _same_act(facts: Any, other: File) -> bool:
    """Two cases of one family that name different acts are of different matters."""
    one, two = act_key(facts.about), act_key(getattr(other.opening.facts, "about", ""))
    return not (one and two) or one == two


def _petition(_: Any, __: File | None, kin: Sequence[File]) -> Refused | None:
    for other in kin:
        if item := _legal_path(other):
            said = f"该事项已进入{other.procedure.title}程序，不作为信访事项受理；已登记的，请导入法定途径"
            return _refused(said, other, PETITIONS.article(item))
        if other.procedure.name == "petition" and other.has("issue_recheck"):
            said = "该事项已经复核终结，以同一事实和理由提出的不再受理"
            return _refused(said, other, PETITIONS.article("36(3)"))
        if other.procedure.name == "petition" and not other.ended:
            return _refused("该事项已经受理或者正在办理，不重复受理", other, PETITIONS.article("19(3)"))
    return None


def _reconsideration(facts: Any, source: File | None, kin: Sequence[File]) -> Refused | None:
    if source is not None and source.procedure.name == "petition" and not facts.about:
        said = "登记、受理、交办、转送、复查、复核信访事项的行为不属于行政复议范围，请写明所不服的行政行为"
        return Refused(said, REGULATION.article("36"), "about")
    for other in kin:
        if other.procedure.name == "litigation" and not (facts.compulsory and _sent_away(other)):
            said = "人民法院已经依法受理该事项的行政诉讼，不得申请行政复议"
            return _refused(said, other, ACT.article("29(2)"))
        if other.procedure.name == "reconsideration" and (_taken_on(other) or not other.ended):
            said = "同一申请人就同一行政行为已经申请过行政复议"
            return _refused(said, other, ACT.article("30(1)(7)"))
    return None


def _litigation(_: Any, __: File | None, kin: Sequence[File]) -> Refused | None:
    for other in kin:
        if _in_reconsideration(other) and _taken_on(other) and not other.has("lapse_period"):
            said = "行政复议已经受理，在行政复议期间不得提起行政诉讼"
            return _refused(said, other, ACT.article("29(1)"))
    return None


def _mediation(facts: Any, __: File | None, kin: Sequence[File]) -> Refused | None:
    if facts.kind == "court":  # the court itself sends it
        return None
    court = next((other for other in kin if _in_court(other)), None)
    said = "人民法院已经受理的纠纷，不属于人民调解、行政调解的受理范围"
    return _refused(said, court, WORK.article("22")) if court else None


def _legal_path(file: File) -> str:
    """The item of 信访工作条例第三十一条 under which a case is a legal path still open, or empty."""
    if _in_court(file):
        return "31[1]"
    other = not file.ended and file.procedure.name in ADMINISTRATIVE
    return "31[4]" if other or _in_reconsideration(file) else ""


def _in_court(file: File) -> bool:
    return file.procedure.name == "litigation" and not file.ended


def _in_reconsideration(file: File) -> bool:
    return file.procedure.name == "reconsideration" and not file.ended and file.stage != "decided"


def _taken_on(file: File) -> bool:
    return any(file.has(step) for step in TAKEN_ON)


def _sent_away(file: File) -> bool:
    """A suit dismissed because reconsideration comes first leaves reconsideration open (条例第二十六条)."""
    ruling = last_of(file.history, "judge", "rule")
    return ruling is not None and ruling.step == "rule" and ruling.facts.kind == "dismissed"


def _refused(said: str, other: File, article: Article) -> Refused:
    return Refused(f"{said}（见{other.number}）", article, "about")


RULES: Mapping[str, Callable[[Any, File | None, Sequence[File]], Refused | None]] = {
    "petition": _petition,
    "reconsideration": _reconsideration,
    "litigation": _litigation,
    "mediation": _mediation,
}
