"""Reading cases back: rows into files, and the lists that pages show. Never writes."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, select

from cases.history import Event
from cases.numbers import public_number
from cases.procedure import File, Procedure
from cases.procedures import PROCEDURES
from cases.tables import EMPTY, CaseRow, EventRow

EVENTS = EventRow.__table__
CASES: BindParameter[Any] = bindparam("cases", expanding=True)
KINDS = select(CaseRow.id, CaseRow.procedure).where(CaseRow.id.in_(CASES))
HISTORIES = select(EVENTS).where(EVENTS.c.case_id.in_(CASES)).order_by(EVENTS.c.case_id, EVENTS.c.seq)


def load_files(connection: Connection, cases: Iterable[int]) -> dict[int, File]:
    """The files of `cases` by id, two statements however many; ids that do not exist are left out."""
    wanted = sorted(set(cases))
    if not wanted:
        return {}
    kinds = connection.execute(KINDS, {"cases": wanted})
    procedures = {case: PROCEDURES[name] for case, name in kinds}
    rows = connection.execute(HISTORIES, {"cases": wanted})
    return {
        case: File(
            id=case,
            number=public_number(case),
            procedure=procedures[case],
            events=tuple(_event(row, procedures[case]) for row in group),
        )
        for case, group in groupby(rows, key=lambda row: int(row.case_id))
    }


def load_file(connection: Connection, case: int) -> File | None:
    """One file, or None."""
    return load_files(connection, (case,)).get(case)


def _event(row: Any, procedure: Procedure) -> Event:
    asks = procedure.step(row.step).asks
    return Event(
        seq=row.seq,
        step=row.step,
        at=row.at,
        recorded_at=row.recorded_at,
        by=row.by,
        facts=msgspec.json.decode(row.facts, type=asks) if asks else None,
        digest=row.digest,
    )


def confidential(connection: Connection, cases: Iterable[int]) -> set[int]:
    """Those of `cases` whose party asked for confidence."""
    first = select(EVENTS.c.case_id, EVENTS.c.facts).where(EVENTS.c.case_id.in_(CASES), EVENTS.c.seq == 1)
    rows = connection.execute(first, {"cases": list(cases)})
    return {case for case, facts in rows if msgspec.json.decode(facts).get("confidential")}


def merged_into(connection: Connection, number: str) -> list[File]:
    """The files that were merged into the case of that number."""
    merged = CaseRow.merged_into != EMPTY, CaseRow.merged_into == number  # said, so that the small index serves
    found = connection.scalars(select(CaseRow.id).where(*merged))
    return list(load_files(connection, found).values())
