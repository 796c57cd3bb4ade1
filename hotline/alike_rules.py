"""The city's figures for the same matter (`alike.toml`), read once a process; without the file the packaged
ones."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from hotline.settings import Misconfigured
from routing.topics import Surge


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


@cache
def alike_rules(city: Path) -> AlikeRules:
    """The figures of the city's folder; `Misconfigured` names the file and what is wrong."""
    path = city / "alike.toml"
    if not path.exists():
        return AlikeRules()
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), AlikeRules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Misconfigured(f"{path}: {error}") from error
