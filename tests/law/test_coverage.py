"""The signed examples leave nothing out: every clock starts somewhere, every pause, extension and restart is taken,
every procedure meets a make-up day, a year without a notice, an end of month or leap day, and a roll where it rolls.
"""

from collections import Counter
from functools import cache
from typing import Any

import pytest

from cases.clocks import Clock, Reading
from cases.limits import limit
from cases.procedure import File, Procedure
from cases.procedures import PROCEDURES
from tests.law.test_examples import CITY, TABLES, _file

EVERY = pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=list(PROCEDURES))
NEVER = {  # pauses that cannot be met by that clock, with the reason
    ("al.decide.first", "stay_for_party"): "met together with `stay`",
}
WORKED = "E01 E03 E05 E08a E08b E11a E12 E13 E15 E17 E19 E20 E22 E25 E26 E28 E31 E31b E32 E33 E36 E39 E42".split()
SPECIAL = {
    "a make-up day": ("调休",),
    "a year without a notice": ("未公布", "暂定"),
    "an end of month or a leap day": ("月末", "闰", "2月28", "2月29", "没有2月", "没有9月", "月31日", "月30日"),
}


@cache
def _files(name: str) -> tuple[tuple[dict[str, Any], File], ...]:
    examples = (one for table in TABLES.values() for one in table.get("case", ()) if one["procedure"] == name)
    return tuple((example, _file(example)) for example in examples)


def _runs(name: str, clock: Clock) -> list[tuple[File, Reading]]:
    return [(file, run) for _, file in _files(name) for run in file.readings(CITY) if run.clock is clock]


@EVERY
def test_ten_examples_at_least(procedure: Procedure) -> None:
    assert len(_files(procedure.name)) >= 10


def test_the_worked_dates_are_all_there() -> None:
    said = Counter(row["because"].split()[0] for table in TABLES.values() for row in table.get("period", ()))
    assert [name for name in WORKED if not said[name]] == []


@EVERY
def test_every_clock_that_was_read_in_its_text_is_started(procedure: Procedure) -> None:
    wanted = [clock for clock in procedure.clocks if limit(clock.id).verified == "text"]
    assert [clock.id for clock in wanted if not _runs(procedure.name, clock)] == []


@EVERY
def test_every_pause_is_taken(procedure: Procedure) -> None:
    missing = []
    for clock in procedure.clocks:
        runs = [(file, run) for file, run in _runs(procedure.name, clock) if run.period.excluded]
        missing += [(clock.id, pause) for pause in clock.pauses if not any(file.has(pause) for file, _ in runs)]
    assert [pair for pair in missing if pair not in NEVER] == []


@EVERY
def test_every_extension_and_restart_is_taken(procedure: Procedure) -> None:
    missing = []
    for clock in procedure.clocks:
        runs = _runs(procedure.name, clock)
        if clock.extends and not any(len(run.period.lengths) > 1 for _, run in runs):
            missing.append((clock.id, clock.extends.step))
        missing += [(clock.id, step) for step in clock.restarts if not any(file.has(step) for file, _ in runs)]
    assert missing == []


@EVERY
@pytest.mark.parametrize("what", SPECIAL)
def test_the_odd_days_are_signed(procedure: Procedure, what: str) -> None:
    said = [example["because"] for example, _ in _files(procedure.name)]
    assert any(word in because for because in said for word in SPECIAL[what])


@EVERY
def test_where_it_rolls_a_roll_is_signed(procedure: Procedure) -> None:
    if any(clock.rolls for clock in procedure.clocks):
        assert any("unrolled" in due for example, _ in _files(procedure.name) for due in example.get("due", ()))
