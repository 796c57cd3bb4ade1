"""The duty list as a table: lines changed, ended at a handover and undone, then written back as the rule file.

The file stays the truth and the table a way of editing it: lines that were not touched read the same before
and after, and a list that says the same leaves the file untouched to the letter.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from msgspec import Struct, structs

from hotline.city import toml_text
from hotline.problems import Problem
from routing.asked import CHANNELS, KINDS
from routing.catalogue import Rulebook
from routing.duties import STREET, Duties, Duty, Office

Rows = tuple[Duty, ...]
FIELDS = {
    "topic": "事项",
    "street": "街道",
    "community": "村、社区",
    "office": "承办单位",
    "co": "协办单位",
    "kinds": "诉求类型",
    "channels": "渠道",
    "urgent": "紧急",
    "since": "起始日",
    "until": "截止日",
    "reason": "说明",
}
_EVERYWHERE = "# ── 全区通行的责任：事项 = 单位 ──\n"
_OFFICES = "# ── 单位 ──  kind：bureau 局办、street 街道、company 公用企业、centre 中心\n"


class Change(Struct, frozen=True):
    """One line that a draft has otherwise than its base: `fields` names what differs."""

    kind: Literal["added", "changed", "removed"]
    id: str
    before: Duty | None
    after: Duty | None
    fields: tuple[str, ...] = ()


def changes(before: Sequence[Duty], after: Sequence[Duty]) -> list[Change]:
    """What became of the lines, by their ids: removed and changed in the old order, then what is new."""
    old, new = {duty.id: duty for duty in before}, {duty.id: duty for duty in after}
    found = [_change(duty, new.get(code)) for code, duty in old.items() if new.get(code) != duty]
    return found + [Change("added", code, None, duty) for code, duty in new.items() if code not in old]


def _change(before: Duty, after: Duty | None) -> Change:
    if after is None:
        return Change("removed", before.id, before, None)
    differing = tuple(name for name in FIELDS if getattr(before, name) != getattr(after, name))
    return Change("changed", before.id, before, after, differing)


def put(rows: Rows, duty: Duty) -> Rows:
    """With this line in place of the one of its id, or at the end."""
    if any(one.id == duty.id for one in rows):
        return tuple(duty if one.id == duty.id else one for one in rows)
    return (*rows, duty)


def dropped(rows: Rows, code: str) -> Rows:
    """Without the line of that id."""
    return tuple(one for one in rows if one.id != code)


def handed_over(rows: Rows, code: str, last: date, to: str) -> Rows:
    """The duty ends with `last` and is the office's `to` from the next day on. `Problem` where the days cannot be."""
    duty = next(one for one in rows if one.id == code)
    if (duty.since and last < duty.since) or (duty.until and last >= duty.until):
        span = f"{duty.since or '开始'}至{duty.until or '今后'}"
        raise Problem("没有交接", {"last": f"最后一日应在这条责任的期间之内（{span}），且其后还有日子可以交接"})
    if to == duty.office:
        raise Problem("没有交接", {"to": "接任单位与现承办单位相同"})
    since = last + timedelta(days=1)
    heir = structs.replace(duty, office=to, since=since, id=_fresh(rows, f"{code}~{since:%Y%m%d}"))
    return put(put(rows, structs.replace(duty, until=last)), heir)


def undone(rows: Rows, base: Rows, code: str) -> Rows:
    """With that line as the base has it: back again, as it was, or gone."""
    was = next((one for one in base if one.id == code), None)
    return dropped(rows, code) if was is None else put(rows, was)


def named(rows: Rows, duty: Duty) -> Duty:
    """A new line with an id of its own, which says what it is about."""
    where = f"@{duty.area}" if duty.area else ""
    return structs.replace(duty, id=_fresh(rows, f"duty.{duty.topic}{where}"))


def _fresh(rows: Iterable[Duty], wanted: str) -> str:
    taken = {one.id for one in rows}
    if wanted not in taken:
        return wanted
    return next(code for n in range(2, len(taken) + 3) if (code := f"{wanted}~{n}") not in taken)


