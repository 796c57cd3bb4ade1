"""Whose duty it is: topic × area → office, from a list the city can read and sign.

The most specific duty wins — the deeper topic, then the smaller area, then the more conditions. Two equally
specific that can both apply and differ are refused at publishing, so that no case is decided by chance.
"""

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from routing.asked import CHANNELS, KINDS, Asked
from routing.files import RulesError, fail, shaped

FILE = "duties.toml"
STREET = "@street"  # the office of the street the matter lies in


class Office(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A public body that takes work orders."""

    title: str
    kind: Literal["bureau", "street", "company", "centre"]
    code: str = ""
    street: str | None = None
    address: str = ""
    phone: str = ""


class Duty(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the list. An empty condition always holds; `since` and `until` are days included."""

    topic: str
    office: str
    id: str = ""
    street: str | None = None
    community: str | None = None
    co: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    urgent: bool | None = None
    since: date | None = None
    until: date | None = None
    reason: str = ""

    @property
    def area(self) -> str:
        """Community code, street code, or empty for everywhere."""
        return self.community or self.street or ""

    @property
    def conditions(self) -> int:
        """How many conditions narrow this duty."""
        dated = bool(self.since or self.until)
        return bool(self.kinds) + bool(self.channels) + (self.urgent is not None) + dated


class Duties(Struct, frozen=True):
    """Offices by code, and duties by topic and area, the most conditioned first."""

    offices: dict[str, Office]
    rows: dict[tuple[str, str], tuple[Duty, ...]]
    street_offices: dict[str, str]
    every: tuple[Duty, ...] = ()  # in the order of the file


def compiled(raw: dict[str, Any], topics: set[str], areas: set[str], streets: set[str]) -> Duties:
    """The list of the file, checked against the catalogue and the places."""
    offices = _offices(raw.get("offices", {}), streets)
    rows: dict[tuple[str, str], list[Duty]] = {}
    written = _written(raw)
    for duty in written:
        _check(duty, offices, topics, areas)
        rows.setdefault((duty.topic, duty.area), []).append(duty)
    for same in rows.values():
        same.sort(key=lambda duty: -duty.conditions)
    by_street = {o.street: code for code, o in offices.items() if o.street}
    return Duties(offices, {key: tuple(same) for key, same in rows.items()}, by_street, tuple(written))


def _offices(raw: dict[str, Any], streets: set[str]) -> dict[str, Office]:
    offices: dict[str, Office] = {}
    for code, table in raw.items():
        office = shaped({**table, "code": code}, Office, FILE, f"offices.{code}")
        if office.street is not None and office.street not in streets:
            raise fail(FILE, f"offices.{code}", "street", f"没有代码为 {office.street} 的街道")
        offices[code] = office
    return offices


def _written(raw: dict[str, Any]) -> list[Duty]:
    duties = [
        shaped({"topic": topic, "office": office, "id": f"duty.{topic}"}, Duty, FILE, "everywhere")
        for topic, office in raw.get("everywhere", {}).items()
    ]
    for n, table in enumerate(raw.get("duty", ()), 1):
        duty = shaped(table, Duty, FILE, f"duty 第{n}条")
        named = {**table, "id": duty.id or f"duty.{duty.topic}" + (f"@{duty.area}" if duty.area else f"#{n}")}
        duties.append(shaped(named, Duty, FILE, f"duty 第{n}条"))
    ids = [duty.id for duty in duties]
    twice = next((i for i in ids if ids.count(i) > 1), None) if len(set(ids)) < len(ids) else None
    if twice:
        raise RulesError(f"{FILE}：责任编号 {twice} 出现了两次，同样的事项和地域只能有一条，或另写 id")
    return duties


def _check(duty: Duty, offices: dict[str, Office], topics: set[str], areas: set[str]) -> None:
    if duty.topic not in topics:
        raise fail(FILE, duty.id, "topic", f"事项目录里没有 {duty.topic}")
    for code in (duty.office, *duty.co):
        if code != STREET and code not in offices:
            raise fail(FILE, duty.id, "office", f"单位表里没有 {code}")
    for area in (duty.street, duty.community):
        if area and area not in areas:
            raise fail(FILE, duty.id, "street", f"地名表里没有代码 {area}")
    for key, given, known in (("kinds", duty.kinds, KINDS), ("channels", duty.channels, CHANNELS)):
        odd = next((value for value in given if value not in known), None)
        if odd:
            raise fail(FILE, duty.id, key, f"没有 {odd} 这一种，可用的有 {'、'.join(known)}")


def find(duties: Duties, path: tuple[str, ...], asked: Asked, areas: tuple[str, ...]) -> Duty | None:
    """The duty for a topic path (deepest first) in the areas (smallest first, "" last), or None."""
    for topic in path:
        for area in areas:
            for duty in duties.rows.get((topic, area), ()):
                if holds(duty, asked):
                    return duty
    return None


def holds(duty: Duty, asked: Asked) -> bool:
    return (
        (not duty.kinds or asked.kind in duty.kinds)
        and (not duty.channels or asked.channel in duty.channels)
        and (duty.urgent is None or asked.urgent == duty.urgent)
        and _in_force(duty, asked.at)
    )


def _in_force(duty: Duty, at: datetime | None) -> bool:
    if duty.since is None and duty.until is None:
        return True
    return at is not None and (duty.since or date.min) <= at.date() <= (duty.until or date.max)


def office_of(duties: Duties, code: str, street: str | None) -> str | None:
    """The office meant by a code of the list: the street's own where it says so, None while that is unknown."""
    if code != STREET:
        return code
    return duties.street_offices.get(street) if street else None
