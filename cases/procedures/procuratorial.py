"""检察建议 — what a procurator asks of an office before a public-interest suit (两高公益诉讼解释第二十一条).

Two months to act and answer in writing; fifteen days where the harm keeps growing.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from cases.clocks import Clock
from cases.guards import done_before
from cases.history import Note
from cases.law import Law, days, months
from cases.origin import Origin
from cases.people import OFFICE, Role
from cases.procedure import ANYTIME, Attempt, Procedure, Step
from cases.procedures.work_order_facts import Channel, Reason, Text

LAW = Law("最高人民法院 最高人民检察院关于检察公益诉讼案件适用法律若干问题的解释", date(2021, 1, 1), key="ALP")
art = LAW.article
LEGAL = frozenset({Role.LEGAL})
AGENCY = LEGAL | OFFICE
Short = Annotated[str, Meta(min_length=1, max_length=60)]


class Suggestion(Origin, frozen=True, kw_only=True):
    """检察建议书: which office it is addressed to, its number, what it asks."""

    party: int
    office: Short
    letter: Short
    text: Text
    title: str = ""
    urgent: bool = False
    channel: Channel = "import"


class Growing(Struct, frozen=True, kw_only=True):
    """损害继续扩大: why it is urgent; the fifteen days run from receipt of the suggestion."""

    received: date
    reason: Reason


class Acted(Struct, frozen=True, kw_only=True):
    """书面回复: what was done, by which papers it is shown."""

    text: Text
    duty_performed: bool
    attachments: tuple[str, ...] = ()


def other_receipt_day(attempt: Attempt) -> str | None:
    """Urgent or not, the time runs from the receipt that stands in the file."""
    received = attempt.city.calendar.day_of(attempt.file.opening.at)
    if attempt.facts and attempt.facts.received != received:
        return f"收到检察建议书之日为{received:%Y年%m月%d日}"
    return None


def nothing_done(attempt: Attempt) -> str | None:
    """An answer without performance does not meet the suggestion."""
    if attempt.facts and not attempt.facts.duty_performed:
        return "应当依法履行职责并书面回复；尚不能履行的，先采取措施、制定计划再行回复"
    return None


STEPS = (
    Step("receive", "收到检察建议书", art("21(2)"), by=LEGAL, to="received", asks=Suggestion, opens=True),
    Step("mark_urgent", "登记为紧急情形", art("21(2)"), by=LEGAL, at={"received"}, asks=Growing,
         unless=(done_before("mark_urgent", "已经登记为紧急情形"), other_receipt_day)),
    Step("act", "采取措施", art("21(2)"), by=AGENCY, at={"received"}, asks=Note),
    Step("reply", "履行职责并书面回复", art("21(2)"), by=AGENCY, at={"received"}, to="replied", asks=Acted,
         unless=(nothing_done,)),
    Step("sued", "检察院已提起公益诉讼", art("21(3)"), by=LEGAL, at={"received", "replied"}, to="sued", asks=Note,
         confirm="提起诉讼后转为应诉案件办理，确认登记？"),
    Step("note", "内部备注", art("21"), by=AGENCY, at=ANYTIME, asks=Note),
)

CLOCKS = (
    Clock("al.procurator.public_interest", "履行职责并回复检察建议", art("21(2)"), months(2), starts={"receive"},
          stops={"reply", "mark_urgent", "sued"}, rolls=True),
    Clock("al.procurator.public_interest_urgent", "紧急情形下回复检察建议", art("21(2)"), days(15),
          starts={"mark_urgent"}, stops={"reply", "sued"}, rolls=True, since="received"),
)

PROCURATORIAL = Procedure(
    name="procuratorial",
    title="检察建议",
    law=LAW,
    stages={"received": "待回复", "replied": "已回复", "sued": "已被提起公益诉讼"},
    ends=frozenset({"replied", "sued"}),
    steps=STEPS,
    clocks=CLOCKS,
    leads={"receive": "office"},
)
