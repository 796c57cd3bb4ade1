"""Past requests brought in from a CSV: routed and filed like live ones, then archived, with nobody told.

Each row has a key of its own, so that a run that was stopped is simply started again. A row that cannot be
meant is reported with its line and the reason, and the others go on.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from cases.changes import Move, Written
from cases.history import Note
from cases.parties import Person
from cases.people import SYSTEM
from cases.procedure import Refused
from cases.procedures.work_order_facts import KINDS
from hotline.house import House
from hotline.intake import Incoming, opening

AHEAD = 1024  # rows on their way to the ledger at once
TIMES = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
COLUMNS = {
    "id": ("id", "编号"),
    "time": ("time", "at", "时间"),
    "title": ("title", "标题"),
    "text": ("detail", "text", "内容"),
    "kind": ("kind", "类型"),
    "name": ("name", "姓名"),
    "phone": ("phone", "电话"),
    "street": ("street", "街道代码"),
    "place": ("place", "地点"),
    "office": ("office", "承办单位代码"),
    "answer": ("answer", "答复"),
}


class Bad(Struct, frozen=True):
    """A row that was not taken: the line of the file it begins on, and why."""

    line: int
    reason: str


class Tally(Struct):
    """What became of a file."""

    new: int = 0
    known: int = 0
    bad: int = 0


def bring_in(
    house: House, path: Path, *, live: bool, report: Callable[[Bad], None], progress: Callable[[int], None]
) -> Tally:
    """Brings in every row of `path`; `live` leaves the cases open with their clocks running from their time.

    Raises:
        ValueError: no column of text, or not UTF-8.
    """
    tally = Tally()
    waiting: deque[tuple[int, Future[Written]]] = deque()
    for line, row in _rows(path):
        try:
            incoming = _incoming(house, row, f"{path.stem}", live)
            waiting.append((line, house.ledger.submit(opening(house, incoming))))
        except ValueError as wrong:
            _bad(tally, Bad(line, str(wrong)), report)
        if len(waiting) >= AHEAD:
            _settle(waiting.popleft(), tally, report)
        progress(1)
    while waiting:
        _settle(waiting.popleft(), tally, report)
    return tally


def _settle(item: tuple[int, Future[Written]], tally: Tally, report: Callable[[Bad], None]) -> None:
    line, answer = item
    try:
        written = answer.result()
    except Refused as refused:
        _bad(tally, Bad(line, str(refused)), report)
        return
    tally.new += written.new
    tally.known += not written.new


def _bad(tally: Tally, bad: Bad, report: Callable[[Bad], None]) -> None:
    tally.bad += 1
    report(bad)


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows by our column names, each with the line it begins on."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        there = set(reader.fieldnames or ())
        named = {ours: next((name for name in names if name in there), "") for ours, names in COLUMNS.items()}
        if not named["text"]:
            raise ValueError("文件没有内容列：需要 detail、text 或“内容”之一")
        line = reader.line_num + 1
        for row in reader:
            yield line, {ours: (row.get(name) or "").strip() if name else "" for ours, name in named.items()}
            line = reader.line_num + 1


def _incoming(house: House, row: Mapping[str, str], source: str, live: bool) -> Incoming:
    if not row["text"]:
        raise ValueError("内容为空")
    if len(row["text"]) > 10_000:
        raise ValueError(f"内容{len(row['text'])}字，超过10000字")
    at = _time(house, row["time"])
    done = Note(text=row["answer"] or "历史诉求，导入存档")
    return Incoming(
        kind=_kind(row["kind"]),  # type: ignore[arg-type]
        text=row["text"],
        title=row["title"][:200],
        channel="import",
        actor=SYSTEM,
        person=Person(name=row["name"], phone=row["phone"]),
        street=row["street"],
        place=row["place"],
        office=_office(house, row["office"]),
        key=f"{source}:{row['id'] or sha256(repr(sorted(row.items())).encode()).hexdigest()}",
        at=at,
        quiet=True,
        archive=None if live else Move("archive", done, SYSTEM),
    )


def _time(house: House, text: str) -> datetime:
    if not text:
        return house.now()
    for shape in TIMES:
        try:
            at = datetime.strptime(text, shape).replace(tzinfo=house.city.calendar.zone).astimezone(UTC)
        except ValueError:
            continue
        if at > house.now():
            raise ValueError(f"时间“{text}”在将来")
        return at
    raise ValueError(f"时间“{text}”认不出，应如 2026-11-23 09:30:00")


def _kind(text: str) -> str:
    titles = {title: kind for kind, title in KINDS.items()}
    kind = titles.get(text, text) or "complaint"
    if kind not in KINDS:
        raise ValueError(f"类型“{text}”不在{'、'.join(KINDS.values())}之内")
    return kind


def _office(house: House, code: str) -> str:
    if code and code not in house.city.offices:
        raise ValueError(f"没有代码为“{code}”的单位")
    return code
