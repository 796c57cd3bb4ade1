"""`hotline due`: one limit counted from one day, with every day on the way and why it counted.

The calculator and the case file share the limits and the counting; only the history is missing here, so what an
event would say (an extension, days left out, a length set case by case) is said by options.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from cases.calendar import OUTSIDE, WEEKDAYS, Calendar
from cases.city import City
from cases.clocks import ByCity
from cases.explaining import Day, explain
from cases.law import Article, Length, Unit
from cases.limits import Limit, limits
from cases.periods import End, Period, Span, day_span, end_of, moment_on
from cases.procedures.work_order_facts import KINDS
from hotline.city.local import load_city

CITY = Path(__file__).parent.parent / "city"
MOST = 5000  # of whatever unit: nobody sets a longer one, and the calendar ends


class Beyond(ValueError):
    """The question leads to days that no calendar knows."""


class Reckoned(Struct, frozen=True, kw_only=True):
    """A limit counted: where it begins and ends, under which article, and the days between."""

    limit: Limit
    article: Article
    period: Period
    end: End
    days: tuple[Day, ...]


class Asked(Struct, frozen=True, kw_only=True):
    """What a history would have said. `excluded` are first and last days left out, `given` a length set case
    by case, `kind` and `urgent` are of a work order."""

    extended: bool = False
    excluded: tuple[tuple[date, date], ...] = ()
    given: int | None = None
    kind: str = ""
    urgent: bool = False


def reckon(city: City, limit_id: str, start: date | datetime, asked: Asked) -> Reckoned:
    """Counts `limit_id` from `start` (for a backward limit: before it). `ValueError` says in Chinese what is
    wrong with the question, `Beyond` that no calendar goes so far."""
    found = limits().get(limit_id)
    if found is None:
        import difflib  # only here: a small command starts at once

        near = difflib.get_close_matches(limit_id, limits(), n=3, cutoff=0.4)
        raise ValueError(f"没有“{limit_id}”这个期限" + (f"，相近的有：{'、'.join(near)}" if near else ""))
    on = city.calendar.day_of(start) if isinstance(start, datetime) else start
    base, article, cap = _base(found, city, on, asked)
    lengths = (base, _extension(found, cap, asked.given)) if asked.extended else (base,)
    _not_idle(found, cap, asked)
    if base.unit.timed and not isinstance(start, datetime):
        unit = base.unit.label.removeprefix("个")
        raise ValueError(f"“{found.clock.title}”以{unit}计，起点要写到时刻，例如 {on}T09:30")
    period = Period(
        start=start if isinstance(start, datetime) else moment_on(start, city.calendar),
        lengths=lengths,
        excluded=tuple(_span(first, last, city) for first, last in asked.excluded),
        rolls=found.clock.rolls,
        backward=found.clock.backward,
        closes=found.clock.closes,
    )
    end = _end(period, city.calendar)
    return Reckoned(limit=found, article=article, period=period, end=end, days=explain(period, city.calendar))


def _end(period: Period, calendar: Calendar) -> End:
    """Where it ends, when every day that has a say is known: of working days also the first."""
    try:
        end = end_of(period, calendar)
    except (ValueError, OverflowError, IndexError):
        raise Beyond(f"日期{OUTSIDE}") from None
    assert end is not None, "spans that have an end leave an end"
    first = calendar.day_of(period.start)
    working = period.lengths[0].unit in (Unit.WORKING_DAY, Unit.OFFICE_HOUR)
    if not all(map(calendar.covers, (end.unrolled, end.due, first if working else end.due))):
        raise Beyond(f"日期{OUTSIDE}")
    return end


def _not_idle(found: Limit, cap: Length | None, asked: Asked) -> None:
    """Nothing may be said that has no say."""
    title, length = found.clock.title, found.clock.length
    if asked.given is not None and not (found.given or (asked.extended and cap is None)):
        raise ValueError(f"“{title}”的长短不由个案确定，请去掉 --given")
    if (asked.kind or asked.urgent) and not isinstance(length, ByCity):
        raise ValueError(f"“{title}”不分工单的类别和缓急，请去掉 --kind 和 --urgent")


def _base(found: Limit, city: City, on: date, asked: Asked) -> tuple[Length, Article, Length | None]:
    """The length, what it rests on, and how much an extension may add."""
    length, extends = found.clock.length, found.clock.extends
    if isinstance(length, ByCity):
        rule = city.limit(found.id, asked.kind, asked.urgent, on)
        return rule.length, city.source(rule, on), rule.extension
    cap = extends.cap if extends and isinstance(extends.cap, Length) else None
    if extends and isinstance(extends.by, Length):
        cap = extends.by
    if isinstance(length, Length):
        return length, found.clock.article, cap
    if asked.given is None:
        raise ValueError(f"“{found.clock.title}”的长短由个案确定（{found.clock.article}），请用 --given 写明")
    return Length(_within(asked.given), length.unit), found.clock.article, cap


def _extension(found: Limit, cap: Length | None, given: int | None) -> Length:
    extends = found.clock.extends
    if extends is None or (cap is None and isinstance(extends.cap, ByCity)):
        raise ValueError(f"“{found.clock.title}”不能延长：{found.clock.article}没有规定延长")
    if cap is not None:
        return cap
    if given is None or found.given:
        raise ValueError(f"“{found.clock.title}”延长多久没有定数，由{found.approver}确定，请用 --given 写明")
    return Length(_within(given), extends.by.unit)


def _within(n: int) -> int:
    if not 0 <= n <= MOST:
        raise ValueError(f"--given 应当在0和{MOST}之间")
    return n


def _span(first: date, last: date, city: City) -> Span:
    if last < first:
        raise ValueError(f"--excluded {first}..{last}：末日早于首日")
    return day_span(first, last, city.calendar)


# -- the command -------------------------------------------------------------------------------------


def _start(value: str) -> date | datetime:
    """A day, or a moment; without an offset it is the office's."""
    try:
        return date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value} 不是日期，应如 2026-02-11 或 2026-02-11T09:30") from error


