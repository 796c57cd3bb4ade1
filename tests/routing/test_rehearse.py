"""A rehearsal counts what it says it counts, and the same whether in one piece or in slices."""

import pytest

from routing import Asked
from routing.catalogue import compiled, packaged
from routing.rehearse import Past, Rehearsal, rehearse, together

OLD = compiled(packaged())
NEW = compiled({**packaged(), "duties.toml": packaged()["duties.toml"]
                + '\n[[duty]]\ntopic = "city.road.lamp"\noffice = "power_company"\n'})  # fmt: skip
LAMP = Asked(text="路灯不亮")


def of(**how: object) -> Rehearsal:
    return rehearse([Past(asked=LAMP, number="1", **how)], OLD, NEW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("how", "avoided", "caused"),
    [
        ({"office": "urban", "returned": True, "upheld": True, "ended_at": "power_company"}, 1, 0),
        ({"office": "urban", "returned": True, "upheld": True, "ended_at": "housing"}, 0, 0),
        ({"office": "urban", "returned": True, "upheld": True, "ended_at": "urban"}, 0, 0),
        ({"office": "urban", "returned": True, "upheld": False, "ended_at": "urban"}, 0, 1),
        ({"office": "urban"}, 0, 1),
        ({"office": "housing"}, 0, 0),
        ({"office": "housing", "returned": True, "upheld": True, "ended_at": "urban"}, 0, 1),
        ({"office": "housing", "returned": True, "upheld": True, "ended_at": "power_company"}, 0, 0),
        ({}, 0, 0),
    ],
)
def test_returns_avoided_and_caused(how: dict[str, object], avoided: int, caused: int) -> None:
    found = of(**how)
    assert (found.asked, found.changed) == (1, 1)
    assert (found.avoided, found.caused) == (avoided, caused)
    assert len(found.avoided_samples) == avoided
    (move,) = found.moves
    assert (move.before, move.after, move.count) == ("urban", "power_company", 1)
    assert move.samples[0].number == "1"
    assert "电力" in move.samples[0].because or "供电" in move.samples[0].because


def test_what_stays_is_no_change_and_slices_add_up() -> None:
    past = [Past(asked=LAMP, office="urban", number=str(n)) for n in range(9)]
    past += [Past(asked=Asked(text="自来水停水两天了"), number="w")]
    whole = rehearse(past, OLD, NEW)
    parts = together([rehearse(past[:4], OLD, NEW), rehearse(past[4:], OLD, NEW)])
    assert whole == parts
    assert (whole.asked, whole.changed, whole.caused) == (10, 9, 9)
    assert len(whole.moves[0].samples) == 5
    assert rehearse(past, NEW, NEW).changed == 0
