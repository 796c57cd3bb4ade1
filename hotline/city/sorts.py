"""What every sort of setting answers, so that one set of pages serves all of them.

A sort is a module: what it lists, how its form is drawn and read, how a content reads in words, and what a
change of it would do. What is kept is JSON; what a page compares are the words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from hotline.fields import Field
from hotline.house import House
from hotline.problems import Problem
from hotline.sent import whole_number

WRONG = "填写的内容有误，请看各栏的提示"
YES = "1"


class Line(Struct, frozen=True, kw_only=True):
    """One setting as its list shows it: what is in force today."""

    name: str
    title: str
    value: str
    group: str = ""
    about: str = ""
    own: bool = False  # whether `value` is what people wrote, and so is never translated


class Foreseen(Struct, frozen=True, kw_only=True):
    """What a change would do: sentences, and a table whose last two columns are before and after."""

    says: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    own: bool = False


class Sort(Protocol):
    """A sort of settings. `LookupError` from `title_of` where there is no such setting; `dated`: from a day to
    come only, because what runs keeps what it began under."""

    SORT: str
    TITLE: str
    LEAD: str
    DATED: bool

    def listed(self, house: House) -> list[Line]:
        """Every setting of the sort."""

    def title_of(self, house: House, name: str) -> str:
        """What it is called."""

    def standing(self, house: House, name: str, at: datetime) -> Any:
        """The content in force at that moment; None where there is none."""

    def packaged(self, house: House, name: str) -> Any:
        """Version 0; None where the house came with none."""

    def understood(self, name: str, content: str) -> Any:
        """A content from its JSON; `msgspec.DecodeError`."""

    def form(self, house: House, name: str, content: Any) -> list[Field]:
        """The controls with `content` in them."""

    def parsed(self, house: House, name: str, typed: Mapping[str, Any], at: datetime) -> Any:
        """The content that was typed, for that moment on; `Problem` names every field that is wrong."""

    def told(self, house: House, name: str, content: Any) -> list[tuple[str, str]]:
        """The content in words, line by line."""

    def foreseen(self, house: House, name: str, pair: tuple[Any, Any], at: datetime) -> Foreseen:
        """What it would do that the first content is followed by the second."""


def number_in(typed: Mapping[str, Any], name: str, least: float, most: float, errors: dict[str, str]) -> float:
    """A number in its bounds; what is wrong with it is put into `errors`."""
    said = str(typed.get(name, "")).strip()
    try:
        value = float(said)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        errors[name] = f"应为{least:g}到{most:g}之间的数"
        return least
    return value


def whole_in(typed: Mapping[str, Any], name: str, most: int, errors: dict[str, str]) -> int:
    """A whole number from 1 on."""
    said = whole_number(str(typed.get(name, "")).strip())
    if said is None or not 1 <= said <= most:
        errors[name] = f"应为1到{most}之间的整数"
        return 1
    return said


def none_wrong(errors: Mapping[str, str]) -> None:
    """Raises `Problem` if anything is wrong."""
    if errors:
        raise Problem(WRONG, dict(errors))


def changed_rows(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """The lines of two contents that differ, side by side."""
    old, new = dict(before), dict(after)
    names = [*old, *(name for name in new if name not in old)]
    return tuple((n, old.get(n, "—"), new.get(n, "—")) for n in names if old.get(n) != new.get(n))
