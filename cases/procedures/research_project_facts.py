"""What the steps of a city research project ask for."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.procedures.work_order_facts import Channel, Reason, Text

Short = Annotated[str, Meta(min_length=1, max_length=60)]
Fen = Annotated[int, Meta(ge=1, le=10**12)]
Score = Annotated[int, Meta(ge=0, le=100)]

KINDS = {"basic": "基础研究", "applied": "应用研究", "public": "社会民生", "soft": "软科学"}
CONCLUSIONS = {"pass": "通过验收", "fail": "不通过验收"}
CHANGES = {"lead": "变更负责人", "term": "变更期限", "budget": "调整预算", "aim": "调整研究目标"}


class Proposal(Struct, frozen=True, kw_only=True):
    """项目申报书: what is to be found out, in how long, for how much; `office` is the one that manages it."""

    party: int
    office: Short
    kind: Literal["basic", "applied", "public", "soft"]
    title: Short
    text: Text
    amount_fen: Fen
    ends_on: date
    urgent: bool = False
    channel: Channel = "web"


class Review(Struct, frozen=True, kw_only=True):
    """专家评审: which expert, that no interest stands in the way, and the score."""

    expert: Short
    no_interest: bool
    score: Score
    text: Reason


class Invitation(Struct, frozen=True, kw_only=True):
    """送审: to which expert."""

    expert: Short


class Plan(Struct, frozen=True, kw_only=True):
    """任务书: aims, milestones and the budget that was agreed."""

    text: Text
    amount_fen: Fen
    ends_on: date


class Grant(Struct, frozen=True, kw_only=True):
    """拨款: which instalment, how much."""

    part: Short
    amount_fen: Fen


class Milestone(Struct, frozen=True, kw_only=True):
    """进展报告的要求: for which period, and by what day."""

    period: Short
    report_by: date


class Progress(Struct, frozen=True, kw_only=True):
    """进展报告: of which period, what was reached, what was spent."""

    period: Short
    text: Text
    spent_fen: Annotated[int, Meta(ge=0, le=10**12)]


class Change(Struct, frozen=True, kw_only=True):
    """变更: of what, and why."""

    what: Literal["lead", "term", "budget", "aim"]
    reason: Reason


class Longer(Struct, frozen=True, kw_only=True):
    """项目延期: by how many months, and why."""

    months: Annotated[int, Meta(ge=1, le=12)]
    reason: Reason


class Conclusion(Struct, frozen=True, kw_only=True):
    """验收意见: passed or not, on what ground, and what is left of the money."""

    result: Literal["pass", "fail"]
    text: Text
    unspent_fen: Annotated[int, Meta(ge=0, le=10**12)] = 0
