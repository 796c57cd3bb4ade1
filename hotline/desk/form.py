"""The agent's form as it was typed: checked whole, so that every wrong field is told at once, and made into a
request with what the agent decided on the spot."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from cases.changes import Move
from cases.history import Note
from cases.parties import Person
from cases.phones import understand
from cases.procedures.work_order_facts import ASKERS, KINDS, Answer, Divert, Emergency, Request
from hotline.accounts.seats import Seat
from hotline.alike import alike
from hotline.channels.phone import CALLS
from hotline.channels.posted import KEY_LENGTH
from hotline.fields import from_form
from hotline.house import House
from hotline.intake import Incoming
from hotline.problems import Problem
from hotline.pulse import rings_for
from hotline.rules import route_view
from hotline.rules.asking import asked_of
from hotline.tables import CallRow
from routing import catalogue

THEN = {
    "dispatch": "派单",
    "answer": "直接答复",
    "emergency": "转紧急",
    "divert": "告知法定途径",
    "triage": "留待人工派单",
}
MOVES: dict[str, tuple[str, type[Any]]] = {
    "answer": ("answer_at_desk", Answer),
    "emergency": ("hand_to_emergency", Emergency),
    "divert": ("divert", Divert),
}


def lists(house: House) -> dict[str, Any]:
    """What the form's selects offer."""
    return {
        "kinds": KINDS,
        "askers": ASKERS,
        "streets": house.book.places.streets,
        "topics": catalogue.topics(house.book),
        "offices": sorted(house.city.offices.items(), key=lambda item: item[1]),
        "then": THEN,
    }


def said_in(typed: Mapping[str, Any]) -> dict[str, str]:
    """The form's plain fields; a street that was asked back counts where none was chosen."""
    said = {name: str(value) for name, value in typed.items() if isinstance(value, str)}
    said["street"] = said.get("street") or said.get("asked_street", "")
    return said


def routed(house: House, seat: Seat, said: Mapping[str, str]) -> dict[str, Any]:
    """Where what is typed so far would go, with its reasons."""
    if not said.get("text", "").strip():
        return {"routed": None}
    kind = said["kind"] if said.get("kind") in KINDS else "complaint"
    incoming = _incoming(seat, {**said, "kind": kind}, Person(phone=_phone(house, seat, said)), ())
    found = route_view.shown(house, asked_of(house, incoming, house.now()))
    return {
        "routed": found.routed,
        "found": found,
        "chosen": house.city.offices.get(said.get("office", ""), ""),
        "asked_street": said.get("asked_street", ""),
    }


def checked(house: House, seat: Seat, said: Mapping[str, str]) -> Incoming:
    """The request that was typed; `Problem` names every field that is wrong, of the form and of the decision."""
    if len(said.get("key", "")) > KEY_LENGTH:
        raise Problem("这份表单的编号过长，请重新打开页面再登记", {"key": f"最多{KEY_LENGTH}个字符"})
    errors: dict[str, str] = {}
    then = said.get("then") or "dispatch"
    moves: tuple[Move, ...] = ()
    try:
        from_form(Request, {**said, "party": "0", "channel": "phone"})
    except Problem as wrong:
        errors |= wrong.errors
    if then not in THEN:
        errors["then"] = "请选择如何处理"
    try:
        moves = _moves(seat, then, said)
    except Problem as wrong:
        errors |= {f"{then}.{name}": told for name, told in wrong.errors.items()}
    moves += alike.linking(house, seat, said, errors)
    phone = said.get("phone", "").strip()
    if phone and understand(phone).kind == "invalid":
        errors["phone"] = "不是可以识别的电话号码；不愿留号码的请留空"
    if said.get("office") and said["office"] not in house.city.offices:
        errors["office"] = "请从列表中选择"
    if errors:
        raise Problem("登记没有完成，请看各栏的提示，已填写的内容都在", errors)
    person = Person(name=said.get("name", "").strip(), phone=_phone(house, seat, said))
    return _incoming(seat, said, person, moves)


def _phone(house: House, seat: Seat, said: Mapping[str, str]) -> str:
    return said.get("phone", "").strip() or on_line(house, seat, said.get("call", ""))


def _moves(seat: Seat, then: str, said: Mapping[str, str]) -> tuple[Move, ...]:
    if then == "triage":  # a note in place of a dispatch keeps it at the triage desk, and says who wanted that
        return (Move("note", Note(text="话务员留待人工派单"), seat.actor),)
    if then not in MOVES:
        return ()
    step, asks = MOVES[then]
    own = {name.partition(".")[2]: value for name, value in said.items() if name.startswith(f"{then}.")}
    return (Move(step, from_form(asks, own), seat.actor),)


def on_line(house: House, seat: Seat, call: str) -> str:
    """The number on the line: what the form leaves empty."""
    if not call:
        return ""
    with house.reading() as connection:
        row = connection.execute(select(CALLS).where(CallRow.id == call)).mappings().one_or_none()
    return house.vault.open(row["caller"]) if row and rings_for(seat, row) else ""


def _incoming(seat: Seat, said: Mapping[str, str], person: Person, moves: tuple[Move, ...]) -> Incoming:
    plain: dict[str, Any] = {
        name: said.get(name, "").strip() for name in ("text", "title", "topic", "place", "call")
    }
    who = said.get("who", "")
    return Incoming(
        kind=said["kind"],  # type: ignore[arg-type]  # checked against the struct before
        channel="phone",
        actor=seat.actor,
        person=person,
        urgent=bool(said.get("urgent")),
        confidential=bool(said.get("confidential")),
        key=said.get("key", ""),
        office=said.get("office", "") if said.get("then", "dispatch") == "dispatch" else "",
        street=said.get("street", "").strip() or said.get("asked_street", "").strip(),
        who=who if who in ASKERS else "",  # type: ignore[arg-type]
        moves=moves,
        **plain,
    )
