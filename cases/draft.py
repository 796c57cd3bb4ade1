"""What a batch has decided and not written yet, and the few statements that write it."""

from typing import Any

from sqlalchemy import Connection

from cases.beside import case_row, clock_rows, link_rows, office_rows
from cases.bulk import insert_rows, update_rows
from cases.changes import Raced, Tie
from cases.city import City
from cases.database import in_one_go
from cases.history import facts_text
from cases.kinship import hold_matters, kin_of
from cases.procedure import File
from cases.rewriting import write_clocks
from cases.tables import (
    Base,
    CaseLinkRow,
    CaseOfficeRow,
    CaseRow,
    ClockRow,
    EventRow,
    KeyRow,
    OutboxRow,
    PartyRow,
    table_of,
)

Row = dict[str, Any]
EVENT_COLUMNS = ("seq", "step", "at", "recorded_at", "by", "digest")


class Draft:
    """Files as they will stand, and rows that go with them. Nothing of it is known to anybody before `write`."""

    def __init__(self) -> None:
        self.files: dict[int, File] = {}
        self.opened: set[int] = set()
        self.rows: dict[type[Base], list[Row]] = {}
        self.matters: dict[tuple[int | None, str, str], set[int]] = {}  # what was asked of `kin_of` → what it said
        self.ties: dict[Any, list[tuple[Any, int]]] = {}  # what writes with the openings → their own and the case

    def add(self, table: type[Base], row: Row) -> None:
        """One more row of `table`."""
        self.rows.setdefault(table, []).append(row)

    def hold(self, file: File, seen: int) -> None:
        """Keeps a file whose events after the first `seen` are still to be written."""
        self.files[file.id] = file
        for event in file.events[seen:]:
            columns = {name: getattr(event, name) for name in EVENT_COLUMNS}
            self.add(EventRow, {"case_id": file.id, "facts": facts_text(event.facts), **columns})

    def tie(self, also: Tie, case: int) -> None:
        """What writes together with the opening of `case`."""
        do, item = also
        self.ties.setdefault(do, []).append((item, case))

    @property
    def owes(self) -> bool:
        """Whether somebody is to be told of what was decided."""
        return OutboxRow in self.rows

    def write(self, connection: Connection, city: City) -> None:
        """Writes all of it. `IntegrityError` or `Raced` says that somebody else was quicker."""
        hold_matters(connection, ((about, index) for _, about, index in self.matters if about))
        if any(kin_of(connection, *asked) != found for asked, found in self.matters.items()):
            raise Raced
        new = [file for case, file in self.files.items() if case in self.opened]
        known = [file for case, file in self.files.items() if case not in self.opened]
        with in_one_go(connection):
            insert_rows(connection, table_of(CaseRow), [case_row(file, city) for file in new])
            update_rows(connection, table_of(CaseRow), [case_row(file, city) for file in known], ("id",))
            for table in (PartyRow, EventRow, KeyRow, OutboxRow):
                insert_rows(connection, table_of(table), self.rows.get(table, []))
            insert_rows(connection, table_of(ClockRow), [row for file in new for row in clock_rows(file, city)])
            insert_rows(connection, table_of(CaseOfficeRow), [row for file in new for row in office_rows(file)])
            insert_rows(connection, table_of(CaseLinkRow), [row for file in new for row in link_rows(file)])
        write_clocks(connection, known, city)
        for do, pairs in self.ties.items():
            do(connection, pairs)
