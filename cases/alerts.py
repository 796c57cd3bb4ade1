"""Telling people in time, once: the sweep that claims reached rungs, and the telling of what was claimed.

A rung is claimed by inserting its row, unique on (case, clock, due, rung); who inserts it tells it. Claiming
and telling are two transactions, and each leaves in the database what the next one needs: killed anywhere,
the next sweep goes on. Many alerts of one person become one digest, so that an outage ends in no storm: nothing
is told while rungs still wait to be claimed, whoever is claiming them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, bindparam, insert, select, text, update

from cases.bulk import insert_rows, update_rows
from cases.city import City, Rung
from cases.clocks import Binds
from cases.database import writing
from cases.outbox import message
from cases.people import SYSTEM, Role
from cases.periods import End
from cases.tables import AlertRow, CaseRow, ClockRow, OutboxRow, table_of

BATCH = 500  # clocks in one transaction: small enough that nobody waits for the lock
AT_ONCE = 20_000  # untold alerts read together; one person's are never parted
PASSED = 0  # in place of an outbox row: recorded, and nobody is told of a limit that was kept after all
ALARM = "alarm"  # the rung of a danger: on no ladder, told when the case is opened
SINGLY = 3  # cases of one person told one by one; more become a digest

_LOCK = 12345_0006  # one tells at a time on PostgreSQL; SQLite has but one writer
CLOCKS = table_of(ClockRow)
ADVANCE = (
    update(CLOCKS)
    .where(
        CLOCKS.c.case_id == bindparam("b_case"),
        CLOCKS.c.clock == bindparam("b_clock"),
        CLOCKS.c.key == bindparam("b_key"),
        CLOCKS.c.started_by == bindparam("b_started_by"),
    )
    .values(rung=bindparam("b_rung"), next_at=bindparam("b_next_at"))
)


def sweep(engine: Engine, city: City, now: datetime) -> int:
    """Claims every rung reached by `now`, oldest first, until none is left; how many were claimed."""
    claimed = 0
    while True:
        with writing(engine) as connection:
            rows = connection.execute(_reached(now)).mappings().all()
            claimed += _claim(connection, rows, city, now)
        if len(rows) < BATCH:
            return claimed


def tell(engine: Engine, city: City, now: datetime) -> int:
    """Puts what was claimed and not yet told into the outbox, once everything reached by `now` is claimed; how many
    messages that makes."""
    told = 0
    while True:
        with writing(engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if connection.scalar(select(ClockRow.case_id).where(ClockRow.next_at <= now).limit(1)) is not None:
                return told  # another sweep is under way, and will tell when it is through
            by_person, more = _untold(connection)
            for recipient, alerts in by_person.items():
                told += _tell_one(connection, recipient, alerts, city, now)
        if not more:
            return told


def let_go(connection: Connection, runs: Sequence[tuple[Mapping[Any, Any], datetime]], city: City, now: datetime) -> None:
    """Claims what runs of a clock reached until they ended, where no sweep came by in time. A limit that was overrun
    is told as ever; of one that was kept its rungs are recorded as passed."""
    alerts = []
    for row, until in runs:
        for at, rung in _climbed(row, city, until)[0]:
            kept = {"told_by": PASSED, "seen_by": SYSTEM.id, "seen_at": now} if at < row["due_at"] else {}
            alerts.append(_alert(row, rung, at, now) | kept)
    insert_rows(connection, table_of(AlertRow), alerts, or_leave=True)


def _reached(now: datetime) -> Select[Any]:
    return (
        select(CLOCKS, CaseRow.in_charge)
        .join(CaseRow, CaseRow.id == CLOCKS.c.case_id)
        .where(CLOCKS.c.next_at <= now)
        .order_by(CLOCKS.c.next_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=CLOCKS)
    )


def _claim(connection: Connection, rows: Sequence[RowMapping], city: City, now: datetime) -> int:
    alerts: list[dict[str, Any]] = []
    moves: list[dict[str, Any]] = []
    for row in rows:
        reached, following = _climbed(row, city, now)
        alerts += [_alert(row, rung, at, now) for at, rung in reached]
        moves.append(
            {f"b_{name}": row[name] for name in ("clock", "key", "started_by")}
            | {"b_case": row["case_id"], "b_rung": following[1].id if following else ""}
            | {"b_next_at": following[0] if following else None}
        )
    if moves:
        connection.execute(ADVANCE, moves)
    return insert_rows(connection, table_of(AlertRow), alerts, or_leave=True)


def _climbed(
    row: Mapping[Any, Any], city: City, now: datetime
) -> tuple[list[tuple[datetime, Rung]], tuple[datetime, Rung] | None]:
    """The rungs from the row's own up to `now`, and the one that follows."""
    own = city.rung(row["rung"])
    end = End(unrolled=row["due_day"], due=row["due_day"], moment=row["due_at"], provisional=row["provisional"])
    climb = city.climb(row["started_at"], end, own.timed if own else False, city.ladder_with(row["rung"]))
    ahead = [(at, rung) for at, rung in climb if at >= row["next_at"]]
    reached = [(at, rung) for at, rung in ahead if at <= now]
    return reached, ahead[len(reached)] if len(reached) < len(ahead) else None


