"""A correction mends the record and never breaks it: what could not have happened is refused before it is written."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from cases.history import Correction
from cases.procedures.work_order_facts import Merge, Unmasking
from hotline.house import House
from tests.conftest import Moving
from tests.people import AGENT, HANDLER, SUPERVISOR, a_case, due, file_of, refused, take

WRONG = "写错了"


def test_a_correction_undoes_a_step_and_leaves_it_readable(house: House) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    take(house, case, "correct", SUPERVISOR, Correction(seq=3, reason="误签收", void=True))
    file = file_of(house, case)
    assert file.stage == "dispatched"
    assert [event.step for event in file.events] == ["register", "dispatch", "sign_for", "correct"]


@pytest.mark.parametrize(
    ("correction", "said"),
    [
        (Correction(seq=1, reason=WRONG, void=True), "起点"),
        (Correction(seq=99, reason=WRONG, void=True), "没有第99条"),
        (Correction(seq=2, reason=WRONG), "请写明"),
        (Correction(seq=2, reason=WRONG, void=True), "不可能发生"),  # it was signed for afterwards
        (Correction(seq=2, reason=WRONG, at=datetime(2020, 1, 1, tzinfo=UTC)), "最早"),
        (Correction(seq=3, reason=WRONG, at=datetime(2030, 1, 1, tzinfo=UTC)), "晚于当前"),
        (Correction(seq=1, reason=WRONG, at=datetime(1994, 5, 1, tzinfo=UTC)), "超出日历的范围"),
        (Correction(seq=1, reason=WRONG, at=datetime(1, 1, 1, tzinfo=UTC)), "超出日历的范围"),
        (Correction(seq=1, reason=WRONG, facts={"kind": "nonsense"}), "不合要求"),
        (Correction(seq=1, reason=WRONG, facts={"party": 7}), "party"),
        (Correction(seq=1, reason=WRONG, facts={"colour": "red"}), "colour"),
        (Correction(seq=2, reason=WRONG, facts={"office": "urban"}), "office"),  # that is a redispatch
    ],
)
def test_what_could_not_have_happened_is_refused(house: House, now: Moving, correction: Correction, said: str) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    now.on(days=1)
    assert said in refused(house, case, "correct", SUPERVISOR, correction)
    assert len(file_of(house, case).events) == 3


def test_a_moment_is_corrected_whatever_zone_it_is_written_in(house: House, now: Moving) -> None:
    case = a_case(house).case
    signed = now.at + timedelta(hours=1)
    now.on(days=1)
    take(house, case, "sign_for", HANDLER)
    there = signed.astimezone(timezone(timedelta(hours=8)))
    take(house, case, "correct", SUPERVISOR, Correction(seq=3, reason="当天已电话签收", at=there))
    (event,) = [event for event in file_of(house, case).history if event.step == "sign_for"]
    assert (event.at, event.at.tzinfo) == (signed, UTC)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"seq": 3, "reason": "\xe5\x86\x99\xe9\x94\x99", "at": "2026-11-23T10:00:00"}', type=Correction)


def test_corrected_facts_move_what_is_counted_from_them(house: House) -> None:
    case = a_case(house).case
    before = due(house, case, "wo.handle")
    take(house, case, "correct", SUPERVISOR, Correction(seq=1, reason="是咨询", facts={"kind": "consult"}))
    after = due(house, case, "wo.handle")
    assert before and after and after < before


def test_what_stands_elsewhere_too_is_beyond_correction(house: House) -> None:
    lead, second = a_case(house), a_case(house)
    merged = take(house, second.case, "merge", AGENT, Merge(into=lead.number, reason="同一事件"))
    looked = take(house, lead.case, "unmask", AGENT, Unmasking(party=lead.case, reason="回电核实"))
    for case, seq in ((lead.case, 3), (lead.case, looked.seq)):
        assert "系统记录" in refused(house, case, "correct", SUPERVISOR, Correction(seq=seq, reason=WRONG, void=True))
    elsewhere = Correction(seq=merged.seq, reason=WRONG, facts={"reason": "另一个理由"})
    assert "只能撤销" in refused(house, second.case, "correct", SUPERVISOR, elsewhere)
