"""People the tests act as, and the shortest ways to make a case and to take a step."""

from datetime import datetime
from typing import Any

from cases.changes import Move, Opening, Taking, Written
from cases.parties import Person
from cases.people import CITIZEN, SYSTEM, Actor, Role
from cases.procedures.work_order_facts import Dispatch, Request
from hotline.house import House

AGENT = Actor("user:1", "话务员", frozenset({Role.AGENT}))
HANDLER = Actor("user:2", "承办人", frozenset({Role.HANDLER}), "housing")
CHIEF = Actor("user:3", "负责人", frozenset({Role.CHIEF}), "housing")
SUPERVISOR = Actor("user:4", "督办员", frozenset({Role.SUPERVISOR}))
OTHER = Actor("user:5", "别处承办人", frozenset({Role.HANDLER}), "urban")
OTHER_CHIEF = Actor("user:6", "别处负责人", frozenset({Role.CHIEF}), "urban")

__all__ = ["AGENT", "CHIEF", "CITIZEN", "HANDLER", "OTHER", "OTHER_CHIEF", "SUPERVISOR", "SYSTEM"]


def an_opening(house: House, *, office: str = "housing", key: str = "", **facts: Any) -> Opening:
    """A complaint by a mobile, dispatched at once to `office` (none: left in triage)."""
    now = house.now()
    asked = {"kind": "complaint", "text": "小区电梯坏了", "channel": "web", "party": 0} | facts
    follow = (Move("dispatch", Dispatch(office=office), SYSTEM),) if office else ()
    return Opening(
        procedure="work_order",
        facts=Request(**asked),
        person=Person(name="张小示", phone="13900001234"),
        actor=CITIZEN,
        at=now,
        now=now,
        key=key,
        follow=follow,
    )


def a_case(house: House, **more: Any) -> Written:
    """That opening, written."""
    return house.ledger.write(an_opening(house, **more))


def take(house: House, case: int, step: str, actor: Actor, facts: Any = None, at: datetime | None = None) -> Written:
    """One step, now or at an earlier moment."""
    now = house.now()
    return house.ledger.write(Taking(case=case, step=step, actor=actor, at=at or now, now=now, facts=facts))
