"""`hotline verify` over a house that has been used: clean as it is, and every change by hand has its name."""

import csv
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Table, delete, insert, select, text

from cases import alerts, indexing
from cases.database import writing
from cases.history import Correction, Note
from cases.parties import Person, party_row
from cases.procedures.work_order_facts import Answer, ExtensionAsked, ExtensionGiven, Merge, Suspension
from cases.rebuild import rebuild
from cases.search_tables import SearchRow
from cases.tables import (
    AlertRow,
    ClockRow,
    KeyRow,
    OutboxRow,
    PartyRow,
    SerialRow,
    table_of,
)
from hotline.citizens.one_time_tables import FormerContactRow
from hotline.commands import verifying
from hotline.commands.parts import verify_all
from hotline.delivery import deliver
from hotline.figures.keeper import keep_up
from hotline.figures.tables import FigureCountRow, FigureMarkRow
from hotline.house import House
from hotline.imports import bring_in
from hotline.intake import Incoming, receive
from hotline.search.finding import room_of
from hotline.seed import seed
from tests.hotline.conftest import Clock
from tests.people import AGENT, CHIEF, HANDLER, SUPERVISOR, a_case, an_opening, file_of, take

ONE = "(SELECT min(id) FROM parties WHERE phone_kind = 'mobile')"
ONE_INDEX = f"(SELECT phone_index FROM parties WHERE id = {ONE})"
OTHER = f"(SELECT max(id) FROM parties WHERE phone_kind = 'mobile' AND id > {ONE} AND phone_index <> {ONE_INDEX})"
RUNNING = "next_at IS NOT NULL AND stopped_at IS NULL"
TAMPERED = [  # a table, what is done to it by hand, what is said of it
    (PartyRow, f"DELETE FROM parties WHERE id = {ONE}", "parties：缺少一行"),
    (PartyRow, f"UPDATE parties SET phone = (SELECT phone FROM parties WHERE id = {OTHER}) WHERE id = {ONE}",
     "parties.phone_index：与封存的号码不符"),
    (PartyRow, f"UPDATE parties SET name = (SELECT name FROM parties WHERE id = {OTHER}) WHERE id = {ONE}",
     "search_texts：与历史不符"),
    (PartyRow, f"UPDATE parties SET phone_index = 'x' WHERE id = {ONE}", "parties.phone_index：与封存的号码不符"),
    (PartyRow, f"UPDATE parties SET phone_kind = 'landline' WHERE id = {ONE}", "parties.phone_kind：“landline”"),
    (PartyRow, f"UPDATE parties SET name = :junk WHERE id = {ONE}", "parties.name：解不开"),
    (ClockRow, f"UPDATE clocks SET next_at = '2040-01-01 00:00:00.000000+00:00' WHERE {RUNNING}", "不在提醒阶梯上"),
    (ClockRow, f"UPDATE clocks SET rung = 'late7' WHERE {RUNNING}", "不在提醒阶梯上"),
    (ClockRow, f"UPDATE clocks SET rung = '', next_at = NULL WHERE {RUNNING}", "没有这一级的提醒"),
    (AlertRow, "DELETE FROM alerts", "没有这一级的提醒"),
    (AlertRow, "UPDATE alerts SET recipient = 'user:999' WHERE recipient LIKE 'user:%'", "的收件人“user:999”"),
    (AlertRow, "UPDATE alerts SET recipient = 'office:water:chief' WHERE recipient LIKE '%\\:chief'", "office:water:chief"),
    (OutboxRow, "DELETE FROM outbox", "outbox：缺少应发的“receipt”"),
    (OutboxRow, "DELETE FROM outbox WHERE template IN ('alert', 'digest')", "outbox：缺少告知"),
    (OutboxRow, "DELETE FROM outbox WHERE dedupe LIKE '%>%\\:result'", "outbox：缺少应发的“result”"),
    (OutboxRow, "UPDATE outbox SET recipient = 'party:1' WHERE template = 'signed'", "的收件人“party:1”应为"),
    (OutboxRow, "UPDATE outbox SET recipient = 'user:9' WHERE template IN ('alert', 'digest')", "的收件人“user:9”应为"),
    (OutboxRow, "UPDATE outbox SET template = 'signed' WHERE template = 'receipt'", "的短信种类“signed”应为“receipt”"),
    (OutboxRow, "UPDATE outbox SET facts = replace(facts, '2026112', '2026122') WHERE template = 'receipt'", "别的案件"),
    (OutboxRow, "UPDATE outbox SET facts = replace(facts, '\"2026-1', '\"2027-1') WHERE template = 'receipt'", "的承诺时间"),
    (OutboxRow, "UPDATE outbox SET facts = '{' WHERE template = 'receipt'", "的内容读不出"),
    (OutboxRow, "UPDATE outbox SET state = 'sent', sent_at = NULL", "记为已发"),
    (KeyRow, "DELETE FROM keys WHERE key LIKE 'import:%'", "keys：导入的案件没有幂等键"),
    (KeyRow, f"UPDATE keys SET case_id = {ONE} WHERE key = 'mine'", "keys：幂等键“mine”"),
    (KeyRow, "UPDATE keys SET case_id = 1 WHERE key = 'mine'", "keys：幂等键“mine”"),
    (SerialRow, "UPDATE serials SET taken = 0", "serials：20261"),
    (SerialRow, "DELETE FROM serials", "serials：20261"),
    (FigureCountRow, "UPDATE figure_counts SET n = n + 1 WHERE measure = 'received'", "figure_counts：，"),
    (FigureCountRow, "DELETE FROM figure_counts", "figure_counts：，"),
    (FigureMarkRow, "UPDATE figure_marks SET office = 'water' WHERE measure = 'signed.ok'", "figure_marks：与历史不符"),
    (FigureMarkRow, "DELETE FROM figure_marks", "figure_marks：与历史不符"),
    (SearchRow, "DELETE FROM search_texts", "search_texts：检索已经编过这个案件"),
]  # fmt: skip


