"""A danger that came in: the desk is told in the transaction that registers it, and every page says of the
emergency service only what the outbox knows.

A text message is no hand-over. Whatever became of it, the case waits in triage until a person has telephoned.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, insert, select

from cases.alerts import ALARM
from cases.outbox import message
from cases.people import Role
from cases.tables import AlertRow, CaseRow, ClockRow, EventRow, OutboxRow
from hotline.house import House

DESK = f"role:{Role.AGENT.value}"
CLOCK = "wo.dispatch"  # what runs until somebody has acted on it


class Notice(Struct, frozen=True):
    """How far the word to an emergency service has come, for the agent who has to go on from there."""

    reached: bool
    words: str


def warn(connection: Connection, pairs: Sequence[tuple[datetime, int]]) -> None:
    """Tells the desk of those cases that raised an alarm when they were opened: a row in the bell of every agent
    and of the supervisors, and a message that carries it."""
    moments = {case: now for now, case in pairs}
    raised = (
        select(CaseRow.id, CaseRow.number, ClockRow.due_at)
        .join(EventRow, EventRow.case_id == CaseRow.id)
        .join(ClockRow, ClockRow.case_id == CaseRow.id)
        .where(CaseRow.id.in_(moments), EventRow.step == "raise_alarm", ClockRow.clock == CLOCK)
    )
    for case, number, due in connection.execute(raised).all():
        now = moments[case]
        owed = message(dedupe=f"{case}:danger_desk", case=case, recipient=DESK, template="danger_desk",
                       facts={"number": number}, now=now)  # fmt: skip
        carried = connection.execute(insert(OutboxRow).values(owed).returning(OutboxRow.id)).scalar_one()
        alert = {"case_id": case, "clock": CLOCK, "key": "", "due_at": due, "rung": ALARM, "recipient": DESK,
                 "reached_at": now, "claimed_at": now, "board": True, "told_by": carried}  # fmt: skip
        connection.execute(insert(AlertRow).values(alert))


def notices(connection: Connection, house: House, alarms: dict[int, str]) -> dict[int, Notice]:
    """Of each case and the service its alarm is for: whether the word came through, and what is to be done."""
    asked = select(OutboxRow.case_id, OutboxRow.state, OutboxRow.error)
    asked = asked.where(OutboxRow.case_id.in_(alarms), OutboxRow.template == "alarm")
    found = {row.case_id: row for row in connection.execute(asked)} if alarms else {}
    recorded = house.settings.sms_url is None  # no gateway: what is "sent" was only written down
    told = {}
    for case, service in alarms.items():
        row = found.get(case)
        told[case] = _notice(service, row.state if row else "", row.error if row else "", recorded)
    return told


def _notice(service: str, state: str, error: str, recorded: bool) -> Notice:
    if state in ("waiting", "sending"):
        return Notice(False, f"正在向{service}通报，短信还没有发出，请同时电话{service}。")
    if state in ("sent", "delivered") and recorded:
        return Notice(False, f"没有接通短信网关，通报只作了记录，没有送到{service}——请立即电话{service}。")
    if state == "delivered":
        return Notice(True, f"已向{service}通报，短信已送达，请电话确认后办“转紧急部门”。")
    if state == "sent":
        return Notice(True, f"已向{service}发出通报短信，尚无送达回执，请电话确认后办“转紧急部门”。")
    if error:
        return Notice(False, f"未能通报{service}（{error}）——请立即电话{service}。")
    return Notice(False, f"未能通报{service}——请立即电话{service}。")
