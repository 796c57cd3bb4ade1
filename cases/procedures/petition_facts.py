"""What the steps of a petition ask for: the three kinds, the legal channels, and typed facts."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.origin import Origin
from cases.procedures.work_order_facts import Reason, Text

Name = Annotated[str, Meta(min_length=1, max_length=100)]

KINDS = {"suggestion": "建议意见", "accusation": "检举控告", "grievance": "申诉求决"}  # 第二十九、三十、三十一条
CHANNELS = {"letter": "书信", "call": "电话", "visit": "走访", "web": "网上信访"}  # 第十七条
SORTS = {  # 第四十条: 督办；提出改进工作、完善政策、追究责任的建议
    "supervise": "督办",
    "improve": "改进工作建议",
    "policy": "完善政策建议",
    "discipline": "追究责任建议",
}
PATHS = {  # 第三十一条第一项至第五项: 应当导入的途径
    "justice": "诉讼、检察或公安程序",
    "arbitration": "仲裁",
    "party": "党员申诉、申请复审",
    "administrative": "行政复议、裁决、确认、许可、处罚等行政程序",
    "duty": "申请查处违法行为、履行保护职责",
}
FOUND = {"none": "没有其他法定途径", **PATHS}
Path = Literal["none", "justice", "arbitration", "party", "administrative", "duty"]


class Petition(Origin, frozen=True, kw_only=True):
    """信访登记. `received_by` is the petition department, or the agency itself when it was addressed directly."""

    party: int
    text: Text
    kind: Literal["suggestion", "accusation", "grievance"] = "grievance"
    received_by: Literal["department", "agency"] = "department"
    channel: Literal["letter", "call", "visit", "web"] = "call"
    title: str = ""
    office: str = ""  # 直接收到信访事项的机关、单位
    urgent: bool = False
    reachable: bool = True  # 第二十三条: 姓名、住址不清的不必告知
    people: Annotated[int, Meta(ge=1)] = 1
    representatives: Annotated[int, Meta(ge=0, le=5)] = 0  # 第二十条第三款: 代表不得超过五人
    path: Path = "none"  # 登记时已经判明的法定途径
    topic: str = ""
    street: str = ""
    attachments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.channel == "visit" and self.people > 5 and not self.representatives:
            raise ValueError("多人走访提出共同信访事项的，应当推选代表，代表不得超过五人（《信访工作条例》第二十条第三款）")


class Forwarding(Struct, frozen=True, kw_only=True):
    """转送: to the agency whose duty it is."""

    office: Name
    reason: str = ""


class Assignment(Struct, frozen=True, kw_only=True):
    """交办: to an agency, with the day by which its closing report is due."""

    office: Name
    report_by: date
    text: str = ""


class Objection(Struct, frozen=True, kw_only=True):
    """异议: why it is not this agency's duty, and whose it is."""

    reason: Reason
    suggests: str = ""


class Ruling(Struct, frozen=True, kw_only=True):
    """核实异议: the forwarding department's word."""

    text: Reason


class Acceptance(Struct, frozen=True, kw_only=True):
    """受理告知: that it was received, by which way and procedure it is handled."""

    text: str = "属于第三十一条第六项的事项，按信访程序办理"


class Declining(Struct, frozen=True, kw_only=True):
    """不予受理: the ground, from the closed list."""

    ground: Literal["in_hand", "final", "not_ours"]  # 第十九条第三款; 第三十六条第三款; 第二十三条
    text: Reason


class PathFound(Struct, frozen=True, kw_only=True):
    """甄别法定途径: which path of 第三十一条 the matter has, or that it has none, and why."""

    path: Path
    reason: Reason


class Divert(Struct, frozen=True, kw_only=True):
    """导入法定途径: which one, and what the petitioner is told."""

    path: Literal["justice", "arbitration", "party", "administrative", "duty"]
    text: Reason


class Extension(Struct, frozen=True, kw_only=True):
    """延长办理期限: at most thirty days; the petitioner is told the reason."""

    days: Annotated[int, Meta(ge=1)] = 30
    reason: Reason


class Opinion(Struct, frozen=True, kw_only=True):
    """信访处理意见、复查意见、复核意见: request, facts and reasons, opinion, basis (第三十二条)."""

    result: Literal["support", "explain", "refuse"]
    text: Text
    basis: Reason


class Agreement(Struct, frozen=True, kw_only=True):
    """调解、和解协议 (第三十三条)."""

    text: Text


class ReviewRequest(Struct, frozen=True, kw_only=True):
    """请求复查或复核: to which agency, and why."""

    office: Name
    text: Text


class Supervision(Struct, frozen=True, kw_only=True):
    """督办, or advice to do better, to mend a policy, to call somebody to account: what is wrong, what is asked
    (第四十条)."""

    letter: Annotated[str, Meta(min_length=1, max_length=40)]
    text: Reason
    sort: Literal["supervise", "improve", "policy", "discipline"] = "supervise"


class Representatives(Struct, frozen=True, kw_only=True):
    """信访代表: how many speak for the petitioners."""

    number: Annotated[int, Meta(ge=1, le=5)]  # 第二十条第三款
