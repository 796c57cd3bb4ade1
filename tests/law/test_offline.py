"""Every signed example as a file that left the house: it proves itself, and any date moved in it is named."""

from datetime import date
from typing import Any

import msgspec
import pytest

from cases import dossier, proof
from cases.history import FIRST_DIGEST, facts_text, seal
from cases.numbers import case_id, public_number
from cases.procedure import File
from tests.law.test_examples import CITY, TABLES, _file

HISTORIES = [
    pytest.param(example, id=f"{stem}-{n}")
    for stem, table in TABLES.items()
    for n, example in enumerate(table.get("case", ()), 1)
]


def left(file: File) -> dict[str, bytes]:
    """The members that say what happened and what was counted."""
    events, before = [], FIRST_DIGEST
    for event in file.events:
        before = seal(before, file.id, event, facts_text(event.facts))
        row = msgspec.structs.replace(event, facts=facts_text(event.facts), digest=before)
        events.append(msgspec.json.encode(dossier.written(file.procedure, row)))
    cover = proof.Cover(
        number=public_number(file.id), procedure=file.procedure.name, exported_at="", exported_by="", parties="masked", reason="",
        events=len(events), last_digest=before, standing=dossier.standing_of(file), people={}, letters=[],
        attachments=[proof.Enclosed(digest=one, name="", media="", size=0) for one in proof.attached(file)],
    )  # fmt: skip
    told = {
        "case.json": cover,
        "procedure.json": dossier.definition(file.procedure),
        "city.json": dossier.places(CITY),
        "calendar.json": dossier.years(CITY.calendar),
        "readings.json": dossier.readings(file, CITY),
    }
    return {"events.jsonl": b"\n".join(events), **{name: msgspec.json.encode(value) for name, value in told.items()}}


@pytest.mark.parametrize("example", HISTORIES)
def test_a_signed_history_proves_itself_without_the_house(example: dict[str, Any]) -> None:
    inside = left(msgspec.structs.replace(_file(example), id=case_id(date(2026, 1, 1), 1)))
    assert list(proof.differences(inside.__getitem__, {})) == []
    told = msgspec.json.decode(inside["readings.json"])
    for n, reading in enumerate(told):
        if reading["due_day"] is None:
            continue
        moved = [*told[:n], {**reading, "due_day": "2031-07-09"}, *told[n + 1 :]]
        found = list(proof.differences({**inside, "readings.json": msgspec.json.encode(moved)}.__getitem__, {}))
        assert len(found) == 1
        assert f"{reading['title']}（{reading['limit']}）" in found[0]
        assert f"卷宗为2031-07-09，重新计算为{reading['due_day']}" in found[0]
