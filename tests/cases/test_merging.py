"""Duplicates go with one lead, and nobody whose case went in is left without word or without a way back."""

from sqlalchemy import select

from cases.changes import Taking
from cases.history import Correction, Note
from cases.procedures.work_order_facts import Answer, Emergency, Merge
from cases.tables import CaseRow, OutboxRow
from hotline.house import House
from tests.people import AGENT, CHIEF, CITIZEN, HANDLER, SUPERVISOR, a_case, answered, file_of, refused, take


def told(house: House, case: int) -> list[str]:
    """The templates of what the citizen of `case` is owed, oldest first."""
    with house.reading() as connection:
        owed = select(OutboxRow.template).where(OutboxRow.recipient == f"party:{case}").order_by(OutboxRow.id)
        return list(connection.scalars(owed))


def test_merged_citizens_are_each_told(house: House) -> None:
    lead, second = a_case(house), a_case(house)
    take(house, second.case, "merge", AGENT, Merge(into=lead.number, reason="同一事件"))
    assert "已经结束" in refused(house, lead.case, "merge", AGENT, Merge(into=second.number, reason="反过来"))
    answered(house, lead.case)
    with house.reading() as connection:
        told = connection.scalars(select(OutboxRow.recipient).where(OutboxRow.template == "result")).all()
    assert sorted(told) == sorted([f"party:{lead.case}", f"party:{second.case}"])


def test_a_case_is_not_merged_into_itself_or_nowhere(house: House) -> None:
    written = a_case(house)
    assert "自身" in refused(house, written.case, "merge", AGENT, Merge(into=written.number, reason="同一事件"))
    assert "没有编号" in refused(house, written.case, "merge", AGENT, Merge(into="2026112399999-9", reason="同一事件"))


def test_who_comes_in_while_the_answer_is_approved_is_told_or_stays_out(house: House) -> None:
    lead, second = a_case(house), a_case(house)
    take(house, lead.case, "sign_for", HANDLER)
    take(house, lead.case, "answer", HANDLER, Answer(text="已修复"))
    now, into = house.now(), Merge(into=lead.number, reason="同一事件")
    with house.writing():  # both wait, and go out in one transaction
        blocker = house.ledger.submit(
            Taking(case=lead.case, step="note", actor=AGENT, at=now, now=now, facts=Note(text="先写的"))
        )
        merging = house.ledger.submit(Taking(case=second.case, step="merge", actor=AGENT, at=now, now=now, facts=into))
        approving = house.ledger.submit(
            Taking(case=lead.case, step="approve_answer", actor=CHIEF, at=now, now=now, facts=Note(text="同意"))
        )
    assert (blocker.result().stage, merging.result().stage, approving.result().stage) == ("answered", "merged", "reviewed")
    assert told(house, second.case).count("result") == 1
    late = a_case(house)
    assert "已经答复" in refused(house, late.case, "merge", AGENT, into)


def test_who_is_inside_hears_that_the_matter_went_to_the_emergency_service(house: House) -> None:
    lead, second = a_case(house, office=""), a_case(house)
    take(house, second.case, "merge", AGENT, Merge(into=lead.number, reason="同一事件"))
    take(house, lead.case, "hand_to_emergency", AGENT, Emergency(number="119", told="已电话转接"))
    assert told(house, second.case)[-1] == told(house, lead.case)[-1] == "handed_over"


def test_a_merger_is_undone_in_both_cases_at_once(house: House) -> None:
    lead, second = a_case(house), a_case(house)
    into = Merge(into=lead.number, reason="同一事件")
    merged = take(house, second.case, "merge", AGENT, into)
    assert "不能整件撤回" in refused(house, lead.case, "withdraw", CITIZEN, Note(text="已解决"))
    take(house, second.case, "correct", SUPERVISOR, Correction(seq=merged.seq, reason="不是同一件事", void=True))
    assert file_of(house, second.case).stage == "dispatched"
    assert not file_of(house, lead.case).has("took_in")
    with house.reading() as connection:
        assert connection.scalars(select(CaseRow.merged_into).where(CaseRow.id == second.case)).one() == ""
    answered(house, lead.case)
    assert "result" not in told(house, second.case)
    take(house, second.case, "merge", AGENT, Merge(into=a_case(house).number, reason="另一件才是"))
