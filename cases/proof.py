"""Whether a case file that left the house is what it says: the chain, the rules, every date, every paper.

Pure: the members come in as bytes and digests, differences go out as sentences, the first that matters first.
Nothing in the file is believed but its events; all else is made from them again and compared.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import MsgspecError, Struct

from cases.calendar import Year, published
from cases.dossier import (
    FORMAT,
    Places,
    Written,
    city_of,
    definition,
    file_of,
    readings,
    same_notice,
    sealed,
    standing_of,
)
from cases.history import FIRST_DIGEST, seal
from cases.letter_kinds import KINDS
from cases.numbers import parse_number
from cases.procedure import File
from cases.procedures import PROCEDURES

BROKEN = (MsgspecError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError)
FIELDS = {
    "article": "依据", "start_event": "起算事件", "counted_from": "起算时间", "length": "长度", "extended_by": "延长",
    "pauses": "暂停", "last_day": "届满日", "rolled_to": "顺延", "due_day": "届满日", "over_at": "届满时刻",
    "provisional": "暂定", "stopped_at": "停止时间", "stopped_by": "停止事件", "days": "逐日说明",
}  # fmt: skip


class Paper(Struct, frozen=True, kw_only=True):
    """An issued letter: the digests that were frozen with its number, and where the two files stand in the
    file (None: left out)."""

    seq: int
    kind: str
    title: str
    number: str
    office: str
    state: str
    issued_by: str
    issued_at: str
    served_at: str | None
    means: str
    receipt: str
    docx: str
    pdf: str
    members: dict[str, str] | None = None


class Enclosed(Struct, frozen=True, kw_only=True):
    """A file handed in with the case: its digest, and where it stands (None: left out, or lost)."""

    digest: str
    name: str
    media: str
    size: int
    member: str | None = None


class Cover(Struct, frozen=True, kw_only=True):
    """`case.json`: which case, when and by whom it left, and what is in the file."""

    number: str
    procedure: str
    exported_at: str
    exported_by: str
    parties: str  # masked | clear
    reason: str
    events: int
    last_digest: str
    standing: dict[str, Any]
    people: dict[str, str]
    letters: list[Paper]
    attachments: list[Enclosed]
    format: str = FORMAT


Read = Callable[[str], bytes]


def differences(read: Read, digests: Mapping[str, str]) -> Iterator[str]:
    """Everything in the file that does not follow from its events, or that is not what it says. `read` gives a
    member's content, `digests` what each member's content really is."""
    try:
        cover = msgspec.json.decode(read("case.json"), type=Cover)
        events = [msgspec.json.decode(line, type=Written) for line in read("events.jsonl").splitlines()]
        case = parse_number(cover.number)
        if cover.format != FORMAT or case is None or cover.procedure not in PROCEDURES:
            yield f"case.json：不认识的卷宗（{cover.format}，{cover.number}，{cover.procedure}）"
            return
        broken = list(_chain(case, cover, events))
        yield from broken
        if broken:
            return
        file = file_of(case, cover.procedure, events)
        yield from (
            f"events.jsonl：第{event.seq}个事件的名称应为“{title}”"
            for event in events
            if event.title != (title := file.procedure.step(event.step).title)
        )
        yield from _counted(file, cover, read)
        yield from _papers(file, cover, digests)
    except BROKEN as error:
        yield f"卷宗内容无法读出：{error}"


def _chain(case: int, cover: Cover, events: list[Written]) -> Iterator[str]:
    before = FIRST_DIGEST
    for n, event in enumerate(events, start=1):
        if event.seq != n:
            yield f"events.jsonl：第{n}个事件缺失，此处是第{event.seq}个"
            return
        if seal(before, case, sealed(event), event.facts) != event.digest:
            yield f"events.jsonl：第{n}个事件（{event.title}）的摘要与内容不符"
            return
        before = event.digest
    if (len(events), before) != (cover.events, cover.last_digest):
        yield "case.json：事件数或者末次摘要与 events.jsonl 不符"


def _counted(file: File, cover: Cover, read: Read) -> Iterator[str]:
    """The rules it was counted with, and every date."""
    told = msgspec.json.decode(read("calendar.json"), type=dict[str, Year])
    places = msgspec.json.decode(read("city.json"), type=Places)
    if said := same_notice(published(), told):
        yield f"calendar.json：{said}"
    if said := _other_definition(msgspec.json.decode(read("procedure.json")), definition(file.procedure)):
        yield f"procedure.json：{said}"
    if standing_of(file) != cover.standing:
        yield f"case.json：环节与事件不符，应为{standing_of(file)}"
    yield from (f"不变式：{said}" for keeps in file.procedure.keeps if (said := keeps(file)))
    made = readings(file, city_of(places, told))
    yield from _dates(msgspec.json.decode(read("readings.json")), made)


def _other_definition(told: Any, known: dict[str, Any]) -> str | None:
    if told == known:
        return None
    for theirs, ours in zip(told.get("limits", ()), known["limits"], strict=False):
        if theirs != ours:
            return f"期限 {ours['figures']['id']} 与本软件所据的规定不同（可能是另一版本，或者被改动）"
    return "程序定义与本软件所据的规定不同（可能是另一版本，或者被改动）"


def _dates(told: list[dict[str, Any]], made: list[dict[str, Any]]) -> Iterator[str]:
    """Each reading against the one that follows from the events."""
    for theirs, ours in zip(told, made, strict=False):
        name = next((name for name in ours if ours[name] != theirs.get(name)), None)
        if name or theirs != ours:
            what = FIELDS.get(name or "", name or "多余的内容")
            which = f"{ours['title']}（{ours['limit']}）" + (f"〔{ours['key']}〕" if ours["key"] else "")
            found, due = theirs.get(name or ""), ours.get(name or "")
            shown = f"卷宗为{found}，重新计算为{due}" if name != "days" else "与重新计算的不同"
            yield f"readings.json：{which}的{what}：{shown}"
    if len(told) != len(made):
        yield f"readings.json：有{len(told)}个期限，重新计算有{len(made)}个"


def _papers(file: File, cover: Cover, digests: Mapping[str, str]) -> Iterator[str]:
    """Letters against what was frozen, attachments against the events that name them."""
    kinds = KINDS.get(file.procedure.name, ())
    due = {(event.seq, kind.name) for event in file.events for kind in kinds if event.step in kind.steps}
    for paper in cover.letters:
        if (paper.seq, paper.kind) not in due:
            yield f"case.json：没有哪个事件应当制发“{paper.title}{paper.number}”"
        for sort, member in (paper.members or {}).items():
            if digests.get(member) != getattr(paper, sort):
                yield f"{member}：与签发时固定的摘要不符（{paper.title}{paper.number}）"
    named = attached(file)
    if [one.digest for one in cover.attachments] != list(named):
        yield "case.json：附件与事件所载的不符"
    for one in cover.attachments:
        if one.member and digests.get(one.member) != one.digest:
            yield f"{one.member}：与事件所载的附件摘要不符（{one.name}）"
    listed = {m for paper in cover.letters for m in (paper.members or {}).values()}
    listed |= {one.member for one in cover.attachments if one.member}
    for member in sorted(set(digests) - listed):
        if "/" in member:
            yield f"{member}：卷宗中没有登记的文件"


def attached(file: File) -> tuple[str, ...]:
    """The digests of the files handed in with the case, in the order they came."""
    found = (digest for event in file.history for digest in getattr(event.facts, "attachments", ()))
    return tuple(dict.fromkeys(found))
