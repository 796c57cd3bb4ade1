"""The alert ladder as a setting: who hears when, before a clock is due, at its end and after.

A ladder holds for the clocks that start on its day or later; those that run are told by the one they began
under, so that nobody is told twice or not at all because somebody edited a table.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from cases.city import Rung
from cases.law import Length, Unit, hours, working_days
from cases.people import Role
from cases.periods import Period, end_of
from hotline.calendar.lights import moment_words
from hotline.city.local import LADDER, LadderPaper
from hotline.city.sorts import YES, Foreseen, Line, none_wrong, number_in, whole_in
from hotline.fields import Field
from hotline.house import House
from hotline.sent import whole_number

SORT = LADDER
TITLE = "提醒阶梯"
LEAD = "期限临近、到期和超期时，谁在什么时候得到提醒。新的阶梯适用于生效日起开始的期限；已经在走的期限仍按原来的阶梯提醒，不会漏提或重提。"
DATED = True
NAME = "all"
MOST, SPARE = 20, 2  # rungs, and empty rows for new ones
ROLES = (Role.HANDLER, Role.CHIEF, Role.SUPERVISOR)
WHENS = {"share": "走过百分之几", "before": "到期前", "due": "到期时", "after": "超期后"}
UNITS = (Unit.WORKING_DAY, Unit.DAY, Unit.OFFICE_HOUR, Unit.HOUR, Unit.MINUTE)
GROUPS = {"day": "按日到期", "moment": "按时刻到期"}
FIELDS = ("title", "group", "when", "n", "unit", "to", "board", "gone")


def listed(house: House) -> list[Line]:
    """The one ladder."""
    rungs = standing(house, NAME, house.now()).rungs
    return [Line(name=NAME, title=TITLE, value=f"共{len(rungs)}档", about="、".join(rung.title for rung in rungs))]


def title_of(house: House, name: str) -> str:
    """There is one."""
    if name != NAME:
        raise LookupError(name)
    return TITLE


def standing(house: House, name: str, at: datetime) -> LadderPaper:
    """The ladder of clocks that start then."""
    return LadderPaper(house.city.ladder_on(at))


def packaged(house: House, name: str) -> LadderPaper:
    """The ladder of the city's file."""
    return LadderPaper(house.almanac.published.ladder)


def understood(name: str, content: str) -> LadderPaper:
    """From JSON."""
    return msgspec.json.decode(content, type=LadderPaper)


def form(house: House, name: str, content: LadderPaper | None) -> list[Field]:
    """All controls of all rungs and of two empty ones, named `3.title`; the page groups them by row."""
    rungs: list[Rung | None] = [*(content.rungs if content else ()), *[None] * SPARE]
    return [field for n, rung in enumerate(rungs[:MOST]) for field in _row(n, rung)]


def blank(typed: Mapping[str, Any]) -> list[Field]:
    """As many rows as were typed, so that none is lost when the ladder has changed since."""
    count = sum(f"{n}.title" in typed for n in range(MOST))
    return [field for n in range(count) for field in _row(n, None)]


def parsed(house: House, name: str, typed: Mapping[str, Any], at: datetime) -> LadderPaper:
    """A ladder on which nobody's end goes untold."""
    errors: dict[str, str] = {}
    said = whole_number(typed.get("known"))
    known = len(standing(house, NAME, house.now()).rungs) if said is None else said
    empty = [n for n in range(known, MOST) if not (_said(typed, n, "title") or _said(typed, n, "n"))]
    rungs = [rung for n in range(MOST) if n not in empty and (rung := _rung(typed, n, errors))]
    for timed, group in ((False, "day"), (True, "moment")):
        mine = [rung for rung in rungs if rung.timed == timed]
        if not any(rung.share is None and rung.before is None for rung in mine):
            errors.setdefault("0.title", f"{GROUPS[group]}的期限至少要有一档在到期时或者超期后")
        if len({(rung.share, rung.before, rung.after, rung.to) for rung in mine}) < len(mine):
            errors.setdefault("0.title", f"{GROUPS[group]}的期限有两档在同一时候提醒同一个人")
    none_wrong(errors)
    return LadderPaper(tuple(rungs))


def told(house: House, name: str, content: LadderPaper) -> list[tuple[str, str]]:
    """A line a rung; those of one title and sort are told apart by their place."""
    lines: list[tuple[str, str]] = []
    for rung in content.rungs:
        label = f"{'按时刻' if rung.timed else '按日'}：{rung.title}"
        same = sum(said.partition(" ")[0] == label for said, _ in lines)
        lines.append((f"{label} {same + 1}" if same else label, f"{when_words(rung)}，{who(rung)}"))
    return lines


