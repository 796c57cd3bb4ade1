"""Clocks of the city's own, for the moments at which no statute counts: a decision not served yet, a file not put away.

Nobody waits unseen: where the law is silent a soft limit of the house reminds whoever has the file.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from cases.clocks import Clock
from cases.law import Law, Length, days, working_days

RULES = Law("本市案件跟进规则", date(2026, 1, 1), note="示范，城市自定")
TO_SERVE = working_days(10)  # 城市自定: 作出之后多久应当送达并登记
TO_DECIDE = days(15)  # 城市自定: 联系不上的来信人无从告知，是否受理也应当有决定
TO_FILE = days(90)  # 城市自定: 送达之后多久应当办结归档


def follow(clock: str, title: str, length: Length, starts: AbstractSet[str], stops: AbstractSet[str],
           when: Mapping[str, AbstractSet[Any]] | None = None) -> Clock:
    """A soft clock of the office's."""
    return Clock(clock, title, RULES.article("送达和归档" if when is None else "跟进"), length, starts=starts,
                 stops=stops, when=when or {}, soft=True)
