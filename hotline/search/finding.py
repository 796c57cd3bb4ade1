"""Finding cases for a seat: candidates from the index or from rows, then the truth of each from the cases themselves.

The index may lag by seconds and knows who could see a case then; who may see it now is asked of the rows, so that
what somebody may not see is not there, not in a page, not in a suggestion and not in a number.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from cases.clocks import Binds
from cases.indexing import Room
from cases.lists import confidential
from cases.numbers import public_number
from cases.people import CENTRE
from cases.privacy import scrubbed
from cases.procedures import PROCEDURES
from cases.procedures.work_order_facts import KINDS
from cases.search import LAST, Sought, newest
from cases.search_tables import SearchRow
from cases.tables import CaseOfficeRow, CaseRow, ClockRow, PartyRow
from cases.wording import Piece, marked, plain, plain_lines, snippet
from hotline.access import scope, seen_marks
from hotline.accounts.seats import Seat
from hotline.calendar.lights import HELD, Light, due_words, light
from hotline.house import House
from hotline.search.question import Said, days

PAGE = 50
RANKED = 200  # of the newest hits, for the order by likeness
AMONG = 2_000  # cases of one person or one day that are read for words
SHOWN = [
    getattr(CaseRow, name)
    for name in (
        "id",
        "number",
        "procedure",
        "stage",
        "ended",
        "kind",
        "urgent",
        "street",
        "title",
        "office",
        "opened_at",
    )
]
LONGEST_TITLE = 60  # a case without a title is called by the beginning of its text
ROUNDS = 20  # times the index is asked again when cases have moved away under it


class Asked(Struct, frozen=True, kw_only=True):
    """One search: what was typed, what it means, and the filters."""

    q: str = ""
    said: Said = Said()
    name: str = ""
    procedure: str = ""
    stage: str = ""
    kind: str = ""
    topic: str = ""
    below: tuple[str, ...] = ()  # that topic and those under it
    street: str = ""
    office: str = ""
    state: str = ""  # open | ended
    since: date | None = None
    until: date | None = None
    order: str = ""  # newest first, or `best`
    before: int = 0  # the case after which this page begins

    @property
    def filters(self) -> dict[str, str]:
        """What narrows the words, as the address has it."""
        names = ("name", "procedure", "stage", "kind", "topic", "street", "office", "state", "since", "until")
        return {name: str(value) for name in names if (value := getattr(self, name))}

    @property
    def between(self) -> tuple[int, int]:
        """The first and the last case id that may be found: by days, by the beginnings of numbers, by the page."""
        low, high = days(self.since, self.until)
        bounds = [(low, high), *self.said.ids, (0, self.before - 1 if self.before else LAST)]
        return max(first for first, _ in bounds), min(last for _, last in bounds)

    def link(self, **other: Any) -> str:
        """The address of this search, from its first page, with something of it changed."""
        told = {"q": self.q, **self.filters, "order": self.order, **other}
        return "/search?" + urlencode({name: value for name, value in told.items() if value})


class Hit(Struct, frozen=True, kw_only=True):
    """One case as the page shows it."""

    number: str
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    kind: str
    stage: str
    stage_title: str
    ended: bool
    urgent: bool
    office: str
    street: str
    opened: date
    light: Light
    due: str


class Found(Struct, frozen=True, kw_only=True):
    """One page of hits, and the number after which the next begins; empty when this is the last."""

    hits: tuple[Hit, ...]
    onward: str = ""


def room_of(house: House) -> Room:
    """What the writing of the search needs of the house."""
    paths = {topic.code: topic.path for topic in house.book.topics}
    return Room(engine=house.engine, city=house.city, vault=house.vault, paths=paths)


def find(connection: Connection, house: House, seat: Seat, asked: Asked) -> Found:
    """One page, the newest first or the likest of the newest: few statements, however many rows."""
    best = asked.order == "best"
    rows = candidates(connection, seat, asked, RANKED if best else PAGE + 1)
    if best:
        rows = sorted(rows, key=lambda row: _likeness(row, asked.said.needles), reverse=True)
    shown = rows[:PAGE]
    more = len(rows) > PAGE and not best
    hits = _hits(connection, house, shown, asked.said.needles)
    return Found(hits=hits, onward=public_number(shown[-1]["id"]) if more else "")


def candidates(connection: Connection, seat: Seat, asked: Asked, most: int) -> list[RowMapping]:
    """At most `most` cases with their searched text, the newest first."""
    if asked.said.by_rows:
        return _of_rows(connection, seat, asked, most)
    sought = _sought(seat, asked)
    rows: list[RowMapping] = []
    for _ in range(ROUNDS):
        wanted = most - len(rows)
        ids = newest(connection, sought, wanted)
        rows += _truth(connection, seat, asked, ids)
        if len(rows) >= most or len(ids) < wanted:
            break
        sought = replace(sought, high=ids[-1] - 1)
    return rows


def _sought(seat: Seat, asked: Asked) -> Sought:
    low, high = asked.between
    named = {"p": asked.procedure, "s": asked.stage, "k": asked.kind, "t": asked.topic, "r": asked.street}
    named |= {"o": asked.office, "e": asked.state}
    return Sought(
        any_of=seen_marks(seat),
        needles=asked.said.needles,
        without=asked.said.without,
        marks=tuple(f"#{letter}:{value}" for letter, value in named.items() if value),
        low=low,
        high=high,
    )


def _of_rows(connection: Connection, seat: Seat, asked: Asked, most: int) -> list[RowMapping]:
    """Cases by number, telephone or name, which are rows and there at once; words are read in the text of each."""
    said = asked.said
    found = [{low} for low, high in said.ids if low == high]
    found += [_of_phone(connection, phone) for phone in said.phones]
    found += [_of_name(connection, name) for name in said.names]
    rows = _truth(connection, seat, asked, set.intersection(*found))
    if (said.phones or said.names) and not seat.roles & CENTRE:  # or a guess would tell an office who it was
        kept = confidential(connection, [row["id"] for row in rows])
        rows = [row for row in rows if row["id"] not in kept]
    return [row for row in rows if _holds(plain_lines(row["searched"] or ""), said)][:most]


def _of_phone(connection: Connection, index: str) -> set[int]:
    parties = (
        select(PartyRow.id).where(PartyRow.phone_index == index).order_by(PartyRow.id.desc()).limit(AMONG)
    )
    known = list(connection.scalars(parties))
    return set(connection.scalars(select(CaseRow.id).where(CaseRow.party.in_(known))))


def _of_name(connection: Connection, index: str) -> set[int]:
    named = select(SearchRow.case_id).where(SearchRow.name_index == index)
    return set(connection.scalars(named.order_by(SearchRow.case_id.desc()).limit(AMONG)))


def _holds(text: str, said: Said) -> bool:
    return all(needle in text for needle in said.needles) and not any(
        needle in text for needle in said.without
    )


def _truth(connection: Connection, seat: Seat, asked: Asked, cases: Collection[int]) -> list[RowMapping]:
    """Those of `cases` that this seat may see now and that are what the filters ask, the newest first."""
    if not cases:
        return []
    low, high = asked.between
    # these few rows by their keys, whatever a planner without figures thinks of the conditions on them
    among = select(CaseRow.id).where(CaseRow.id.in_(cases), CaseRow.id.between(low, high))
    few = among.cte("few").prefix_with("MATERIALIZED")
    told: list[ColumnElement[bool]] = [scope(seat)]
    for name in ("procedure", "stage", "kind", "street"):
        if value := getattr(asked, name):
            told.append(getattr(CaseRow, name) == value)
    if asked.below:
        told.append(CaseRow.topic.in_(asked.below))
    if asked.state:
        told.append(CaseRow.ended == (asked.state == "ended"))
    if asked.office:
        held = select(CaseOfficeRow.case_id).where(CaseOfficeRow.case_id == CaseRow.id)
        told.append(held.where(CaseOfficeRow.office == asked.office).correlate(CaseRow).exists())
    rows = select(*SHOWN, SearchRow.text.label("searched")).select_from(few).join(CaseRow, CaseRow.id == few.c.id)
    rows = rows.outerjoin(SearchRow, SearchRow.case_id == CaseRow.id)
    return list(connection.execute(rows.where(*told).order_by(CaseRow.id.desc())).mappings())


def _likeness(row: RowMapping, needles: Sequence[str]) -> tuple[int, int, int]:
    title, text = plain(row["title"]), plain_lines(row["searched"] or "")
    return (
        sum(needle in title for needle in needles),
        sum(text.count(needle) for needle in needles),
        row["id"],
    )


def _hits(
    connection: Connection, house: House, rows: Sequence[RowMapping], needles: Sequence[str]
) -> tuple[Hit, ...]:
    """The rows as they are shown, with the nearest deadline that an office has to keep."""
    watched = ClockRow.watched, ClockRow.stopped_at.is_(None), ClockRow.binds == Binds.OFFICE.value
    asked = select(ClockRow.case_id, func.min(ClockRow.due_at)).where(
        ClockRow.case_id.in_([row["id"] for row in rows]), *watched
    )
    due = dict(connection.execute(asked.group_by(ClockRow.case_id)).all()) if rows else {}
    return tuple(_hit(house, row, needles, due) for row in rows)


def _title(title: str, searched: str) -> str:
    """The title without what points to a person: its own line of the searched text, once that is there."""
    return searched.partition("\n")[0][:LONGEST_TITLE] or scrubbed(title)


def _hit(house: House, row: RowMapping, needles: Sequence[str], due: dict[int, Any]) -> Hit:
    procedure, city, case = PROCEDURES[row["procedure"]], house.city, row["id"]
    body = row["searched"] or ""
    title = _title(row["title"], body) or procedure.title
    shown = Light("quiet", "无待办期限")
    if case in due:
        shown = light(due[case], house.now(), city.calendar) if due[case] else HELD
    body = body.removeprefix(title).lstrip("\n")
    return Hit(
        number=row["number"],
        title=marked(title, needles),
        snippet=snippet(body, needles) if body else (),
        kind=KINDS.get(row["kind"], procedure.title),
        stage=row["stage"],
        stage_title=procedure.stages[row["stage"]],
        ended=row["ended"],
        urgent=row["urgent"],
        office=city.offices.get(row["office"], row["office"]),
        street=house.book.places.streets.get(row["street"], ""),
        opened=city.calendar.day_of(row["opened_at"]),
        light=shown,
        due=due_words(due[case], city.calendar) if due.get(case) else "",
    )
