"""Every procedure this house knows: one file each, one line here."""

from cases.procedure import Procedure
from cases.procedures.compensation import COMPENSATION
from cases.procedures.disclosure import DISCLOSURE
from cases.procedures.enforcement import ENFORCEMENT
from cases.procedures.litigation import LITIGATION
from cases.procedures.mediation import MEDIATION
from cases.procedures.norm_review import NORM_REVIEW
from cases.procedures.petition import PETITION
from cases.procedures.procuratorial import PROCURATORIAL
from cases.procedures.reconsideration import RECONSIDERATION
from cases.procedures.research_project import RESEARCH_PROJECT
from cases.procedures.work_order import WORK_ORDER

EVERY = (
    WORK_ORDER,
    RECONSIDERATION, PETITION,
    LITIGATION,
    ENFORCEMENT,
    PROCURATORIAL,
    COMPENSATION,
    MEDIATION,
    DISCLOSURE,
    NORM_REVIEW,
    RESEARCH_PROJECT,
)

PROCEDURES: dict[str, Procedure] = {procedure.name: procedure for procedure in EVERY}
