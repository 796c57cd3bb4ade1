"""The same matter recognised: found within a round, never lost, merged by people only, and nobody's words
shown."""


import pytest
from sqlalchemy import select

from cases.changes import Move
from cases.history import Note
from cases.parties import Person
from cases.people import CITIZEN, Role
from cases.procedure import Refused
from cases.procedures.work_order_facts import Answer, CallBack, Merge, MergedCallBack
from hotline import intake
from hotline.alike.index import AT_ONCE, catch_up
from hotline.alike.tables import AlikeKeyRow, AlikeMarkRow, AlikeRow, SameSaidRow
from hotline.house import House
from hotline.worker import compare_all
from tests.hotline.alike_work import (
    OTHERS,
    PLANT,
    count,
    like,
    merged_by_case,
    numbers_of,
    others,
    phoned,
    plants,
    told_cases,
)
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.desk_work import AGENT, PAGE, dispatched, handler, statements, taken


def test_a_round_makes_every_case_findable_and_a_second_finds_nothing(house: House) -> None:
    cases = plants(house, 3) + others(house)
    assert catch_up(house) == len(cases)
    assert catch_up(house) == 0
    assert set(like(house, cases[0])) == set(cases[1:3])
    assert like(house, cases[-1]) == []


def test_what_a_killed_worker_left_out_is_found_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = plants(house, 4)
    from hotline.alike import index as alike_index

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(alike_index, "keep_mark", killed)
        with pytest.raises(KeyboardInterrupt):
            catch_up(house)
    assert count(house, AlikeRow) == count(house, AlikeKeyRow) == 0, "all or nothing"
    assert catch_up(house) == len(cases)


def test_a_case_of_long_ago_that_comes_late_is_found_by_the_walk(house: House, now: Clock) -> None:
    catch_up(house)
    late = phoned(house, PLANT[0], "13800000100")
    now.forward(days=9)  # its number is far outside of what the rounds look at first
    assert catch_up(house) == 1
    assert like(house, phoned(house, PLANT[1], "13800000101")) == [late]


def test_what_is_long_over_is_let_go_and_what_is_open_stays(house: House, now: Clock) -> None:
    over, open_ = phoned(house, OTHERS[0], "13900000001"), phoned(house, PLANT[0], "13800000100")
    taken(house, over, "answer_at_desk", AGENT, Answer(text="请到社保中心"))
    catch_up(house)
    now.forward(days=200)
    for _ in range(3):
        catch_up(house)
    with house.reading() as connection:
        assert connection.scalars(select(AlikeRow.case_id)).all() == [open_]


def test_more_than_one_transaction_holds(house: House) -> None:
    for n in range(AT_ONCE + 5):
        house.ledger.submit(
            intake.opening(
                house,
                intake.Incoming(
                    kind="help", text=f"第{n}件互不相干的事情", channel="web", actor=CITIZEN, person=Person()
                ),
            )
        )
    plants(house, 1)
    assert catch_up(house) == AT_ONCE + 6
    with house.reading() as connection:
        assert (
            connection.scalar(select(AlikeMarkRow.upto).where(AlikeMarkRow.name == "common")) == AT_ONCE + 6
        )


def test_the_intake_pays_nothing_for_it(house: House) -> None:
    with statements(house) as sent:
        plants(house, 1)
    assert not [one for one in sent if "alike_" in one or "hot_topics" in one]


def test_the_agent_sees_look_alikes_with_reasons_while_typing(house: House, signed_in: SignIn) -> None:
    first, second = plants(house, 2)
    closed = phoned(house, PLANT[2], "13800000109")
    taken(house, closed, "answer_at_desk", AGENT, Answer(text="已转告"))
    others(house)
    catch_up(house)
    form = {"kind": "complaint", "text": PLANT[3]}
    page = signed_in("agent").post("/desk/preview", data=form, headers=PAGE).text
    numbers = numbers_of(house, [first, second, closed])
    assert numbers[0] in page
    assert numbers[1] in page
    assert numbers[2] not in page, "only open ones"
    assert "共同字词" in page
    assert "青禾花园" in page
    assert "同一天" in page


def test_number_of_statements_does_not_grow_with_look_alikes(house: House, signed_in: SignIn) -> None:
    client, form = signed_in("agent"), {"kind": "complaint", "text": PLANT[0], "phone": "13800000100"}
    sizes = []
    for more in (1, 4):
        plants(house, more)
        catch_up(house)
        with statements(house) as sent:
            assert client.post("/desk/preview", data=form, headers=PAGE).status_code == 200
        sizes.append(len(sent))
    assert sizes[1] <= sizes[0]


