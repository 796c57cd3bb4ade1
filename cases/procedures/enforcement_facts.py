"""What the steps of having the court enforce an act ask for."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.origin import Origin
from cases.procedures.work_order_facts import Channel, Reason, Text

Short = Annotated[str, Meta(min_length=1, max_length=60)]

PLAIN = {
    "facts": "明显缺乏事实根据",
    "law": "明显缺乏法律、法规依据",
    "other": "其他明显违法并损害被执行人合法权益",
}


class Act(Origin, frozen=True, kw_only=True):
    """未履行的行政决定: whose it is, what it orders, and the day on which suit and reconsideration were over."""

    party: int
    office: Short
    act_number: Short
    sue_until: date
    title: str = ""
    text: str = ""
    kind: Literal["pay", "do", "hand_over"] = "pay"
    urgent: bool = False
    channel: Channel = "import"


class Demand(Struct, frozen=True, kw_only=True):
    """催告书: what must be done, and that statement and defence were heard."""

    text: Text
    right_to_speak_told: bool


class Applied(Struct, frozen=True, kw_only=True):
    """强制执行申请: to which court, with which papers."""

    court: Short
    papers: tuple[str, ...] = ()


class Doubt(Struct, frozen=True, kw_only=True):
    """发现明显违法情形: which; the thirty days still run from acceptance."""

    ground: Literal["facts", "law", "other"]
    accepted: date


class Ruled(Struct, frozen=True, kw_only=True):
    """法院裁定: its number and its reason."""

    court_number: Short
    text: Reason
