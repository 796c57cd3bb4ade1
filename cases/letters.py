"""A letter as a value: what a step owes, drawn from the file, its readings and the city, and what is missing.

Every `{name}` of a kind's words is looked up here; what the file does not know is named in the letter itself
(【缺少：…】) and in `missing`, so that nothing is ever left blank. A date comes with its article and its start.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from cases.city import City
from cases.clocks import ByCity, Reading
from cases.history import Event, last_of
from cases.law import Length
from cases.letter_kinds import KINDS
from cases.letter_kinds.kind import Kind, Paragraph, Pick
from cases.limits import limit
from cases.procedure import File

PLACE = re.compile(r"\{([^{}]+)\}")
OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
STOPS = tuple("。！？：；…”）")
OF_LEAD = frozenset({"office", "table"})  # in the name of the office that leads; `table`: that mediates
CODED = frozenset({"office", "suggests"})  # facts that hold the code of an office
TITLES = {
    "applicant": "申请人（信访人、来电人）的姓名或者名称",
    "applicant_address": "申请人地址",
    "other": "被申请人（另一方当事人）的姓名或者名称",
    "other_address": "被申请人地址",
    "asked.respondent": "被申请人名称",
    "respondent_address": "被申请人地址",
    "issuer": "制发机关",
    "third_party": "第三方（第三人）或者机关的名称",
    "norm": "规范性文件的名称、文号和条款",
    "norm_maker": "规范性文件的制定机关",
    "norm_organ": "有权处理规范性文件的机关",
    "transcript": "各方陈述、举证、质证和辩论的记录",
    "discipline": "有权处理检举控告的机关",
    "evidence_names": "证据的名称、来源和证明对象",
    "agent": "委托代理人的姓名和职务",
    "upper_court": "上一级人民法院",
    "procurator": "受理申请的人民检察院",
    "mediator_name": "调解员姓名",
    "seen_by": "受送达人",
    "head_name": "法定代表人姓名",
    "place": "地点",
    "hearing_time": "听证开始的钟点",
    "where": "获取方式和途径",
    "organ": "负责公开的机关",
    "searched": "检索情况",
    "asked.text": "请求的内容",
    "post": "出庭人员",
    "answered": "办理结果",
}


class Missing(Struct, frozen=True):
    """What the letter needs and the file does not know: `name` to supply it by, `title` as people say."""

    name: str
    title: str

    def __str__(self) -> str:
        return f"缺少：{self.title}"


class Letter(Struct, frozen=True, kw_only=True):
    """One letter. `issuer` is the code it is numbered under; with anything `missing` it cannot be issued."""

    kind: Kind
    seq: int
    issuer: str
    head: str
    addressee: str
    paragraphs: tuple[str, ...]
    remedies: tuple[str, ...]
    attached: tuple[str, ...]
    signed: str
    missing: tuple[Missing, ...]


class Source(Struct, frozen=True, kw_only=True):
    """What a letter draws on beside the file: the city, the people by place (`applicant`, `other_address`
    …), what somebody supplied for what was missing, and the office to issue where none leads."""

    city: City
    people: Mapping[str, str] = {}
    supplied: Mapping[str, str] = {}
    office: str = ""


def owed(file: File) -> list[tuple[Event, Kind]]:
    """Every letter that the standing history owes, in the order of its events."""
    kinds = KINDS.get(file.procedure.name, ())
    return [
        (e, kind) for e in file.history for kind in kinds if e.step in kind.steps and kind.owed_for(e.facts)
    ]


def draw(file: File, event: Event, kind: Kind, source: Source) -> Letter:
    """The letter of `kind` that `event` owes, as far as it can be written."""
    pen = _Pen(file, event, kind, source)
    return Letter(
        kind=kind,
        seq=event.seq,
        issuer=pen.issuer,
        head=pen.known("issuer") or pen.gap("issuer"),
        addressee=pen.write(kind.to),
        paragraphs=pen.paragraphs(kind.body),
        remedies=pen.paragraphs(kind.remedies),
        attached=tuple(pen.write(name) for name in kind.attached),
        signed=pen.write(kind.signed),
        missing=tuple(pen.missing.values()),
    )


def day_words(day: date) -> str:
    """2026年11月23日, as GB/T 9704 writes a date."""
    return f"{day.year}年{day.month}月{day.day}日"


def full_title(city: City, code: str) -> str:
    """An office with the place it belongs to: 区司法局 of 常德市武陵区 is 常德市武陵区司法局."""
    title = city.offices.get(code, code)
    above = city.name.partition("市")[0] + "市" if "市" in city.name else ""
    if title.startswith("区"):
        return city.name + title[1:]
    if title.startswith("市"):
        return above + title[1:]
    return title if not title or title.startswith(above or city.name) else city.name + title


def _ended(text: str) -> str:
    """A paragraph with the stop that somebody's own words may have left out."""
    return text if text.endswith(STOPS) else f"{text}。"


