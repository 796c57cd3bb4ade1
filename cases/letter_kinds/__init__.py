"""Every kind of letter, by procedure: one table a procedure, in this house's own words."""

from collections.abc import Mapping

from cases.letter_kinds.compensation import COMPENSATION
from cases.letter_kinds.disclosure import DISCLOSURE
from cases.letter_kinds.enforcement import ENFORCEMENT
from cases.letter_kinds.kind import Kind
from cases.letter_kinds.litigation import LITIGATION
from cases.letter_kinds.mediation import MEDIATION
from cases.letter_kinds.norm_review import NORM_REVIEW
from cases.letter_kinds.petition import PETITION
from cases.letter_kinds.petition_beside import PETITION_BESIDE
from cases.letter_kinds.procuratorial import PROCURATORIAL
from cases.letter_kinds.reconsideration import RECONSIDERATION
from cases.letter_kinds.reconsideration_beside import RECONSIDERATION_BESIDE
from cases.letter_kinds.research_project import RESEARCH_PROJECT
from cases.letter_kinds.work_order import WORK_ORDER

KINDS: Mapping[str, tuple[Kind, ...]] = {
    "work_order": WORK_ORDER,
    "petition": PETITION + PETITION_BESIDE,
    "reconsideration": RECONSIDERATION + RECONSIDERATION_BESIDE,
    "litigation": LITIGATION,
    "mediation": MEDIATION,
    "disclosure": DISCLOSURE,
    "norm_review": NORM_REVIEW,
    "compensation": COMPENSATION,
    "enforcement": ENFORCEMENT,
    "procuratorial": PROCURATORIAL,
    "research_project": RESEARCH_PROJECT,
}
