"""The work order's life: what may be done when, by whom, and what becomes of its clocks."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from sqlalchemy import select

from cases.changes import Move, Opening
from cases.choices import choices
from cases.history import Note
from cases.people import CITIZEN, SYSTEM
from cases.procedure import Refused
from cases.procedures.work_order_facts import (
    Answer,
    CallBack,
    CoAnswer,
    CoHandler,
    Dispatch,
    ExtensionAsked,
    ExtensionGiven,
    Rating,
    Reopening,
    Return,
    Ruling,
    Supervision,
    SupervisionReply,
    Suspension,
)
from cases.tables import OutboxRow
from hotline.house import House
from tests.conftest import Moving
from tests.people import (
    AGENT,
    CHIEF,
    HANDLER,
    OTHER,
    OTHER_CHIEF,
    SUPERVISOR,
    a_case,
    an_opening,
    answered,
    due,
    file_of,
    refused,
    take,
)

BACK = Return(reason="not_ours", text="不属于本单位职责")


def extended(house: House, case: int) -> None:
    take(house, case, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="复杂"))
    take(house, case, "approve_extension", CHIEF, ExtensionGiven(days=5))


def running(house: House, case: int, clock: str) -> bool:
    return any(one.open for one in file_of(house, case).readings(house.city) if one.clock.id == clock)


def archived(house: House) -> Opening:
    """A past request as it is brought in."""
    opening = an_opening(house, channel="import")
    return msgspec.structs.replace(opening, follow=(*opening.follow, Move("archive", Note(text="历史"), SYSTEM)))


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


def test_what_has_no_answer_of_an_office_cannot_be_reopened(house: House) -> None:
    desk = a_case(house, office="").case
    take(house, desk, "answer_at_desk", AGENT, Answer(text="工作日八点半至五点半"))
    assert "没有派给承办单位" in refused(house, desk, "reopen", CITIZEN, Reopening(reason="还是不懂"))
    assert due(house, desk, "wo.reopen") is None  # nor is it promised
    old = house.ledger.write(archived(house)).case
    assert "没有申请重办的期限" in refused(house, old, "reopen", CITIZEN, Reopening(reason="旧事重提"))


def test_after_a_reopening_the_office_may_be_given_longer_and_the_citizen_rates_again(house: House) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    extended(house, case)
    take(house, case, "answer", HANDLER, Answer(text="已修复"))
    take(house, case, "approve_answer", CHIEF, Note(text="同意"))
    take(house, case, "rate", CITIZEN, Rating(score=1, solved=False))
    take(house, case, "reopen", CITIZEN, Reopening(reason="没有修好"))
    extended(house, case)
    take(house, case, "answer", HANDLER, Answer(text="换了新的"))
    take(house, case, "approve_answer", CHIEF, Note(text="同意"))
    take(house, case, "rate", CITIZEN, Rating(score=5, solved=True))
    assert "已经评价过" in refused(house, case, "rate", CITIZEN, Rating(score=4, solved=True))


def test_each_office_may_be_given_longer_once(house: House) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    extended(house, case)
    take(house, case, "send_back", HANDLER, BACK)
    take(house, case, "reject_return", SUPERVISOR, Ruling(text="属于你单位"))
    take(house, case, "sign_for", HANDLER)
    assert "次数" in refused(house, case, "ask_extension", HANDLER, ExtensionAsked(days=1, reason="再来"))
    other = a_case(house).case
    take(house, other, "sign_for", HANDLER)
    extended(house, other)
    take(house, other, "send_back", HANDLER, BACK)
    take(house, other, "uphold_return", SUPERVISOR, Ruling(text="改派"))
    take(house, other, "dispatch", AGENT, Dispatch(office="urban"))
    take(house, other, "sign_for", OTHER)
    take(house, other, "ask_extension", OTHER, ExtensionAsked(days=5, reason="复杂"))


def test_an_extension_that_was_asked_for_lapses_with_the_return_and_with_the_answer(house: House) -> None:
    back, done = a_case(house).case, a_case(house).case
    for case in (back, done):
        take(house, case, "sign_for", HANDLER)
        take(house, case, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="复杂"))
    take(house, back, "send_back", HANDLER, BACK)
    take(house, done, "answer", HANDLER, Answer(text="已修复"))
    take(house, done, "reject_answer", CHIEF, Note(text="不够具体"))
    for case in (back, done):
        assert not running(house, case, "wo.decide_extension")
    assert "没有待批准" in refused(house, done, "approve_extension", CHIEF, ExtensionGiven(days=5))
    take(house, done, "ask_extension", HANDLER, ExtensionAsked(days=2, reason="还要复查"))


def test_who_joined_is_free_with_the_return_and_an_office_that_leads_joins_no_more(house: House) -> None:
    case = a_case(house).case
    for office in ("urban", "ecology"):
        take(house, case, "add_co_handler", SUPERVISOR, CoHandler(office=office))
    take(house, case, "send_back", HANDLER, BACK)
    assert due(house, case, "wo.co_handle", "urban") is None  # it waits for the ruling
    take(house, case, "uphold_return", SUPERVISOR, Ruling(text="改派"))
    assert file_of(house, case).co_offices == ()
    assert not running(house, case, "wo.co_handle")
    take(house, case, "dispatch", AGENT, Dispatch(office="urban"))
    take(house, case, "sign_for", OTHER)
    assert take(house, case, "answer", OTHER, Answer(text="已办")).stage == "answered"
    other = a_case(house).case
    take(house, other, "add_co_handler", SUPERVISOR, CoHandler(office="urban"))
    take(house, other, "redispatch", SUPERVISOR, Dispatch(office="urban"))
    assert not running(house, other, "wo.co_handle")
    take(house, other, "sign_for", OTHER)
    assert take(house, other, "answer", OTHER, Answer(text="已办")).stage == "answered"


def test_a_supervision_is_answered_before_the_office_lets_go(house: House, now: Moving) -> None:
    case = a_case(house).case
    letter = Supervision(letter="督1", text="请说明", answer_by=date(2026, 12, 1))
    take(house, case, "supervise", SUPERVISOR, letter)
    assert "督办单督1尚未回复" in refused(house, case, "send_back", HANDLER, BACK)
    answered(house, case)
    take(house, case, "call_back", AGENT, CallBack(reached=True))
    assert "督办单督1尚未回复" in refused(house, case, "close", AGENT)
    take(house, case, "reply_supervision", HANDLER, SupervisionReply(letter="督1", text="已办"))
    assert take(house, case, "close", AGENT).stage == "closed"
    moved = a_case(house).case
    take(house, moved, "supervise", SUPERVISOR, letter)
    take(house, moved, "redispatch", SUPERVISOR, Dispatch(office="urban"))
    assert not running(house, moved, "wo.supervision")  # the letter was to another office
    take(house, moved, "sign_for", OTHER)
    assert "没有待回复" in refused(house, moved, "reply_supervision", OTHER, SupervisionReply(letter="督1", text="已办"))


def test_what_is_suspended_is_not_sent_back(house: House) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    take(house, case, "suspend", CHIEF, Suspension(ground="season", text="汛期不能施工"))
    assert "已挂起" in refused(house, case, "send_back", HANDLER, BACK)


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