def test_nothing_is_merged_by_machine_and_a_tick_merges_at_once(house: House, signed_in: SignIn) -> None:
    (lead,) = plants(house, 1)
    compare_all(house)
    number = numbers_of(house, [lead])[0]
    form = {"kind": "complaint", "text": PLANT[1], "then": "dispatch", "phone": "13800000101"}
    client = signed_in("agent")
    client.post("/desk", data={**form, "key": "alone-00001"}, headers=PAGE)
    compare_all(house)
    assert merged_by_case(house) == {}
    answer = client.post("/desk", data={**form, "key": "joined-0001", "into": number}, headers=PAGE)
    assert answer.status_code == 200, answer.text
    assert list(merged_by_case(house).values()) == [number]
    wrong = client.post("/desk", data={**form, "key": "wrong-00001", "into": "2026112300099-1"}, headers=PAGE)
    assert wrong.status_code == 422
    assert "没有编号为" in wrong.text
    assert PLANT[1] in wrong.text


def test_a_danger_is_told_even_when_the_agent_merges(house: House) -> None:
    (lead,) = plants(house, 1)
    move = Move("merge", Merge(into=numbers_of(house, [lead])[0], reason="同一件事"), AGENT)
    incoming = intake.Incoming(
        kind="help",
        text="楼道着火了，浓烟很大，快来救人",
        channel="phone",
        actor=AGENT,
        person=Person(),
        moves=(move,),
    )
    opening = intake.opening(house, incoming)
    assert [one.step for one in opening.follow] == ["raise_alarm", "merge"]


def test_every_merged_citizen_is_kept_told_and_called_back(house: House, people: dict[str, int]) -> None:
    lead, second, third = plants(house, 3)
    dispatched(house, lead, "housing")
    numbers = numbers_of(house, [lead, second, third])
    for case in (second, third):
        taken(house, case, "merge", AGENT, Merge(into=numbers[0], reason="同一件事"))
    worker, chief = handler(people, "housing"), handler(people, "housing-chief", Role.CHIEF)
    other = numbers_of(house, [phoned(house, PLANT[4], "13800000104")])[0]
    with pytest.raises(Refused, match="请将另一件并入本件"):
        taken(house, lead, "merge", AGENT, Merge(into=other, reason="同一件事"))
    with pytest.raises(Refused, match="不能整件撤回"):
        taken(house, lead, "withdraw", CITIZEN, Note(text="不用了"))
    taken(house, lead, "sign_for", worker)
    taken(house, lead, "answer", worker, Answer(text="已责令停产整改"))
    taken(house, lead, "approve_answer", chief, Note(text="同意"))
    assert told_cases(house, "result") == {f"party:{case}" for case in (lead, second, third)}
    assert told_cases(house, "merged") == {f"party:{case}" for case in (second, third)}
    taken(
        house, lead, "call_back", AGENT, CallBack(reached=True, contacted=True, solved=True, satisfied=True)
    )
    with pytest.raises(Refused, match="尚有2位并案来电人没有回访"):
        taken(house, lead, "close", AGENT)
    for number in numbers[1:]:
        taken(
            house, lead, "call_back_merged", AGENT, MergedCallBack(number=number, reached=True, solved=True)
        )
    with pytest.raises(Refused, match="没有待回访"):
        taken(house, lead, "call_back_merged", AGENT, MergedCallBack(number=numbers[1], reached=True))
    assert taken(house, lead, "close", AGENT).stage == "closed"


def test_the_page_of_a_case_merges_either_way(house: House, signed_in: SignIn) -> None:
    first, second = plants(house, 2)
    catch_up(house)
    numbers = numbers_of(house, [first, second])
    client = signed_in("agent")
    page = client.get(f"/cases/{numbers[0]}/alike", headers=PAGE)
    assert page.status_code == 200, page.text
    assert PLANT[1] in page.text
    assert "此件并入本件" in page.text
    form = {
        "step": "merge",
        "facts.into": numbers[0],
        "facts.reason": "经核对为同一件事",
        "key": "merge-000001",
    }
    assert client.post(f"/cases/{numbers[1]}/steps", data=form, headers=PAGE).status_code == 200
    assert merged_by_case(house) == {second: numbers[0]}
    assert "没有相似的在办诉求" in client.get(f"/cases/{numbers[0]}/alike", headers=PAGE).text


