"""What the pages of a rule set show, and what a program is told: one reading for both."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from hotline import bell
from hotline.accounts.seats import Seat
from hotline.calendar.lights import moment_words
from hotline.house import House
from hotline.rules.publishing import in_force, line, waiting, why_not_publish, why_not_roll_back
from hotline.rules.rehearsing import latest_rehearsal
from hotline.rules.rulesets import DEEDS, STATES, Act, RuleSet, changes_of, compared, listed, rule_set
from routing import check
from routing.catalogue import FILES

TITLES = {
    "catalogue.toml": "事项目录",
    "rules.toml": "分派规则",
    "gates.toml": "分流口",
    "places.toml": "地名",
    "duties.toml": "责任清单与单位",
}
KINDS = {**check.KINDS, "unreadable": "不能装载"}
MOST = 50  # sets, publications and deeds on a page


def act_of(house: House, seat: Seat, note: str = "") -> Act:
    """What this seat does now."""
    return Act(seat.actor.id, house.now(), note.strip())


def overview(connection: Connection, house: House, seat: Seat) -> dict[str, Any]:
    """All sets: the one in force, what is to come, the drafts with who is at them, the line of publications."""
    now, published = house.now(), line(connection, MOST)
    drafts = listed(connection, ("draft", "checked"), MOST)
    older = listed(connection, ("published", "withdrawn"), MOST)
    people = _people(connection, [*drafts, *older], [one.publisher for one in published])
    coming = waiting(published, now)
    return {
        "in_force": in_force(published, now),
        "version": house.book.version,
        "trouble": house.shelf.trouble,
        "coming": _published(house, coming, people) if coming else None,
        "drafts": [_listed(house, row, people) for row in drafts],
        "older": [_listed(house, row, people) for row in older],
        "published": [_published(house, one, people) for one in published],
    }


def one(connection: Connection, house: House, act: Act, mine: RuleSet, others: list[str]) -> dict[str, Any]:
    """One set with everything that may be done to it, and why not; `others` have it open as well."""
    number = mine.number
    base = rule_set(connection, mine.base)
    published = [entry for entry in line(connection, 1000) if entry.set_id == number]
    deeds = changes_of(connection, number, MOST)
    actors = {mine.author, mine.changed_by, *others, *(row["by"] for row in deeds), *(e.publisher for e in published)}
    people = bell.names(connection, actors)
    findings = mine.findings or []
    return {
        "number": number,
        "name": mine.name,
        "state": mine.state,
        "state_title": STATES[mine.state],
        "open": mine.open,
        "base": mine.base,
        "digest": mine.digest,
        "note": mine.note,
        "author": people.get(mine.author, mine.author),
        "created": moment_words(mine.created_at, house.city.calendar),
        "changed": moment_words(mine.changed_at, house.city.calendar),
        "changed_by": people.get(mine.changed_by, mine.changed_by),
        "revision": mine.revision,
        "others": [people.get(actor, actor) for actor in others],
        "files": [_file(file, mine, base) for file in FILES],
        "checked": mine.findings is not None,
        "findings": [{**found, "title": KINDS.get(found["kind"], found["kind"])} for found in findings],
        "rehearsal": latest_rehearsal(connection, house, number),
        "publish_refused": why_not_publish(connection, mine, act),
        "rollback_refused": why_not_roll_back(connection, mine, act),
        "published": [_published(house, entry, people) for entry in published],
        "in_force": in_force(line(connection), house.now()),
        "deeds": [
            {"id": row["id"], "at": moment_words(row["at"], house.city.calendar), "by": people.get(row["by"], row["by"]),
             "what": DEEDS.get(row["what"], row["what"]), "file": TITLES.get(row["file"], ""), "note": row["note"]}
            for row in deeds
        ],
    }  # fmt: skip


def differences(before: RuleSet, after: RuleSet) -> list[dict[str, Any]]:
    """The files that differ between two sets, line by line."""
    return [
        {"file": file, "title": TITLES[file], "lines": compared(before.texts[file], after.texts[file])}
        for file in FILES
        if before.texts[file] != after.texts[file]
    ]


def as_json(view: Mapping[str, Any]) -> dict[str, Any]:
    """A view as plain values."""
    made: dict[str, Any] = msgspec.to_builtins(dict(view), builtin_types=(datetime,))
    return made


def _file(file: str, mine: RuleSet, base: RuleSet) -> dict[str, Any]:
    changed = mine.texts[file] != base.texts[file]
    return {"file": file, "title": TITLES[file], "lines": mine.texts[file].count("\n"), "changed": changed}


def _people(connection: Connection, rows: list[Any], more: list[str]) -> dict[str, str]:
    actors = {row[name] for row in rows for name in ("author", "changed_by")}
    return bell.names(connection, actors | set(more))


def _listed(house: House, row: Any, people: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": row["id"],
        "name": row["name"],
        "state": row["state"],
        "state_title": STATES[row["state"]],
        "base": row["base"],
        "digest": row["digest"],
        "author": people.get(row["author"], row["author"]),
        "changed": moment_words(row["changed_at"], house.city.calendar),
        "changed_by": people.get(row["changed_by"], row["changed_by"]),
    }


def _published(house: House, entry: Any, people: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": entry.set_id,
        "kind": entry.kind,
        "from_at": entry.from_at,
        "from": moment_words(entry.from_at, house.city.calendar),
        "published": moment_words(entry.published_at, house.city.calendar),
        "publisher": people.get(entry.publisher, entry.publisher),
        "note": entry.note,
        "recalled": entry.recalled_at is not None,
    }