def _alert(row: Mapping[Any, Any], rung: Rung, at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "case_id": row["case_id"],
        "clock": row["clock"],
        "key": row["key"],
        "due_at": row["due_at"],
        "rung": rung.id,
        "recipient": recipient_of(row, rung.to),
        "reached_at": at,
        "claimed_at": now,
        "board": rung.board,
        "told_by": None,
        "seen_by": None,
        "seen_at": None,
    }


def recipient_of(row: Mapping[Any, Any], to: Role) -> str:
    """Handler → chief → supervisor for an office's clock; the centre's own go to its agents and supervisors,
    and those that bind a respondent or a court to the legal officers who wait for them."""
    if row["binds"] == Binds.CENTRE:
        return f"role:{Role.AGENT if to is Role.HANDLER else Role.SUPERVISOR}"
    if row["binds"] != Binds.OFFICE:
        return f"role:{Role.LEGAL}"
    if to is Role.SUPERVISOR:
        return f"role:{to}"
    if to is Role.HANDLER and row["in_charge"].startswith("user:"):
        return str(row["in_charge"])
    return f"office:{row['office']}:{to}"


def _untold(connection: Connection) -> tuple[dict[str, list[RowMapping]], bool]:
    """Some people's alerts, all that each has, and whether others have more."""
    alerts = table_of(AlertRow)
    waiting = select(alerts, CaseRow.number).join(CaseRow, CaseRow.id == alerts.c.case_id)
    waiting = waiting.where(alerts.c.told_by.is_(None)).order_by(alerts.c.recipient, alerts.c.id)
    rows = connection.execute(waiting.limit(AT_ONCE)).mappings().all()
    by_person: dict[str, list[RowMapping]] = defaultdict(list)
    for row in rows:
        by_person[row["recipient"]].append(row)
    more = len(rows) == AT_ONCE
    if more:
        last = rows[-1]["recipient"]
        by_person[last] = list(connection.execute(waiting.where(alerts.c.recipient == last)).mappings())
    return by_person, more


def _tell_one(
    connection: Connection, recipient: str, alerts: Sequence[RowMapping], city: City, now: datetime
) -> int:
    """One person's alerts: each clock once, by its highest rung, or all in a digest."""
    clocks: dict[tuple[Any, ...], list[RowMapping]] = defaultdict(list)
    for alert in alerts:
        clocks[alert["case_id"], alert["clock"], alert["key"], alert["due_at"]].append(alert)
    if len(clocks) > SINGLY:
        numbers = list(dict.fromkeys(str(alert["number"]) for alert in alerts))
        facts = {"count": len(numbers), "numbers": numbers[:3]}
        return _put(connection, recipient, alerts, ("digest", facts), city.calendar.next_open(now))
    for found in clocks.values():
        last = max(found, key=lambda alert: alert["reached_at"])
        rung = city.rung(last["rung"])
        facts = {"number": last["number"], "clock": last["clock"], "rung": last["rung"], "due": last["due_at"]}
        at = now if rung and rung.timed else city.calendar.next_open(now)
        _put(connection, recipient, found, ("alert", facts), at)
    return len(clocks)


def _put(
    connection: Connection, recipient: str, alerts: Sequence[RowMapping], said: tuple[str, dict[str, Any]], at: datetime
) -> int:
    template, facts = said
    ids = [alert["id"] for alert in alerts]
    case = alerts[0]["case_id"] if template == "alert" else None
    row = message(
        dedupe=f"{template}:{ids[0]}:{ids[-1]}:{recipient}"[:120],
        case=case,
        recipient=recipient,
        template=template,
        facts=facts,
        now=at,
    )
    carried = connection.execute(insert(OutboxRow).values(row).returning(OutboxRow.id)).scalar_one()
    update_rows(connection, table_of(AlertRow), [{"id": one, "told_by": carried} for one in ids], ("id",))
    return 1
