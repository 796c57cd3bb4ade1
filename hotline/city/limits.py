"""The city's own limits as settings: one a clock and for whom it is, each from a day to come.

What the law sets is no setting. A case keeps the limits of the day it was opened, so no change moves a clock
that runs, and what `rebuild` counts is what was counted then.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import func, select

from cases.city import CityLimit
from cases.clocks import ByCity, Clock
from cases.law import Length, Unit
from cases.limits import limits
from cases.periods import Period, end_of
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import KINDS
from cases.tables import CaseRow
from hotline.city.local import LIMITS, LimitPaper, name_of
from hotline.city.sorts import YES, Foreseen, Line, none_wrong, whole_in
from hotline.fields import Field
from hotline.house import House
from hotline.web import until

SORT = LIMITS
TITLE = "本市期限"
LEAD = "没有法律规定、由本市自己定的期限。新的数值从以后的某一天起适用于当天起新收的案件；已经在办的案件按收件当天的规定计算到底。"
DATED = True
NEW = "new"
MOST = 999
UNITS = (Unit.MINUTE, Unit.HOUR, Unit.OFFICE_HOUR, Unit.DAY, Unit.WORKING_DAY, Unit.MONTH)
OPTIONS = tuple((unit.value, unit.label) for unit in UNITS)
URGENCY = {"": "紧急和不紧急的都适用", "urgent": "只适用于紧急的", "calm": "只适用于不紧急的"}


@cache
def clocks() -> Mapping[str, tuple[str, Clock]]:
    """The clocks whose length the city sets, each with its procedure's title."""
    return {
        clock.id: (procedure.title, clock)
        for procedure in PROCEDURES.values()
        for clock in procedure.clocks
        if isinstance(clock.length, ByCity)
    }


def listed(house: House) -> list[Line]:
    """Those in force today, and those that begin on a day to come."""
    now = house.now()
    found = {name_of(lim): lim for lim in _edition(house, now).limits}
    for name in house.papers.names(SORT):
        coming = house.papers.coming(SORT, name, now)
        if name not in found and coming and (paper := coming[0].read(LimitPaper)):
            found[name] = paper.limit
    return [_line(house, name, lim) for name, lim in found.items() if lim.clock in clocks()]


def statutory() -> list[tuple[str, str, str, str]]:
    """The limits that the law sets: procedure, title, length, article. For reading only."""
    found = [limit for limit in limits().values() if limit.procedure and not isinstance(limit.clock.length, ByCity)]
    return [
        (
            PROCEDURES[limit.procedure].title,
            limit.clock.title,
            str(limit.clock.length) if isinstance(limit.clock.length, Length) else "个案确定",
            str(limit.clock.article),
        )
        for limit in found
    ]


def title_of(house: House, name: str) -> str:
    """The clock's title, and for whom it is."""
    if name == NEW:
        return "新增一条期限"
    limit = _known(house, name)
    return clocks()[limit.clock][1].title + (f"（{whom(limit)}）" if whom(limit) else "")


def whom(limit: CityLimit) -> str:
    """For which requests a limit is; empty for all."""
    parts = [KINDS.get(kind, kind) for kind in sorted(limit.kinds)]
    parts += {None: [], True: ["紧急"], False: ["不紧急"]}[limit.urgent]
    return "、".join([*parts, *([f"时限组{limit.set}"] if limit.set else [])])


def standing(house: House, name: str, at: datetime) -> LimitPaper | None:
    """The limit of the edition of that moment; one that was taken away or is not yet is None."""
    found = next((lim for lim in _edition(house, at).limits if name_of(lim) == name), None)
    return LimitPaper(found) if found else None


def packaged(house: House, name: str) -> LimitPaper | None:
    """What the city's file says, in the edition in force."""
    day = house.city.calendar.day_of(house.now())
    edition = house.almanac.published.edition(day)
    found = next((lim for lim in edition.limits if name_of(lim) == name), None)
    return LimitPaper(found) if found else None


def understood(name: str, content: str) -> LimitPaper:
    """From JSON."""
    return msgspec.json.decode(content, type=LimitPaper)


