"""The city's own rules: editions by date, the closest limit, and files that cannot be meant."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from cases.clocks import latest
from cases.law import working_days
from cases.lists import load_file
from hotline.city.local import load_city
from hotline.house import House
from hotline.settings import Misconfigured
from tests.people import a_case

PACKAGED = Path(__file__).parents[2] / "hotline" / "city"
NEW = """
[[edition]]
name = "新办法"
effective = 2026-12-01
follows = "试验"
limits = [{ clock = "wo.handle", length = { n = 3, unit = "working_day" }, source = "第八条" }]
"""


def changed(tmp_path: Path, old: str, new: str) -> Path:
    folder = tmp_path / "city"
    shutil.copytree(PACKAGED, folder, dirs_exist_ok=True)
    rules = folder / "rules.toml"
    text = rules.read_text(encoding="utf-8")
    assert old in text
    rules.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_the_closest_limit_is_taken() -> None:
    city, on = load_city(PACKAGED), date(2026, 11, 23)
    assert city.limit("wo.handle", "complaint", False, on).length == working_days(5)
    assert city.limit("wo.handle", "consult", False, on).length == working_days(2)
    assert str(city.limit("wo.handle", "consult", True, on).length) == "24小时"


def test_a_case_keeps_the_edition_it_began_under(house: House) -> None:
    case = a_case(house).case
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file is not None
    general = house.city.editions[0]
    shorter = tuple(replace(lim, length=working_days(3)) if lim.clock == "wo.handle" else lim for lim in general.limits)
    later = replace(general, name="新办法", effective=date(2026, 12, 1), limits=shorter)
    city = replace(house.city, editions=(general, later))
    old = latest(file.readings(city), "wo.handle")
    assert old is not None
    assert old.lengths == "5个工作日"
    assert city.limit("wo.handle", "complaint", False, date(2026, 12, 1)).length == working_days(3)
    assert city.calendar.day_of(datetime(2026, 11, 30, 16, tzinfo=UTC)) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('unit = "office_hour"', 'unit = "fortnight"', "fortnight"),
        ("effective = 2024-01-01", 'effective = "soon"', "effective"),
        ('{ clock = "wo.review", length = { n = 1, unit = "working_day" }, source = "第十一条" },', "", "wo.review"),
        ('office_hours = [["08:30"', 'office_hours = [["late"', "late"),
    ],
)
def test_a_rule_that_cannot_be_meant_stops_the_start_and_is_named(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(Misconfigured, match=said):
        load_city(changed(tmp_path, old, new))


def test_an_edition_without_a_general_limit_is_refused(tmp_path: Path) -> None:
    folder = changed(tmp_path, "# The ladder of alerts", NEW + "\n# The ladder of alerts")
    with pytest.raises(Misconfigured, match="新办法"):
        load_city(folder)
