"""What the steps of a 12345 work order ask for: closed lists and typed facts, with the words shown on forms."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Kind = Literal["consult", "help", "complaint", "report", "suggestion", "praise"]
Channel = Literal["phone", "web", "sms", "import"]
Asker = Literal["", "individual", "enterprise", "group"]
Text = Annotated[str, Meta(min_length=1, max_length=10_000)]
Reason = Annotated[str, Meta(min_length=2, max_length=2_000)]
Days = Annotated[int, Meta(ge=1, le=60)]

KINDS = {
    "consult": "咨询",
    "help": "求助",
    "complaint": "投诉",
    "report": "举报",
    "suggestion": "建议",
    "praise": "表扬",
}
ASKERS = {"individual": "个人", "enterprise": "企业", "group": "集体"}
CHANNELS = {"phone": "电话", "web": "网站", "sms": "短信", "import": "历史导入"}
RETURN_REASONS = {
    "not_ours": "不属于本单位职责",
    "not_here": "不在本单位管辖区域",
    "unclear": "诉求要素不全，无法办理",
    "duplicate": "与正在办理的工单重复",
    "other_path": "应当通过法定途径解决",
}
AGENT = "agent"  # in place of a rule: a person, or the file of past requests, named the office
SUSPEND_REASONS = {
    "citizen": "等待来电人补充材料",
    "season": "受天气或季节影响不能施工",
    "project": "纳入工程计划，等待实施",
    "authority": "等待上级或其他机关的决定",
}


class Request(Struct, frozen=True, kw_only=True):
    """诉求登记: what is asked. Names and numbers are not here; `party` points to where they are kept."""

    kind: Kind
    text: Text
    channel: Channel
    party: int
    title: str = ""
    urgent: bool = False
    topic: str = ""
    street: str = ""
    place: str = ""
    call: str = ""
    confidential: bool = False
    attachments: tuple[str, ...] = ()  # digests of their content
    because: tuple[str, ...] = ()  # what routing said, for the triage desk
    spoke: tuple[str, ...] = ()  # the words that said it, as they stand in the text
    who: Asker = ""
    limits: str = ""  # the city's limit set that applies in place of the ordinary one


class Dispatch(Struct, frozen=True, kw_only=True):
    """派单: the office that leads, and why it."""

    office: Annotated[str, Meta(min_length=1)]
    because: tuple[str, ...] = ()
    topic: str = ""
    street: str = ""
    version: str = ""
    rule: str = ""  # the rule that decided, or AGENT


class Answer(Struct, frozen=True, kw_only=True):
    """答复: what the citizen is told."""

    text: Text
    solved: bool = True
    article: Annotated[str, Meta(max_length=60)] = ""  # of the knowledge, that was told


class Alarm(Struct, frozen=True, kw_only=True):
    """紧急通报: which emergency service is told at once, and the words that said danger."""

    number: Literal["110", "119", "120", "122"]
    because: str


class Emergency(Struct, frozen=True, kw_only=True):
    """紧急转接: which emergency number took it over, and how."""

    number: Literal["110", "119", "120", "122"]
    told: Reason


class Divert(Struct, frozen=True, kw_only=True):
    """告知法定途径: where the matter belongs, and on what ground."""

    path: Reason
    basis: Annotated[str, Meta(min_length=2, max_length=500)]


class Return(Struct, frozen=True, kw_only=True):
    """退单: a reason from the closed list, what supports it, and who should have it instead."""

    reason: Literal["not_ours", "not_here", "unclear", "duplicate", "other_path"]
    text: Reason
    suggests: str = ""


class Ruling(Struct, frozen=True, kw_only=True):
    """退单裁定: the centre's word, which is final."""

    text: Reason


class CoHandler(Struct, frozen=True, kw_only=True):
    """协办: one office more, and its part."""

    office: Annotated[str, Meta(min_length=1)]
    part: Annotated[str, Meta(min_length=2, max_length=500)] = "协助主办单位办理"


class CoAnswer(Struct, frozen=True, kw_only=True):
    """协办意见: one co-handling office's part."""

    office: Annotated[str, Meta(min_length=1)]
    text: Text


class ExtensionAsked(Struct, frozen=True, kw_only=True):
    """延期申请: how many working days more, and why."""

    days: Days
    reason: Reason


class ExtensionGiven(Struct, frozen=True, kw_only=True):
    """延期批准: how many working days, approved by the office's chief."""

    days: Days
    reason: str = ""


class Suspension(Struct, frozen=True, kw_only=True):
    """挂起: a ground from the closed list, with its particulars."""

    ground: Literal["citizen", "season", "project", "authority"]
    text: Reason


class Supervision(Struct, frozen=True, kw_only=True):
    """督办: numbered letter, what is demanded, and the day by which it is to be answered."""

    letter: Annotated[str, Meta(min_length=1, max_length=40)]
    text: Reason
    answer_by: date


class SupervisionReply(Struct, frozen=True, kw_only=True):
    """督办回复: to which letter, and what was done."""

    letter: Annotated[str, Meta(min_length=1, max_length=40)]
    text: Reason


class CallBack(Struct, frozen=True, kw_only=True):
    """回访: whether the citizen was reached, and what was said of contact, solution and satisfaction."""

    reached: bool
    contacted: bool = False
    solved: bool = False
    satisfied: bool = False
    text: str = ""


class Rating(Struct, frozen=True, kw_only=True):
    """评价: the citizen's own word, one to five."""

    score: Annotated[int, Meta(ge=1, le=5)]
    solved: bool
    text: Annotated[str, Meta(max_length=1_000)] = ""


class Reopening(Struct, frozen=True, kw_only=True):
    """重办: why the answer is not one."""

    reason: Reason


class Merge(Struct, frozen=True, kw_only=True):
    """并案: the number of the lead case."""

    into: Annotated[str, Meta(min_length=10)]
    reason: Reason


class TakenIn(Struct, frozen=True, kw_only=True):
    """并入: the number of a case that is handled with this one from now on. Written by the ledger alone."""

    number: str


class MergedCallBack(Struct, frozen=True, kw_only=True):
    """并案回访: which merged case's citizen was called back, and what was said."""

    number: Annotated[str, Meta(min_length=10)]
    reached: bool
    solved: bool = False
    satisfied: bool = False
    text: str = ""


class Material(Struct, frozen=True, kw_only=True):
    """补充材料: words or attachments the citizen adds."""

    text: Text
    attachments: tuple[str, ...] = ()


class Unmasking(Struct, frozen=True, kw_only=True):
    """查看个人信息: whose, and why it was needed."""

    party: int
    reason: Reason