def form(house: House, name: str, content: LimitPaper | None) -> list[Field]:
    """Number and unit, a single extension where the clock has one, the article; for a new one its clock as well."""
    limit = content.limit if content else _known(house, name) if name != NEW else None
    fields = [] if name != NEW else _whose()
    length = limit.length if limit else None
    fields += [
        Field(name="n", title="时长", control="number", must=True, value=str(length.n) if length else "", least=1),
        Field(name="unit", title="单位", control="choice", must=True, options=OPTIONS,
              value=length.unit.value if length else ""),
    ]  # fmt: skip
    if name == NEW or _extends(_clock(name)):
        longer = limit.extension if limit else None
        fields += [
            Field(name="more", title="一次延期的上限（工作日）", control="number", value=str(longer.n) if longer else "",
                  least=1, hint="空着表示不能延期"),
        ]  # fmt: skip
    source = limit.source if limit else ""
    fields.append(Field(name="source", title="出处（条款）", control="line", must=True, value=source, most=60,
                        hint="写在期限旁边和答复里，例如：第八条"))  # fmt: skip
    if limit and _special(limit):
        fields.append(Field(name="gone", title="取消这一条，改按一般规定办", control="check",
                            value=YES if content and content.gone else ""))  # fmt: skip
    return fields


def parsed(house: House, name: str, typed: Mapping[str, Any], at: datetime) -> LimitPaper:
    """A limit for that day on."""
    errors: dict[str, str] = {}
    of = _typed_whose(typed, errors) if name == NEW else _known(house, name)
    length = _length(typed, "n", "unit", errors)
    more = None
    if str(typed.get("more", "")).strip() and (of.clock in clocks() and _extends(clocks()[of.clock][1])):
        more = Length(whole_in(typed, "more", MOST, errors), Unit.WORKING_DAY)
    source = str(typed.get("source", "")).strip()
    if not source or len(source) > 60:
        errors["source"] = "请写明出处，不超过60字"
    found = msgspec.structs.replace(of, length=length, extension=more, source=source)
    if name == NEW and not errors:
        errors |= _clash(house, found, at)
    none_wrong(errors)
    return LimitPaper(found, gone=typed.get("gone") == YES and _special(of))


def told(house: House, name: str, content: LimitPaper) -> list[tuple[str, str]]:
    """In words."""
    limit = content.limit
    if content.gone:
        return [("状态", "已取消，按一般规定办")]
    lines = [("时长", str(limit.length))]
    if _extends(clocks()[limit.clock][1]):
        lines.append(("一次延期的上限", str(limit.extension) if limit.extension else "不能延期"))
    return [*lines, ("出处（条款）", limit.source)]


def foreseen(house: House, name: str, pair: tuple[LimitPaper | None, LimitPaper], at: datetime) -> Foreseen:
    """Where the period ends for some beginnings, before and after."""
    clock = clocks()[pair[1].limit.clock][1]
    old, new = (paper.limit.length if paper and not paper.gone else None for paper in pair)
    rows = tuple(
        (until(start, house.city.calendar), _due(house, clock, old, start), _due(house, clock, new, start))
        for start in _starts(house, at)
    )
    with house.reading() as connection:
        running = connection.scalar(select(func.count()).where(CaseRow.ended.is_(False))) or 0
    return Foreseen(
        says=(f"在办的{running}件案件不受影响：它们按收件当天的规定计算，已经开始的期限一个也不动。",),
        head=("假如这时起算", "现行规定的到期", "改后的到期"),
        rows=rows,
    )


def _line(house: House, name: str, limit: CityLimit) -> Line:
    procedure, clock = clocks()[limit.clock]
    value = str(limit.length) + (f"，可延期{limit.extension}以内" if limit.extension else "")
    title = clock.title + (f"（{whom(limit)}）" if whom(limit) else "")
    return Line(name=name, title=title, group=procedure, value=value, about=limit.source)


def _edition(house: House, at: datetime) -> Any:
    return house.city.edition(house.city.calendar.day_of(at))


