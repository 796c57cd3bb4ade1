"""The texts of messages as settings: what they must keep is checked, what they cost is shown, one goes to oneself.

A text takes effect as soon as it is saved, or on a day to come: whatever is sent after that says it.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import insert, select

from cases.outbox import message
from cases.tables import OutboxRow
from hotline import texts
from hotline.accounts.accounts import audit
from hotline.accounts.seats import Seat
from hotline.city.sorts import Foreseen, Line, none_wrong
from hotline.fields import Field
from hotline.house import House
from hotline.problems import Problem
from hotline.tables import UserRow

log = logging.getLogger("hotline.city")

SORT = "texts"
TITLE = "短信文字"
LEAD = "发给来电人和工作人员的短信。花括号里的内容发送时填入，方括号里的内容没有可填时整段省去；签名自动加在前面。"
DATED = False
MOST = 300
TRIAL = "trial"


class TextPaper(Struct, frozen=True):
    """A text."""

    words: str


def words_of(house: House, template: str) -> str:
    """The words in force of a template; `KeyError` when there is none of that name."""
    packaged = texts.packaged(house.settings.city)[template]
    version = house.papers.standing(SORT, template, house.now())
    paper = version.read(TextPaper) if version else None
    if paper is None:
        return packaged
    if wrong := texts.faults(template, paper.words):  # written for an older house
        log.error("the text %s cannot be filled in, the packaged one is sent: %s", template, wrong[0])
        return packaged
    return paper.words


def example(house: House) -> dict[str, str]:
    """What stands in each place, by way of example."""
    city, now = house.city, house.now()
    day = city.calendar.midnight(city.calendar.after(city.calendar.day_of(now), 5)) + timedelta(days=1)
    facts = {
        "number": "2026112300012-7", "numbers": ["2026112300012-7"], "promised": day, "due": day, "stage": "in_hand",
        "clock": "wo.handle", "rung": city.ladder[0].id, "count": 12, "people": 12,
    }  # fmt: skip
    said = {name: place(facts, city, house.vault) for name, place in texts.PLACES.items()}
    return {**said, "查询码": "123456"}


def filled(house: House, words: str) -> str:
    """The message with the example in it, signed."""
    said = example(house)
    shown = texts.OPTIONAL.sub(lambda part: part[1], words)
    return texts.signature(house.city) + texts.PLACE.sub(lambda place: said.get(place[1], place[0]), shown)


def size(text: str) -> str:
    """How long it is, and how many messages an operator counts."""
    parts = texts.segments(text)
    return f"{len(text)}字，计{parts}条短信"


def places(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a text may be filled with, and what it must not lose."""
    wording = texts.WORDINGS[template]
    return wording.must + wording.may, tuple(f"{{{name}}}" for name in wording.must) + wording.keeps


def listed(house: House) -> list[Line]:
    """Every text but the trial."""
    found = []
    for name, wording in texts.WORDINGS.items():
        if name != TRIAL:
            words = words_of(house, name)
            about = size(filled(house, words))
            found.append(Line(name=name, title=wording.title, group=f"发给{wording.to}", value=words, about=about, own=True))
    return found


def title_of(house: House, name: str) -> str:
    """What the text is for."""
    if name == TRIAL:
        raise LookupError(name)
    return texts.WORDINGS[name].title


def standing(house: House, name: str, at: datetime) -> TextPaper:
    """The text in force then."""
    version = house.papers.standing(SORT, name, at)
    return (version.read(TextPaper) if version else None) or packaged(house, name)


def packaged(house: House, name: str) -> TextPaper:
    """The text of the city's folder."""
    return TextPaper(texts.packaged(house.settings.city)[name])


def understood(name: str, content: str) -> TextPaper:
    """From JSON."""
    return msgspec.json.decode(content, type=TextPaper)


def form(house: House, name: str, content: TextPaper | None) -> list[Field]:
    """One area."""
    return [Field(name="words", title="短信文字", control="text", must=True, most=MOST, value=content.words if content else "")]


def parsed(house: House, name: str, typed: Mapping[str, Any], at: datetime) -> TextPaper:
    """A text that keeps what it must."""
    words = " ".join(str(typed.get("words", "")).split())
    errors = {}
    if not words or len(words) > MOST:
        errors["words"] = f"应有内容，不超过{MOST}字"
    elif wrong := texts.faults(name, words):
        errors["words"] = "；".join(wrong)
    none_wrong(errors)
    return TextPaper(words)


def told(house: House, name: str, content: TextPaper) -> list[tuple[str, str]]:
    """Its words, and what they cost."""
    shown = filled(house, content.words)
    return [("文字", content.words), ("填入样例后", shown), ("长度", size(shown))]


def foreseen(house: House, name: str, pair: tuple[TextPaper | None, TextPaper], at: datetime) -> Foreseen:
    """The example before and after, and whether it costs more."""
    old, new = (told(house, name, paper) if paper else [] for paper in pair)
    rows = tuple((label, dict(old).get(label, "—"), said) for label, said in new)
    shown = filled(house, pair[1].words)
    more = texts.segments(shown) - (texts.segments(filled(house, pair[0].words)) if pair[0] else 0)
    says = (f"比现行的多计{more}条短信，每发一次都多付费。",) if more > 0 and pair[0] else ()
    return Foreseen(says=says, head=("", "现行", "改后"), rows=rows, own=True)


def send_to_oneself(house: House, seat: Seat, words: str) -> None:
    """Puts the example into the outbox for this seat's own telephone; `Problem` where it has none."""
    text, now = filled(house, words).removeprefix(texts.signature(house.city)), house.now()
    with house.writing() as connection:
        if connection.scalar(select(UserRow.phone).where(UserRow.id == seat.user_id)) is None:
            raise Problem("没有试发", {"words": "您的账号没有登记手机号，不能试发给自己"})
        row = message(dedupe=f"trial:{seat.user_id}:{token_hex(8)}", case=None, recipient=f"user:{seat.user_id}",
                      template=TRIAL, facts={"text": text}, now=now)  # fmt: skip
        connection.execute(insert(OutboxRow).values(row))
        audit(connection, now, seat.actor.id, "city.trial", about=seat.actor.id, detail=text[:200])
