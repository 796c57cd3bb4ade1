"""What a citizen asked to be kept from the offices stays with the centre, by whatever way an office asks."""

import io
import zipfile
from typing import Any

from cases.changes import Written
from cases.history import Note
from cases.people import Role
from cases.procedures.work_order_facts import Answer
from hotline.house import House
from tests.hotline.conftest import SignIn
from tests.hotline.desk_work import PAGE, handler, logged, taken
from tests.hotline.test_letters import issue, words

PHONE = "13812347788"
PERSONAL = ("李", PHONE, "7788")


def told_in_confidence(house: House) -> Written:
    """A matter at the housing office, whose caller asked not to be known there: 李青禾."""
    return logged(house, office="housing", text="楼道灯不亮，请来修", phone=PHONE, confidential=True)


def names_nobody(said: str) -> bool:
    return not any(personal in said for personal in PERSONAL)


def test_an_office_does_not_look_behind_the_mask_and_the_centre_does(house: House, signed_in: SignIn) -> None:
    one = told_in_confidence(house)
    for login in ("housing", "housing-chief"):
        client = signed_in(login)
        refused = client.post(f"/cases/{one.number}/party", json={"reason": "上门核查前电话联系"})
        assert refused.status_code == 409 and names_nobody(refused.text)
        assert "个人信息" in refused.json()["article"] and "由12345中心代为询问" in refused.json()["detail"]
        page = client.get(f"/cases/{one.number}", headers=PAGE).text
        assert "由12345中心代为询问" in page and f"/cases/{one.number}/party" not in page and "要求保密的来电人" in page
        paper = client.get(f"/cases/{one.number}/print", headers=PAGE).text
        assert names_nobody(person_of(page)) and PHONE not in paper and "李＊" not in paper
    assert "unmask" not in [entry["step"] for entry in client.get(f"/cases/{one.number}").json()["history"]]
    client = signed_in("agent")
    assert "李＊＊" in client.get(f"/cases/{one.number}", headers=PAGE).text
    shown = client.post(f"/cases/{one.number}/party", json={"reason": "代承办单位询问"})
    assert shown.json()["phone"] == f"+86{PHONE}"


def person_of(page: str) -> str:
    return page[page.index('class="person"') :].split("</dl>")[0]


def test_who_asks_for_nothing_is_seen_by_the_office_as_before(house: House, signed_in: SignIn) -> None:
    one = logged(house, office="housing", phone=PHONE)
    shown = signed_in("housing").post(f"/cases/{one.number}/party", json={"reason": "上门核查前电话联系"})
    assert shown.json()["phone"] == f"+86{PHONE}"


def test_the_file_that_an_office_takes_along_names_nobody(house: House, signed_in: SignIn) -> None:
    one = told_in_confidence(house)
    content = signed_in("housing").get(f"/cases/{one.number}/export").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert names_nobody(archive.read("parties.json").decode())


def test_a_letter_of_the_office_goes_to_whom_it_does_not_know(
    house: House, signed_in: SignIn, people: dict[str, int]
) -> None:
    one = told_in_confidence(house)
    chief = handler(people, "housing-chief", Role.CHIEF)
    for step, facts in (("sign_for", None), ("start", Note(text="现场")), ("answer", Answer(text="已修好"))):
        taken(house, one.case, step, handler(people, "housing"), facts)
    seq = taken(house, one.case, "approve_answer", chief, Note(text="同意")).seq
    issue(house, one.case, seq, "result")
    at = f"/cases/{one.number}/letters/{seq}/result"
    client = signed_in("housing-chief")
    for paper in ("draft.docx", "letter.docx"):
        said = words(client.get(f"{at}/{paper}").content)
        assert "要求保密的来电人" in said and names_nobody(said)
    assert "unmask" not in [entry["step"] for entry in client.get(f"/cases/{one.number}").json()["history"]]


def test_an_office_cannot_try_out_who_it_was(house: House, signed_in: SignIn) -> None:
    one, open_ = told_in_confidence(house), logged(house, office="housing", phone=PHONE)

    def found(login: str, asked: str) -> list[Any]:
        return [hit["number"] for hit in signed_in(login).get(f"/search?{asked}").json()["results"]]

    for asked in (f"q={PHONE}", f"q={PHONE} {one.number}"):
        assert one.number not in found("housing", asked)
    assert found("housing", f"q={PHONE}") == [open_.number]
    assert found("housing", f"q={one.number}") == [one.number]
    assert sorted(found("agent", f"q={PHONE}")) == sorted([one.number, open_.number])


def test_an_office_does_not_carry_the_party_into_another_case(house: House, signed_in: SignIn) -> None:
    one = told_in_confidence(house)
    facts = {"text": "请求处理", "received_by": "agency", "office": "housing"}
    asked = {"facts": facts, "person": {}, "from_case": one.number}
    refused = signed_in("housing").post("/procedures/petition/cases", json=asked)
    assert refused.status_code == 409 and "由12345中心另立案件" in refused.json()["detail"]
    assert signed_in("agent").post("/procedures/petition/cases", json=asked).status_code == 201
