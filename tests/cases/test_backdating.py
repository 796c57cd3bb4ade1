"""What is dated back must have been allowed at that moment as well as now."""

from datetime import date, timedelta

from cases.history import Note
from cases.procedures.work_order_facts import (
    CoAnswer,
    CoHandler,
    ExtensionAsked,
    ExtensionGiven,
    Supervision,
    SupervisionReply,
    Suspension,
)
from hotline.house import House
from tests.conftest import Moving
from tests.people import CHIEF, HANDLER, OTHER, SUPERVISOR, a_case, due, refused, take


def test_nothing_answers_what_was_not_asked_yet(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    before = now.at + timedelta(minutes=5)
    now.on(hours=5)
    take(house, case, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="复杂"))
    take(house, case, "supervise", SUPERVISOR, Supervision(letter="督1", text="请说明", answer_by=date(2026, 12, 1)))
    take(house, case, "add_co_handler", SUPERVISOR, CoHandler(office="urban"))
    take(house, case, "suspend", CHIEF, Suspension(ground="season", text="汛期"))
    now.on(hours=1)
    for step, actor, facts in (
        ("approve_extension", CHIEF, ExtensionGiven(days=5)),
        ("reply_supervision", HANDLER, SupervisionReply(letter="督1", text="已办")),
        ("co_answer", OTHER, CoAnswer(office="urban", text="已办")),
        ("resume", HANDLER, Note(text="水位已退")),
    ):
        assert "按所填的发生时间" in refused(house, case, step, actor, facts, at=before)
        take(house, case, step, actor, facts)


def test_an_extension_after_expiry_is_not_made_one_before_it_by_its_date(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    early = now.at + timedelta(minutes=5)
    now.on(days=3)
    take(house, case, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="复杂"))
    now.on(days=10)
    assert refused(house, case, "approve_extension", CHIEF, ExtensionGiven(days=5), at=early)
    assert due(house, case, "wo.handle") == date(2026, 11, 30)


def test_what_was_allowed_then_is_taken_late(house: House, now: Moving) -> None:
    case = a_case(house).case
    then = now.at + timedelta(hours=1)
    now.on(days=1)
    take(house, case, "sign_for", HANDLER, at=then)
    assert take(house, case, "note", HANDLER, Note(text="当时已电话联系"), at=then).seq == 4
