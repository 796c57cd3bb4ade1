"""The city's figures for the same matter: those set at the desk, else the folder's (`alike.toml`, read once a
process), else ours."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from hotline.house import House
from hotline.settings import Misconfigured
from routing.topics import Surge

FIGURES, NAME = "figures", "alike"  # among the city's settings


class Series(Struct, frozen=True, forbid_unknown_fields=True):
    """How many cases of one person on one matter, within how many days, are a series."""

    cases: int = 5
    days: int = 90


class AlikeRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of `alike.toml`."""

    near: float = 0.28
    shown: int = 5
    web_people: int = 3
    series: Series = Series()
    surge: Surge = Surge()


def alike_rules(house: House) -> AlikeRules:
    """The figures in force."""
    version = house.papers.standing(FIGURES, NAME, house.now())
    return (version.read(AlikeRules) if version else None) or packaged_rules(house.settings.city)


@cache
def packaged_rules(city: Path) -> AlikeRules:
    """The figures of the city's folder; `Misconfigured` names the file and what is wrong."""
    path = city / "alike.toml"
    if not path.exists():
        return AlikeRules()
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), AlikeRules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Misconfigured(f"{path}: {error}") from error
