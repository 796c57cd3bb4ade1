"""What a classifier may learn from: dispatches that held, by handling, by ruling or by the file of the past."""

from datetime import timedelta

from cases.history import Note
from cases.lists import load_file
from cases.people import CITIZEN, SYSTEM
from cases.procedures.work_order_facts import Dispatch, Return, Ruling
from hotline import intake
from hotline.confirmed import Confirmed, confirmed
from hotline.house import House
from hotline.intake import Move
from tests.hotline.conftest import Clock
from tests.hotline.desk_work import AGENT, dispatched, handler, logged, taken
from tests.hotline.rule_work import Client, sit

BACK = Return(reason="not_ours", text="不属于本单位职责")


def found(house: House, **since: float) -> list[Confirmed]:
    with house.reading() as connection:
        return list(confirmed(connection, house.now() - timedelta(**(since or {"days": 1}))))


def test_what_was_taken_in_hand_counts_and_what_waits_does_not(house: House, people: dict[str, int]) -> None:
    housing = handler(people, "housing")
    done, signed = logged(house, office="housing"), logged(house, office="housing")
    logged(house, office="")
    for case in (done, signed):
        taken(house, case.case, "sign_for", housing)
    assert found(house) == []
    taken(house, done.case, "start", housing, Note(text="开始"))
    (one,) = found(house)
    assert (one.office, one.by, one.topic) == ("housing", "handling", "housing.property.fees")
    assert "涨价" in one.detail


def test_rulings_confirm_the_office_and_a_returned_topic_is_unknown(house: House, people: dict[str, int]) -> None:
    housing, urban = handler(people, "housing"), handler(people, "urban")
    kept, moved, open_ = (logged(house, office="housing") for _ in range(3))
    for case in (kept, moved, open_):
        taken(house, case.case, "send_back", housing, BACK)
    taken(house, kept.case, "reject_return", AGENT, Ruling(text="是你们的"))
    taken(house, moved.case, "uphold_return", AGENT, Ruling(text="改派"))
    assert [(one.office, one.by) for one in found(house)] == [("housing", "ruling")]
    dispatched(house, moved.case, "urban")
    taken(house, moved.case, "sign_for", urban)
    taken(house, moved.case, "start", urban, Note(text="开始"))
    told = {(one.office, one.by, one.topic) for one in found(house)}
    assert told == {("housing", "ruling", "housing.property.fees"), ("urban", "handling", "")}


def test_of_the_past_only_what_the_file_named(house: House, now: Clock) -> None:
    def past(office: str) -> intake.Incoming:
        done = Move("archive", Note(text="办结"), SYSTEM)
        return intake.Incoming(kind="complaint", text="物业费乱涨价", channel="import", actor=SYSTEM, office=office,
                               archive=done, quiet=True)  # fmt: skip

    for office in ("", "market"):
        house.ledger.write(intake.opening(house, past(office)))
    assert [(one.office, one.by) for one in found(house)] == [("market", "record")]
    now.forward(days=2)
    assert found(house) == []
    assert len(found(house, days=3)) == 1


def test_the_dispatch_says_whether_a_rule_or_a_person_chose(house: House, people: dict[str, int]) -> None:
    by_rule = intake.Incoming(kind="complaint", text="物业费乱涨价", channel="web", actor=CITIZEN)
    by_agent = intake.Incoming(kind="complaint", text="物业费乱涨价", channel="phone", actor=AGENT, office="market")
    rules = []
    for incoming in (by_rule, by_agent):
        facts = intake.opening(house, incoming).follow[0].facts
        assert isinstance(facts, Dispatch)
        assert facts.version == house.book.version
        rules.append(facts.rule)
    assert rules[0].startswith("duty.housing")
    assert rules[1] == "agent"


def test_nobody_types_which_rule_decided(house: House, people: dict[str, int], client: Client) -> None:
    case = logged(house, office="")
    forged = {"office": "housing", "rule": "duty.housing", "version": "0"}
    answer = sit(client, "supervisor").post(f"/cases/{case.number}/steps", json={"step": "dispatch", "facts": forged})
    assert answer.status_code == 200, answer.text
    with house.reading() as connection:
        file = load_file(connection, case.case)
    assert file
    facts = file.history[-1].facts
    assert (facts.office, facts.rule, facts.version) == ("housing", "agent", house.book.version)
