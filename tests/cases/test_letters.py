"""Letters: every word they name can be known or is named as missing, and every date has its article and start."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cases.history import Event
from cases.letter_kinds import KINDS
from cases.letter_kinds.kind import Kind, Pick
from cases.letters import OPTIONAL, PLACE, TITLES, Letter, Source, draw, full_title, owed
from cases.procedure import File
from cases.procedures import PROCEDURES
from hotline.city.local import load_city
from routing import load

OFFICES = {code: office.title for code, office in load().duties.offices.items()}
CITY = load_city(Path(__file__).parents[2] / "hotline" / "city", OFFICES)
ALL = [(procedure, kind) for procedure, kinds in KINDS.items() for kind in kinds]
KNOWN = {"issuer", "lead", "sender", "city", "number", "article", "date", "opened", "ruling", "answered",
         "agreed_at", "title", "amount", "petition_office", *TITLES}  # fmt: skip
PEOPLE = {"applicant": "张小示", "applicant_address": "启明街道1号"}


def _texts(kind: Kind) -> Iterator[str]:
    for one in (kind.to, *kind.body, *kind.remedies, *kind.attached, kind.signed):
        yield from one.texts.values() if isinstance(one, Pick) else (one,)


def _fields(asks: type[Any] | None) -> set[str]:
    return {field.name for field in msgspec.structs.fields(asks)} if asks else set()


@pytest.mark.parametrize(("procedure", "kind"), ALL, ids=[f"{name}-{kind.name}" for name, kind in ALL])
def test_a_kind_names_only_what_there_is(procedure: str, kind: Kind) -> None:
    of = PROCEDURES[procedure]
    own = set.intersection(*(_fields(of.step(step).asks) for step in kind.steps))
    some = set.union(*(_fields(of.step(step).asks) for step in kind.steps))
    opening = next(step for step in of.steps if step.opens)
    for text in _texts(kind):
        optional = {name for part in OPTIONAL.findall(text) for name in PLACE.findall(part)}
        for name in PLACE.findall(text):
            before, _, fact = name.rpartition(".")
            if name.startswith(("until:", "by:")):
                of.clock(name.partition(":")[2].partition("|")[0])
            elif before == "asked":
                assert fact in _fields(opening.asks), name
            elif before:
                assert fact == "at" or fact in _fields(of.step(before).asks), name
            else:
                assert name in KNOWN | (some if name in optional else own), name
    for one in (*kind.body, *kind.remedies):
        assert not isinstance(one, Pick) or one.fact in own
    if kind.serving:
        asks = of.step(kind.serving).asks
        assert set(kind.serves) <= _fields(asks)


def test_letters_that_share_a_number_share_a_title_or_an_office() -> None:
    assert len({(procedure, kind.name) for procedure, kind in ALL}) == len(ALL)
    words: dict[str, set[str]] = {}
    for procedure, kind in ALL:
        if kind.word:
            words.setdefault(kind.word, set()).add(procedure)
    assert all(len(procedures) == 1 for procedures in words.values())


def _file(procedure: str, *rows: tuple[str, date, dict[str, Any]]) -> File:
    of, events = PROCEDURES[procedure], []
    for n, (name, day, facts) in enumerate(rows, 1):
        at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        asks = of.step(name).asks
        given = msgspec.convert(facts, asks, strict=False) if asks else None
        events.append(Event(seq=n, step=name, at=at, recorded_at=at, by="user:1", facts=given))
    return File(id=1, number="2026112300001-1", procedure=of, events=tuple(events))


def _letter(file: File, name: str, **more: Any) -> Letter:
    event, kind = next(pair for pair in owed(file) if pair[1].name == name)
    return draw(file, event, kind, Source(city=CITY, people=PEOPLE, **more))


PETITION = (
    ("register", date(2026, 8, 3), {"party": 1, "text": "房屋漏水无人处理", "received_by": "agency", "office": "housing"}),
    ("accept", date(2026, 8, 5), {}),
    ("answer", date(2026, 9, 1), {"result": "support", "text": "情况属实。", "basis": "《物业管理条例》第五十二条"}),
)  # fmt: skip


def test_the_remedy_is_a_length_until_the_letter_is_served_and_a_day_from_then_on() -> None:
    unserved = _letter(_file("petition", *PETITION), "opinion")
    assert unserved.head == "常德市武陵区住房和城乡建设局"
    assert "自收到本处理意见书之日起30日内（依据《信访工作条例》第三十五条）" in unserved.remedies[0]
    served = _letter(_file("petition", *PETITION, ("serve_opinion", date(2026, 9, 2), {})), "opinion")
    assert "于2026年10月8日前" in served.remedies[0]  # 10月2日在国庆假期内，顺延
    assert "自2026年9月2日“信访人收到处理意见”起算30日" in served.remedies[0]


def test_what_is_missing_is_named_and_can_be_supplied() -> None:
    file = _file(
        "reconsideration",
        ("receive", date(2026, 11, 2), {"party": 1, "text": "请求撤销", "respondent": "武陵区城管局"}),
        ("accept", date(2026, 11, 3), {"handlers": ["甲", "乙"], "certificates": ["1", "2"]}),
        ("decide", date(2026, 12, 1), {"kind": "revoke", "letter": "一", "text": "撤销原决定"}),
    )
    letter = _letter(file, "decision")
    assert [str(one) for one in letter.missing] == ["缺少：被申请人地址"]
    assert any("【缺少：被申请人地址】" in words for words in letter.paragraphs)
    filled = _letter(file, "decision", supplied={"respondent_address": "洞庭大道2号"})
    assert not filled.missing
    assert filled.signed == "常德市武陵区人民政府"
    assert any("《行政复议法》第六十四条" in words for words in filled.paragraphs)
    assert "《行政诉讼法》第四十五条" in filled.remedies[0]


def test_the_accused_never_reads_who_accused() -> None:
    file = _file(
        "petition",
        ("register", date(2026, 8, 3), {"party": 1, "text": "张小示检举某人收受礼金", "kind": "accusation"}),
        ("forward", date(2026, 8, 5), {"office": "urban"}),
    )
    letter = _letter(file, "forwarding")
    assert "张小示" not in str(letter)
    assert letter.addressee == "常德市武陵区城市管理和综合执法局"


def test_a_refusal_of_records_leads_to_reconsideration_first() -> None:
    rows = (("receive", date(2026, 8, 3), {"party": 1, "text": "会议记录", "office": "housing"}),)
    reply = {"text": "见下", "kind": "refused", "ground": "process", "basis": "《条例》第十六条"}
    refusal = _letter(_file("disclosure", *rows, ("answer", date(2026, 8, 20), reply)), "refusal")
    assert any("过程性信息" in words for words in refusal.paragraphs)
    assert "应当先申请行政复议" in refusal.remedies[0]
    granted = _file("disclosure", *rows, ("answer", date(2026, 8, 20), {"text": "见附件", "kind": "granted"}))
    assert "6个月内" in _letter(granted, "answer").remedies[0]


def test_an_office_is_written_with_its_place() -> None:
    assert full_title(CITY, "justice") == "常德市武陵区司法局"
    assert full_title(CITY, "bus_company") == "常德市公共交通公司"
    assert full_title(CITY, "street-430702001") == "常德市武陵区启明街道办事处"
    assert full_title(CITY, "") == ""
