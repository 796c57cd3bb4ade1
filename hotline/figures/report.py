"""The monthly report: what a month looked like, beside the month before and the same month of last year.

Words and tables only, none of a person; the page and the Word file are made of the same parts.
"""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from hotline.alike.hot_topics import hottest
from hotline.figures.figures import DAY, Sum, Wanted, month_on, ranked, sums
from hotline.figures.measures import BY_CODE, FEW, MEASURES, RATES
from hotline.figures.panels import THREE, percent, title_of, titles
from hotline.figures.standing import office_title
from hotline.house import House

TOP = 15  # topics and streets that are named
COUNTED = ("received", "desk", "sent", "answered", "closed", "handled.late", "returned", "supervised", "suspended")
OFFICE = ("timely", "signing", "return", *THREE)
COMPARED = ("本月", "上月", "比上月", "去年同月", "比去年同月")


class Part(Struct, frozen=True, kw_only=True):
    """One section: its heading, its sentences, its table; rows that rest on few cases are named in `few`."""

    heading: str
    says: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    few: frozenset[int] = frozenset()


class Report(Struct, frozen=True, kw_only=True):
    """A month's report. `complete` says whether the month is over."""

    title: str
    month: date
    scope: str
    complete: bool
    made_on: date
    parts: tuple[Part, ...]


class Months(Struct, frozen=True):
    """The three that are compared."""

    now: Sum
    before: Sum
    year: Sum


def report(connection: Connection, house: House, wanted: Wanted, today: date) -> Report:
    """The report of the month that `wanted` begins with: a dozen statements however many cases."""
    month = wanted.first.replace(day=1)
    whole = replace(wanted, first=month, last=month_on(month, 1) - DAY)
    months = Months(*(_whole(connection, on(whole, back)) for back in (0, -1, -12)))
    parts = [summary(months, month), numbers(months), shares(months)]
    if not wanted.office:
        parts.append(by_office(sums(connection, whole, "office"), house))
    for by, heading in (("topic", "诉求最多的事项"), ("street", "诉求最多的街道（乡镇）")):
        past = sums(connection, on(whole, -1), by)
        parts.append(most_asked(heading, by, sums(connection, whole, by), past, titles(house, by)))
    if not wanted.office and not wanted.procedures:
        parts.append(hot(connection, house, whole))
    parts.append(definitions())
    return Report(
        title=f"{house.city.name}12345政务服务便民热线{month.year}年{month.month}月运行情况月报",
        month=month,
        scope=office_title(wanted.office, house.city) if wanted.office else "",
        complete=whole.last < today,
        made_on=today,
        parts=tuple(parts),
    )


def on(wanted: Wanted, months: int) -> Wanted:
    """The same of the month so many months on."""
    first = month_on(wanted.first, months)
    return replace(wanted, first=first, last=month_on(first, 1) - DAY)


def _whole(connection: Connection, wanted: Wanted) -> Sum:
    return sums(connection, wanted).get("", Sum())


def summary(months: Months, month: date) -> Part:
    """The month in a few sentences."""
    now = months.now
    received, before = now.n("received"), months.before.n("received")
    said = [f"{month.year}年{month.month}月共收到诉求{received}件，{_moved(received, before)}。"]
    handled = now.n("handled")
    if handled:
        late, timely = now.n("handled.late"), percent(BY_CODE["timely"].of(now.counts))
        said.append(f"应办理完毕{handled}件次，按时办理率{timely}，其中超期{late}件次。")
    if reached := now.n("called.yes"):
        three = [percent(BY_CODE[code].of(now.counts)) for code in THREE]
        said.append(f"回访接通{reached}件，响应率{three[0]}，解决率{three[1]}，满意率{three[2]}。")
        missed = now.n("called.no")
        said.append(f"另有{missed}件回访未能接通，不计入三项比率。")
    if now.median is not None:
        said.append(f"办结{now.n('closed')}件，办结天数的中位数为{now.median}天，九成在{now.ninth}天内办结。")
    return Part(heading="总体情况", says=tuple(said))