def test_a_repeat_caller_is_known_with_the_last_answer_and_a_series_is_only_a_fact(
    house: House, signed_in: SignIn, now: Clock
) -> None:
    phone = "13800000100"
    answered = phoned(house, PLANT[0], phone)
    taken(house, answered, "answer_at_desk", AGENT, Answer(text="搅拌站已立案调查"))
    phoned(house, OTHERS[0], phone)
    now.forward(days=1)
    phoned(house, PLANT[1], phone)
    catch_up(house)
    client, form = signed_in("agent"), {"kind": "complaint", "text": PLANT[2], "phone": phone}
    page = client.post("/desk/preview", data=form, headers=PAGE).text
    assert "已反映3件" in page
    assert "同一事项<b>2</b>件" in page
    assert "搅拌站已立案调查" in page
    assert "多次反映" not in page
    for text in PLANT[2:5]:
        phoned(house, text, phone)
    catch_up(house)
    page = client.post("/desk/preview", data=form, headers=PAGE).text
    assert "同一事项<b>5</b>件" in page
    assert "同一人就同一事项多次反映" in page
    form |= {"then": "dispatch", "key": "sixth-00001"}
    assert "已登记" in client.post("/desk", data=form, headers=PAGE).text, "never refused for it"
    now.forward(days=120)
    page = client.post("/desk/preview", data=form, headers=PAGE).text
    assert "多次反映" not in page, "the period is over"
    stranger = client.post("/desk/preview", data={**form, "phone": "13700000999"}, headers=PAGE).text
    assert "这个号码已反映" not in stranger


# -- citizens ----------------------------------------------------------------------------------------


def _sent_by_web(client: object, text: str, phone: str) -> tuple[str, str]:
    body = {"kind": "complaint", "text": text, "phone": phone}
    told = client.post("/requests", json=body).json()  # type: ignore[attr-defined]
    return told["number"], told["code"]


def _receipt(client: object, number: str, code: str) -> str:
    client.get(f"/requests/{number}?code={code}", headers=PAGE)  # type: ignore[attr-defined]
    return str(client.get(f"/requests/{number}/receipt", headers=PAGE).text)  # type: ignore[attr-defined]


def test_a_citizen_is_told_of_several_others_and_reads_none_of_them(house: House, client: object) -> None:
    plants(house, 3)
    compare_all(house)
    number, code = _sent_by_web(client, PLANT[3], "13800000199")
    page = _receipt(client, number, code)
    assert "还有3人反映了相似的事" in page
    assert not [text for text in PLANT if text in page]
    assert not [other for other in numbers_of(house, range(10**9)) if other != number and other in page]
    assert "青禾" not in page
    assert "搅拌" not in page


def test_of_one_neighbour_alone_nobody_is_told(house: House, client: object) -> None:
    plants(house, 2)
    phoned(house, PLANT[2], "13800000100")  # the first one again: still two people
    phoned(house, PLANT[4], "13800000105", confidential=True)
    phoned(house, PLANT[5], "13800000106", kind="report")
    compare_all(house)
    number, code = _sent_by_web(client, PLANT[3], "13800000199")
    assert "相似的事" not in _receipt(client, number, code)


def test_me_too_is_the_citizens_word_and_the_centre_decides(
    house: House, client: object, signed_in: SignIn
) -> None:
    cases = plants(house, 3)
    compare_all(house)
    number, code = _sent_by_web(client, PLANT[3], "13800000199")
    compare_all(house)
    page = _receipt(client, number, code)
    form = page.partition('/same"')[2]
    csrf = form.partition('name="_csrf" value="')[2].partition('"')[0]
    form = {"_csrf": csrf}
    answer = client.post(f"/requests/{number}/same", data=form, headers=PAGE)  # type: ignore[attr-defined]
    assert "已记下" in answer.text
    assert merged_by_case(house) == {}
    assert count(house, SameSaidRow) == len(cases)
    agent = signed_in("agent")
    assert "本件的来信人说是同一件事" in agent.get(f"/cases/{number}/alike", headers=PAGE).text


def test_nobody_says_same_for_another(house: House, client: object) -> None:
    plants(house, 3)
    compare_all(house)
    number, _ = _sent_by_web(client, PLANT[3], "13800000199")
    client.cookies.clear()  # type: ignore[attr-defined]
    assert client.post(f"/requests/{number}/same").status_code == 403  # type: ignore[attr-defined]
    assert count(house, SameSaidRow) == 0
