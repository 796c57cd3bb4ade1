"""A year in figures, as the law asks for it: pure functions from what happened in a case to what it counts as.

Each case says by itself under which lines it falls in a year; a figure is how often a line was said, so the
list of cases behind a figure is the same question asked again, and sums cannot disagree with lists.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from cases.calendar import Calendar
from cases.history import Event, last_of

CORRECTED = "corrected"


class Span(Struct, frozen=True):
    """A calendar year at the office, as moments: from `first` until before `until`."""

    year: int
    first: datetime
    until: datetime

    def holds(self, event: Event | None) -> bool:
        """Whether that happened in the year."""
        return event is not None and self.first <= event.at < self.until


def span_of(year: int, calendar: Calendar) -> Span:
    """The year as the office's zone has it."""
    return Span(year, calendar.midnight(date(year, 1, 1)), calendar.midnight(date(year + 1, 1, 1)))


class Past(Struct, frozen=True, kw_only=True):
    """What of a case counts: its opening, the counted events in the order of law, when the decision was due, the
    title of its office, and the procedure of the case it arose from."""

    case: int
    opening: Event
    events: tuple[Event, ...]
    due: datetime | None = None
    office: str = ""
    source: str = ""

    def of(self, *steps: str) -> list[Event]:
        """The events that are one of `steps`."""
        return [event for event in self.events if event.step in steps]


class Line(Struct, frozen=True, kw_only=True):
    """One line of a table. Lines that share a `whole` and are `parts` add up to it; others are 其中."""

    key: str
    title: str
    article: str = ""
    whole: str = ""
    part: bool = True

    @property
    def depth(self) -> int:
        """How far it stands in."""
        return 1 + self.whole.count(".") if self.whole else 0


Labels = Callable[[Past, Span, Event | None], Iterator[str]]


class Yearbook(Struct, frozen=True, kw_only=True):
    """How one procedure is counted. `ends` gives for each step that concludes a case the kind it is concluded by,
    of which the first word is the group; `done` the stages in which it is; `timed` the concluding steps that are
    in time or late by `clocks`; `more` what else a case counts as."""

    procedure: str
    title: str
    basis: str
    lines: tuple[Line, ...]
    ends: Mapping[str, Callable[[Past, Event], str]]
    done: AbstractSet[str]
    timed: AbstractSet[str]
    clocks: AbstractSet[str]
    more: Labels
    counted: AbstractSet[str]  # further steps that `more` and `ends` look at
    columns: tuple[str, ...]
    respondent: Callable[[Past], str]

    @property
    def steps(self) -> frozenset[str]:
        """Every step that has a say."""
        return frozenset(self.ends) | frozenset(self.counted)


BEGIN = (
    Line(key="carried_in", title="上年结转"),
    Line(key="received", title="本年新收"),
)
CONCLUDED = Line(key="concluded", title="本年办结")
IN_TIME = (
    Line(key="timed", title="办结的时限"),
    Line(key="timed.in_time", title="按期", whole="timed"),
    Line(key="timed.late", title="逾期", whole="timed"),
)
CARRIED = Line(key="carried_out", title="结转下年")


def labels(book: Yearbook, past: Past, span: Span) -> list[str]:
    """What `past` counts as in the year; a line said twice counts twice (two hearings)."""
    if past.opening.at >= span.until:
        return []
    end = next((event for event in past.events if event.step in book.ends), None)
    return [*_flow(past, span, end), *_end(book, past, span, end), *book.more(past, span, end)]


def _flow(past: Past, span: Span, end: Event | None) -> Iterator[str]:
    if span.holds(past.opening):
        yield "received"
    elif end is None or end.at >= span.first:
        yield "carried_in"
    if end is None or end.at >= span.until:
        yield "carried_out"


def _end(book: Yearbook, past: Past, span: Span, end: Event | None) -> Iterator[str]:
    if end is None or not span.holds(end):
        return
    kind = book.ends[end.step](past, end)
    yield "concluded"
    group = ""
    for word in kind.split("."):
        group = f"{group}.{word}"
        yield f"concluded{group}"
    if end.step in book.timed:
        yield "timed"
        yield "timed.late" if past.due and end.at >= past.due else "timed.in_time"


class Tally(Struct, frozen=True, kw_only=True):
    """A year of one procedure: each line's figure, and the same by field of work and by respondent."""

    year: int
    procedure: str
    figures: Mapping[str, int]
    fields: Mapping[str, Mapping[str, int]]
    respondents: Mapping[str, Mapping[str, int]]


def tally(book: Yearbook, pasts: Iterable[Past], span: Span) -> Tally:
    """Counts once over all."""
    figures: Counter[str] = Counter()
    respondents: defaultdict[str, Counter[str]] = defaultdict(Counter)
    columns = frozenset(book.columns)
    for past in pasts:
        said = labels(book, past, span)
        figures.update(said)
        if wanted := columns.intersection(said):
            respondents[who_of(book, past)].update(label for label in said if label in wanted)
    fields: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for who, counted in respondents.items():
        fields[field_of(who)].update(counted)
    return Tally(
        year=span.year,
        procedure=book.procedure,
        figures=figures,
        fields=_largest_first(fields),
        respondents=_largest_first(respondents),
    )


