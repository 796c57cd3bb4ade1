"""The knowledge of the demonstration: a register and articles of a fictional city, placed back from the day it is
loaded, so that one document has lapsed, one was replaced and one is about to lapse whenever that is.
"""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from cases.people import Actor
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.knowledge.knowledge import Content
from hotline.knowledge.norms import Norm, replace_by
from hotline.knowledge.norms import save as save_norm
from hotline.knowledge.writing import save

FILE = "demonstration_knowledge.toml"


def load(house: House, actors: Mapping[str, Actor]) -> None:
    """Writes the documents and the articles."""
    file = house.settings.city / FILE
    if not file.is_file():
        return
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    actor = actors["legal"]
    seat = Seat(
        user_id=int(actor.id[5:]),
        login="legal",
        name=actor.name,
        roles=actor.roles,
        office="",
        csrf="",
        actor=actor,
    )
    with house.writing() as connection:
        _norms(connection, house, seat, table["norm"])
        for entry in table["article"]:
            _article(connection, house, seat, entry)


def _norms(connection: Connection, house: House, seat: Seat, entries: list[dict[str, Any]]) -> None:
    today = house.city.calendar.day_of(house.now())
    known = {}
    for entry in entries:
        day = today - timedelta(days=entry["ago"])
        named = {name: entry[name] for name in ("title", "number", "issuer")}
        more: dict[str, Any] = {"trial": entry.get("trial", False), "note": entry.get("note", "")}
        norm = Norm(issued_on=day - timedelta(days=20), in_force_on=day, **named, **more)
        known[entry["number"]] = save_norm(connection, house, seat, norm)
    for entry in entries:
        if "replaced" in entry:
            since = today - timedelta(days=entry["replaced_ago"])
            replace_by(connection, house, seat, known[entry["number"]], (entry["replaced"], since))


def _article(connection: Connection, house: House, seat: Seat, entry: dict[str, Any]) -> None:
    today = house.city.calendar.day_of(house.now())
    named = {
        name: entry[name] for name in ("slug", "title", "topic", "office", "public", "basis") if name in entry
    }
    more: dict[str, Any] = {
        "valid_from": today - timedelta(days=60),
        "review_on": today + timedelta(days=120),
    }
    save(connection, house, seat, Content(text=entry["text"].strip(), **named, **more))
