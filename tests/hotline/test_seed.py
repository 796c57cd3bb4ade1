"""The demonstration: something to see in every stage and every light, and the same city every time it is loaded."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cases.procedures.work_order import STAGES
from cases.tables import CaseRow, ClockRow, EventRow
from hotline import seed
from hotline.calendar.lights import HELD, light
from hotline.house import House, open_house
from hotline.settings import from_environment
from tests.hotline.conftest import Clock


@pytest.fixture
def another(sqlite_template: Path, tmp_path: Path, now: Clock) -> Iterator[House]:
    """A second house with nothing in it."""
    folder = tmp_path / "another"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "hotline.db")
    opened = open_house(from_environment({"HOTLINE_DATA": str(folder)}), now)
    yield opened
    opened.close()


def told(house: House) -> list[Any]:
    """Every event of every case, by what the case is about."""
    asked = (
        select(CaseRow.procedure, CaseRow.title, CaseRow.stage, EventRow.seq, EventRow.step, EventRow.at, EventRow.by)
        .join(EventRow, EventRow.case_id == CaseRow.id)
        .order_by(CaseRow.procedure, CaseRow.title, CaseRow.opened_at, EventRow.seq)
    )
    with house.reading() as connection:
        return [tuple(row) for row in connection.execute(asked)]


def lights(house: House) -> set[str]:
    """The lights of the work orders in hand, as the tray shows them: by the clock that ends first."""
    open_clocks = (
        select(func.min(ClockRow.due_at))
        .join(CaseRow, CaseRow.id == ClockRow.case_id)
        .where(CaseRow.procedure == "work_order", ClockRow.stopped_at.is_(None), ClockRow.watched)
        .group_by(ClockRow.case_id)
    )
    with house.reading() as connection:
        dues = connection.scalars(open_clocks).all()
    return {light(due, house.now(), house.city.calendar).sort for due in dues}


def test_every_stage_and_every_light_has_its_case_and_two_loads_are_one(house: House, another: House) -> None:
    seed.seed(house)
    with house.reading() as connection:
        stages = set(connection.scalars(select(CaseRow.stage).where(CaseRow.procedure == "work_order")))
    assert stages == set(STAGES)
    assert lights(house) == {"ok", "soon", "late", HELD.sort}
    seed.seed(another)
    assert told(another) == told(house)