class _Pen:
    """Writes one letter and notes what it could not write."""

    def __init__(self, file: File, event: Event, kind: Kind, source: Source) -> None:
        self.file, self.event, self.kind, self.source = file, event, kind, source
        self.city, self.missing = source.city, dict[str, Missing]()
        lead = file.office or source.office
        self.issuer = lead if kind.by in OF_LEAD else kind.by
        self._given = {
            "issuer": self._issuer(lead),
            "lead": full_title(self.city, file.office),
            "sender": self._sender(),
            "city": self.city.name,
            "petition_office": full_title(self.city, "petition"),
            "number": file.number,
            "article": str(kind.article),
            "date": self._said("date", event.at),
            "opened": self._said("opened", file.opening.at),
            "ruling": {"uphold_return": "同意退单", "reject_return": "不同意退单"}.get(event.step, ""),
            "answered": self._answered(),
            "agreed_at": self._at(last_of(file.history, "agree_in_writing", "agree_orally")),
            "title": getattr(file.opening.facts, "title", "") or getattr(file.opening.facts, "text", "")[:40],
            "amount": f"{getattr(event.facts, 'amount_fen', 0) / 100:.2f}",
        }

    def paragraphs(self, wanted: Iterable[Paragraph]) -> tuple[str, ...]:
        """Those of `wanted` that apply, written; the empty ones left out."""
        texts = (self._picked(one) if isinstance(one, Pick) else one for one in wanted)
        return tuple(_ended(said) for text in texts if (said := self.write(text)))

    def write(self, text: str) -> str:
        """`text` with everything it names."""
        kept = OPTIONAL.sub(lambda found: found[1] if self._whole(found[1]) else "", text)
        written = PLACE.sub(lambda found: self.known(found[1]) or self.gap(found[1]), kept)
        return written.replace("。。", "。").replace("。，", "，")

    def gap(self, name: str) -> str:
        """The mark of what is missing, noted."""
        self.missing[name] = Missing(name, TITLES.get(name, TITLES.get(name.rpartition(".")[2], name)))
        return f"【{self.missing[name]}】"

    def known(self, name: str) -> str:
        """What `name` stands for, or empty."""
        if name.startswith("until:"):
            return self._until(*name.removeprefix("until:").split("|"))
        if name.startswith("by:"):
            return self._by(name.removeprefix("by:"))
        found = self._given.get(name) or self.source.people.get(name) or self._fact(name)
        return found or self.source.supplied.get(name, "").strip()

    def _whole(self, text: str) -> bool:
        return all(self.known(name) for name in PLACE.findall(text))

    def _picked(self, pick: Pick) -> str:
        return pick.texts.get(str(getattr(self.event.facts, pick.fact, "")), "")

    def _issuer(self, lead: str) -> str:
        return {
            "office": full_title(self.city, lead),
            "table": full_title(self.city, lead),
            "centre": f"{self.city.name}12345政务服务便民热线受理中心",
            "petition": full_title(self.city, "petition"),
            "government": f"{self.city.name}人民政府",
        }[self.kind.by]

    def _sender(self) -> str:
        """The office that sent a work order back: the one it lay with before."""
        leads = self.file.procedure.leads
        with_it = [e for e in self.file.history if e.step in leads and e.seq < self.event.seq]
        return full_title(self.city, getattr(with_it[-1].facts, leads[with_it[-1].step])) if with_it else ""

    def _answered(self) -> str:
        before = (event for event in self.file.history if event.seq <= self.event.seq)
        answer = last_of(before, "answer", "answer_at_desk")
        return answer.facts.text if answer else ""

    def _at(self, event: Event | None) -> str:
        return self._said("at", event.at) if event else ""

    def _fact(self, name: str) -> str:
        step, _, fact = name.rpartition(".")
        if not step:
            return self._said(name, getattr(self.event.facts, name, ""))
        event = self.file.opening if step == "asked" else last_of(self.file.history, step)
        if event is None or fact == "at":
            return self._at(event)
        return self._said(fact, getattr(event.facts, fact, ""))

    def _said(self, name: str, value: Any) -> str:
        if isinstance(value, datetime):
            value = self.city.calendar.day_of(value)
        if isinstance(value, date):
            return day_words(value)
        if isinstance(value, tuple):
            return "、".join(str(one) for one in value)
        if name in CODED and value:
            return full_title(self.city, str(value))
        return self.kind.words.get(name, {}).get(str(value), "" if value is None else str(value)).strip()

    def _reading(self, clock: str) -> Reading | None:
        found = [r for r in self.file.readings(self.city) if r.clock.id == clock and r.end is not None]
        return found[-1] if found else None

    def _until(self, clock: str, since: str = "收到之日") -> str:
        """The last day with its reasons, where the clock runs; else the length with its article."""
        reading = self._reading(clock)
        if reading is None or reading.end is None:
            return self._within(clock, since)
        start = self.city.calendar.day_of(reading.period.start)
        begun = next(event for event in self.file.history if event.seq == reading.started_by)
        title = self.file.procedure.step(begun.step).title
        firm = "，暂定，以放假安排公布后为准" if reading.end.provisional else ""
        return (
            f"于{day_words(reading.end.due)}前（含当日；自{day_words(start)}“{title}”起算{reading.lengths}，"
            f"依据{reading.article}{firm}）"
        )

    def _within(self, clock: str, since: str) -> str:
        known, setting = limit(clock).clock, self.file.setting(self.city)
        length, article = known.length, known.article
        if isinstance(length, ByCity):
            rule = self.city.limit(clock, setting.kind, setting.urgent, setting.opened, setting.limits)
            length, article = rule.length, self.city.source(rule, setting.opened)
        if not isinstance(length, Length):
            own = getattr(self.event.facts, length.field, "")
            return f"自{since}起{own}{length.unit.label}内（依据{article}）"
        return f"自{since}起{length}内（依据{article}）"

    def _by(self, clock: str) -> str:
        reading = self._reading(clock)
        return day_words(reading.end.due) if reading and reading.end else ""
