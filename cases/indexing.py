"""What can be found of each case, written by the worker after the fact so that intake never waits for it.

It catches up by asking which cases are further than what is kept of them: those changed lately at every look, all
of them every hour. So nothing hangs on a message, and whoever dies in the middle leaves nothing undone for long.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from msgspec import Struct
from sqlalchemy import Connection, Engine, Select, delete, func, or_, select, text, update

from cases.beside import case_row, office_rows
from cases.bulk import insert_rows
from cases.checks.difference import Difference
from cases.city import City
from cases.database import standing_still, writing
from cases.lists import load_files
from cases.numbers import public_number
from cases.parties import Person, Vault, opened
from cases.privacy import scrubbed
from cases.procedure import File
from cases.search_tables import APART, SearchMarkRow, SearchRow
from cases.tables import CaseRow, PartyRow, table_of
from cases.wording import mark_numbers, numbers, pairs, plain, plain_lines

OVERLAP = timedelta(
    minutes=5
)  # a change is committed at most this long after its moment; if not, `WHOLE` finds it
WHOLE = timedelta(hours=1)
BATCH, PAGE = 100, 2_000  # cases in one short transaction, cases in one round
SAID = ("title", "text", "place", "about", "told", "reply")  # facts that are words about the matter
NOT_SAID = frozenset({"unmask", "note"})
_LOCK = 12345_0002  # one writer at a time on PostgreSQL; SQLite has but one
ENTRIES, MARK = table_of(SearchRow), table_of(SearchMarkRow)
Paths = Mapping[str, tuple[str, ...]]  # a topic → itself and those above


class Room(Struct, frozen=True, kw_only=True):
    """What it takes to write the search: the database, the city, the vault for names, the topics' ways up."""

    engine: Engine
    city: City
    vault: Vault
    paths: Paths


class Entry(Struct, frozen=True, kw_only=True):
    """One row of the search."""

    case_id: int
    seq: int
    name_index: str
    text: str
    marks: str


def name_key(name: str) -> str:
    """A name as it is compared, apart from the telephone numbers of the same index."""
    return f"name {plain(name)}" if plain(name) else ""


def entry_of(file: File, person: Person, room: Room) -> Entry:
    """What can be found of a case: its words without what points to a person, and where it stands."""
    known = [word for word in (person.name, person.id_number, person.address) if len(word) > 1]
    said = [
        scrubbed(" ".join(str(getattr(event.facts, name, "")).split()), known)
        for event in file.history
        if event.step not in NOT_SAID
        for name in SAID
        if isinstance(getattr(event.facts, name, None), str)
    ]
    return Entry(
        case_id=file.id,
        seq=file.events[-1].seq,
        name_index=room.vault.index(name_key(person.name)),
        text="\n".join(dict.fromkeys(filter(None, said))),
        marks=" ".join(marks_of(file, room)),
    )


def marks_of(file: File, room: Room) -> list[str]:
    """Who may see a case and where it stands, as marks."""
    row = case_row(file, room.city)
    named = {"p": "procedure", "s": "stage", "k": "kind", "r": "street"}
    found = [f"#{letter}:{row[column]}" for letter, column in named.items() if row[column]]
    found += [f"#o:{one['office']}" for one in office_rows(file)]
    found += [f"#t:{code}" for code in room.paths.get(row["topic"], (row["topic"],) if row["topic"] else ())]
    return sorted({*found, "#e:ended" if file.ended else "#e:open"})


def entries(connection: Connection, room: Room, cases: Sequence[int]) -> list[Entry]:
    """The rows of `cases`, from their histories; without those whose party cannot be read, since its name could not be
    taken out of the words."""
    files = load_files(connection, cases)
    parties = {file.id: getattr(file.opening.facts, "party", 0) for file in files.values()}
    rows = connection.execute(select(table_of(PartyRow)).where(PartyRow.id.in_(parties.values())))
    people = {row.id: _read(room.vault, row) for row in rows}
    known = ((file, people.get(parties[file.id], Person())) for file in files.values())
    return [entry_of(file, person, room) for file, person in known if person is not None]


