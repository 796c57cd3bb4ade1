"""What the steps of a reconsideration ask for: closed lists with the item of the Act, and typed facts."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.origin import Origin
from cases.procedures.work_order_facts import Reason, Text

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Letter = Annotated[str, Meta(min_length=1, max_length=40)]
OwnLetter = Annotated[str, Meta(max_length=40)]  # numbered here by the register; typed only for what is imported

CHANNELS = {
    "counter": "当面提交",
    "post": "邮寄",
    "online": "在线申请",  # 条例第二十八条: 到达指定系统即为收到
    "oral": "口头申请",
    "agency": "通过作出处罚的机关提交",  # 第三十二条第一款
}
SUSPENSION_GROUNDS = {  # 第三十九条第一款各项
    "death": "申请人死亡，须等待近亲属表明是否参加",
    "incapacity": "申请人丧失行为能力，尚未确定法定代理人",
    "whereabouts": "申请人下落不明",
    "dissolved": "法人或其他组织终止，尚未确定权利义务承受人",
    "obstacle": "申请人、被申请人因不可抗力或其他正当理由不能参加",
    "mediation": "进行调解、和解，各方同意中止",
    "interpretation": "法律适用问题需要有权机关解释或确认",
    "other_case": "须以尚未审结的其他案件的结果为依据",
    "norm": "附带审查规范性文件（第五十六条、第五十七条）",
    "other": "其他需要中止的情形",
}
TERMINATION_GROUNDS = {  # 第四十一条各项
    "withdrawn": "申请人撤回申请，准予撤回",
    "no_successor": "申请人死亡，没有近亲属或近亲属放弃",
    "dissolved": "法人或其他组织终止，没有承受人或承受人放弃",
    "criminal": "就同一违法行为被采取刑事强制措施或处罚替代",
    "suspended": "因死亡、丧失行为能力、终止而中止满六十日，事由仍未消除",
}
DECISIONS = {
    "change": "变更",  # 第六十三条
    "revoke": "撤销或部分撤销",  # 第六十四条
    "unlawful": "确认违法",  # 第六十五条
    "perform": "责令履行法定职责",  # 第六十六条
    "void": "确认无效",  # 第六十七条
    "uphold": "维持",  # 第六十八条
    "dismiss_request": "驳回复议请求",  # 第六十九条
    "contract": "行政协议责任",  # 第七十一条
    "dismiss": "驳回复议申请",  # 第三十三条
}


class Excused(Struct, frozen=True, kw_only=True):
    """扣除的期间: days of the application period that do not count, both ends included."""

    first: date
    last: date
    ground: Literal["obstacle", "court", "agency"]  # 法第二十条第二款; 条例第二十六条; 条例第三十八条第二款


class Application(Origin, frozen=True, kw_only=True):
    """复议申请. Of the dates, those that fit the case are filled in; each is the start of one application period."""

    party: int
    text: Text
    respondent: Name
    title: str = ""
    office: str = ""  # 行政复议机构
    channel: Literal["counter", "post", "online", "oral", "agency"] = "counter"
    urgent: bool = False
    applicants: Annotated[int, Meta(ge=1)] = 1
    representatives: Annotated[int, Meta(ge=0, le=5)] = 0  # 条例第十七条: 十人以上推选二至五名代表
    compulsory: bool = False  # 复议前置，法第二十三条
    knew_on: date | None = None  # 知道行为，且已被告知权利、机关和期限
    learned_right_on: date | None = None  # 未被告知的，知道申请权利、机关和期限
    knew_content_on: date | None = None  # 未被告知的，知道行为内容
    act_on: date | None = None  # 行为作出
    estate_act_on: date | None = None  # 涉及不动产的行为作出
    asked_on: date | None = None  # 机关收到履行职责的申请
    duty_over_on: date | None = None  # 履行职责的期限届满
    excused: tuple[Excused, ...] = ()
    attachments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.applicants > 10 and self.representatives < 2:
            raise ValueError("申请人超过十人的，应当推选二至五名代表（《行政复议法实施条例》第十七条）")


class Correction(Struct, frozen=True, kw_only=True):
    """补正通知: everything that is missing, once."""

    missing: Text


class MoreDays(Struct, frozen=True, kw_only=True):
    """延长补正期限: how many working days, and the legitimate reason."""

    days: Annotated[int, Meta(ge=1, le=60)]
    reason: Reason


class Handlers(Struct, frozen=True, kw_only=True):
    """承办人: at least two, each with the number of the certificate, in the same order."""

    handlers: Annotated[tuple[str, ...], Meta(min_length=1)]
    certificates: tuple[str, ...] = ()


class Acceptance(Handlers, frozen=True, kw_only=True):
    """受理: who handles it, and for the simplified procedure the item of 第五十三条 or the parties' consent."""

    basis: str = ""


