"""The comparison with a table of limits finds what differs, and finds nothing unexplained in the one it was written for."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.law.compare import differences, explanation, main

GIVEN = os.environ.get("HOTLINE_LIMITS", "")  # such a table, where one is at hand
SAME: dict[str, Any] = {
    "id": "xf.handle",
    "instrument": {"key": "XF", "in_force": "2022-05-01"},
    "article": "34",
    "length": 60,
    "unit": "calendar_day",
    "direction": "after",
    "first_day_counted": False,
    "rolls_forward_over_rest_days": False,
    "extendable": {"possible": True, "length": 30, "unit": "calendar_day"},
    "excluded_or_suspending": [],
    "soft_limit": False,
    "verified": "text",
}


def table(tmp_path: Path, **changed: Any) -> Path:
    path = tmp_path / "limits.yaml"
    path.write_text(yaml.safe_dump({"deadlines": [{**SAME, **changed}]}, allow_unicode=True), "utf-8")
    return path


def test_a_table_that_says_the_same_has_no_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(table(tmp_path)) == 0
    assert "0处不同" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"length": 61}, "length"),
        ({"unit": "working_day"}, "unit"),
        ({"article": "34(2)"}, "article"),
        ({"rolls_forward_over_rest_days": True}, "rolls"),
        ({"extendable": {"possible": False}}, "extendable"),
        ({"extendable": {"possible": True, "length": 20, "unit": "calendar_day"}}, "extension"),
        ({"excluded_or_suspending": ["hearing"]}, "pauses"),
        ({"soft_limit": True}, "soft"),
        ({"instrument": {"in_force": "2005-05-01"}}, "in_force"),
        ({"id": "xf.unheard"}, "missing"),
    ],
)
def test_a_difference_is_named_and_fails(tmp_path: Path, changed: dict[str, Any], field: str) -> None:
    path = table(tmp_path, **changed)
    assert [found[1] for found in differences(path)] == [field]
    assert main(path) == 1


def test_a_second_source_is_explained(tmp_path: Path) -> None:
    path = table(tmp_path, article="34; XFI 12")
    assert [(field, wanted) for _, field, wanted, _ in differences(path)] == [("second_source", "XFI12")]
    assert main(path) == 0
    assert explanation("xf.handle", "length") == ""


@pytest.mark.skipif(not GIVEN, reason="HOTLINE_LIMITS names no table of limits")
def test_the_given_table_leaves_nothing_unexplained() -> None:
    assert main(Path(GIVEN)) == 0
