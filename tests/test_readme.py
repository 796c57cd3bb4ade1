"""What the README says of itself is so: its table of limits is the house's, and it names every command."""

from pathlib import Path

import click

from cases.limits import limits
from hotline.__main__ import main
from hotline.calendar.due import CITY
from hotline.calendar.law import in_markdown
from hotline.city.local import load_city

README = Path(__file__).parent.parent.joinpath("README.md").read_text(encoding="utf-8")


def test_the_table_of_limits_is_the_one_the_command_prints() -> None:
    assert in_markdown(limits().values(), load_city(CITY)) in README, "hotline law --markdown"


def test_every_command_is_named() -> None:
    assert isinstance(main, click.Group)
    assert [name for name in main.commands if f"`hotline {name}" not in README] == []
