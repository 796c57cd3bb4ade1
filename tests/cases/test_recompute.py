"""Another edition of the calendar: what it moves is moved once, told once, and is what it would have been from the start."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from cases import alerts, recompute
from cases.history import Note
from cases.procedure import Refused
from cases.procedures.work_order_facts import Answer, ExtensionAsked, ExtensionGiven
from cases.rebuild import differences, rebuild
from cases.tables import AlertRow, CaseRow, ClockRow, OutboxRow
from hotline.calendar import notices
from hotline.house import House, open_house
from tests.conftest import Moving
from tests.notice import LONGER, NOTICE
from tests.people import CHIEF, CITIZEN, HANDLER, a_case, take


@pytest.fixture
def now() -> Moving:
    """Monday 28 December 2026: what begins now ends in January, by a calendar nobody has published."""
    moving = Moving()
    moving.at = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
    return moving


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cases in a batch."""
    monkeypatch.setattr(recompute, "BATCH", 2)


def load(house: House, now: Moving, text: str = NOTICE) -> notices.Load:
    """A notice put in force and carried through."""
    number = notices.hand_in(house, text, "user:9", confirmed=True)
    now.on(seconds=recompute.SETTLE.total_seconds())
    notices.work_on(house, lambda: True, lambda seen: None)
    return notices.one(house, number)


def due(house: House, clock: str = "wo.handle") -> list[tuple[str, bool]]:
    with house.reading() as connection:
        rows = connection.execute(
            select(ClockRow.due_day, ClockRow.provisional).where(ClockRow.clock == clock).order_by(ClockRow.case_id)
        )
        return [(day.isoformat(), provisional) for day, provisional in rows]


def owed(house: House, template: str) -> list[str]:
    with house.reading() as connection:
        return list(connection.scalars(
            select(OutboxRow.recipient).where(OutboxRow.template == template).order_by(OutboxRow.recipient)
        ))  # fmt: skip


def true_to_history(house: House) -> bool:
    same = not list(differences(house.engine, house.city, lambda n: None))
    return same and rebuild(house.engine, house.city, lambda n: None) == 0


@pytest.mark.usefixtures("small")
def test_a_notice_moves_what_it_must_and_tells_each_once(house: House, now: Moving) -> None:
    cases = [a_case(house).case for _ in range(5)]
    take(house, cases[0], "sign_for", HANDLER)
    assert due(house) == [("2027-01-05", True)] * 5  # 29, 30, 31 December, 4, 5 January
    foreseen = notices.foresee(house, notices.plan_for(house, LONGER), lambda seen: None)
    done = load(house, now, LONGER)
    assert due(house) == [("2027-01-08", False)] * 5  # 7 and 8 January, after a longer New Year
    assert (done.state, done.seen, done.moved.cases, done.moved.promises) == ("done", 5, 5, 5)
    assert done.moved.kinds == foreseen.kinds == {"12345工单·办理": 5, "12345工单·承诺答复": 5}
    assert done.moved.samples == foreseen.samples
    assert owed(house, "moved") == sorted(f"party:{case}" for case in cases)
    assert owed(house, "moved_work") == ["office:housing:chief", "office:housing:handler", "user:2"]
    assert done.moved.told == 8
    assert true_to_history(house)
    with house.reading() as connection:
        assert set(connection.scalars(select(CaseRow.promised_day))) == {date(2027, 1, 9)}  # a Saturday that is worked


@pytest.mark.usefixtures("small")
def test_a_pass_that_was_broken_off_goes_on_without_doubles(house: House, now: Moving) -> None:
    for _ in range(7):
        a_case(house)
    number = notices.hand_in(house, LONGER, "user:9", confirmed=True)
    now.on(seconds=3)
    left = iter([True, True, False])
    notices.work_on(house, lambda: next(left), lambda seen: None)
    assert sorted({day for day, _ in due(house)}) == ["2027-01-05", "2027-01-08"]
    assert notices.one(house, number).seen == 4
    with pytest.raises(Refused, match="先办完"):
        notices.hand_in(house, NOTICE, "user:9")
    for _ in range(2):
        notices.work_on(house, lambda: True, lambda seen: None)
    done = notices.one(house, number)
    assert (done.state, done.seen, done.moved.cases, len(owed(house, "moved"))) == ("done", 7, 7, 7)
    with pytest.raises(Refused, match="完全相同"):
        notices.hand_in(house, LONGER, "user:9")
    assert len(owed(house, "moved_work")) == 2


@pytest.mark.usefixtures("small")
def test_two_processes_share_a_pass(house: House, now: Moving) -> None:
    for _ in range(21):
        a_case(house)
    other = open_house(house.settings, now)
    try:
        number = notices.hand_in(house, LONGER, "user:9", confirmed=True)
        now.on(seconds=3)
        both = [
            threading.Thread(target=notices.work_on, args=(one, lambda: True, lambda seen: None))
            for one in (house, other)
        ]
        for one in both:
            one.start()
        for one in both:
            one.join()
    finally:
        other.close()
    done = notices.one(house, number)
    assert (done.state, done.seen, done.moved.cases) == ("done", 21, 21)
    assert len(owed(house, "moved")) == 21
    assert true_to_history(house)