def when_words(rung: Rung) -> str:
    """When a rung is reached."""
    if rung.share is not None:
        return f"期限走过{rung.share * 100:g}%时"
    if rung.before is not None:
        return f"到期前{rung.before}"
    return f"超期{rung.after}" if rung.after is not None else "到期时"


def who(rung: Rung) -> str:
    """Whom it tells."""
    return rung.to.label + ("，并上督办看板" if rung.board else "")


def foreseen(house: House, name: str, pair: tuple[LadderPaper | None, LadderPaper], at: datetime) -> Foreseen:
    """Who would hear when of two clocks that start at that moment, before and after."""
    rows: list[tuple[str, ...]] = []
    for length, title in ((working_days(5), "5个工作日"), (hours(24), "24小时")):
        old, new = (_climb(house, paper, length, at) if paper else {} for paper in pair)
        rows += [(f"{title}的期限：{day}", old.get(day, "—"), new.get(day, "—")) for day in sorted({*old, *new})]
    begins = moment_words(at, house.city.calendar)
    return Foreseen(
        says=(f"假如有两个期限从{begins}开始。已经在走的期限按原来的阶梯提醒。",),
        head=("什么时候", "现行", "改后"),
        rows=tuple(rows),
    )


def _climb(house: House, paper: LadderPaper, length: Length, at: datetime) -> dict[str, str]:
    calendar = house.city.calendar
    end = end_of(Period(start=at, lengths=(length,)), calendar)
    assert end is not None, "a period without a pause ends"
    found: dict[str, list[str]] = {}
    for moment, rung in house.city.climb(at, end, length.unit.timed, paper.rungs):
        found.setdefault(moment_words(moment, calendar), []).append(f"{rung.title}：{who(rung)}")
    return {moment: "；".join(said) for moment, said in found.items()}


def _row(n: int, rung: Rung | None) -> list[Field]:
    when, by = "due", None
    if rung and rung.share is not None:
        when = "share"
    elif rung and (by := rung.before or rung.after):
        when = "before" if rung.before else "after"
    amount = f"{rung.share * 100:g}" if rung and rung.share is not None else str(by.n) if by else ""
    group = "moment" if rung and rung.timed else "day"
    return [
        Field(name=f"{n}.title", title="名称", control="line", value=rung.title if rung else "", most=20),
        Field(name=f"{n}.group", title="用于", control="choice", must=True, options=tuple(GROUPS.items()), value=group),
        Field(name=f"{n}.when", title="什么时候", control="choice", must=True, options=tuple(WHENS.items()), value=when),
        Field(name=f"{n}.n", title="数量", control="line", value=amount, most=6),
        Field(name=f"{n}.unit", title="单位", control="choice", options=tuple((u.value, u.label) for u in UNITS),
              value=by.unit.value if by else ""),
        Field(name=f"{n}.to", title="提醒谁", control="choice", must=True,
              options=tuple((role.value, role.label) for role in ROLES), value=rung.to.value if rung else "handler"),
        Field(name=f"{n}.board", title="上看板", control="check", value=YES if rung and rung.board else ""),
        Field(name=f"{n}.gone", title="去掉", control="check"),
    ]  # fmt: skip


def _said(typed: Mapping[str, Any], n: int, name: str) -> str:
    return str(typed.get(f"{n}.{name}", "")).strip()


def _rung(typed: Mapping[str, Any], n: int, errors: dict[str, str]) -> Rung | None:
    said = {name: _said(typed, n, name) for name in FIELDS}
    if said["gone"] == YES:
        return None
    if not 0 < len(said["title"]) <= 20:
        errors[f"{n}.title"] = "请写名称，不超过20字；不要这一档就勾选“去掉”"
    if said["to"] not in {role.value for role in ROLES}:
        errors[f"{n}.to"] = "请从列表中选择一项"
        said["to"] = Role.HANDLER
    rung = Rung(id=str(n), title=said["title"], to=Role(said["to"]), timed=said["group"] == "moment",
                board=said["board"] == YES)  # fmt: skip
    if said["when"] == "share":
        share = number_in(typed, f"{n}.n", 1, 99, errors) / 100
        return msgspec.structs.replace(rung, share=share)
    if said["when"] not in ("before", "after"):
        return rung
    if said["unit"] not in {unit.value for unit in UNITS}:
        errors[f"{n}.unit"] = "请选择单位"
        said["unit"] = Unit.WORKING_DAY
    by = Length(whole_in(typed, f"{n}.n", 90, errors), Unit(said["unit"]))
    return msgspec.structs.replace(rung, **{said["when"]: by})
