"""The city's own rules, read from its folder: limits with effective dates, the alert ladder, office hours.

A file, because a rule that binds offices is published and reviewed as text; a mistake in it stops the start
with the table and the field named. It is version 0: what is set at the desk (`hotline.city.papers`) lies over
it, each limit from its own day on, so that a case reads the same under the day it was opened ever after.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cases.calendar import Calendar, published
from cases.city import City, CityLimit, Edition, Ladder, Rung, SignIn
from cases.clocks import ByCity
from cases.procedures import PROCEDURES
from hotline.city.papers import Papers
from hotline.settings import Misconfigured

LIMITS, LADDER = "limits", "ladder"  # the sorts of settings that have a day


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of `rules.toml`."""

    name: str
    zone: str
    office_hours: tuple[tuple[str, str], ...]
    edition: tuple[Edition, ...]
    rung: tuple[Rung, ...]
    sign_in: SignIn = SignIn()


class LimitPaper(Struct, frozen=True):
    """A limit as it was set at the desk; `gone` where it was taken away."""

    limit: CityLimit
    gone: bool = False


class LadderPaper(Struct, frozen=True):
    """A ladder as it was set at the desk. The ids of its rungs are places in it."""

    rungs: tuple[Rung, ...]


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
        sign_in=rules.sign_in,
    )
    _check(city, path)
    return city


def with_papers(city: City, papers: Papers) -> City:
    """The city of the files with what was set at the desk over it."""
    return replace(city, editions=_editions(city, papers), ladders=_ladders(city, papers))


def name_of(limit: CityLimit) -> str:
    """The name of a limit among the settings: its clock and for whom it is, as an address can bear it."""
    urgency = {None: "", True: "~urgent", False: "~calm"}[limit.urgent]
    kinds = f"~{'.'.join(sorted(limit.kinds))}" if limit.kinds else ""
    return f"{limit.clock}{kinds}{urgency}" + (f"~set.{limit.set}" if limit.set else "")


def _editions(city: City, papers: Papers) -> tuple[Edition, ...]:
    """An edition for every day on which a limit changes."""
    set_by: dict[str, dict[date, LimitPaper]] = {}
    for version in papers.every(LIMITS):
        if found := version.read(LimitPaper):  # of one day the one written last stays
            set_by.setdefault(version.name, {})[city.calendar.day_of(version.from_at)] = found
    days = {edition.effective for edition in city.editions}.union(*set_by.values())
    return tuple(_edition(city.edition(day), day, set_by) for day in sorted(days))


def _edition(base: Edition, day: date, set_by: Mapping[str, Mapping[date, LimitPaper]]) -> Edition:
    """The limits of a day: of the file's and the desk's the one that took effect last."""
    limits = {name_of(limit): limit for limit in base.limits}
    for name, by_day in set_by.items():
        since = max((one for one in by_day if base.effective <= one <= day), default=None)
        if since is not None:
            limits.pop(name, None) if by_day[since].gone else limits.update({name: by_day[since].limit})
    return replace(base, effective=day, limits=tuple(limits.values()))


def _ladders(city: City, papers: Papers) -> tuple[Ladder, ...]:
    found: dict[date, Ladder] = {}
    for version in papers.every(LADDER):
        if paper := version.read(LadderPaper):
            day = city.calendar.day_of(version.from_at)
            rungs = tuple(replace(rung, id=f"v{version.number}.{rung.id}") for rung in paper.rungs)
            found[day] = Ladder(day, rungs)
    return tuple(found[day] for day in sorted(found))


def _check(city: City, path: Path) -> None:
    """Every city-set clock has a limit for every kind in every edition, so that no case stops for want of one."""
    for edition in city.editions:
        for procedure in PROCEDURES.values():
            for clock in procedure.clocks:
                if not isinstance(clock.length, ByCity):
                    continue
                if not any(lim.clock == clock.id and lim.fits("", False) for lim in edition.limits):
                    raise Misconfigured(f"{path}: [[edition]] {edition.name}: no general limit for {clock.id}")