def test_a_step_taken_between_load_and_recompute_hides_no_move(house: House, now: Moving) -> None:
    case = a_case(house).case
    notices.hand_in(house, LONGER, "user:9", confirmed=True)
    take(house, case, "sign_for", HANDLER)  # writes the rows of this case by the new calendar
    now.on(seconds=3)
    notices.work_on(house, lambda: True, lambda seen: None)
    assert due(house) == [("2027-01-08", False)]
    assert owed(house, "moved") == [f"party:{case}"]
    assert true_to_history(house)


def test_what_began_by_the_new_calendar_is_told_of_no_move(house: House, now: Moving) -> None:
    notices.hand_in(house, LONGER, "user:9", confirmed=True)
    now.on(seconds=3)
    a_case(house)
    notices.work_on(house, lambda: True, lambda seen: None)
    assert due(house) == [("2027-01-08", False)]
    assert owed(house, "moved") == []
    assert true_to_history(house)


def test_a_case_that_changes_while_its_batch_is_counted_is_counted_again(
    house: House, now: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    take(house, case, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="涉及多家单位"))
    notices.hand_in(house, LONGER, "user:9", confirmed=True)
    now.on(seconds=3)
    look = recompute.look

    def late(*args: object) -> recompute.Found:
        found = look(*args)  # type: ignore[arg-type]
        take(house, case, "approve_extension", CHIEF, ExtensionGiven(days=5))
        return found

    monkeypatch.setattr(recompute, "look", late)
    notices.work_on(house, lambda: True, lambda seen: None)
    assert due(house) == [("2027-01-14", False)]  # Saturday the 9th is worked
    assert true_to_history(house)


def test_a_correction_replaces_the_edition_and_both_stay_on_record(house: House, now: Moving) -> None:
    a_case(house)
    first, second = load(house, now, LONGER), load(house, now)
    assert due(house) == [("2027-01-05", False)]
    with house.reading() as connection:
        record = notices.record(connection, 10)
    assert [(one.id, one.state) for one in record] == [(second.id, "done"), (first.id, "done")]
    assert house.city.calendar.years[2027].notice == "国办发明电〔2026〕9号"
    assert len(owed(house, "moved")) == 2  # another date each time
    assert true_to_history(house)


def test_rungs_are_aimed_anew_and_none_is_told_twice_for_one_due(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    now.at = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)  # half of the way to the 5th is over, and it is soon

    def rungs() -> list[str]:
        alerts.sweep(house.engine, house.city, now.at)
        wanted = select(AlertRow.due_at, AlertRow.rung).where(AlertRow.clock == "wo.handle")
        with house.reading() as connection:
            rows = connection.execute(wanted).all()
        return sorted(f"{house.city.calendar.day_of(at - timedelta(1)):%m-%d} {rung}" for at, rung in rows)

    assert rungs() == ["01-05 half", "01-05 soon"]
    load(house, now, LONGER)
    assert rungs() == ["01-05 half", "01-05 soon", "01-08 half"]  # half of the longer way is over too
    load(house, now)  # back to the 5th: those two are told already
    assert rungs() == ["01-05 half", "01-05 soon", "01-08 half"]
    now.on(days=1, hours=15)
    assert rungs() == ["01-05 due", "01-05 half", "01-05 soon", "01-08 half"]


def test_a_rung_after_the_end_moves_though_the_end_stays(house: House, now: Moving) -> None:
    now.at = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    now.at = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)  # due on the 28th, one working day late on the 29th
    alerts.sweep(house.engine, house.city, now.at)
    wanted = select(ClockRow.rung, ClockRow.next_at, ClockRow.due_day).where(ClockRow.clock == "wo.handle")

    def waits() -> tuple[str, str, str]:
        with house.reading() as connection:
            rung, at, day = connection.execute(wanted).one()
        return rung, house.city.calendar.day_of(at).isoformat(), day.isoformat()

    assert waits() == ("late7", "2027-01-07", "2026-12-28")
    load(house, now, LONGER)
    assert waits() == ("late7", "2027-01-11", "2026-12-28")


def test_the_ended_and_the_answered_are_brought_along_in_silence(house: House, now: Moving) -> None:
    withdrawn, answered = a_case(house).case, a_case(house).case
    take(house, withdrawn, "withdraw", CITIZEN, Note(text="不用了"))
    take(house, answered, "sign_for", HANDLER)
    take(house, answered, "start", HANDLER, Note(text="已联系物业"))
    take(house, answered, "answer", HANDLER, Answer(text="电梯已经修好", solved=True))
    take(house, answered, "approve_answer", CHIEF, Note(text="同意"))
    done = load(house, now, LONGER)
    assert due(house) == [("2027-01-08", False)] * 2
    assert owed(house, "moved") == []
    assert done.moved.promises == 0
    assert true_to_history(house)


def test_another_process_notices_without_a_restart(house: House, now: Moving) -> None:
    other = open_house(house.settings, now)
    try:
        load(house, now)
        deadline = threading.Event()
        for _ in range(40):
            if other.city.calendar.firm(date(2027, 5, 5)):
                break
            deadline.wait(0.1)
        assert other.city.calendar.years[2027].notice == "国办发明电〔2026〕9号"
    finally:
        other.close()
