"""The evidence of a file: what was handed in and what became of it, the same in every procedure that has a list.

Each piece has its number within the file (申1, 被2); handing it in and examining it are events like all others, so
that the list of any day can be drawn again.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from cases.law import Article
from cases.people import Role
from cases.procedure import OPEN, Attempt, File, Step
from cases.procedures.work_order_facts import Reason

Item = Annotated[str, Meta(min_length=1, max_length=20)]
SUBMITTERS = {
    "applicant": "申请人（原告）",
    "respondent": "被申请人（被告）",
    "third": "第三人",
    "body": "办案机构依职权调取",
}
FORMS = {"original": "原件", "copy": "复制件", "electronic": "电子数据"}
OUTCOMES = {"accepted": "采纳", "partly": "部分采纳", "rejected": "不予采纳"}


class Exhibit(Struct, frozen=True, kw_only=True):
    """提交证据: its number in the file, its name, by whom, what it is to prove, and in which form."""

    item: Item
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    side: Literal["applicant", "respondent", "third", "body"]
    proves: Annotated[str, Meta(min_length=1, max_length=1_000)]
    form: Literal["original", "copy", "electronic"]
    pages: Annotated[int, Meta(ge=0, le=9_999)] = 0
    attachments: tuple[str, ...] = ()


class Examined(Struct, frozen=True, kw_only=True):
    """审查证据: which piece, whether it is accepted, and why."""

    item: Item
    outcome: Literal["accepted", "partly", "rejected"]
    reason: Reason


class Piece(Struct, frozen=True, kw_only=True):
    """One line of the list, as it stands after the whole history."""

    exhibit: Exhibit
    seq: int
    at: datetime
    outcome: str = ""
    reason: str = ""
    examined_at: datetime | None = None


def pieces(file: File) -> tuple[Piece, ...]:
    """The evidence of a file in the order in which it was handed in; of several examinations the last counts."""
    found: dict[str, Piece] = {}
    for event in file.history:
        if event.step == "submit_evidence":
            found.setdefault(event.facts.item, Piece(exhibit=event.facts, seq=event.seq, at=event.at))
        elif event.step == "examine_evidence" and event.facts.item in found:
            known, said = found[event.facts.item], event.facts
            found[said.item] = replace(known, outcome=said.outcome, reason=said.reason, examined_at=event.at)
    return tuple(found.values())


def next_item(file: File, side: str = "applicant") -> str:
    """A number that is free, as lists begin with it: 申1, 被1, 三1, 调1."""
    letter = {"applicant": "申", "respondent": "被", "third": "三", "body": "调"}[side]
    taken = {piece.exhibit.item for piece in pieces(file)}
    return next(item for n in range(1, len(taken) + 2) if (item := f"{letter}{n}") not in taken)


def item_taken(attempt: Attempt) -> str | None:
    """A number stands for one piece."""
    if attempt.facts is None or all(
        piece.exhibit.item != attempt.facts.item for piece in pieces(attempt.file)
    ):
        return None
    return f"证据编号{attempt.facts.item}已经使用"


def item_unknown(attempt: Attempt) -> str | None:
    """Only what is on the list is examined."""
    found = pieces(attempt.file)
    if not found:
        return "本案还没有登记证据"
    if attempt.facts is None or any(piece.exhibit.item == attempt.facts.item for piece in found):
        return None
    return f"没有编号为{attempt.facts.item}的证据"


def evidence_steps(by: AbstractSet[Role], articles: Mapping[str, Article]) -> tuple[Step, ...]:
    """The two steps, for who keeps the file; taken on the page of the list, so they have no button."""
    return (
        Step(
            "submit_evidence",
            "登记证据",
            articles["submit"],
            by=by,
            at=OPEN,
            asks=Exhibit,
            unless=(item_taken,),
            hidden=True,
        ),
        Step(
            "examine_evidence",
            "审查证据",
            articles["examine"],
            by=by,
            at=OPEN,
            asks=Examined,
            unless=(item_unknown,),
            hidden=True,
        ),
    )
