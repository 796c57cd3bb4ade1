"""People the tests act as, and the shortest ways to make a case and to take a step."""

from datetime import date, datetime
from typing import Any

import pytest

from cases.changes import Move, Opening, Taking, Written
from cases.clocks import latest
from cases.history import Note
from cases.lists import load_file
from cases.parties import Person
from cases.people import CITIZEN, SYSTEM, Actor, Role
from cases.procedure import File, Refused
from cases.procedures.work_order_facts import Answer, Dispatch, Request
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


def file_of(house: House, case: int) -> File:
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file is not None
    return file


def due(house: House, case: int, clock: str, key: str = "") -> date | None:
    reading = latest(file_of(house, case).readings(house.city), clock, key)
    return reading.end.due if reading and reading.end else None


def refused(
    house: House, case: int, step: str, actor: Actor, facts: Any = None, at: datetime | None = None
) -> str:
    """Why that step may not be; every refusal names its article."""
    with pytest.raises(Refused) as caught:
        take(house, case, step, actor, facts, at)
    assert caught.value.article is not None
    return str(caught.value)


def answered(house: House, case: int) -> None:
    take(house, case, "sign_for", HANDLER)
    take(house, case, "answer", HANDLER, Answer(text="已修复"))
    take(house, case, "approve_answer", CHIEF, Note(text="同意"))
