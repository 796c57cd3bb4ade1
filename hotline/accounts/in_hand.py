"""What lies with a person: open cases in the person's charge, reconsiderations handled, mediations sat in, alerts.

Read from what is kept beside the cases where that says it, and from the histories where only they do. An
administrator learns number, stage and day of a case from it, and never what the case is about.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Select, func, or_, select

from cases.lists import load_files
from cases.people import POWERS, Role
from cases.procedure import File
from cases.procedures import PROCEDURES
from cases.procedures.mediation_guards import mediators
from cases.procedures.reconsideration_guards import TRIAL, handlers_of
from cases.tables import AlertRow, CaseRow, ClockRow, EventRow
from hotline.accounts.accounts import Kept
from hotline.accounts.seats import roles_of
from hotline.tables import UserRow

CHARGE, HANDLER, MEDIATOR = "charge", "handler", "mediator"
PARTS = {CHARGE: "经办人", HANDLER: "行政复议承办人", MEDIATOR: "调解员"}
SEATED = frozenset({"mediating"})  # where the table has mediators who can still be followed
MOST = 2000  # cases of one person


class Held(Struct, frozen=True, kw_only=True):
    """One case and as what it lies with the person."""

    case: int
    number: str
    procedure: str
    stage: str
    parts: tuple[str, ...]
    clocks: int
    due: datetime | None


def held(connection: Connection, person: Kept) -> list[Held]:
    """What lies with a person, what ends first on top; at most `MOST`."""
    rows = connection.execute(_candidates(person)).all()
    files = load_files(connection, [row.id for row in rows if row.procedure in ("reconsideration", "mediation")])
    parts = {row.id: parts_of(person, row.in_charge, files.get(row.id)) for row in rows}
    clocks = _clocks(connection, [case for case, found in parts.items() if found])
    found = [
        Held(
            case=row.id,
            number=row.number,
            procedure=PROCEDURES[row.procedure].title,
            stage=PROCEDURES[row.procedure].stages[row.stage],
            parts=parts[row.id],
            clocks=clocks.get(row.id, (0, None))[0],
            due=clocks.get(row.id, (0, None))[1],
        )
        for row in rows
        if parts[row.id]
    ]
    return sorted(found, key=lambda one: (one.due is None, one.due, one.case))


def count(connection: Connection, person: Kept) -> int:
    """How many cases lie with a person."""
    return len(held(connection, person))


def parts_of(person: Kept, in_charge: str, file: File | None) -> tuple[str, ...]:
    """As what a case lies with a person."""
    found = [CHARGE] if in_charge == person.actor else []
    if file is not None and file.procedure.name == "reconsideration" and handler_named(person, file):
        found.append(HANDLER)
    if file is not None and file.procedure.name == "mediation" and file.stage in SEATED:
        found += [MEDIATOR] if person.login in mediators(file) else []
    return tuple(found)


def handler_named(person: Kept, file: File) -> str:
    """The name under which a person handles a reconsideration that is being tried; empty for none."""
    names = handlers_of(file) if file.stage in TRIAL else ()
    return next((name for name in (person.name, person.login) if name in names), "")


def unseen_alerts(connection: Connection, person: Kept) -> int:
    """How many alerts wait for this person alone."""
    mine = AlertRow.recipient == person.actor, AlertRow.seen_by.is_(None)
    return connection.scalar(select(func.count()).select_from(AlertRow).where(*mine)) or 0


def colleagues(connection: Connection, person: Kept) -> list[tuple[int, str, str, frozenset[Role]]]:
    """Who may take over: active, of the same office, with one of the roles that are not a power."""
    ours = person.roles - POWERS
    same = select(UserRow.id, UserRow.name, UserRow.login, UserRow.roles).where(
        UserRow.office == person.office, UserRow.active, UserRow.password != "", UserRow.id != person.id
    )
    rows = connection.execute(same.order_by(UserRow.login).limit(500))
    people = [(int(row.id), str(row.name), str(row.login), roles_of(row.roles)) for row in rows]
    return [one for one in people if not one[3].isdisjoint(ours)]


def _candidates(person: Kept) -> Select[*tuple[Any, ...]]:
    """The open cases that may lie with a person: in charge, or named in a history."""
    return (
        select(CaseRow.id, CaseRow.number, CaseRow.procedure, CaseRow.stage, CaseRow.in_charge)
        .where(
            CaseRow.ended.is_(False),
            or_(
                CaseRow.in_charge == person.actor,
                (CaseRow.procedure == "reconsideration") & CaseRow.stage.in_(TRIAL) & _named(person.name, person.login),
                (CaseRow.procedure == "mediation") & CaseRow.stage.in_(SEATED) & _named(person.login),
            ),
        )
        .order_by(CaseRow.id)
        .limit(MOST)
    )


def _named(*names: str) -> Any:
    """Whether an event of the case says one of these names, as JSON has it."""
    said = [EventRow.facts.contains(msgspec.json.encode(name).decode(), autoescape=True) for name in names]
    return select(EventRow.case_id).where(EventRow.case_id == CaseRow.id, or_(*said)).exists()


def _clocks(connection: Connection, cases: Iterable[int]) -> Mapping[int, tuple[int, datetime | None]]:
    """The running, watched clocks of each case: how many, and the first end."""
    wanted = list(cases)
    running = (
        select(ClockRow.case_id, func.count(), func.min(ClockRow.due_at))
        .where(ClockRow.case_id.in_(wanted), ClockRow.stopped_at.is_(None), ClockRow.watched)
        .group_by(ClockRow.case_id)
    )
    return {case: (n, due) for case, n, due in connection.execute(running)} if wanted else {}