def who_of(book: Yearbook, past: Past) -> str:
    """The respondent as it stands in a table."""
    return book.respondent(past).strip() or "未注明"


def counting(
    book: Yearbook, pasts: Iterable[Past], span: Span, line: str, by: tuple[str, str] = ("", "")
) -> Iterator[int]:
    """The cases behind one figure: of `line`, and of one field (`by` = "field") or respondent where asked."""
    sort, value = by
    for past in pasts:
        if line not in labels(book, past, span):
            continue
        who = who_of(book, past)
        if not sort or value == (field_of(who) if sort == "field" else who):
            yield past.case


def _largest_first(rows: Mapping[str, Counter[str]]) -> dict[str, Counter[str]]:
    return dict(sorted(rows.items(), key=lambda row: (-row[1].total(), row[0])))


# -- words the books share --------------------------------------------------------------------------


def kind(word: str) -> Callable[[Past, Event], str]:
    """Concluded by `word`, whatever the event says."""
    return lambda past, event: word


def kind_by(word: str, fact: str) -> Callable[[Past, Event], str]:
    """Concluded by `word`, and within it by what the event says in `fact`."""
    return lambda past, event: f"{word}.{getattr(event.facts, fact)}"


def lines_of(whole: str, titles: Mapping[str, str], article: str = "") -> tuple[Line, ...]:
    """One line for each value of a closed list, all of them parts of `whole`."""
    return tuple(Line(key=f"{whole}.{key}", title=title, article=article, whole=whole) for key, title in titles.items())


def happened(past: Past, span: Span, names: Mapping[str, str]) -> Iterator[str]:
    """The line of each event in the year, by its step."""
    for event in past.events:
        if event.step in names and span.holds(event):
            yield names[event.step]


def last_before(past: Past, event: Event, *steps: str) -> Event | None:
    """The latest of `steps` up to `event`."""
    return last_of((one for one in past.events if (one.at, one.seq) <= (event.at, event.seq)), *steps)


def named(past: Past, fact: str) -> str:
    """A fact of the opening, as text."""
    found: Any = getattr(past.opening.facts, fact, "")
    return str(found or "")


RIGHTED = frozenset({"change", "revoke", "unlawful", "perform", "void"})  # 复议纠错
RESULTS = {"upheld": "结果维持", "corrected": "结果纠正", "other": "其他结果", "pending": "尚未审结"}
COLUMNS = ("carried_in", "received", "accepted", "concluded", CORRECTED, "timed.late", "carried_out")


def office_of(past: Past) -> str:
    """The respondent, where it is the office that has the case."""
    return past.office


def result(found: str, right: AbstractSet[str], upheld: AbstractSet[str]) -> str:
    """What a challenged act came to, in the three words of the yearly report."""
    return "corrected" if found in right else "upheld" if found in upheld else "other"


FIELDS = (  # 行政管理领域, by the words in an agency's name; the first that fits
    ("街道乡镇", ("街道", "乡人民政府", "镇人民政府", "乡镇")),
    ("人民政府", ("人民政府",)),
    ("公安", ("公安", "派出所", "交警", "police")),
    ("自然资源", ("自然资源", "国土", "规划", "不动产", "林业")),
    ("住房城乡建设", ("住房", "住建", "房产", "房屋征收", "人防")),
    ("城市管理", ("城市管理", "城管", "综合执法")),
    ("市场监管", ("市场监督", "市场监管", "工商", "质量技术监督", "食品药品")),
    ("人力资源社会保障", ("人力资源", "人社", "社会保险", "劳动", "社保")),
    ("医疗保障", ("医疗保障", "医保")),
    ("卫生健康", ("卫生健康", "卫健", "疾控", "医院")),
    ("教育", ("教育", "学校")),
    ("生态环境", ("生态环境", "环境保护", "环保")),
    ("交通运输", ("交通", "运输", "公路")),
    ("农业农村", ("农业", "农村", "畜牧", "水产")),
    ("水利", ("水利", "河湖")),
    ("民政", ("民政", "殡葬")),
    ("税务", ("税务",)),
    ("财政", ("财政",)),
    ("司法行政", ("司法", "公证")),
    ("应急消防", ("应急", "消防", "安全生产")),
    ("文化旅游", ("文化", "旅游", "广电", "体育")),
    ("发展改革", ("发展和改革", "发展改革", "发改", "粮食", "物价")),
    ("工业科技", ("科技", "科学技术", "工业和信息化", "工信", "商务")),
    ("数据和政务服务", ("数据", "行政审批", "政务服务")),
    ("退役军人", ("退役军人",)),
)


def field_of(agency: str) -> str:
    """The field of administration an agency works in, by its name; 其他 for none of them."""
    return next((field for field, words in FIELDS if any(word in agency for word in words)), "其他")
