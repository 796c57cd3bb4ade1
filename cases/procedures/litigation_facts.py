"""What the steps of answering an administrative suit ask for: closed lists and typed facts.

A party to the suit is named by its place in it (原告一, 被告, 第三人), never by its own name.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.origin import Origin
from cases.procedures.work_order_facts import Channel, Reason, Text

Short = Annotated[str, Meta(min_length=1, max_length=60)]
Side = Annotated[str, Meta(min_length=2, max_length=20)]  # 原告、原告二、被告、第三人
Excuse = Literal["none", "force_majeure", "accident", "duty", "other"]
Months = Annotated[int, Meta(ge=1, le=12)]

EXCUSES = {
    "none": "无",
    "force_majeure": "不可抗力",
    "accident": "意外事件",
    "duty": "需要履行他人不能代替的公务",
    "other": "无法出庭的其他正当事由",
}
TIME_OUT = {
    "notice": "公告送达",
    "appraisal": "鉴定",
    "mediation": "调解",
    "jurisdiction": "管辖争议",
    "civil": "一并审理的民事争议另行处理",
}
OUTCOMES = {
    "reject": "驳回诉讼请求",
    "revoke": "撤销或部分撤销",
    "perform": "限期履行职责",
    "pay": "履行给付义务",
    "unlawful": "确认违法",
    "void": "确认无效",
    "change": "变更",
    "remedy": "补救、赔偿或补偿",
}


class Complaint(Origin, frozen=True, kw_only=True):
    """收到起诉状副本: which office is sued, in which court, and the day the court docketed it."""

    party: int
    office: Short
    docketed: date
    court: Short
    court_number: Short
    title: str = ""
    text: str = ""
    kind: Literal["act", "omission", "reconsidered", "disclosure", "compensation"] = "act"
    urgent: bool = False
    channel: Channel = "import"


class Track(Struct, frozen=True, kw_only=True):
    """适用简易程序、转为普通程序: the trial time runs from the day of docketing all the same."""

    docketed: date
    reason: str = ""


class Objection(Struct, frozen=True, kw_only=True):
    """管辖异议: which court ought to have it, and why."""

    court: Short
    reason: Reason


class JurisdictionRuled(Struct, frozen=True, kw_only=True):
    """管辖异议裁定: whether it stood, and to which court the suit goes."""

    upheld: bool
    court: str = ""


class Defence(Struct, frozen=True, kw_only=True):
    """答辩状、证据和所依据的规范性文件: how much was handed in."""

    text: Text
    evidence: Annotated[int, Meta(ge=0, le=9_999)]
    norms: Annotated[int, Meta(ge=0, le=999)]
    attachments: tuple[str, ...] = ()


class Hearing(Struct, frozen=True, kw_only=True):
    """传票、出庭通知: the day of the hearing, and where."""

    hearing: date
    place: str = ""


class Appearance(Struct, frozen=True, kw_only=True):
    """出庭人员: whether the head comes; if not, for what reason, by what proof, and which officer instead."""

    hearing: date
    head: bool
    post: Short
    officer: bool = False
    lawyer: bool = False
    agents: Annotated[int, Meta(ge=0, le=2)] = 0  # 第31条：委托一至二人
    excuse: Excuse = "none"
    proof: str = ""


class Held(Struct, frozen=True, kw_only=True):
    """开庭情况: who in truth came, and what was said in short."""

    hearing: date
    head_came: bool
    officer_came: bool
    text: Text


class TimeOut(Struct, frozen=True, kw_only=True):
    """扣除审限: a ground from the closed list."""

    ground: Literal["notice", "appraisal", "mediation", "jurisdiction", "civil"]
    text: str = ""


class Longer(Struct, frozen=True, kw_only=True):
    """批准延长审限: by how many months, and by which court."""

    months: Months
    court: Short


class Judgment(Struct, frozen=True, kw_only=True):
    """判决: what it says of the act."""

    outcome: Literal["reject", "revoke", "perform", "pay", "unlawful", "void", "change", "remedy"]
    court_number: Short
    text: str = ""


class Ruling(Struct, frozen=True, kw_only=True):
    """裁定: which, and why."""

    kind: Literal["dismissed", "withdrawn", "ended", "other"]
    court_number: Short
    text: str = ""


class Served(Struct, frozen=True, kw_only=True):
    """送达: on whom, and in which way."""

    side: Side
    way: Literal["hand", "left", "electronic", "post", "notice"] = "hand"


class Appeal(Struct, frozen=True, kw_only=True):
    """上诉: by whom, and on what ground."""

    side: Side
    text: str = ""


class Effect(Struct, frozen=True, kw_only=True):
    """裁判生效: what it asks of the agency."""

    text: Text


class Part(Struct, frozen=True, kw_only=True):
    """履行期限: one duty of the judgment, and its last day."""

    part: Short
    last_day: date
    text: str = ""


class PartDone(Struct, frozen=True, kw_only=True):
    """履行情况: which duty, and what was done."""

    part: Short
    text: Text


class ThirdParty(Struct, frozen=True, kw_only=True):
    """案外第三人申请再审: when it came to know of the harm."""

    known_on: date
    text: str = ""


class NormFound(Struct, frozen=True, kw_only=True):
    """认定规范性文件不合法: which, and the day the judgment took effect."""

    norm: Reason
    effective: date


class Letter(Struct, frozen=True, kw_only=True):
    """司法建议、检察建议: its number, and what it advises."""

    letter: Short
    text: Text


class LetterReply(Struct, frozen=True, kw_only=True):
    """书面回复: to which letter, and what was done."""

    letter: Short
    text: Text