def found(house: House) -> list[str]:
    return [str(one) for one in verifying.differences(house, lambda n: None)]


def background(house: House) -> None:
    """What the worker does each minute."""
    alerts.sweep(house.engine, house.city, house.now())
    alerts.tell(house.engine, house.city, house.now())
    while indexing.catch_up(room_of(house), house.now()):
        pass
    keep_up(house)
    deliver(house)


def danger(house: House) -> None:
    """Rings at the desk, is told to the emergency service, and never to whom nothing can be sent."""
    fire = Incoming(kind="help", text="有人被困在起火的楼里，快来救人", channel="phone", actor=AGENT, key="fire")
    receive(house, fire).result()


def past(house: House, folder: Path, *, live: bool) -> None:
    file = folder / f"past-{live}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["id", "title", "time", "detail", "phone"], *(
            [f"{live}-{n}", f"诉求{n}", "2026-11-18 09:05:00", f"路灯不亮，第{n}盏", "13900001234"] for n in range(3)
        )])  # fmt: skip
    tally = bring_in(house, file, live=live, report=lambda bad: None, progress=lambda n: None)
    assert tally.new == 3


@pytest.fixture
def used(house: House, now: Clock, tmp_path: Path) -> House:
    """Opened, extended, suspended, merged, corrected, imported, urged too late; told, delivered, counted, indexed."""
    lead = a_case(house, key="mine").case
    now.forward(minutes=1)
    inside, late, halted, wrong = (a_case(house).case for _ in range(4))
    house.ledger.write(replace(an_opening(house), person=Person(name="刘小例", phone="13900005678")))
    house.ledger.write(replace(an_opening(house), person=Person(name="李示范", phone="0736-7254321")))
    house.ledger.write(replace(an_opening(house), person=Person(name="王无号")))
    past(house, tmp_path, live=True)
    danger(house)
    background(house)
    now.forward(minutes=20)
    take(house, lead, "sign_for", HANDLER)
    take(house, inside, "merge", AGENT, Merge(into=file_of(house, lead).number, reason="同一事件"))
    take(house, late, "sign_for", HANDLER)
    take(house, halted, "sign_for", HANDLER)
    take(house, halted, "start", HANDLER, Note(text="已安排"))
    take(house, halted, "suspend", CHIEF, Suspension(ground="season", text="水位过高，汛后施工"))
    now.forward(hours=2)
    take(house, wrong, "sign_for", HANDLER)
    signed = file_of(house, wrong).events[-1]
    at = signed.at.replace(minute=signed.at.minute - 20)
    take(house, wrong, "correct", SUPERVISOR, Correction(seq=signed.seq, reason="签收时间有误", at=at))
    now.forward(days=3)
    background(house)
    take(house, late, "ask_extension", HANDLER, ExtensionAsked(days=5, reason="涉及多家单位"))
    take(house, late, "approve_extension", CHIEF, ExtensionGiven(days=5))
    take(house, lead, "answer", HANDLER, Answer(text="已修复"))
    take(house, lead, "approve_answer", CHIEF, Note(text="同意"))
    now.forward(days=7)
    background(house)
    past(house, tmp_path, live=False)
    a_case(house)
    now.forward(hours=2)
    background(house)
    background(house)
    return house


