"""Every kind of letter, by procedure: one table a procedure, in this house's own words."""

from collections.abc import Mapping

from cases.letter_kinds.disclosure import DISCLOSURE
from cases.letter_kinds.kind import Kind
from cases.letter_kinds.litigation import LITIGATION
from cases.letter_kinds.mediation import MEDIATION
from cases.letter_kinds.petition import PETITION
from cases.letter_kinds.reconsideration import RECONSIDERATION
from cases.letter_kinds.work_order import WORK_ORDER

KINDS: Mapping[str, tuple[Kind, ...]] = {
    "work_order": WORK_ORDER,
    "petition": PETITION,
    "reconsideration": RECONSIDERATION,
    "litigation": LITIGATION,
    "mediation": MEDIATION,
    "disclosure": DISCLOSURE,
}