def _days(value: str) -> tuple[date, date]:
    """First and last day, both left out."""
    first, dots, last = value.partition("..")
    try:
        return date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError as error:
        raise click.BadParameter(f"{value} 不是日期区间，应如 2026-03-20..2026-04-19") from error


def _kind(value: str) -> str:
    """A kind of work order by its title or its name."""
    found = next((kind for kind, title in KINDS.items() if value in (kind, title)), "")
    if value and not found:
        known = "、".join(f"{title}（{kind}）" for kind, title in KINDS.items())
        raise click.BadParameter(f"{value} 不是工单类别，应为{known}之一")
    return found


@click.command()
@click.argument("limit")
@click.option("--from", "start", type=_start, metavar="日期[T时刻]", help="起算的日期；以小时计的写到时刻")
@click.option("--at", type=_start, metavar="日期[T时刻]", help="倒算期限所对的日期，例如听证之日")
@click.option("--extended", is_flag=True, help="已经依法延长")
@click.option("--excluded", type=_days, metavar="首日..末日", multiple=True, help="不计入的首日和末日，可以多次")
@click.option("--given", type=int, help="个案确定的长短")
@click.option("--kind", type=_kind, default="", help="工单类别，例如咨询")
@click.option("--urgent", is_flag=True, help="紧急工单")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def due(
    limit: str, start: date | datetime | None, at: date | datetime | None, as_json: bool, **asked: Any
) -> None:
    """期限届满日，逐日说明。"""
    if start and at:
        raise click.UsageError("--from 和 --at 只能写一个：起算的日期用 --from，倒算的用 --at")
    begins = start or at
    if begins is None:
        raise click.UsageError("请用 --from 写明起算日期（倒算的用 --at）")
    city = load_city(CITY)
    if isinstance(begins, datetime) and begins.tzinfo is None:
        begins = begins.replace(tzinfo=city.calendar.zone)
    try:
        found = reckon(city, limit, begins, Asked(**asked))
    except (Beyond, OverflowError) as error:
        said = f"从 {begins} 计算，日期{OUTSIDE}"
        raise click.BadParameter(said, param_hint="--from" if start else "--at") from error
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(json.dumps(_answer(found, begins, city), ensure_ascii=False))
    else:
        _show(found, city)


def _answer(found: Reckoned, begins: date | datetime, city: City) -> dict[str, Any]:
    end, timed = found.end, found.period.lengths[0].unit.timed
    moment = _local(end.moment, city).isoformat()
    return {
        "limit": found.limit.id,
        "title": found.limit.clock.title,
        "law": found.article.law,
        "article": str(found.article),
        "length": "＋".join(str(length) for length in found.period.lengths),
        "setting": found.limit.setting,  # the city's own or unverified
        "from": begins.isoformat(),
        "unrolled": moment if timed else end.unrolled.isoformat(),
        "due": moment if timed else end.due.isoformat(),
        "rolled": end.rolled,
        "provisional": end.provisional,
        "days": [{"date": d.date.isoformat(), "counted": d.counted, "because": d.because} for d in found.days],
    }


def _show(found: Reckoned, city: City) -> None:
    from rich.console import Console
    from rich.table import Table

    end, last = found.end, _local(found.end.moment - timedelta(seconds=1), city)
    timed = found.period.lengths[0].unit.timed
    until = f"{_local(end.moment, city):%Y-%m-%d %H:%M:%S}" if timed else f"{end.due} {WEEKDAYS[end.due.weekday()]}"
    said = f"{found.limit.clock.title}：{until}"
    if not timed:
        said += f"（至{last:%H:%M}止）" if found.period.closes else ""
    said += f"，{'＋'.join(map(str, found.period.lengths))}，{found.article}"
    said += f"；原为{end.unrolled}，遇休息日顺延" if end.rolled else ""
    said += "；该年放假安排尚未公布，日期为暂定" if end.provisional else ""
    said += "；数字未核对原文，以本市确认为准" if found.limit.verified != "text" else ""
    table = Table("日期", "星期", "计入", "理由", box=None, pad_edge=False)
    for day in found.days:
        counted = "是" if day.counted else ""
        table.add_row(day.date.isoformat(), WEEKDAYS[day.date.weekday()], counted, day.because)
    console = Console()
    console.print(said, soft_wrap=True)
    console.print(table)


def _local(moment: datetime, city: City) -> datetime:
    return moment.astimezone(city.calendar.zone).replace(microsecond=0)


if __name__ == "__main__":
    due()