def test_a_used_house_is_clean_and_a_seeded_one(used: House, now: Clock) -> None:
    assert found(used) == []
    seed(used)
    now.forward(hours=1)
    background(used)
    assert found(used) == []
    assert verify_all(used.settings, False) == 0


def test_who_puts_right_the_own_number_does_no_harm(used: House) -> None:
    party = file_of(used, 2026112300001).id
    with used.writing() as connection:
        row = party_row(used.vault, party, Person(name="张小示", phone="0736-7254321"), used.now())
        connection.execute(insert(FormerContactRow).values(party=party, phone_index="", changed_at=used.now()))
        connection.execute(table_of(PartyRow).update().where(PartyRow.id == party).values(**row))
    assert [one for one in found(used) if "search_texts" not in one] == []


def test_every_change_by_hand_is_named(used: House, capsys: pytest.CaptureFixture[str]) -> None:
    for row, statement, says in TAMPERED:
        table = table_of(row)
        kept = _changed(used, table, statement)
        said = found(used)
        assert said, statement
        assert any(says in one for one in said), (statement, said[:3])
        assert verify_all(used.settings, False) == 1, statement
        assert capsys.readouterr().err.splitlines()[0] == said[0], statement
        _put_back(used, table, kept)
    assert found(used) == []


def test_a_rebuild_brings_a_lost_clock_back_to_the_sweep(used: House) -> None:
    for where in ("next_at = '2040-01-01 00:00:00.000000+00:00'", "rung = '', next_at = NULL"):
        _changed(used, table_of(ClockRow), f"UPDATE clocks SET {where} WHERE {RUNNING}")
        assert rebuild(used.engine, used.city, lambda n: None) > 0
        with used.reading() as connection:
            before = connection.execute(select(AlertRow.id)).all()
        background(used)
        assert found(used) == []
        with used.reading() as connection:
            assert connection.execute(select(AlertRow.id)).all() == before  # nobody is told twice


def _changed(house: House, table: Table, statement: str) -> list[dict[str, object]]:
    """Does it; the rows as they were."""
    with writing(house.engine) as connection:
        kept = [dict(row) for row in connection.execute(select(table)).mappings()]
        junk = {"junk": b"no sealed field at all, nor ever was"} if ":junk" in statement else {}
        assert connection.execute(text(statement), junk).rowcount, statement
    return kept


def _put_back(house: House, table: Table, kept: list[dict[str, object]]) -> None:
    with writing(house.engine) as connection:
        connection.execute(delete(table))
        connection.execute(insert(table), kept)
