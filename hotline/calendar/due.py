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

from cases.calendar import WEEKDAYS
from cases.city import City
from cases.clocks import ByCity
from cases.explaining import Day, explain
from cases.law import Article, Length
from cases.limits import Limit, limits
from cases.periods import End, Period, Span, day_span, end_of, moment_on
from hotline.city.local import load_city

CITY = Path(__file__).parent.parent / "city"
MOST = 5000  # of whatever unit: nobody sets a longer one, and the calendar ends


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
    wrong with the question."""
    found = limits().get(limit_id)
    if found is None:
        import difflib  # only here: a small command starts at once

        near = difflib.get_close_matches(limit_id, limits(), n=3, cutoff=0.4)
        raise ValueError(f"没有“{limit_id}”这个期限" + (f"，相近的有：{'、'.join(near)}" if near else ""))
    on = city.calendar.day_of(start) if isinstance(start, datetime) else start
    base, article, cap = _base(found, city, on, asked)
    lengths = (base, _extension(found, cap, asked.given)) if asked.extended else (base,)
    if base.unit.timed and not isinstance(start, datetime):
        raise ValueError(f"“{found.clock.title}”以{base.unit.label}计，起点要写到时刻，例如 {on}T09:30")
    period = Period(
        start=start if isinstance(start, datetime) else moment_on(start, city.calendar),
        lengths=lengths,
        excluded=tuple(_span(first, last, city) for first, last in asked.excluded),
        rolls=found.clock.rolls,
        backward=found.clock.backward,
        closes=found.clock.closes,
    )
    end = end_of(period, city.calendar)
    assert end is not None, "spans that have an end leave an end"
    return Reckoned(limit=found, article=article, period=period, end=end, days=explain(period, city.calendar))


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


@click.command()
@click.argument("limit")
@click.option("--from", "start", type=_start, metavar="日期[T时刻]", help="起算的日期；以小时计的写到时刻")
@click.option("--at", type=_start, metavar="日期[T时刻]", help="倒算期限所对的日期，例如听证之日")
@click.option("--extended", is_flag=True, help="已经依法延长")
@click.option("--excluded", type=_days, metavar="首日..末日", multiple=True, help="不计入的首日和末日，可以多次")
@click.option("--given", type=int, help="个案确定的长短")
@click.option("--kind", default="", help="工单类别")
@click.option("--urgent", is_flag=True, help="紧急工单")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def due(
    limit: str, start: date | datetime | None, at: date | datetime | None, as_json: bool, **asked: Any
) -> None:
    """期限届满日，逐日说明。"""
    begins = start or at
    if begins is None:
        raise click.UsageError("请用 --from 写明起算日期（倒算的用 --at）")
    city = load_city(CITY)
    if isinstance(begins, datetime) and begins.tzinfo is None:
        begins = begins.replace(tzinfo=city.calendar.zone)
    try:
        found = reckon(city, limit, begins, Asked(**asked))
    except (ValueError, OverflowError, IndexError) as error:
        said = str(error) if type(error) is ValueError else "日期超出日历的范围"
        raise click.UsageError(said) from error
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
