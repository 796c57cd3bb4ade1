"""Whether everybody whom history owes word of it stands in the outbox, as history says.

Which changes were quiet is not in the history: of past cases brought in it is known, of others who asks says it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select

from cases.calendar_tables import CalendarLoadRow
from cases.checks.difference import Difference
from cases.city import City
from cases.clocks import latest, read
from cases.history import Event
from cases.lists import load_files
from cases.numbers import parse_number
from cases.outbox import owed
from cases.procedure import File
from cases.procedures.merging import taken_in
from cases.tables import OutboxRow, PartyRow

COLUMNS = OutboxRow.dedupe, OutboxRow.case_id, OutboxRow.means, OutboxRow.recipient, OutboxRow.template
OWED = select(*COLUMNS, OutboxRow.facts, OutboxRow.created_at)
SETTLE = timedelta(minutes=1)  # until every process reads a new calendar
NAMES = {"case_id": "案件", "means": "方式", "recipient": "收件人", "template": "短信种类"}


class Said(Struct, frozen=True, kw_only=True):
    """The facts of a message about a case."""

    number: str
    promised: datetime | None = None
    lead: str = ""


class Debt(Struct, frozen=True):
    """A row that must be there (`must`), or at least as it is here; `file` is the case as of that event."""

    file: File
    row: dict[str, Any]
    said: Said
    must: bool


def differences(
    connection: Connection, files: Mapping[int, File], city: City, silent: frozenset[int] = frozenset()
) -> Iterator[Difference]:
    """Of a batch: messages owed that are missing, or are others. Of the `silent` cases none must be there."""
    texting = select(PartyRow.id).where(PartyRow.id.in_(files), PartyRow.phone_kind == "mobile")
    mobile = set(connection.scalars(texting))
    debts = [
        debt
        for case, file in files.items()
        for debt in _debts(connection, file, case in mobile, case in silent)
    ]
    wanted = [debt.row["dedupe"] for debt in debts]
    rows = connection.execute(OWED.where(OutboxRow.dedupe.in_(wanted))).mappings()
    found = {row["dedupe"]: row for row in rows}
    loaded = connection.scalar(select(func.max(CalendarLoadRow.loaded_at)))
    for debt in debts:
        row = found.get(debt.row["dedupe"])
        if row is None:
            said = f"缺少应发的“{debt.row['template']}”（{debt.row['dedupe']}）" if debt.must else ""
        else:
            said = _wrong(debt, row, files, city, loaded)
        if said:
            yield Difference(debt.file.number, "outbox", said)


def _debts(connection: Connection, file: File, mobile: bool, silent: bool) -> Iterator[Debt]:
    """What the events of a case owe, one by one; who has no mobile is owed nothing for the opening."""
    begun = file.events[0]
    past = getattr(begun.facts, "channel", "") == "import"
    for event in file.events:
        tells = file.procedure.tells.get(event.step)
        if not tells:
            continue
        opening = event.recorded_at == begun.recorded_at
        so_far = _as_of(file, event)
        for tell in tells:
            must = not silent and not (opening and (past or (tell.to == "party" and not mobile)))
            (row,) = owed(so_far, event.seq, (tell,), {}, event.recorded_at)
            yield Debt(so_far, row, Said(number=file.number), must)
        if event.step in file.procedure.follows:
            inside = [case for number in taken_in(so_far) if (case := parse_number(number))]
            for other in load_files(connection, inside).values():
                for row in owed(other, event.seq, tells, {}, event.recorded_at):
                    row = {**row, "dedupe": f"{file.id}>{row['dedupe']}"}
                    yield Debt(so_far, row, Said(number=other.number, lead=file.number), not silent)


def _as_of(file: File, event: Event) -> File:
    return File(id=file.id, number=file.number, procedure=file.procedure, events=file.events[: event.seq])


def _wrong(
    debt: Debt, row: Mapping[Any, Any], files: Mapping[int, File], city: City, loaded: datetime | None
) -> str:
    for name, title in NAMES.items():
        if row[name] != debt.row[name]:
            return f"{row['dedupe']}的{title}“{row[name]}”应为“{debt.row[name]}”"
    try:
        said = msgspec.json.decode(row["facts"], type=Said)
    except msgspec.MsgspecError:
        return f"{row['dedupe']}的内容读不出"
    if (said.number, said.lead) != (debt.said.number, debt.said.lead):
        return f"{row['dedupe']}的内容说的是别的案件（{said.number}）"
    firm = loaded is None or row["created_at"] > loaded + SETTLE  # no calendar has come since
    if debt.said.lead or not firm or said.promised == _promise(debt.file, city):
        return ""
    return "" if _was_promised(debt, said.promised, files, city) else f"{row['dedupe']}的承诺时间“{said.promised}”与历史不符"


def _was_promised(debt: Debt, said: datetime | None, files: Mapping[int, File], city: City) -> bool:
    """Whether that was promised: as of the event, or of another of the same moment, with which it was written. A
    promise into a year whose holidays may not have been published by then cannot be told."""
    file, at = files[debt.file.id], debt.file.events[-1].recorded_at
    together = (event for event in file.events if event.recorded_at == at)
    promises = [_promise(_as_of(file, event), city) for event in together]
    return said in promises or any(one is not None and one.year > at.year for one in promises)


def _promise(file: File, city: City) -> datetime | None:
    if not file.procedure.promise:
        return None
    clock = file.procedure.clock(file.procedure.promise)
    found = latest(read(clock, file.history, file.setting(city)), clock.id)
    return found.end.moment if found and found.end else None
