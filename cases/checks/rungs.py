"""Whether the sweep will find every clock: each stands on a rung of its ladder, and all below were claimed.

A clock that stands lower than what was claimed is no difference: it climbs again and tells nothing twice.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, select, update

from cases.alerts import ALARM, recipient_of
from cases.beside import climbing, stands
from cases.checks.difference import Difference
from cases.city import City
from cases.clocks import Binds
from cases.history import CORRECT, ENTRUST
from cases.people import Role
from cases.procedure import File
from cases.rewriting import CLOCK
from cases.tables import AlertRow, ClockRow, table_of

Row = Mapping[Any, Any]
CLOCKS, ALERTS = table_of(ClockRow), table_of(AlertRow)
MARKS = CLOCKS.c.case_id, CLOCKS.c.clock, CLOCKS.c.key, CLOCKS.c.started_by, CLOCKS.c.rung, CLOCKS.c.next_at


class Astray(Struct, frozen=True):
    """A clock that the sweep would not find in time: its row as history begins it, and what is wrong."""

    file: File
    row: Row
    where: str
    said: str


def differences(
    connection: Connection, files: Mapping[int, File], city: City, heirs: frozenset[str] = frozenset()
) -> Iterator[Difference]:
    """Of a batch: clocks that are astray, alerts at whom they cannot be for. `heirs` were handed what others had."""
    alerts = _alerts(connection, files)
    for lost in _astray(connection, files, alerts, city):
        yield Difference(lost.file.number, lost.where, lost.said)
    for case, file in files.items():
        for alert in alerts.get(case, []):
            if said := _misdirected(file, alert, city, heirs):
                yield Difference(file.number, "alerts", f"{alert['clock']} {alert['rung']}{said}")


def set_right(connection: Connection, files: Mapping[int, File], city: City) -> int:
    """Puts clocks that are astray on their first rung, from which they climb again; how many."""
    lost = list(_astray(connection, files, _alerts(connection, files), city))
    for row in (one.row for one in lost):
        mine = (CLOCKS.c[name] == row[name] for name in CLOCK)
        connection.execute(update(CLOCKS).where(*mine).values(rung=row["rung"], next_at=row["next_at"]))
    return len(lost)


def _alerts(connection: Connection, files: Mapping[int, File]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in connection.execute(select(ALERTS).where(ALERTS.c.case_id.in_(files))).mappings():
        found.setdefault(row["case_id"], []).append(row)
    return found


def _astray(
    connection: Connection, files: Mapping[int, File], alerts: Mapping[int, list[Row]], city: City
) -> Iterator[Astray]:
    rows = connection.execute(select(*MARKS).where(CLOCKS.c.case_id.in_(files))).mappings()
    kept = {tuple(row[name] for name in CLOCK): row for row in rows}
    for case, file in files.items():
        claimed = {(a["clock"], a["key"], a["due_at"], a["rung"]) for a in alerts.get(case, [])}
        for row, climb in climbing(file, city):
            found = kept.get(tuple(row[name] for name in CLOCK))
            if found is None:
                continue
            at = stands(found, climb)
            if at is None:
                said = f"{row['clock']}的下一级提醒“{found['rung']}”（{found['next_at']}）不在提醒阶梯上"
                yield Astray(file, row, "clocks", said)
                continue
            run = row["clock"], row["key"], row["due_at"]
            below = (rung.id for _, rung in climb[:at])
            if (lacks := next((rung for rung in below if (*run, rung) not in claimed), None)) is not None:
                yield Astray(file, row, "alerts", f"{row['clock']}已过“{lacks}”一级，却没有这一级的提醒")


def _misdirected(file: File, alert: Row, city: City, heirs: frozenset[str]) -> str:
    """What is wrong with an alert: offices and people change, but only those of the history can be meant."""
    clock = next((clock for clock in file.procedure.clocks if clock.id == alert["clock"]), None)
    if clock is None:
        return "：没有这个期限"
    rung, to, binds = city.rung(alert["rung"]), alert["recipient"], clock.binds.value
    if alert["rung"] == ALARM:
        return "" if to == f"role:{Role.AGENT}" else f"的收件人“{to}”不是值班席"
    if rung is None:  # the city has taken it away since
        return ""
    meant = {recipient_of({"binds": binds, "office": office, "in_charge": ""}, rung.to) for office in _offices(file, alert)}
    if binds == Binds.OFFICE and rung.to is Role.HANDLER:
        meant |= _people(file) | heirs
    if to not in meant:
        return f"的收件人“{to}”不是本件的承办单位、承办人或者负责人"
    return "" if alert["board"] == rung.board else "的看板标记与提醒阶梯不符"


def _offices(file: File, alert: Row) -> set[str]:
    """Every office that has led the case or joined it, and none."""
    named = {**file.procedure.leads, **file.procedure.joins}
    found = {str(getattr(e.facts, named[e.step])) for e in (*file.events, *file.history) if e.step in named}
    corrected = (e.facts.facts or {} for e in file.events if e.step == CORRECT)
    return found | {str(value) for facts in corrected for value in facts.values()} | {alert["key"], ""}


def _people(file: File) -> set[str]:
    """Everybody who has had the case in charge."""
    given = {str(event.facts.assignee) for event in file.events if event.step == ENTRUST}
    return given | {event.by for event in file.events if event.step in file.procedure.takes}
