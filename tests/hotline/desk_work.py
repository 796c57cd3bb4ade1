"""What the staff rooms' tests share: matters logged straight at the ledger, and a browser's way of asking."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from cases.changes import Taking, Written
from cases.history import Note
from cases.parties import Person
from cases.people import SYSTEM, Actor, Role
from cases.procedures.work_order_facts import Dispatch
from hotline import intake
from hotline.house import House

AGENT = Actor("user:1", "话务员某", frozenset({Role.AGENT}))
PAGE = {"Accept": "text/html"}
NOISE = "小区物业未经业主同意涨价，多次沟通无果。"


def logged(house: House, *, office: str = "", text: str = NOISE, phone: str = "", **more: Any) -> Written:
    """One request as the telephone brings it; with `office` it is dispatched there, without it waits."""
    incoming = intake.Incoming(
        kind=more.pop("kind", "complaint"),
        text=text,
        channel="phone",
        actor=AGENT,
        person=Person(name="李青禾", phone=phone),
        office=office,
        moves=() if office else (intake.Move("note", Note(text="留待人工派单"), AGENT),),
        **more,
    )
    return house.ledger.write(intake.opening(house, incoming))


def taken(house: House, case: int, step: str, actor: Actor, facts: Any = None) -> Written:
    """One step, now."""
    now = house.now()
    return house.ledger.write(Taking(case=case, step=step, actor=actor, at=now, now=now, facts=facts))


def handler(people: dict[str, int], login: str, role: Role = Role.HANDLER) -> Actor:
    """The actor behind an account of `people`."""
    return Actor(f"user:{people[login]}", "承办人某", frozenset({role}), login.partition("-")[0])


def dispatched(house: House, case: int, office: str) -> Written:
    """A case that waited, sent to an office by the system."""
    return taken(house, case, "dispatch", SYSTEM, Dispatch(office=office))


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """Every statement the house sends while inside, but for what it looks at by itself each second, and for whose
    seat it is, which is known for a moment after it was asked."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        said = str(args[2])
        if threading.current_thread().name in ("almanac", "shelf", "elsewhere", "places"):
            return
        if said != "BEGIN" and "FROM sessions" not in said:
            sent.append(said)

    event.listen(house.engine, "before_cursor_execute", note)
    yield sent
    event.remove(house.engine, "before_cursor_execute", note)
