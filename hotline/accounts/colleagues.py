"""Who else sits in an office: to whom a case there may be given. The ledger knows no accounts, so this is asked at
the door, of every way by which an assignment may come."""

from typing import Any

from sqlalchemy import Connection, select

from cases.history import Entrustment
from cases.people import OFFICE
from hotline.accounts.seats import Seat, roles_of
from hotline.house import House
from hotline.problems import Problem
from hotline.tables import UserRow


def colleagues(connection: Connection, office: str) -> dict[str, str]:
    """The handlers and chiefs of an office who may sign in, by actor id, with their names."""
    if not office:
        return {}
    found = select(UserRow.id, UserRow.name, UserRow.roles).where(UserRow.office == office, UserRow.active)
    rows = connection.execute(found.order_by(UserRow.name, UserRow.id))
    return {f"user:{row.id}": row.name for row in rows if roles_of(row.roles) & OFFICE}


def check_assignee(house: House, seat: Seat, facts: Any) -> None:
    """`Problem` for an assignment to somebody who is no colleague."""
    if not isinstance(facts, Entrustment):
        return
    with house.reading() as connection:
        if facts.assignee not in colleagues(connection, seat.office):
            raise Problem("没有交办", {"assignee": "请从本单位在岗的同事中选择"})
