"""What the steps of state compensation ask for."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.origin import Origin
from cases.procedures.work_order_facts import Channel, Reason, Text

Short = Annotated[str, Meta(min_length=1, max_length=60)]
Fen = Annotated[int, Meta(ge=0, le=10**13)]

KINDS = {"person": "侵犯人身权", "property": "侵犯财产权"}
WAYS = {"money": "支付赔偿金", "return": "返还财产", "restore": "恢复原状", "honour": "消除影响、恢复名誉、赔礼道歉"}
REFUSALS = {
    "private": "工作人员与行使职权无关的个人行为",
    "own": "因赔偿请求人自己的行为致使损害发生",
    "law": "法律规定的其他情形",
    "unfounded": "不属于赔偿范围或者没有损害事实",
    "late": "超过请求时效",
}


class Claim(Origin, frozen=True, kw_only=True):
    """赔偿申请书: what is asked of which office, and when the claimant came to know of the harm."""

    party: int
    office: Short
    known_on: date
    kind: Literal["person", "property"]
    text: Text
    title: str = ""
    amount_fen: Fen = 0
    urgent: bool = False
    channel: Channel = "web"


class Missing(Struct, frozen=True, kw_only=True):
    """补正告知: everything that is missing, in one list."""

    items: Reason


class Talk(Struct, frozen=True, kw_only=True):
    """协商: on the manner, the items and the amount, and whether it was agreed."""

    text: Text
    agreed: bool


class Award(Struct, frozen=True, kw_only=True):
    """赔偿决定书: in which way, how much, and why so; what the claimant said was heard."""

    way: Literal["money", "return", "restore", "honour"]
    text: Text
    heard: bool
    amount_fen: Fen = 0


class Refusal(Struct, frozen=True, kw_only=True):
    """不予赔偿决定书: on which ground, with its reason in writing."""

    ground: Literal["private", "own", "law", "unfounded", "late"]
    text: Reason
    heard: bool


class Delivered(Struct, frozen=True, kw_only=True):
    """送达: in which way, and that the way to court was named in the paper."""

    way: Literal["hand", "left", "electronic", "post", "notice"]
    suit_told: bool


class Paid(Struct, frozen=True, kw_only=True):
    """支付赔偿金: how much."""

    amount_fen: Fen
    text: str = ""