class TakenOver(Handlers, frozen=True, kw_only=True):
    """提级审理: the superior's body and its own handlers."""

    office: Name


class Replacement(Struct, frozen=True, kw_only=True):
    """更换承办人: one leaves and another comes in the same moment."""

    handler: Name
    replacement: Name
    certificate: str = ""
    reason: Reason


class Recusal(Struct, frozen=True, kw_only=True):
    """回避: who withdraws for good, why, and who comes instead where two would no longer be left."""

    handler: Name
    reason: Reason
    replacement: str = ""
    certificate: str = ""


class Release(Struct, frozen=True, kw_only=True):
    """退出承办: one who leaves without anyone coming."""

    handler: Name
    reason: Reason


class Rejection(Struct, frozen=True, kw_only=True):
    """不予受理: reasons, and the authority that is competent where it is another."""

    reason: Reason
    competent: str = ""


class Hearing(Struct, frozen=True, kw_only=True):
    """安排听证: the day on which it is held, where, and why."""

    held_on: date
    place: Name
    reason: str = ""


class Heard(Struct, frozen=True, kw_only=True):
    """听取意见: how the parties were heard, or why they could not be (第四十九条)."""

    manner: Literal["in_person", "online", "phone", "in_writing_only"]
    text: Text


class HearingHeld(Struct, frozen=True, kw_only=True):
    """听证: the panel of 第五十条第三款, and whether the respondent's head came (第五十一条第三款)."""

    presiding: Name
    officers: Annotated[tuple[str, ...], Meta(min_length=2)]
    recorder: Name
    head_attended: bool
    explanation: str = ""


class Suspension(Struct, frozen=True, kw_only=True):
    """中止: the item of 第三十九条; with a norm review, whether this authority is competent for the norm."""

    ground: Literal[
        "death", "incapacity", "whereabouts", "dissolved", "obstacle", "mediation", "interpretation",
        "other_case", "norm", "other",
    ]
    text: Reason
    norm_ours: bool | None = None

    def __post_init__(self) -> None:
        if (self.ground == "norm") != (self.norm_ours is not None):
            raise ValueError("附带审查规范性文件而中止的，须写明本机关是否有权处理（第五十六条、第五十七条）")


class Answered(Struct, frozen=True, kw_only=True):
    """请示答复: whether the superior takes the case over."""

    granted: bool
    text: Reason


class Extension(Struct, frozen=True, kw_only=True):
    """延长审理期限: at most thirty days, told to the parties in writing."""

    days: Annotated[int, Meta(ge=1)] = 30
    reason: Reason


class Decision(Struct, frozen=True, kw_only=True):
    """复议决定: its kind and its operative part; `letter` only where it went out under a number given elsewhere."""

    kind: Literal[
        "change", "revoke", "unlawful", "perform", "void", "uphold", "dismiss_request", "contract", "dismiss",
    ]
    letter: OwnLetter = ""
    text: Text


class MediationLetter(Struct, frozen=True, kw_only=True):
    """行政复议调解书: what was agreed; `letter` as in a decision."""

    letter: OwnLetter = ""
    text: Text = "见调解书"


class Termination(Struct, frozen=True, kw_only=True):
    """终止: the item of 第四十一条."""

    ground: Literal["withdrawn", "no_successor", "dissolved", "criminal", "suspended"]
    text: Reason


class Served(Struct, frozen=True, kw_only=True):
    """送达申请人: what was served, and how."""

    what: Literal["decision", "rejection", "dismissal", "mediation", "termination", "abandonment"]
    manner: Literal["handed", "left", "electronic", "post", "notice"] = "handed"


class ServedOnRespondent(Struct, frozen=True, kw_only=True):
    """送达被申请人: whether a new act is ordered for which no statute sets a time."""

    new_act: bool = False
    manner: Literal["handed", "left", "electronic", "post", "notice"] = "handed"


class OpinionLetter(Struct, frozen=True, kw_only=True):
    """行政复议意见书: what it is called within the file, and what is to be corrected."""

    letter: Letter
    text: Text = "见意见书"


class Advice(Struct, frozen=True, kw_only=True):
    """行政复议建议书: to which organ, and what is advised."""

    organ: Name
    text: Text


class StayOfExecution(Struct, frozen=True, kw_only=True):
    """停止执行: the item of 第四十二条."""

    text: Reason
