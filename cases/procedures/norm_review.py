"""规范性文件审查申请 — somebody thinks that a rule-making paper of an office is unlawful and asks for its review.

National texts ask that such proposals be studied and answered (国办发〔2018〕37号) and set no figure; the
province's rules could not be read whole. So every length here is a soft one of the city's own example rules.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.clocks import Binds, Clock, Extends, Given
from cases.guards import done_before, not_before, not_extendable, not_pending
from cases.history import Note
from cases.law import Law, Unit, days, working_days
from cases.origin import Origin
from cases.people import CENTRE, OFFICE, Role
from cases.procedure import ANYTIME, Attempt, Procedure, Step, Tell
from cases.procedures.work_order_facts import Channel, Reason, Text

LAW = Law("湖南省规范性文件管理办法", date(2025, 4, 8), key="HNN", note="省政府令第327号修正；审查申请的条号、期限未核")
RULES = Law("本市规范性文件审查申请办理规则", date(2026, 1, 1), note="示范，城市自定")
art = RULES.article

Short = Annotated[str, Meta(min_length=1, max_length=60)]
GROUNDS = {
    "beyond": "超越职权",
    "conflict": "与上位法相抵触",
    "rights": "违法减损权利或者增加义务",
    "procedure": "违反制定程序",
    "expired": "已失去依据或者超过有效期",
}
FINDINGS = {"correct": "建议自行纠正", "revoke": "建议撤销或者停止执行", "unfit": "不适当，建议修改"}


class Asked(Origin, frozen=True, kw_only=True):
    """审查申请: which paper, which of its clauses, on what ground; `office` is the one that reviews."""

    party: int
    office: Short
    norm: Short
    maker: Short
    ground: Literal["beyond", "conflict", "rights", "procedure", "expired"]
    text: Text
    clause: str = ""
    title: str = ""
    kind: Literal["citizen", "business", "organ"] = "citizen"
    urgent: bool = False
    channel: Channel = "web"


class Elsewhere(Struct, frozen=True, kw_only=True):
    """不予受理、转送: why not here, and who reviews it."""

    organ: Short
    reason: Reason


class Query(Struct, frozen=True, kw_only=True):
    """要求说明: what the maker is to explain."""

    text: Reason


class Explained(Struct, frozen=True, kw_only=True):
    """制定机关说明: the basis of the paper and of its clauses."""

    text: Text
    withdraws: bool = False


class Longer(Struct, frozen=True, kw_only=True):
    """延长审查: by how many days, and why."""

    days: Annotated[int, Meta(ge=1, le=30)]
    reason: Reason


class Finding(Struct, frozen=True, kw_only=True):
    """审查意见: what was found of each clause complained of, and on what basis."""

    basis: Reason
    text: Text


class Fault(Struct, frozen=True, kw_only=True):
    """审查意见: what the maker is to do about which clauses, and on what basis."""

    finding: Literal["correct", "revoke", "unfit"]
    basis: Reason
    text: Text


def own_paper(attempt: Attempt) -> str | None:
    """Nobody reviews a paper that it made itself."""
    asked = attempt.file.opening.facts
    return "制定机关不能审查自己的文件，应当转送有权审查的机关" if asked.maker == asked.office else None


ASKS = CENTRE | OFFICE | {Role.LEGAL, Role.CITIZEN}
DESK = frozenset({Role.LEGAL})

STEPS = (
    Step("receive", "收到审查申请", art("申请"), by=ASKS, to="received", asks=Asked, opens=True),
    Step("accept", "受理", art("受理"), by=DESK, at={"received"}, to="reviewing", asks=Note, unless=(own_paper,)),
    Step("pass_on", "不予受理或者转送", art("受理"), by=DESK, at={"received"}, to="passed_on", asks=Elsewhere),
    Step("ask_maker", "要求制定机关说明", art("说明"), by=DESK, at={"reviewing"}, asks=Query,
         unless=(done_before("ask_maker", "已经要求制定机关说明"),)),
    Step("explain", "收到制定机关说明", art("说明"), by=DESK, at={"reviewing"}, asks=Explained,
         unless=(not_pending("ask_maker", ("explain",), "没有待答复的说明要求"),)),
    Step("extend", "延长审查期限", art("审查"), by=DESK, at={"reviewing"}, asks=Longer,
         unless=(not_extendable("nr.review"),)),
    Step("find_fault", "审查意见：应当纠正", art("审查"), by=DESK, at={"reviewing"}, to="found", asks=Fault,
         unless=(not_before("ask_maker", "作出审查意见前应当听取制定机关的说明"),)),
    Step("find_lawful", "审查意见：合法有效", art("审查"), by=DESK, at={"reviewing"}, to="found", asks=Finding),
    Step("report_correction", "制定机关报告纠正情况", art("纠正"), by=DESK, at={"found", "answered"}, asks=Explained,
         unless=(not_before("find_fault", "审查意见没有要求纠正"), done_before("report_correction", "已经报告纠正情况"))),
    Step("urge", "督促纠正", art("纠正"), by=DESK, at={"found", "answered"}, asks=Note,
         unless=(not_before("find_fault", "审查意见没有要求纠正"), done_before("report_correction", "已经报告纠正情况"))),
    Step("tell", "书面答复申请人", art("答复"), by=DESK, at={"found"}, to="answered", asks=Note),
    Step("withdraw", "撤回申请", art("申请"), by=ASKS, at={"received", "reviewing"}, to="withdrawn", asks=Note,
         confirm="撤回后本件不再办理，确认撤回？"),
    Step("note", "内部备注", art("记录"), by=DESK, at=ANYTIME, asks=Note),
)

CLOCKS = (
    Clock("nr.accept", "决定是否受理", art("受理"), working_days(5), starts={"receive"},
          stops={"accept", "pass_on", "withdraw"}, soft=True),
    Clock("nr.explain", "制定机关说明", art("说明"), working_days(10), starts={"ask_maker"},
          stops={"explain", "find_fault", "find_lawful", "withdraw"}, soft=True, binds=Binds.RESPONDENT),
    Clock("nr.review", "审查", art("审查"), days(60), starts={"accept"},
          stops={"find_fault", "find_lawful", "withdraw"},
          pauses={"ask_maker": "explain"}, extends=Extends("extend", Given("days", Unit.DAY), cap=days(30)),
          rolls=True, soft=True),
    Clock("nr.correct", "制定机关纠正并报告", art("纠正"), days(60), starts={"find_fault"},
          stops={"report_correction"}, rolls=True, soft=True, binds=Binds.RESPONDENT),
    Clock("nr.tell", "答复申请人", art("答复"), working_days(10), starts={"find_fault", "find_lawful"},
          stops={"tell"}, soft=True),
)

NORM_REVIEW = Procedure(
    name="norm_review",
    title="规范性文件审查",
    law=LAW,
    stages={
        "received": "待受理",
        "reviewing": "审查中",
        "found": "已有审查意见",
        "answered": "已答复",
        "passed_on": "已转送",
        "withdrawn": "已撤回",
    },
    ends=frozenset({"answered", "passed_on", "withdrawn"}),
    steps=STEPS,
    clocks=CLOCKS,
    leads={"receive": "office"},
    promise="nr.review",
    tells={"receive": (Tell("party", "receipt"),), "tell": (Tell("party", "result"),)},
)