def _known(house: House, name: str) -> CityLimit:
    """The limit of that name, wherever there is or was one; `LookupError`."""
    for edition in reversed(house.city.editions):
        for limit in edition.limits:
            if limit.clock in clocks() and name_of(limit) == name:
                return limit
    raise LookupError(name)


def _clock(name: str) -> Clock:
    return clocks()[name.partition("~")[0]][1]


def _extends(clock: Clock) -> bool:
    return clock.extends is not None and isinstance(clock.extends.cap, ByCity)


def _special(limit: CityLimit) -> bool:
    """Whether there is a general one behind it."""
    return bool(limit.kinds or limit.urgent is not None or limit.set)


def _whose() -> list[Field]:
    options = tuple((key, f"{procedure}：{clock.title}") for key, (procedure, clock) in clocks().items())
    fields = [Field(name="clock", title="哪一个期限", control="choice", must=True, options=options)]
    fields += [Field(name=f"kind.{key}", title=f"适用于{title}", control="check") for key, title in KINDS.items()]
    return [
        *fields,
        Field(name="urgent", title="紧急程度", control="choice", options=tuple(URGENCY.items())[1:],
              hint="不选就是紧急和不紧急的都适用"),
        Field(name="set", title="时限组", control="line", most=20, hint="分派规则里写明的组名，例如supply；一般不填"),
    ]  # fmt: skip


def _typed_whose(typed: Mapping[str, Any], errors: dict[str, str]) -> CityLimit:
    clock = str(typed.get("clock", ""))
    if clock not in clocks():
        errors["clock"] = "请从列表中选择一项"
    group = str(typed.get("set", "")).strip()
    if group and not (group.isascii() and group.replace("_", "").isalnum() and len(group) <= 20):
        errors["set"] = "组名只用英文字母、数字和下划线"
    found = CityLimit(
        clock=clock,
        length=Length(1, Unit.DAY),
        kinds=frozenset(kind for kind in KINDS if typed.get(f"kind.{kind}") == YES),
        urgent={"urgent": True, "calm": False}.get(str(typed.get("urgent", ""))),
        set=group,
    )
    if not errors and not _special(found):
        errors["clock"] = "对所有案件的一般期限已经有了，请直接改那一条；新增的要写明适用于哪些案件"
    return found


def _clash(house: House, new: CityLimit, at: datetime) -> dict[str, str]:
    """Whether another limit, as close, could speak of the same request."""
    if standing(house, name_of(new), at):
        return {"clock": "已经有这样一条，请直接改那一条"}
    for limit in _edition(house, at).limits:
        same = limit.clock == new.clock and limit.set == new.set and limit.closeness == new.closeness
        if same and limit.urgent == new.urgent and (limit.kinds & new.kinds):
            return {"clock": f"与已有的“{whom(limit)}”重叠，同一件事会有两个期限"}
    return {}


def _length(typed: Mapping[str, Any], number: str, unit: str, errors: dict[str, str]) -> Length:
    said = str(typed.get(unit, ""))
    if said not in {one.value for one in UNITS}:
        errors[unit] = "请从列表中选择一项"
        said = Unit.DAY
    return Length(whole_in(typed, number, MOST, errors), Unit(said))


def _starts(house: House, at: datetime) -> list[datetime]:
    """This moment, and the first day's morning and the Friday's afternoon after the change."""
    calendar, now = house.city.calendar, house.now()
    first = calendar.midnight(calendar.day_of(max(at, now)))
    friday = (4 - calendar.day_of(first).weekday()) % 7
    return [now, first + timedelta(hours=9), first + timedelta(days=friday, hours=16, minutes=30)]


def _due(house: House, clock: Clock, length: Length | None, start: datetime) -> str:
    if length is None:
        return "按一般规定"
    shape = Period(start=start, lengths=(length,), rolls=clock.rolls, backward=clock.backward, closes=clock.closes)
    end = end_of(shape, house.city.calendar)
    return until(end.moment, house.city.calendar) if end else ""
