"""What the steps of a mediation ask for: consent, table, agreement and what becomes of it.

The two sides are 申请人 and 被申请人; who they are is kept with the parties, a mediator is named by account.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.origin import Origin
from cases.procedures.work_order_facts import Channel, Reason, Text

Short = Annotated[str, Meta(min_length=1, max_length=60)]
Side = Literal["applicant", "respondent"]

KINDS = {"people": "人民调解", "admin": "行政调解", "court": "法院委派（特邀）调解"}
SIDES = {"applicant": "申请人", "respondent": "被申请人"}
CHOSEN = {"both": "双方共同选定", "body": "调解组织指定，双方无异议"}
RECUSALS = {
    "kin": "是一方当事人或者代理人的近亲属",
    "interest": "与纠纷有利害关系",
    "other": "有其他关系，可能影响公正",
}
ENDINGS = {"no_result": "未能达成协议", "refused": "一方拒绝或者要求终止调解", "absent": "一方无正当理由不到场"}


class Dispute(Origin, frozen=True, kw_only=True):
    """调解申请: about what, of which kind; `office` is the committee or office that mediates."""

    party: int
    kind: Literal["people", "admin", "court"]
    text: Text
    office: Short
    title: str = ""
    other_party: int = 0
    other_office: str = ""  # 被申请人是行政机关的
    urgent: bool = False
    channel: Channel = "phone"
    attachments: tuple[str, ...] = ()


class Consent(Struct, frozen=True, kw_only=True):
    """同意调解: which side, and how it said so."""

    side: Side
    how: Literal["spoken", "written", "message"] = "spoken"


class Refusal(Struct, frozen=True, kw_only=True):
    """拒绝调解: which side; and that the other ways were told."""

    side: Side
    arbitration_told: bool
    administrative_told: bool
    suit_told: bool
    text: str = ""


class Mediator(Struct, frozen=True, kw_only=True):
    """选定调解员: by account, and by whom."""

    mediator: Short
    chosen_by: Literal["both", "body"]
    no_interest: bool


class Recusal(Struct, frozen=True, kw_only=True):
    """申请回避或者更换: which mediator, which side asks, on what ground."""

    mediator: Short
    side: Side
    ground: Literal["kin", "interest", "other"]
    text: str = ""


class Recused(Struct, frozen=True, kw_only=True):
    """回避决定: whether the mediator steps down."""

    mediator: Short
    steps_down: bool
    reason: Reason


class Planned(Struct, frozen=True, kw_only=True):
    """安排调解: from when until when, and in which room."""

    start: Annotated[datetime, Meta(tz=True)]
    end: Annotated[datetime, Meta(tz=True)]
    room: Annotated[str, Meta(max_length=60)] = ""


class Session(Struct, frozen=True, kw_only=True):
    """调解笔录: who was there, whether each was heard, and when the table meets again."""

    applicant_present: bool
    respondent_present: bool
    applicant_heard: bool
    respondent_heard: bool
    text: Text
    next_on: date | None = None
    signed: tuple[Side, ...] = ()  # 在笔录上签名的各方


class Longer(Struct, frozen=True, kw_only=True):
    """双方同意延长: by how many days."""

    days: Annotated[int, Meta(ge=1, le=60)]
    applicant_agrees: bool
    respondent_agrees: bool


class Extension(Struct, frozen=True, kw_only=True):
    """延长行政调解期限: by how many working days, and why."""

    days: Annotated[int, Meta(ge=1, le=60)]
    reason: Reason


class Written(Struct, frozen=True, kw_only=True):
    """调解协议书: what was agreed, and whose names and seal stand under it."""

    text: Text
    applicant_signed: bool
    respondent_signed: bool
    mediator_signed: bool
    sealed: bool


class Oral(Struct, frozen=True, kw_only=True):
    """口头协议: what was agreed, and that the mediator wrote it down."""

    text: Text
    recorded: bool


class Failure(Struct, frozen=True, kw_only=True):
    """调解不成: why, and which ways each side was told of."""

    why: Literal["no_result", "refused", "absent"]
    arbitration_told: bool
    administrative_told: bool
    suit_told: bool
    text: str = ""


class Joint(Struct, frozen=True, kw_only=True):
    """司法确认申请: to which court, by both sides together."""

    court: Short
    applicant_asks: bool
    respondent_asks: bool


class Ruling(Struct, frozen=True, kw_only=True):
    """裁定: its number, and what it says."""

    court_number: Short
    text: str = ""


class CourtLonger(Struct, frozen=True, kw_only=True):
    """法院延长确认期限: by how many days, by the president of the court."""

    days: Annotated[int, Meta(ge=1, le=60)]
    court_number: Short


class Served(Struct, frozen=True, kw_only=True):
    """裁定送达: on which side."""

    side: Side


class ThirdParty(Struct, frozen=True, kw_only=True):
    """利害关系人异议: when the harm became known."""

    known_on: date
    text: str = ""


class Part(Struct, frozen=True, kw_only=True):
    """履行期: one duty of the agreement, who owes it, what, and its last day; a sum in fen where it is money."""

    part: Short
    side: Side
    last_day: date
    what: str = ""
    amount_fen: Annotated[int, Meta(ge=0, le=10**12)] = 0


class PartDone(Struct, frozen=True, kw_only=True):
    """履行: which duty, and how it is known."""

    part: Short
    text: str = ""


class Broken(Struct, frozen=True, kw_only=True):
    """不履行协议: which duty, its last day, and that the way to court was told."""

    part: Short
    last_day: date
    suit_told: bool
    text: str = ""
