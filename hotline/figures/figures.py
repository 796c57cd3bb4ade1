"""What the figures say: of which days, of which part of the city, broken down by what.

Read from sums that are kept, whole months from the months' rows. Only what has no sums is counted from the marks, by
an index: the days around whole months of one part of the city, and two parts that narrow each other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct, field
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, func, literal, select

from cases.people import Role
from cases.procedures import PROCEDURES
from hotline.access import NOT_FOR_LAWYERS
from hotline.accounts.seats import Seat
from hotline.figures.measures import BY_CODE, FEW, quantile, total
from hotline.figures.tables import FigureCountRow, FigureMarkRow

DAY = timedelta(days=1)
LONGEST = 366  # days
NONE = "-"  # in an address: where no office, street or topic is known
NOBODY = "?"  # an office that there is not
BYS = {"office": "承办单位", "street": "街道（乡镇）", "topic": "事项", "procedure": "程序"}


class Wanted(Struct, frozen=True, kw_only=True):
    """Which figures: from the day `first` to `last`, and what narrows them. `office` may be one nobody may change:
    a chief's own. `procedures` are those that may be seen; none named means all."""

    first: date
    last: date
    office: str = ""
    street: str = ""
    topic: str = ""
    procedure: str = ""
    procedures: tuple[str, ...] = ()

    def query(self, **other: Any) -> str:
        """As the query of an address, with something of it changed or more beside."""
        names = ("first", "last", "office", "street", "topic", "procedure")
        said = {name: str(getattr(self, name)) for name in names} | {k: str(v) for k, v in other.items()}
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def scope(self) -> str | None:
        """The part of the city as its sums name it; None where two parts narrow each other, which have no sums."""
        parts = [(by, value) for by in ("office", "street", "topic") if (value := getattr(self, by))]
        if len(parts) > 1:
            return None
        return f"{parts[0][0]}={'' if parts[0][1] == NONE else parts[0][1]}" if parts else ""

    def before(self) -> "Wanted":
        """The stretch before it, as long; of a whole month the month before."""
        if self.first.day == 1 and (self.last + DAY).day == 1:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            return replace(self, first=month_on(self.first, -months), last=self.first - DAY)
        length = self.last - self.first + DAY
        return replace(self, first=self.first - length, last=self.first - DAY)


class Sum(Struct, frozen=True):
    """What was counted in one part: by mark, and the days that the concluded took."""

    counts: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)

    def n(self, measure: str) -> int:
        """How many of a measure."""
        return total(measure, self.counts)

    @property
    def median(self) -> int | None:
        """Half of the concluded took at most so many days."""
        return quantile(self.lengths, 0.5)

    @property
    def ninth(self) -> int | None:
        """Nine in ten of the concluded took at most so many days."""
        return quantile(self.lengths, 0.9)

    @property
    def few(self) -> bool:
        """Whether there are too few to be ranked by."""
        return self.n("called.yes") < FEW


def bounds(seat: Seat) -> tuple[str, tuple[str, ...]]:
    """What a seat is held to: the own office, and the procedures; nothing for who watches the whole city."""
    if Role.SUPERVISOR in seat.roles:
        return "", ()
    if Role.LEGAL in seat.roles and not seat.office:
        return "", tuple(name for name in PROCEDURES if name not in NOT_FOR_LAWYERS)
    return seat.office or NOBODY, ()