def wrong(duty: Duty, book: Rulebook) -> dict[str, str]:
    """What is wrong with a line, by field, each with what would be right."""
    places, offices, errors = book.places, book.duties.offices, {}
    if duty.topic not in book.numbers:
        errors["topic"] = f"事项目录里没有“{duty.topic}”" if duty.topic else "请填写事项代码"
    for name, code, known, title in (
        ("street", duty.street, places.streets, "9位街道代码"),
        ("community", duty.community, places.communities, "12位村、社区代码"),
    ):
        if code and code not in known:
            errors[name] = f"地名表里没有“{code}”，应为{title}"
    if duty.street and duty.community and not duty.community.startswith(duty.street):
        errors.setdefault("community", "这个村、社区不在所填的街道，只填村、社区即可")
    for name, codes in (("office", (duty.office,)), ("co", duty.co)):
        odd = next((code for code in codes if code != STREET and code not in offices), None)
        if odd is not None:
            errors[name] = f"单位表里没有“{odd}”，应为单位代码，或 {STREET}（所在街道）" if odd else "请填写承办单位"
    for name, given, lists in (("kinds", duty.kinds, KINDS), ("channels", duty.channels, CHANNELS)):
        if odd := next((one for one in given if one not in lists), None):
            errors[name] = f"没有“{odd}”，可用的有{'、'.join(f'{code}（{said}）' for code, said in lists.items())}"
    if duty.since and duty.until and duty.since > duty.until:
        errors["until"] = "截止日不能早于起始日"
    return errors


def wrong_office(code: str, office: Office, book: Rulebook) -> dict[str, str]:
    """What is wrong with an office, by field."""
    errors = {}
    if toml_text.key(code) != code or len(code) > 60:
        errors["code"] = "代码应为1至60个字母、数字、连字符或下划线"
    if not office.title.strip():
        errors["title"] = "请填写名称"
    if office.street and office.street not in book.places.streets:
        errors["street"] = "请从列表中选择"
    return errors


def duty_file(text: str, held: Duties, rows: Rows, offices: Mapping[str, Office] | None = None) -> str:
    """The rule file `text`, which says `held`, with these lines (and these offices) in place of its own; the
    comment at its head is kept."""
    offices = held.offices if offices is None else offices
    if (rows, offices) == (held.every, held.offices):
        return text
    raw_offices = {code: _said(office, {"code"}) for code, office in offices.items()}
    general = {duty.topic: duty.office for duty in rows if _general(duty)}
    special = [_said(duty, set() if _must_name(duty) else {"id"}) for duty in rows if not _general(duty)]
    parts = [
        _head(text),
        _OFFICES + toml_text.table("[offices]", raw_offices),
        _EVERYWHERE + toml_text.table("[everywhere]", general),
        *(toml_text.table("[[duty]]", one) for one in special),
    ]
    return "\n".join(part for part in parts if part)


def _head(text: str) -> str:
    """The comment before the first table, without the heading of the offices."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line)
    kept = [line for line in lines if line + "\n" not in (_OFFICES, _EVERYWHERE)]
    return "\n".join(kept) + "\n" if kept else ""


def _general(duty: Duty) -> bool:
    """Whether the line says no more than topic and office, and so stands among those of everywhere."""
    return duty == Duty(topic=duty.topic, office=duty.office, id=f"duty.{duty.topic}")


def _must_name(duty: Duty) -> bool:
    """Whether its id must be written, since its place in the file would not give it."""
    return not duty.area or duty.id != f"duty.{duty.topic}@{duty.area}"


def _said(struct: Duty | Office, left_out: set[str]) -> dict[str, Any]:
    """What differs from the default, as the file has it."""
    found: dict[str, Any] = {}
    for field in structs.fields(struct):
        value = getattr(struct, field.name)
        if field.name not in left_out and (field.required or value != field.default):
            found[field.name] = list(value) if isinstance(value, tuple) else value
    return found
