"""A supervisor mends one record on a page of its own: what was typed comes back, what was written stays readable."""

from datetime import timedelta

import pytest

from hotline.house import House
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.desk_work import PAGE, handler, logged, taken
from tests.people import file_of


def test_only_what_was_changed_is_corrected(house: House, now: Clock, people: dict[str, int], signed_in: SignIn) -> None:
    written = logged(house, office="housing", phone="13812340001")
    now.forward(hours=2)
    taken(house, written.case, "sign_for", handler(people, "housing"))
    client = signed_in("supervisor")
    assert f"/cases/{written.number}/events/1/correction" in client.get(f"/cases/{written.number}", headers=PAGE).text
    page = client.get(f"/cases/{written.number}/events/1/correction", headers=PAGE).text
    assert "更正第1条“登记”" in page
    assert "撤销该条记录" not in page  # it is where the case begins
    before = file_of(house, written.case).opening
    sent = {"facts.kind": "consult", "facts.text": before.facts.text, "reason": "来电人只是咨询"}
    answer = client.post(f"/cases/{written.number}/events/1/correction", data=sent, headers=PAGE, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    assert "已记录：更正记录" in answer.text
    file = file_of(house, written.case)
    assert file.events[-1].facts.facts == {"kind": "consult"}
    assert (file.opening.facts.kind, file.opening.at, file.opening.facts.party) == ("consult", before.at, written.case)


def test_a_time_is_typed_as_the_office_reads_it(house: House, now: Clock, people: dict[str, int], signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    now.forward(hours=5)
    taken(house, written.case, "sign_for", handler(people, "housing"))
    signed = now.now - timedelta(hours=3)
    typed = signed.astimezone(house.city.calendar.zone).strftime("%Y-%m-%dT%H:%M")
    address = f"/cases/{written.number}/events/{written.seq + 1}/correction"
    answer = signed_in("supervisor").post(address, data={"at": typed, "reason": "当时已签收"}, headers=PAGE)
    assert answer.status_code == 200, answer.text
    (event,) = [event for event in file_of(house, written.case).history if event.step == "sign_for"]
    assert event.at == signed.replace(second=0, microsecond=0)


def test_what_may_not_be_corrected_comes_back_with_what_was_typed(house: House, people: dict[str, int], signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    taken(house, written.case, "sign_for", handler(people, "housing"))
    client, address = signed_in("supervisor"), f"/cases/{written.number}/events/2/correction"
    answer = client.post(address, data={"void": "1", "reason": "派错单位了"}, headers=PAGE)
    assert answer.status_code == 409
    assert "不可能发生" in answer.text
    assert "派错单位了" in answer.text
    empty = client.post(address, data={"void": "1", "reason": ""}, headers=PAGE)
    assert empty.status_code == 422
    assert 'class="error"' in empty.text
    refused = client.post(address, json={"void": True, "reason": "派错单位了"})
    assert refused.status_code == 409
    assert refused.json()["article"]
    assert len(file_of(house, written.case).events) == written.seq + 1


def test_what_moved_on_meanwhile_is_looked_at_again(house: House, people: dict[str, int], signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    taken(house, written.case, "sign_for", handler(people, "housing"))
    address = f"/cases/{written.number}/events/{written.seq + 1}/correction"
    answer = signed_in("supervisor").post(address, data={"void": "1", "reason": "误签收", "seen": "2"}, headers=PAGE)
    assert answer.status_code == 409
    assert "新的进展" in answer.text


@pytest.mark.parametrize("seq", [0, 9, 99])
def test_there_is_no_page_for_what_is_not_there(house: House, signed_in: SignIn, seq: int) -> None:
    written = logged(house, office="housing")
    assert signed_in("supervisor").get(f"/cases/{written.number}/events/{seq}/correction").status_code == 404


def test_who_handles_does_not_correct(house: House, signed_in: SignIn) -> None:
    written = logged(house, office="housing")
    client, address = signed_in("housing"), f"/cases/{written.number}/events/1/correction"
    assert "/correction" not in client.get(f"/cases/{written.number}", headers=PAGE).text
    assert client.get(address).status_code == 403
    assert client.post(address, json={"reason": "改一下", "facts.kind": "praise"}).status_code == 403