def month_on(day: date, months: int) -> date:
    """The first of the month so many months on."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def sums(connection: Connection, wanted: Wanted, by: str = "all") -> dict[str, Sum]:
    """What was counted, by the values of `by`: all, office, street, topic, procedure, day or month."""
    found: dict[str, Sum] = defaultdict(Sum)
    for value, measure, length, n in _rows(connection, wanted, by):
        one = found[value.isoformat() if isinstance(value, date) else value]
        one.counts[measure] += n
        if measure == "closed":
            one.lengths[length] += n
    return {value: one for value, one in found.items() if any(one.counts.values())}


def _rows(connection: Connection, wanted: Wanted, by: str) -> Iterator[Any]:
    """Value, measure, length and how many: whole months from the sums, single days too where they are kept."""
    scope = wanted.scope
    for first, last, grain in stretches(wanted.first, wanted.last) if by != "day" else [(wanted.first, wanted.last, "day")]:
        part = replace(wanted, first=first, last=last)
        kept = scope is not None and not scope.startswith(f"{by}=")
        kept = kept and (grain == "month" or not scope or by not in ("office", "street", "topic"))
        table: Any = FigureCountRow if kept else FigureMarkRow
        key = _count_key(by) if kept else _mark_key(by)
        n = func.sum(FigureCountRow.n) if kept else func.count()
        where = _counts_where(part, by, grain) if kept else marks_where(part)
        asked = select(key.label("key"), table.measure, table.length, n).where(*where)
        grouped = [table.measure, table.length] if by == "all" else [key, table.measure, table.length]
        for value, measure, length, count in connection.execute(asked.group_by(*grouped)):
            start = value.replace(day=1) if by == "month" else value
            yield start, measure, length, int(count)


def _mark_key(by: str) -> Any:
    columns = {name: getattr(FigureMarkRow, name) for name in (*BYS, "day")} | {"month": FigureMarkRow.day}
    return columns.get(by, literal(""))


def _count_key(by: str) -> Any:
    columns = {"procedure": FigureCountRow.procedure, "day": FigureCountRow.start, "month": FigureCountRow.start}
    return columns.get(by, literal("") if by == "all" else FigureCountRow.value)


def marks_where(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions on the marks."""
    found = [FigureMarkRow.day >= wanted.first, FigureMarkRow.day <= wanted.last]
    for name in ("office", "street", "topic", "procedure"):
        if value := getattr(wanted, name):
            found.append(getattr(FigureMarkRow, name) == ("" if value == NONE else value))
    if wanted.procedures:
        found.append(FigureMarkRow.procedure.in_(wanted.procedures))
    return found


def _counts_where(wanted: Wanted, by: str, grain: str) -> list[ColumnElement[bool]]:
    table = FigureCountRow
    found = [
        table.scope == wanted.scope,
        table.by == (by if by in ("office", "street", "topic") else "all"),
        table.grain == grain,
        table.start >= wanted.first,
        table.start <= wanted.last,
    ]
    if wanted.procedure:
        found.append(table.procedure == wanted.procedure)
    if wanted.procedures:
        found.append(table.procedure.in_(wanted.procedures))
    return found


def stretches(first: date, last: date) -> list[tuple[date, date, str]]:
    """The days from `first` to `last` as whole months, and the days before and after them."""
    begin = first if first.day == 1 else month_on(first, 1)
    end = month_on(last + DAY, 0)  # the first day after the last whole month
    if begin >= end:
        return [(first, last, "day")]
    found = [(begin, end - DAY, "month")]
    if first < begin:
        found.insert(0, (first, begin - DAY, "day"))
    if end <= last:
        found.append((end, last, "day"))
    return found


def ranked(found: dict[str, Sum], order: Sequence[str]) -> list[tuple[int | None, str, Sum]]:
    """The parts with their place by the mean of the three rates; those with too few have none and stand last."""
    def mean(one: Sum) -> float:
        return sum(BY_CODE[code].of(one.counts) or 0.0 for code in order) / len(order)

    enough = sorted((-mean(one), value) for value, one in found.items() if not one.few)
    few = sorted((-one.n("handled"), value) for value, one in found.items() if one.few)
    placed: list[tuple[int | None, str, Sum]] = []
    for place, (score, value) in enumerate(enough, start=1):
        same = placed and -mean(placed[-1][2]) == score
        placed.append((placed[-1][0] if same else place, value, found[value]))
    return [*placed, *((None, value, found[value]) for _, value in few)]
