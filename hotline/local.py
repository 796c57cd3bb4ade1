"""The city's own rules, read from its folder: limits with effective dates, the alert ladder, office hours.

A file, because a rule that binds offices is published and reviewed as text; a mistake in it stops the start
with the table and the field named.
"""

import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path

import msgspec
from msgspec import Struct

from cases.calendar import Calendar, published
from cases.city import City, Edition, Rung
from cases.clocks import ByCity
from cases.procedures import PROCEDURES
from hotline.settings import Misconfigured


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of `rules.toml`."""

    name: str
    zone: str
    office_hours: tuple[tuple[str, str], ...]
    edition: tuple[Edition, ...]
    rung: tuple[Rung, ...]


def load_city(folder: Path, offices: Mapping[str, str] | None = None, calendar: Calendar | None = None) -> City:
    """The city of `folder`; `Misconfigured` names the file and what is wrong with it."""
    path = folder / "rules.toml"
    try:
        rules = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Rules, strict=False)
        hours = [(time.fromisoformat(opens), time.fromisoformat(shuts)) for opens, shuts in rules.office_hours]
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise Misconfigured(f"{path}: {error}") from error
    base = calendar or published()
    city = City(
        calendar=Calendar(base.years, hours, rules.zone),
        editions=tuple(sorted(rules.edition, key=lambda edition: edition.effective)),
        ladder=rules.rung,
        name=rules.name,
        offices=offices or {},
    )
    _check(city, path)
    return city


def _check(city: City, path: Path) -> None:
    """Every city-set clock has a limit for every kind in every edition, so that no case stops for want of one."""
    for edition in city.editions:
        for procedure in PROCEDURES.values():
            for clock in procedure.clocks:
                if not isinstance(clock.length, ByCity):
                    continue
                if not any(lim.clock == clock.id and lim.fits("", False) for lim in edition.limits):
                    raise Misconfigured(f"{path}: [[edition]] {edition.name}: no general limit for {clock.id}")
