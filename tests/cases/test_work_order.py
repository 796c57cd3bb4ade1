"""The work order's life: what may be done when, by whom, and what becomes of its clocks."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from cases.clocks import latest
from cases.history import Correction, Note
from cases.lists import load_file
from cases.people import CITIZEN
from cases.procedure import File, Refused, choices
from cases.procedures.work_order_facts import (
    Answer,
    CallBack,
    CoAnswer,
    CoHandler,
    Dispatch,
    ExtensionAsked,
    ExtensionGiven,
    Merge,
    Rating,
    Reopening,
    Return,
    Ruling,
    Suspension,
)
from cases.tables import OutboxRow
from hotline.house import House
from tests.conftest import Moving
from tests.people import AGENT, CHIEF, HANDLER, OTHER, OTHER_CHIEF, SUPERVISOR, a_case, take

BACK = Return(reason="not_ours", text="不属于本单位职责")


def file_of(house: House, case: int) -> File:
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file is not None
    return file


def due(house: House, case: int, clock: str, key: str = "") -> date | None:
    reading = latest(file_of(house, case).readings(house.city), clock, key)
    return reading.end.due if reading and reading.end else None


def refused(house: House, case: int, step: str, actor: object, facts: object = None) -> str:
    with pytest.raises(Refused) as caught:
        take(house, case, step, actor, facts)  # type: ignore[arg-type]
    assert caught.value.article is not None
    return str(caught.value)


def answered(house: House, case: int) -> None:
    take(house, case, "sign_for", HANDLER)
    take(house, case, "answer", HANDLER, Answer(text="已修复"))
    take(house, case, "approve_answer", CHIEF, Note(text="同意"))


def test_the_whole_way(house: House) -> None:
    case = a_case(house).case
    stages = [
        take(house, case, "sign_for", HANDLER).stage,
        take(house, case, "start", HANDLER, Note(text="已联系")).stage,
        take(house, case, "answer", HANDLER, Answer(text="已修复")).stage,
        take(house, case, "approve_answer", CHIEF, Note(text="同意")).stage,
        take(house, case, "call_back", AGENT, CallBack(reached=True, satisfied=True)).stage,
        take(house, case, "close", AGENT).stage,
        take(house, case, "rate", CITIZEN, Rating(score=5, solved=True)).stage,
    ]
    assert stages == ["signed", "in_hand", "answered", "reviewed", "called_back", "closed", "closed"]
    assert "已经评价过" in refused(house, case, "rate", CITIZEN, Rating(score=1, solved=False))


def test_nobody_returns_twice_whoever_has_it(house: House) -> None:
    case = a_case(house).case
    take(house, case, "send_back", HANDLER, BACK)
    take(house, case, "uphold_return", SUPERVISOR, Ruling(text="改派"))
    assert file_of(house, case).office == ""
    take(house, case, "dispatch", AGENT, Dispatch(office="urban"))
    assert "不得再次退单" in refused(house, case, "send_back", OTHER, BACK)


def test_after_a_refused_return_the_office_handles(house: House) -> None:
    case = a_case(house).case
    take(house, case, "send_back", HANDLER, BACK)
    assert take(house, case, "reject_return", SUPERVISOR, Ruling(text="属于你单位")).stage == "dispatched"
    assert "不得再次退单" in refused(house, case, "send_back", HANDLER, BACK)
    assert take(house, case, "sign_for", HANDLER).stage == "signed"


def test_a_return_comes_within_its_limit(house: House, now: Moving) -> None:
    case = a_case(house).case
    now.at = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)  # 24:00 of the second working day
    assert "退单期限" in refused(house, case, "send_back", HANDLER, BACK)


def test_each_co_handler_has_its_own_clock_and_the_lead_waits(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "add_co_handler", SUPERVISOR, CoHandler(office="urban"))
    now.on(days=1)
    take(house, case, "add_co_handler", SUPERVISOR, CoHandler(office="ecology"))
    assert due(house, case, "wo.co_handle", "urban") == date(2026, 11, 26)
    assert due(house, case, "wo.co_handle", "ecology") == date(2026, 11, 27)
    take(house, case, "sign_for", HANDLER)
    assert "2个协办单位" in refused(house, case, "answer", HANDLER, Answer(text="好"))
    assert "本单位" in refused(house, case, "co_answer", OTHER, CoAnswer(office="ecology", text="冒充"))
    take(house, case, "co_answer", OTHER, CoAnswer(office="urban", text="已完成"))
    assert "1个协办单位" in refused(house, case, "answer", HANDLER, Answer(text="好"))


def test_an_extension_is_asked_approved_capped_and_in_time(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    assert "最多延长10个工作日" in refused(house, case, "ask_extension", HANDLER, ExtensionAsked(days=11, reason="复杂"))
    take(house, case, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="复杂"))
    assert "负责人" in refused(house, case, "approve_extension", HANDLER, ExtensionGiven(days=5))
    assert "不能多于" in refused(house, case, "approve_extension", CHIEF, ExtensionGiven(days=6))
    before = due(house, case, "wo.promise")
    take(house, case, "approve_extension", CHIEF, ExtensionGiven(days=5))
    assert before == date(2026, 12, 1)
    assert due(house, case, "wo.promise") == date(2026, 12, 8)
    assert "次数" in refused(house, case, "ask_extension", HANDLER, ExtensionAsked(days=1, reason="再来"))
    with house.reading() as connection:
        assert "extended" in connection.scalars(select(OutboxRow.template)).all()


def test_no_extension_after_expiry(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    take(house, case, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="复杂"))
    now.on(days=9)
    assert "已经届满" in refused(house, case, "approve_extension", CHIEF, ExtensionGiven(days=5))


def test_a_suspension_stops_the_clock_and_moves_the_promise(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    now.on(days=1)
    take(house, case, "suspend", CHIEF, Suspension(ground="season", text="汛期不能施工"))
    assert due(house, case, "wo.handle") is None
    assert "已挂起" in refused(house, case, "answer", HANDLER, Answer(text="好"))
    now.on(days=7)
    take(house, case, "resume", HANDLER, Note(text="水位已退"))
    assert due(house, case, "wo.handle") == date(2026, 12, 7)  # 30 November and the five working days out


def test_reopening_is_bounded(house: House, now: Moving) -> None:
    case = a_case(house).case
    answered(house, case)
    assert take(house, case, "reopen", CITIZEN, Reopening(reason="没有修好")).stage == "in_hand"
    take(house, case, "answer", HANDLER, Answer(text="再修"))
    take(house, case, "approve_answer", CHIEF, Note(text="同意"))
    assert "重办过一次" in refused(house, case, "reopen", CITIZEN, Reopening(reason="还是没修好"))
    other = a_case(house).case
    answered(house, other)
    now.on(days=16)
    assert "期限" in refused(house, other, "reopen", CITIZEN, Reopening(reason="没有修好"))


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


def test_withdrawal_ends_it(house: House) -> None:
    case = a_case(house).case
    assert take(house, case, "withdraw", CITIZEN, Note(text="已解决")).stage == "withdrawn"
    assert "已撤回" in refused(house, case, "sign_for", HANDLER)


def test_a_step_recorded_late_counts_from_its_own_moment(house: House, now: Moving) -> None:
    case = a_case(house, office="").case
    dispatched = now.at
    now.on(days=2)
    take(house, case, "dispatch", AGENT, Dispatch(office="housing"), at=dispatched)
    assert due(house, case, "wo.handle") == date(2026, 11, 30)
    with pytest.raises(Refused, match="晚于"):
        take(house, case, "sign_for", HANDLER, at=now.at.replace(year=2027))
    with pytest.raises(Refused, match="早于"):
        take(house, case, "sign_for", HANDLER, at=dispatched.replace(hour=0))


def test_a_correction_undoes_a_step_and_leaves_it_readable(house: House) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    take(house, case, "correct", SUPERVISOR, Correction(seq=3, reason="误签收", void=True))
    file = file_of(house, case)
    assert file.stage == "dispatched"
    assert [event.step for event in file.events] == ["register", "dispatch", "sign_for", "correct"]


def test_a_button_and_a_refusal_give_the_same_reason(house: House) -> None:
    case = a_case(house).case
    for actor in (HANDLER, CHIEF, OTHER, OTHER_CHIEF, AGENT, SUPERVISOR):
        for choice in choices(file_of(house, case), actor, house.now(), house.city):
            if choice.refused is None or choice.step.asks not in (None, Note):
                continue
            facts = Note(text="试试看") if choice.step.asks else None
            assert refused(house, case, choice.step.name, actor, facts) == str(choice.refused)


def test_facts_out_of_bounds_are_refused_and_the_ledger_goes_on(house: House) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    assert "不合要求" in refused(house, case, "ask_extension", HANDLER, ExtensionAsked(days=3, reason="x"))
    assert take(house, case, "start", HANDLER, Note(text="好的")).stage == "in_hand"
