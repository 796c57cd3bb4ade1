"""Past requests brought in from a CSV: routed and filed like live ones, then archived, with nobody told.

Each row has a key of its own, so that a run that was stopped is simply started again: its id, or what stands in
it and how often the same stood before it in the file. A row that cannot be meant is reported with its line and the
reason, and the others go on.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from cases.calendar import OUTSIDE
from cases.changes import Move, Written
from cases.history import Note
from cases.parties import Person
from cases.people import SYSTEM
from cases.procedure import Refused
from cases.procedures.work_order_facts import KINDS
from hotline.csv_rows import Bad, encoding_of, rows_of
from hotline.house import House
from hotline.intake import Incoming, opening

AHEAD = 1024  # rows on their way to the ledger at once
LONGEST_ID = 100
TAKEN = "这个编号已用于另一件内容不同的诉求；来源不同而编号相同的，请在编号前加上来源"
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


class Tally(Struct):
    """What became of a file, and how it was read."""

    encoding: str
    new: int = 0
    known: int = 0
    bad: int = 0


def bring_in(
    house: House, path: Path, *, live: bool, report: Callable[[Bad], None], progress: Callable[[int], None]
) -> Tally:
    """Brings in every row of `path`; `live` leaves the cases open with their clocks running from their time.

    Raises:
        ValueError: no heading, no column of text, or UTF-16.
    """
    tally = Tally(encoding_of(path))
    waiting: deque[tuple[int, Future[Written]]] = deque()
    before: Counter[bytes] = Counter()
    for row in rows_of(path, tally.encoding, COLUMNS):
        progress(1)
        if isinstance(row, Bad):
            _bad(tally, row, report)
            continue
        try:
            incoming = _incoming(house, row.cells, _key(row.cells, before), live)
            waiting.append((row.line, house.ledger.submit(opening(house, incoming))))
        except ValueError as wrong:
            _bad(tally, Bad(row.line, str(wrong)), report)
        if len(waiting) >= AHEAD:
            _settle(waiting.popleft(), tally, report)
    while waiting:
        _settle(waiting.popleft(), tally, report)
    return tally


def _settle(item: tuple[int, Future[Written]], tally: Tally, report: Callable[[Bad], None]) -> None:
    line, answer = item
    try:
        written = answer.result()
    except Refused as refused:
        _bad(tally, Bad(line, TAKEN if refused.field == "Idempotency-Key" else str(refused)), report)
        return
    tally.new += written.new
    tally.known += not written.new


def _bad(tally: Tally, bad: Bad, report: Callable[[Bad], None]) -> None:
    tally.bad += 1
    report(bad)


def _key(row: Mapping[str, str], before: Counter[bytes]) -> str:
    """What makes the row one, in whatever file it comes again."""
    if row["id"]:
        if len(row["id"]) > LONGEST_ID:
            raise ValueError(f"编号超过{LONGEST_ID}字")
        return f"id:{row['id']}"
    digest = sha256(repr(sorted(row.items())).encode())
    before[digest.digest()] += 1
    return f"row:{digest.hexdigest()}:{before[digest.digest()]}"


def _incoming(house: House, row: Mapping[str, str], key: str, live: bool) -> Incoming:
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
        key=key,
        at=at,
        quiet=True,
        archive=None if live else Move("archive", done, SYSTEM),
    )


def _time(house: House, text: str) -> datetime:
    if not text:
        return house.now()
    calendar = house.city.calendar
    for shape in TIMES:
        try:
            local = datetime.strptime(text, shape).replace(tzinfo=calendar.zone)
        except ValueError:
            continue
        if not calendar.covers(local.date()):
            raise ValueError(f"时间“{text}”{OUTSIDE}")
        if local > house.now():
            raise ValueError(f"时间“{text}”在将来")
        return local.astimezone(UTC)
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