def _read(vault: Vault, row: Any) -> Person | None:
    try:
        return opened(vault, row)
    except (InvalidTag, ValueError):
        return None


# -- writing -----------------------------------------------------------------------------------------


def write(connection: Connection, found: Sequence[Entry]) -> int:
    """Puts in what is further than what is kept; how many rows. An older reading never covers a newer one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    ids = [one.case_id for one in found]
    kept = {row.case_id: row for row in connection.execute(select(ENTRIES).where(ENTRIES.c.case_id.in_(ids)))}
    fresh = [one for one in found if one.case_id not in kept or kept[one.case_id].seq < one.seq]
    gone = [Entry(**kept[one.case_id]._mapping) for one in fresh if one.case_id in kept]
    _take_out(connection, gone)
    insert_rows(
        connection, ENTRIES, [{name: getattr(one, name) for name in Entry.__struct_fields__} for one in fresh]
    )
    _put_in(connection, fresh)
    return len(fresh)


def _take_out(connection: Connection, gone: Sequence[Entry]) -> None:
    if not gone:
        return
    ids = [one.case_id for one in gone]
    connection.execute(delete(ENTRIES).where(ENTRIES.c.case_id.in_(ids)))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DELETE FROM {APART} WHERE case_id = ANY(%s)", (ids,))
        return
    rows = [(one.case_id, pairs(plain_lines(one.text)), one.marks) for one in gone]
    connection.exec_driver_sql(
        f"INSERT INTO {APART} ({APART}, rowid, words, marks) VALUES ('delete', ?, ?, ?)", rows
    )


def _put_in(connection: Connection, fresh: Sequence[Entry]) -> None:
    if not fresh:
        return
    lines = [(one, plain_lines(one.text)) for one in fresh]
    if connection.dialect.name == "postgresql":
        marks = [mark_numbers(one.marks.split()) for one in fresh]
        pieces = [own + numbers(said) for own, (_, said) in zip(marks, lines, strict=True)]
        columns = (
            [one.case_id for one in fresh],
            _arrays(marks),
            [said for _, said in lines],
            _arrays(pieces),
        )
        connection.exec_driver_sql(
            f"INSERT INTO {APART} (case_id, marks, plain, pieces) SELECT c, m::integer[], t, p::integer[] "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS found (c, m, t, p)", columns
        )  # fmt: skip
        return
    words = [(one.case_id, pairs(said), one.marks) for one, said in lines]
    connection.exec_driver_sql(f"INSERT INTO {APART} (rowid, words, marks) VALUES (?, ?, ?)", words)


def _arrays(found: Sequence[Sequence[int]]) -> list[str]:
    return [f"{{{','.join(map(str, one))}}}" for one in found]


def empty(connection: Connection) -> None:
    """Forgets everything; the next look writes all of it again."""
    connection.execute(delete(ENTRIES))
    connection.execute(delete(MARK))
    all_of_it = f"INSERT INTO {APART} ({APART}) VALUES ('delete-all')"
    connection.execute(text(all_of_it if connection.dialect.name == "sqlite" else f"TRUNCATE {APART}"))


# -- catching up -------------------------------------------------------------------------------------


def catch_up(room: Room, now: datetime, progress: Callable[[int], None] = lambda _: None) -> int:
    """One round: brings at most a page of cases up; how many were written. Safe to run anywhere, at any time."""
    with room.engine.connect() as connection:
        mark = connection.execute(select(MARK)).one_or_none()
    whole = mark is None or now - mark.whole_at >= WHOLE
    with room.engine.connect() as connection:
        page = _next(connection, None if whole else mark.at - OVERLAP)  # type: ignore[union-attr]
    written = 0
    for first in range(0, len(page), BATCH):
        batch = page[first : first + BATCH]
        with room.engine.connect() as connection:
            found = entries(connection, room, batch)
        with writing(room.engine) as connection:
            written += write(connection, found)
        progress(len(batch))
    if len(page) < PAGE:
        with writing(room.engine) as connection:
            _set_mark(connection, now, whole)
    return written


def _next(connection: Connection, since: datetime | None) -> list[int]:
    """A page of cases that are behind: of those changed lately, or of all."""
    asked = _behind(CaseRow.id).limit(PAGE)
    if since is not None:
        asked = asked.where(CaseRow.id.in_(select(CaseRow.id).where(CaseRow.changed_at >= since)))
    return list(connection.scalars(asked))


def _behind(column: Any) -> Select[Any]:
    asked: Select[Any] = select(column).select_from(CaseRow)
    kept = asked.outerjoin(SearchRow, SearchRow.case_id == CaseRow.id)
    return kept.where(or_(SearchRow.seq.is_(None), SearchRow.seq < CaseRow.seq))


def _set_mark(connection: Connection, now: datetime, whole: bool) -> None:
    moved = (
        update(MARK).values(at=now, whole_at=now)
        if whole
        else update(MARK).where(MARK.c.at < now).values(at=now)
    )
    there = connection.execute(select(MARK.c.id).with_for_update()).one_or_none()
    if there:
        connection.execute(moved)
    elif whole:
        insert_rows(connection, MARK, [{"id": 1, "at": now, "whole_at": now}], or_leave=True)


def behind(connection: Connection) -> int:
    """How many cases the search has not caught up with."""
    return connection.scalar(_behind(func.count())) or 0


# -- proving -----------------------------------------------------------------------------------------


def differences(room: Room, progress: Callable[[int], None]) -> Iterator[Difference]:
    """Where what is kept for the search is not what the histories say; cases it is still behind with are left out
    unless it has been past them."""
    if room.engine.dialect.name == "sqlite":
        with writing(room.engine) as connection:  # raises when the index is broken in itself
            connection.execute(text(f"INSERT INTO {APART} ({APART}) VALUES ('integrity-check')"))
    with room.engine.connect() as connection:
        for number in _lost(connection):
            yield Difference(number, SearchRow.__tablename__, "检索已经编过这个案件，现在却没有，或者比案件旧")
    after = 0
    while True:
        with standing_still(room.engine) as connection:
            asked = select(ENTRIES).where(ENTRIES.c.case_id > after).order_by(ENTRIES.c.case_id).limit(BATCH)
            kept = {row.case_id: Entry(**row._mapping) for row in connection.execute(asked)}
            yield from _wrong(connection, room, kept)
        progress(len(kept))
        if len(kept) < BATCH:
            return
        after = max(kept)


def _lost(connection: Connection) -> list[str]:
    """The numbers of cases that were in it when all were compared, and are no more."""
    whole_at = connection.scalar(select(MARK.c.whole_at))
    if whole_at is None:
        return []
    gone = _behind(CaseRow.number).where(CaseRow.changed_at < whole_at - OVERLAP)
    return list(connection.scalars(gone.order_by(CaseRow.id)))


def _wrong(connection: Connection, room: Room, kept: Mapping[int, Entry]) -> Iterator[Difference]:
    said = {one.case_id: one for one in entries(connection, room, list(kept))}
    listed = _listed(connection, kept)
    for case, entry in kept.items():
        if case not in said:
            yield Difference(public_number(case), SearchRow.__tablename__, "没有这个案件")
        elif said[case].seq == entry.seq and said[case] != entry:
            yield Difference(public_number(case), SearchRow.__tablename__, "与历史不符")
        elif case not in listed:
            yield Difference(public_number(case), APART, "索引中没有这个案件")


def _listed(connection: Connection, cases: Iterable[int]) -> set[int]:
    name = "rowid" if connection.dialect.name == "sqlite" else "case_id"
    ids = ", ".join(map(str, cases)) or "0"
    return set(connection.scalars(text(f"SELECT {name} FROM {APART} WHERE {name} IN ({ids})")))