def _moved(now: int, before: int) -> str:
    if not before:
        return "上月没有可比的数字"
    if now == before:
        return "与上月持平"
    share = f"{100 * abs(now - before) / before:.1f}%"
    return f"比上月增加{share}" if now > before else f"比上月减少{share}"


def numbers(months: Months) -> Part:
    """What was counted, compared."""
    rows = tuple(
        (MEASURES[name].title, *_compared(*(one.n(name) for one in (months.now, months.before, months.year))))
        for name in COUNTED
    )
    return Part(heading="收办数量", heads=("项目", *COMPARED), rows=rows)


def _compared(now: int, before: int, year: int) -> tuple[str, ...]:
    return str(now), str(before), _growth(now, before), str(year), _growth(now, year)


def _growth(now: int, past: int) -> str:
    return f"{100 * (now - past) / past:+.1f}%" if past else "–"


def shares(months: Months) -> Part:
    """All rates, compared."""
    rows = []
    for rate in RATES:
        now, before, year = (rate.of(one.counts) for one in (months.now, months.before, months.year))
        rows.append(
            (rate.title, percent(now), percent(before), _points(now, before), percent(year), _points(now, year))
        )
    return Part(
        heading="三项比率和各项指标",
        says=("变化以百分点计。口径见文末。",),
        heads=("指标", *COMPARED),
        rows=tuple(rows),
    )


def _points(now: float | None, past: float | None) -> str:
    return "–" if now is None or past is None else f"{now - past:+.1f}"


def by_office(found: dict[str, Sum], house: House) -> Part:
    """Office by office, ranked where there are enough."""
    rows: list[tuple[str, ...]] = []
    few: set[int] = set()
    for place, value, one in ranked(found, THREE):
        if value and (one.n("handled") or one.n("called.yes")):
            if place is None:
                few.add(len(rows))
            shares = (percent(BY_CODE[code].of(one.counts)) for code in OFFICE)
            name = office_title(value, house.city)
            rows.append((str(place or "不排名"), name, str(one.n("handled")), str(one.n("handled.late")), *shares))
    return Part(
        heading="各单位办理情况",
        says=(f"按三项比率的平均排列；回访接通不足{FEW}件的单位不排名。",),
        heads=("名次", "单位", "应办", "超期", *(BY_CODE[code].title for code in OFFICE)),
        rows=tuple(rows),
        few=frozenset(few),
    )


def most_asked(
    heading: str, by: str, found: dict[str, Sum], past: dict[str, Sum], known: Mapping[str, str]
) -> Part:
    """The topics or streets most was received about, beside the month before."""
    most = sorted(found.items(), key=lambda item: (-item[1].n("received"), item[0]))
    rows = tuple(
        (
            title_of(by, value, known),
            str(one.n("received")),
            str(before := past.get(value, Sum()).n("received")),
            _growth(one.n("received"), before),
            percent(BY_CODE["satisfaction"].of(one.counts)),
        )
        for value, one in most[:TOP]
        if one.n("received")
    )
    return Part(heading=heading, heads=("名称", "收到", "上月", "比上月", "满意率"), rows=rows)


def hot(connection: Connection, house: House, wanted: Wanted) -> Part:
    """What many people reported in this month."""
    since = house.city.calendar.midnight(wanted.first)
    until = house.city.calendar.end_of(wanted.last)
    found = [one for one in hottest(connection, house.now(), since) if one.first_at < until][:10]
    rows = tuple((one.name, str(one.people), str(one.cases)) for one in found)
    said = () if rows else ("本月没有多人反映的同一件事。",)
    return Part(heading="多人反映的热点", says=said, heads=("热点", "人数", "件数"), rows=rows)


def definitions() -> Part:
    """How each rate is counted."""
    return Part(heading="口径说明", heads=("指标", "口径"), rows=tuple((rate.title, rate.says) for rate in RATES))
