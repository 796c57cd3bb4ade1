"""Alerts: every rung claimed once and told once, whoever sweeps and however late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import pytest
from sqlalchemy import func, select

from cases import alerts
from cases.consequences import take_consequences
from cases.history import Note
from cases.procedures.work_order_facts import Answer, ExtensionAsked, ExtensionGiven, Supervision
from cases.tables import AlertRow, ClockRow, OutboxRow
from hotline.house import House
from tests.conftest import Moving
from tests.people import CHIEF, HANDLER, SUPERVISOR, a_case, take


def sweep(house: House) -> int:
    return alerts.sweep(house.engine, house.city, house.now())


def tell(house: House) -> int:
    return alerts.tell(house.engine, house.city, house.now())


def claimed(house: House, clock: str) -> list[tuple[str, str]]:
    with house.reading() as connection:
        found = select(AlertRow.rung, AlertRow.recipient).where(AlertRow.clock == clock)
        return [(rung, recipient) for rung, recipient in connection.execute(found.order_by(AlertRow.reached_at))]


def told(house: House) -> list[tuple[str, str]]:
    with house.reading() as connection:
        found = select(OutboxRow.template, OutboxRow.recipient).where(OutboxRow.template.in_(["alert", "digest"]))
        return [(template, recipient) for template, recipient in connection.execute(found.order_by(OutboxRow.id))]


def test_the_ladder_climbs_from_handler_to_chief_to_supervisor_and_board(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    for _ in range(24):
        now.on(days=1)
        sweep(house)
    assert claimed(house, "wo.handle") == [
        ("half", "user:2"),  # who signed for it
        ("soon", "user:2"),
        ("due", "office:housing:chief"),
        ("late1", "role:supervisor"),
        ("late3", "role:supervisor"),
        ("late7", "role:supervisor"),
    ]
    with house.reading() as connection:
        board = connection.scalars(select(AlertRow.rung).where(AlertRow.board).order_by(AlertRow.id)).all()
    assert board == ["late3", "late7"]


def test_a_second_sweep_claims_nothing(house: House, now: Moving) -> None:
    for _ in range(7):
        a_case(house)
    now.on(days=30)
    assert sweep(house) > 7
    assert sweep(house) == 0
    assert tell(house) > 0
    assert tell(house) == 0


def test_sweeps_at_the_same_moment_claim_each_rung_once(
    house: House, now: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "BATCH", 5)
    for _ in range(40):
        a_case(house)
    now.on(days=30)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: sweep(house), range(4)))
        messages = list(pool.map(lambda _: tell(house), range(4)))
    with house.reading() as connection:
        rows = connection.scalar(select(func.count()).select_from(AlertRow))
        untold = connection.scalar(select(func.count()).where(AlertRow.told_by.is_(None)))
        sent = connection.scalar(select(func.count()).where(OutboxRow.template.in_(["alert", "digest"])))
    assert sum(found) == rows == 40 * (4 + 6)  # sign_for by the hour: 4 rungs; handle: 6
    assert untold == 0
    assert sum(messages) == sent


def test_rows_beyond_one_batch_are_reached(house: House, now: Moving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "BATCH", 3)
    cases = {a_case(house).case for _ in range(11)}
    now.on(days=40)
    sweep(house)
    with house.reading() as connection:
        assert set(connection.scalars(select(AlertRow.case_id))) == cases
        assert connection.scalar(select(func.count()).where(ClockRow.next_at <= now.at)) == 0


def test_after_an_outage_one_person_gets_one_digest(house: House, now: Moving) -> None:
    for _ in range(12):
        a_case(house)
    now.on(days=30)
    sweep(house)
    assert tell(house) == 3
    assert sorted(told(house)) == [
        ("digest", "office:housing:chief"),
        ("digest", "office:housing:handler"),
        ("digest", "role:supervisor"),
    ]


def test_several_workers_and_sweeps_make_one_digest_of_an_outage(
    house: House, now: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "BATCH", 10)
    monkeypatch.setattr(alerts, "AT_ONCE", 50)
    for _ in range(60):
        a_case(house)
    now.on(days=30)
    busy = Event()

    def worker(_: int) -> None:
        sweep(house)
        tell(house)

    def hasty() -> None:  # tells all the time, while the others are still claiming
        while not busy.wait(0.002):
            tell(house)

    with ThreadPoolExecutor(4) as pool:
        early = pool.submit(hasty)
        list(pool.map(worker, range(3)))
        busy.set()
        early.result()
    assert tell(house) == 0
    assert sorted(told(house)) == [
        ("digest", "office:housing:chief"),
        ("digest", "office:housing:handler"),
        ("digest", "role:supervisor"),
    ]
    with house.reading() as connection:
        assert connection.scalar(select(func.count()).where(AlertRow.told_by.is_(None))) == 0


def test_nobody_is_told_before_all_that_was_reached_is_claimed(
    house: House, now: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(12):
        a_case(house)
    now.on(days=30)
    with monkeypatch.context() as killed:  # a sweep that dies after its first batch
        killed.setattr(alerts, "BATCH", 8)
        steps = iter([alerts._claim])
        killed.setattr(alerts, "_claim", lambda *args: next(steps)(*args))
        with pytest.raises(StopIteration):
            sweep(house)
    assert tell(house) == 0
    sweep(house)
    assert tell(house) == 3


def test_a_clock_that_stops_before_the_next_sweep_takes_no_rung_with_it(house: House, now: Moving) -> None:
    case = a_case(house).case
    now.on(days=6)  # nobody sweeps; the hours for signing are long over, the days for handling nearly
    take(house, case, "sign_for", HANDLER)
    assert [rung for rung, _ in claimed(house, "wo.sign_for")] == ["t.soon", "t.due", "t.late2", "t.late8"]
    take(house, case, "answer", HANDLER, Answer(text="已经修好，恢复运行"))
    take(house, case, "approve_answer", CHIEF, Note(text="同意"))
    assert claimed(house, "wo.handle") == [("half", "user:2"), ("soon", "user:2")]
    with house.reading() as connection:
        found = select(AlertRow.rung, AlertRow.told_by, AlertRow.seen_by, AlertRow.claimed_at).order_by(AlertRow.id)
        rows = {rung: rest for rung, *rest in connection.execute(found)}
    assert rows["half"] == rows["soon"] == [alerts.PASSED, "system", now.at], "a limit that was kept: recorded, and nobody is rung"
    assert rows["t.soon"][0] == alerts.PASSED
    assert rows["t.due"] == [None, None, now.at], "one that was overrun is told"
    tell(house)
    assert sorted(recipient for _, recipient in told(house)) == ["office:housing:chief", "role:supervisor"]


def test_an_end_that_moves_keeps_what_the_old_one_had_reached(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    now.on(days=6)
    take(house, case, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="涉及多家单位"))
    take(house, case, "approve_extension", CHIEF, ExtensionGiven(days=5))
    now.on(days=10)
    sweep(house)
    assert [rung for rung, _ in claimed(house, "wo.handle")] == ["half", "soon", "half", "soon", "due", "late1"]


def test_one_clock_that_skipped_rungs_is_told_by_its_highest(house: House, now: Moving) -> None:
    a_case(house)
    now.on(days=2)  # sign_for has climbed its whole ladder, handle not yet half
    sweep(house)
    tell(house)
    assert sorted(told(house)) == [
        ("alert", "office:housing:chief"),
        ("alert", "office:housing:handler"),
        ("alert", "role:supervisor"),
    ]


def test_a_finished_clock_alerts_nobody(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    now.on(days=20)
    sweep(house)
    assert claimed(house, "wo.sign_for") == []


def test_an_extension_moves_the_rungs_and_tells_each_new_one(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    now.on(days=6)  # Sunday: half has been reached, due is Monday 30 November
    sweep(house)
    take(house, case, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="涉及多家单位"))
    take(house, case, "approve_extension", CHIEF, ExtensionGiven(days=5))
    with house.reading() as connection:
        due = connection.scalar(select(ClockRow.due_day).where(ClockRow.clock == "wo.handle"))
    assert due is not None
    assert due.isoformat() == "2026-12-07"
    now.on(days=10)
    sweep(house)
    rungs = [rung for rung, _ in claimed(house, "wo.handle")]
    assert rungs == ["half", "soon", "half", "soon", "due", "late1"]  # two of the old end, then those of the new


def test_each_letter_of_supervision_has_its_own_clock(house: House, now: Moving) -> None:
    case = a_case(house).case
    for n, day in ((1, 25), (2, 27)):
        answer_by = datetime(2026, 11, day, tzinfo=UTC).date()
        take(house, case, "supervise", SUPERVISOR, Supervision(letter=f"督{n}", text="请限期回复", answer_by=answer_by))
    now.on(days=3)
    sweep(house)
    with house.reading() as connection:
        found = select(AlertRow.key).where(AlertRow.clock == "wo.supervision", AlertRow.rung == "due")
        assert connection.scalars(found).all() == ["督1"]


def test_staff_are_told_of_day_clocks_when_the_office_opens(house: House, now: Moving) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    now.at = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # 24:00 of the due day
    sweep(house)
    tell(house)
    with house.reading() as connection:
        at = connection.scalar(select(OutboxRow.next_at).where(OutboxRow.recipient == "office:housing:chief"))
    assert at == datetime(2026, 12, 1, 0, 30, tzinfo=UTC)


def test_no_consequence_is_taken_for_a_work_order(house: House, now: Moving) -> None:
    a_case(house)
    now.on(days=60)
    assert take_consequences(house.ledger, now.at) == 0
