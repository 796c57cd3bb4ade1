"""Every procedure this house knows: one file each, one line here."""

from cases.procedure import Procedure
from cases.procedures.reconsideration import RECONSIDERATION
from cases.procedures.work_order import WORK_ORDER

PROCEDURES: dict[str, Procedure] = {procedure.name: procedure for procedure in (WORK_ORDER, RECONSIDERATION)}
