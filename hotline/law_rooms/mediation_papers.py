"""What both sides have said yes to, for the mediator's table: who agreed to sit and how, and what was signed by whom."""

from typing import Any

from msgspec import Struct

from cases.calendar import Calendar
from cases.history import events_of, last_of
from cases.procedure import File
from cases.procedures.mediation_facts import SIDES
from hotline.calendar.lights import moment_words

HOW = {"spoken": "口头表示", "written": "书面同意", "message": "短信同意"}
SIGNERS = {
    "applicant_signed": "申请人签名",
    "respondent_signed": "被申请人签名",
    "mediator_signed": "调解员签名",
    "sealed": "调解组织印章",
}


class Yes(Struct, frozen=True, kw_only=True):
    """One side: whether it agreed to sit, how and when."""

    side: str
    agreed: bool
    how: str = ""
    at: str = ""


class Signed(Struct, frozen=True, kw_only=True):
    """The agreement as it stands in the file: its words, and each name and seal that must be under it."""

    text: str
    oral: bool
    at: str
    signatures: tuple[tuple[str, bool], ...]


def consents(file: File, calendar: Calendar) -> list[Yes]:
    """Both sides; who applied agreed by that."""
    said = {event.facts.side: event for event in events_of(file.history, "consent")}
    found = []
    for side, title in SIDES.items():
        event = said.get(side)
        if event is not None:
            at = moment_words(event.at, calendar)
            found.append(Yes(side=title, agreed=True, how=HOW.get(event.facts.how, ""), at=at))
        elif side == "applicant":
            at = moment_words(file.opening.at, calendar)
            found.append(Yes(side=title, agreed=True, how="申请调解即为同意", at=at))
        else:
            found.append(Yes(side=title, agreed=False))
    return found


def agreement(file: File, calendar: Calendar) -> Signed | None:
    """What was agreed, or None while nothing is."""
    event = last_of(file.history, "agree_in_writing", "agree_orally")
    if event is None:
        return None
    facts, at = event.facts, moment_words(event.at, calendar)
    if event.step == "agree_orally":
        marks: Any = (("调解员记录协议内容", facts.recorded),)
    else:
        marks = tuple((title, bool(getattr(facts, name))) for name, title in SIGNERS.items())
    return Signed(text=facts.text, oral=event.step == "agree_orally", at=at, signatures=marks)
