"""What another table of a year moves: foretold and then done by one comparison, so that both are the same.

Whether a case is done is seen from its rows alone: a run that is broken off and begun again finds the finished
ones as they must be, writes nothing and tells nobody a second time. Ended cases are brought along, so that
`verify` stays true of them; nobody is told of those.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Engine, Select, func, or_, select, update

from cases.beside import case_row, clock_rows
from cases.bulk import insert_rows
from cases.city import City
from cases.database import writing
from cases.lists import load_files
from cases.outbox import message
from cases.procedure import File
from cases.rebuild import BATCH, rewrite_cases
from cases.rewriting import write_clocks
from cases.tables import CalendarYearRow, CaseRow, ClockRow, OutboxRow, PartyRow, table_of

SAMPLE = 20
Progress = Callable[[int], None]
IDENTITY = ("case_id", "clock", "key", "started_by")


class Move(Struct, frozen=True):
    """One open clock whose end moves."""

    number: str
    clock: str
    before: date | None
    after: date | None


class Tally(Struct):
    """What moves: open clocks and the cases they are of, those whose day stays and is no longer provisional, the
    cases whose citizen was promised another day, and the first few moves."""

    cases: int = 0
    clocks: int = 0
    firmed: int = 0
    promises: int = 0
    told: int = 0
    sample: list[Move] = []

    def add(self, other: "Tally") -> None:
        """Counts another batch in."""
        for name in ("cases", "clocks", "firmed", "promises", "told"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.sample = (self.sample + other.sample)[:SAMPLE]


def affected(year: int) -> ColumnElement[bool]:
    """The cases whose clocks have anything to do with the days of `year`: a clock that ended before it began has
    not, and never will."""
    first, eve = date(year, 1, 1), datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    reaches = select(ClockRow.case_id).where(
        ClockRow.case_id == CaseRow.id, or_(ClockRow.due_day >= first, ClockRow.started_at >= eve)
    )
    return or_(CaseRow.promised_day >= first, reaches.exists())


def count_affected(connection: Connection, year: int) -> int:
    """How many cases have to be looked at."""
    return connection.scalar(select(func.count()).select_from(CaseRow).where(affected(year))) or 0


def foresee(engine: Engine, city: City, year: int, progress: Progress) -> Tally:
    """What `city`, with its new table of `year`, would move; writes nothing."""
    tally, after, going = Tally(), 0, True
    while going:
        with engine.connect() as connection:
            cases = connection.scalars(_next(year, after)).all()
            found, _ = _compared(connection, load_files(connection, cases).values(), city)
        tally.add(found)
        progress(len(cases))
        going, after = len(cases) == BATCH, cases[-1] if cases else after
    return tally


def recompute(engine: Engine, city: City, load: int, now: datetime, progress: Progress) -> Tally:
    """Brings every affected case to what `city` says, batch by batch, each told of in the transaction that moves
    it; `load` is the row of `calendar_years` that asks for it."""
    tally, after, done = Tally(), 0, 0
    with engine.connect() as connection:
        year = connection.scalars(select(CalendarYearRow.year).where(CalendarYearRow.id == load)).one()
        total = count_affected(connection, year)
    while True:
        with writing(engine) as connection:
            cases = connection.scalars(_next(year, after).with_for_update(of=table_of(CaseRow))).all()
            files = list(load_files(connection, cases).values())
            found, promised = _compared(connection, files, city)
            rewrite_cases(connection, files, city)
            write_clocks(connection, files, city)
            found.told = _tell(connection, promised, load, city.calendar.next_open(now))
            done += len(cases)
            ended = now if len(cases) < BATCH else None
            _count_up(connection, load, found, {"total": max(total, done), "done": done, "finished_at": ended})
        tally.add(found)
        progress(len(cases))
        if ended:
            return tally
        after = cases[-1]


def _next(year: int, after: int) -> Select[tuple[int]]:
    return select(CaseRow.id).where(CaseRow.id > after, affected(year)).order_by(CaseRow.id).limit(BATCH)


def _compared(connection: Connection, files: Iterable[File], city: City) -> tuple[Tally, dict[int, datetime]]:
    """What moves among `files`, and the new promise of each case whose promise moves."""
    wanted = {file.id: file for file in files}
    clocks = table_of(ClockRow)
    rows = connection.execute(select(clocks).where(clocks.c.case_id.in_(wanted))).mappings()
    before = {tuple(row[name] for name in IDENTITY): row for row in rows}
    promises = dict(connection.execute(select(CaseRow.id, CaseRow.promised_at).where(CaseRow.id.in_(wanted))).tuples())
    tally, promised = Tally(), {}
    for case, file in wanted.items():
        moves = []
        for row in clock_rows(file, city):
            old = before.get(tuple(row[name] for name in IDENTITY))
            if file.ended or old is None or row["stopped_at"]:
                continue
            if old["due_at"] != row["due_at"]:
                title = file.procedure.clock(row["clock"]).title
                moves.append(Move(file.number, title, old["due_day"], row["due_day"]))
            elif old["provisional"] and not row["provisional"]:
                tally.firmed += 1
        promise = case_row(file, city)["promised_at"]
        if not file.ended and promise and promise != promises[case]:
            promised[case] = promise
        tally.add(Tally(cases=bool(moves), clocks=len(moves), sample=moves))
    tally.promises = len(promised)
    return tally, promised


def _tell(connection: Connection, promised: dict[int, datetime], load: int, at: datetime) -> int:
    """Tells the citizen of each case, and of the cases merged into it, the new day; those with a mobile."""
    if not promised:
        return 0
    mobile = select(CaseRow.id, CaseRow.number, CaseRow.merged_into, CaseRow.party).join(
        PartyRow, PartyRow.id == CaseRow.party
    )
    numbers = dict(
        connection.execute(select(CaseRow.number, CaseRow.id).where(CaseRow.id.in_(promised))).tuples()
    )
    concerned = or_(CaseRow.id.in_(promised), CaseRow.merged_into.in_(numbers))
    found = connection.execute(mobile.where(PartyRow.phone_kind == "mobile", concerned)).all()
    rows = [
        message(
            dedupe=f"moved:{load}:{row.id}",
            case=row.id,
            recipient=f"party:{row.party}",
            template="moved",
            facts={"number": row.number, "promised": promised.get(row.id) or promised[numbers[row.merged_into]]},
            now=at,
        )
        for row in found
    ]
    return insert_rows(connection, table_of(OutboxRow), rows, or_leave=True)


def _count_up(connection: Connection, load: int, found: Tally, more: dict[str, object]) -> None:
    counted = {name: CalendarYearRow.__table__.c[name] + getattr(found, name) for name in ("cases", "clocks", "told")}
    connection.execute(update(CalendarYearRow).where(CalendarYearRow.id == load).values(**counted, **more))
