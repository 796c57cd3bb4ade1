"""Parts of a text message that come when the rest of it has become a case already: they are added to that case.

The reference that joins parts is one byte on many telephones and comes round again, so a part belongs to a case of
the same sender only within a day, and only if the case was made without that very part.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from cases.changes import Taking
from cases.numbers import parse_number
from cases.people import CITIZEN
from cases.procedure import Refused
from cases.procedures.work_order_facts import Material
from hotline.house import House
from hotline.tables import TextRow

SAME = timedelta(days=1)  # a reference is taken for the same message this long


def case_of_rest(connection: Connection, part: Row[Any]) -> str:
    """The number of the case that was made of the other parts; empty when there is none."""
    if not (part.sender_index and part.series):
        return ""
    others = connection.execute(
        select(TextRow.part, TextRow.outcome).where(
            TextRow.sender_index == part.sender_index,
            TextRow.series == part.series,
            TextRow.received_at > part.received_at - SAME,
            TextRow.id != part.id,
        )
    ).all()
    if any(one.part == part.part for one in others):
        return ""
    return next((one.outcome for one in others if parse_number(one.outcome) is not None), "")


def added(house: House, number: str, key: str, text: str) -> bool:
    """Adds `text` to the case as what its citizen sent later; False where the case takes nothing any more."""
    case, now = parse_number(number), house.now()
    assert case is not None, number
    facts = Material(text=text)
    taking = Taking(
        case=case, step="add_material", actor=CITIZEN, at=now, now=now, facts=facts, key=f"part:{key}", asked=key
    )
    try:
        house.ledger.write(taking)
    except Refused:
        return False
    return True
