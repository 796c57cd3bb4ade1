"""The ledger: once per key, one winner of a race, a refusal that harms nobody, a history nothing can touch."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, func, select, text, update

from cases.changes import Taking
from cases.history import Correction, Note
from cases.ledger import Ledger
from cases.lists import load_file
from cases.numbers import parse_number, public_number
from cases.procedure import Refused
from cases.rebuild import differences, rebuild
from cases.tables import CaseRow, ClockRow, EventRow, KeyRow, OutboxRow, PartyRow
from hotline.house import House
from tests.conftest import Moving
from tests.people import AGENT, CHIEF, HANDLER, OTHER, SUPERVISOR, a_case, an_opening, take


def count(house: House, table: type) -> int:
    with house.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_an_opening_is_one_transaction_with_its_receipt(house: House) -> None:
    written = a_case(house)
    assert written.stage == "dispatched"
    assert parse_number(written.number) == written.case
    assert count(house, EventRow) == 2
    with house.reading() as connection:
        row = connection.execute(select(OutboxRow.template, OutboxRow.recipient)).all()
        case = connection.execute(select(CaseRow)).one()
    assert [tuple(r) for r in row] == [("receipt", f"party:{written.case}")]
    assert case.promised_day.isoformat() == "2026-12-01"  # six working days after Monday 23 November


def test_the_same_key_is_the_same_case_under_concurrent_retries(house: House) -> None:
    opening = an_opening(house, key="web:k1")
    with ThreadPoolExecutor(16) as pool:
        written = list(pool.map(lambda _: house.ledger.write(opening), range(48)))
    assert len({w.case for w in written}) == 1
    assert sum(w.new for w in written) == 1
    assert count(house, CaseRow) == count(house, KeyRow) == count(house, OutboxRow) == 1


def test_two_ledgers_with_the_same_key_make_one_case(house: House) -> None:
    """Two web processes behind one address, as a retry over another connection meets them."""
    second = Ledger(house.engine, house.city, house.vault)
    ready = threading.Barrier(2)

    def ask(ledger: Ledger, n: int) -> int:
        ready.wait()
        return ledger.write(an_opening(house, key=f"web:{n}")).case

    try:
        for n in range(25):
            with ThreadPoolExecutor(2) as pool:
                first, other = pool.map(lambda ledger, n=n: ask(ledger, n), (house.ledger, second))
            assert first == other
    finally:
        second.close()
    assert count(house, CaseRow) == 25


def test_a_key_used_for_something_else_is_refused_and_nothing_is_lost(house: House) -> None:
    first = a_case(house, key="web:k", text="一")
    other = replace(an_opening(house, key="web:k", text="二"), asked="another digest")
    with pytest.raises(Refused) as refused:
        house.ledger.write(other)
    assert refused.value.field == "Idempotency-Key"
    assert a_case(house, text="二").case != first.case


def test_of_two_people_who_race_one_wins_and_the_other_hears_why(house: House) -> None:
    second = Ledger(house.engine, house.city, house.vault)
    try:
        for _ in range(15):
            case = a_case(house).case
            ready = threading.Barrier(2)

            def sign(ledger: Ledger, case: int = case, ready: threading.Barrier = ready) -> str:
                now = house.now()
                ready.wait()
                try:
                    taken = Taking(case=case, step="sign_for", actor=HANDLER, at=now, now=now)
                    return ledger.write(taken).stage
                except Refused as refused:
                    return str(refused)

            with ThreadPoolExecutor(2) as pool:
                answers = sorted(pool.map(sign, (house.ledger, second)))
            assert answers[0] == "signed"
            assert "不能签收" in answers[1]
            with house.reading() as connection:
                steps = connection.scalars(select(EventRow.step).where(EventRow.case_id == case)).all()
            assert sorted(steps) == ["dispatch", "register", "sign_for"]
    finally:
        second.close()


def test_one_bad_change_in_a_batch_harms_no_other(house: House) -> None:
    good = [an_opening(house) for _ in range(40)]
    bad = replace(an_opening(house), procedure="no such procedure")
    answers = [house.ledger.submit(change) for change in [*good[:20], bad, *good[20:]]]
    assert isinstance(answers.pop(20).exception(), LookupError)
    assert len({answer.result().case for answer in answers}) == 40


def test_an_event_loop_is_answered_like_a_thread(house: House) -> None:
    """Each who asked hears of its own, the refused one of the refusal, and who went away harms nobody."""
    good = [an_opening(house, key=f"web:{n}") for n in range(20)]
    clash = replace(good[3], asked="other words")
    sizes: list[int] = []
    house.ledger.on_batch = sizes.append

    async def ask() -> list[object]:
        gone = asyncio.ensure_future(house.ledger.take(an_opening(house)))
        await asyncio.sleep(0)
        gone.cancel()
        first = await asyncio.gather(*map(house.ledger.take, good))
        assert isinstance(first[0].seq, int)
        return list(await asyncio.gather(*map(house.ledger.take, [*good, clash]), return_exceptions=True))

    told = asyncio.run(ask())
    assert isinstance(told[-1], Refused)
    assert len({one.case for one in told[:-1]}) == 20  # type: ignore[attr-defined]
    assert count(house, CaseRow) == 21
    assert sum(sizes) == 42


def test_small_writes_of_one_kind_ride_together_and_each_is_answered(house: House) -> None:
    asked: list[list[int]] = []

    def double(_: Connection, items: Sequence[int]) -> list[int]:
        asked.append(list(items))
        return [item * 2 for item in items]

    async def ask() -> list[int]:
        blocker = house.ledger.submit(an_opening(house))
        told = await asyncio.gather(*(house.ledger.join(double, n) for n in range(9)))
        assert blocker.result().new
        return told

    assert asyncio.run(ask()) == [n * 2 for n in range(9)]
    assert [n for items in asked for n in items] == list(range(9))


def test_a_page_that_is_out_of_date_is_told_so(house: House) -> None:
    written = a_case(house)
    take(house, written.case, "sign_for", HANDLER)
    now = house.now()
    old = Taking(case=written.case, step="start", actor=HANDLER, at=now, now=now, seen=written.seq)
    with pytest.raises(Refused, match="新的进展"):
        house.ledger.write(old)


@pytest.mark.parametrize("actor", [OTHER, CHIEF, AGENT])
def test_only_who_may_signs_for(house: House, actor: object) -> None:
    case = a_case(house).case
    if actor is CHIEF:
        assert take(house, case, "sign_for", CHIEF).stage == "signed"
    else:
        with pytest.raises(Refused):
            take(house, case, "sign_for", actor)  # type: ignore[arg-type]


def test_personal_data_is_nowhere_in_clear(house: House, settings: object) -> None:
    written = a_case(house)
    with house.reading() as connection:
        party = connection.execute(select(PartyRow)).one()
        facts = " ".join(connection.scalars(select(EventRow.facts)))
    assert party.phone is not None
    assert b"13900001234" not in party.phone
    assert "13900001234" not in facts
    assert "张小示" not in facts
    assert house.vault.open(party.phone) == "+8613900001234"
    assert party.phone_index == house.vault.index("+8613900001234")
    assert len(house.vault.code(written.number)) == 8


@pytest.mark.parametrize(
    "touched",
    ["UPDATE events SET facts = replace(facts, '电梯', '楼梯') WHERE seq = 1",
     "UPDATE events SET step = 'divert' WHERE seq = 2",
     "UPDATE events SET by = 'user:99' WHERE seq = 2",
     "DELETE FROM events WHERE seq = 1"],
)
def test_any_single_change_of_history_is_found(house: House, touched: str) -> None:
    a_case(house)
    with house.writing() as connection:
        connection.execute(text(touched))
    found = list(differences(house.engine, house.city, lambda n: None))
    assert found
    assert "事件" in found[0].where


def test_what_is_kept_beside_is_found_wrong_and_written_again(house: House) -> None:
    case = a_case(house).case
    take(house, case, "sign_for", HANDLER)
    assert rebuild(house.engine, house.city, lambda n: None) == 0
    assert list(differences(house.engine, house.city, lambda n: None)) == []
    with house.writing() as connection:
        connection.execute(update(CaseRow).values(stage="closed"))
        connection.execute(update(ClockRow).where(ClockRow.clock == "wo.handle").values(due_at=house.now()))
    wheres = {found.where for found in differences(house.engine, house.city, lambda n: None)}
    assert wheres == {"cases", "clocks"}
    assert rebuild(house.engine, house.city, lambda n: None) >= 2
    assert list(differences(house.engine, house.city, lambda n: None)) == []


def test_an_edit_does_not_move_a_clock(house: House, now: Moving) -> None:
    case = a_case(house).case
    with house.reading() as connection:
        before = connection.execute(select(ClockRow.clock, ClockRow.due_at).order_by(ClockRow.clock)).all()
    now.on(hours=5)
    take(house, case, "note", AGENT, Note(text="来电人补充了楼栋号"))
    take(house, case, "correct", SUPERVISOR, Correction(seq=1, reason="笔误", facts={"text": "小区电梯坏了，3栋"}))
    with house.reading() as connection:
        after = connection.execute(select(ClockRow.clock, ClockRow.due_at).order_by(ClockRow.clock)).all()
        file = load_file(connection, case)
    assert before == after
    assert file is not None
    assert file.opening.facts.text == "小区电梯坏了，3栋"
    assert file.events[0].facts.text == "小区电梯坏了"  # what was written stays written


def test_serials_of_a_day_do_not_repeat(house: House) -> None:
    numbers = [a_case(house).number for _ in range(130)]
    assert len(set(numbers)) == 130
    assert all(number == public_number(parse_number(number) or 0) for number in numbers)
