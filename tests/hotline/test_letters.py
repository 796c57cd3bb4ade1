"""Letters over the web: drafted, refused while something is missing, numbered once and without gaps, served."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import docx
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.changes import Move, Opening
from cases.letter_kinds import KINDS
from cases.letter_kinds.kind import Kind
from cases.lists import load_file
from cases.parties import Person
from cases.people import Actor, Role
from cases.procedure import Refused
from cases.procedures import PROCEDURES
from cases.procedures.petition_facts import Acceptance, Opinion, Petition
from cases.procedures.reconsideration_facts import Acceptance as ReconsiderationAcceptance
from cases.procedures.reconsideration_facts import Application, Decision, Heard
from cases.procedures.work_order_facts import Material
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.letters import book as letter_book
from hotline.letters import service as letter_service
from hotline.tables import AuditRow, LetterRow
from tests.hotline.conftest import Clock, SignIn

HANDLER = Actor("user:2", "承办人", frozenset({Role.HANDLER}), "housing")
CHIEF = Actor("user:3", "负责人", frozenset({Role.CHIEF}), "housing")
SEAT = Seat(user_id=3, login="c", name="负责人", roles=CHIEF.roles, office="housing", csrf="", actor=CHIEF)


def answered(house: House, name: str = "张小示") -> tuple[int, str]:
    """A petition that the housing office has answered; its opinion is event 3."""
    now = house.now()
    written = house.ledger.write(
        Opening(
            procedure="petition",
            facts=Petition(party=0, text="房屋漏水无人处理", received_by="agency", office="housing"),
            person=Person(name=name, phone="13900001234"),
            actor=HANDLER,
            at=now,
            now=now,
            follow=(
                Move("accept", Acceptance(), HANDLER),
                Move("answer", Opinion(result="support", text="<b>情况属实</b> & #read(\"x\")。", basis="《物业管理条例》"), HANDLER),
            ),
        )
    )  # fmt: skip
    return written.case, written.number


def issue(house: House, case: int, seq: int = 3, kind: str = "opinion") -> Any:
    """Issues as the office's chief does."""
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file is not None
    pair = letter_book.found(file, seq, kind)
    assert pair is not None
    return letter_book.issue(house, SEAT, file, pair, {})


def words(content: bytes) -> str:
    """The text of a Word file."""
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


def test_a_letter_is_drafted_issued_and_served(house: House, signed_in: SignIn, now: Clock) -> None:
    case, number = answered(house)
    at = f"/cases/{number}/letters/3/opinion"
    chief = signed_in("housing-chief")
    draft = words(chief.get(f"{at}/draft.docx").content)
    assert "张＊＊" in draft
    assert "张小示" not in draft
    assert '<b>情况属实</b> & #read("x")。' in draft
    assert chief.get(f"{at}/draft.pdf").content.startswith(b"%PDF")
    assert chief.get(f"{at}/letter.pdf").status_code == 404
    refused = chief.post(f"{at}/served", json={"means": "post", "receipt": "EMS1"})
    assert refused.status_code == 409

    issued = chief.post(f"{at}/issue", json={})
    assert issued.status_code == 200, issued.text
    assert issued.json()["number"] == "武住建信处〔2026〕1号"
    again = chief.post(f"{at}/issue", json={})
    assert again.status_code == 409
    assert "已经签发" in again.text
    frozen = chief.get(f"{at}/letter.docx")
    assert "张小示" in words(frozen.content)
    assert chief.get(f"{at}/letter.pdf").headers["content-type"].startswith("application/pdf")

    now.forward(minutes=20)
    when = now().isoformat()
    ancient = chief.post(f"{at}/served", json={"means": "hand", "receipt": "本人签收", "at": "1949-10-02T09:00"})
    assert (ancient.status_code, ancient.json()["errors"][0]["field"]) == (422, "at")
    told = chief.post(f"{at}/served", json={"means": "hand", "receipt": "本人签收", "at": when})
    assert told.status_code == 200, told.text
    assert told.json()["state"] == "served"
    assert chief.post(f"{at}/served", json={"means": "hand", "receipt": "本人签收"}).status_code == 409
    with house.reading() as connection:
        file = load_file(connection, case)
        noted = connection.scalars(select(AuditRow.what).order_by(AuditRow.id)).all()
    assert file is not None
    assert [event.step for event in file.history][3:] == ["unmask", "serve_opinion"]
    assert [r.begun_at for r in file.readings(house.city) if r.clock.id == "xf.review.request"] == [now()]
    assert [what for what in noted if what.startswith("letter")] == [
        "letter.issue", "letter.read", "letter.read", "letter.serve",
    ]  # fmt: skip
    assert words(chief.get(f"{at}/letter.docx").content) == words(frozen.content)


def test_what_is_missing_is_drafted_as_word_but_not_issued(house: House, signed_in: SignIn) -> None:
    _, number = answered(house, name="")
    at = f"/cases/{number}/letters/3/opinion"
    chief = signed_in("housing-chief")
    assert "【缺少：申请人（信访人、来电人）的姓名或者名称】" in words(chief.get(f"{at}/draft.docx").content)
    refused = chief.post(f"{at}/issue", json={})
    assert refused.status_code == 422
    assert "缺少：申请人" in refused.text
    issued = chief.post(f"{at}/issue", json={"fill.applicant": "李小例"})
    assert issued.json()["serial"] == 1
    assert "李小例" in words(chief.get(f"{at}/letter.docx").content)


@pytest.mark.parametrize("login", ["housing", "supervisor", "urban"])
def test_only_the_offices_chief_or_a_lawyer_issues(house: House, signed_in: SignIn, login: str) -> None:
    _, number = answered(house)
    refused = signed_in(login).post(f"/cases/{number}/letters/3/opinion/issue", json={})
    assert refused.status_code in (403, 404, 409)
    assert signed_in("legal").post(f"/cases/{number}/letters/3/opinion/issue", json={}).status_code == 200


def test_numbers_have_no_gap_however_many_issue_at_once(house: House) -> None:
    cases = [answered(house)[0] for _ in range(6)]

    def one(case: int) -> Any:
        try:
            return issue(house, case)["serial"]
        except Refused:
            return None

    with ThreadPoolExecutor(12) as threads:
        serials = list(threads.map(one, cases * 2))
    assert sorted(n for n in serials if n) == [1, 2, 3, 4, 5, 6]
    assert serials.count(None) == 6
    with house.reading() as connection:
        assert sorted(connection.scalars(select(LetterRow.serial))) == [1, 2, 3, 4, 5, 6]


def test_a_broken_template_takes_no_number_and_a_good_one_is_used(house: House, now: Clock) -> None:
    case = answered(house)[0]
    own = house.settings.data / "letters" / "petition-opinion.docx"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_bytes(b"no zip")
    with pytest.raises(letter_book.Problem, match="模板"):
        issue(house, case)
    page: Any = docx.Document()
    page.add_paragraph("本局专用 {{ number }}")
    page.save(own)
    now.now += timedelta(days=60)  # the next year has its own row of numbers
    row = issue(house, case)
    assert row["number"] == "武住建信处〔2027〕1号"
    kept = house.settings.data / "attachments" / row["docx"][:2] / row["docx"][2:4] / row["docx"]
    assert words(kept.read_bytes()) == "本局专用 武住建信处〔2027〕1号"
    assert zipfile.is_zipfile(kept)


SERVED = [(name, kind) for name, kinds in KINDS.items() for kind in kinds if kind.serving]


@pytest.mark.parametrize(("procedure", "kind"), SERVED, ids=[f"{name}-{kind.name}" for name, kind in SERVED])
@pytest.mark.parametrize("means", letter_service.MEANS)
def test_every_means_of_service_is_a_fact_of_the_procedures_own_step(procedure: str, kind: Kind, means: str) -> None:
    for name in (kind.serving, *kind.serving_at.values()):
        step = PROCEDURES[procedure].step(name)
        facts = letter_service.facts_of(step, kind, SimpleNamespace(letter="公征1号"), means)
        assert (facts is None) == (step.asks is None)
        assert all(getattr(facts, fact) == value for fact, value in kind.serves.items())


def test_the_case_page_shows_its_letters(house: House, signed_in: SignIn, client: TestClient[Litestar]) -> None:
    _, number = answered(house)
    page = signed_in("housing-chief").get(f"/cases/{number}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "信访事项处理意见书" in page.text
    assert f"/cases/{number}/letters/3/opinion/draft.pdf" in page.text
    moved = client.post(
        f"/cases/{number}/letters/3/opinion/issue",
        data={"_csrf": client.headers["X-CSRF-Token"]},
        headers={"Accept": "text/html"},
        follow_redirects=False,
    )
    assert moved.status_code == 303
    page = client.get(f"/cases/{number}", headers={"Accept": "text/html"})
    assert "武住建信处〔2026〕1号 已签发" in page.text
    assert "登记送达" in page.text


def test_a_letter_with_a_number_of_its_own_is_shown_as_theirs_and_not_numbered_again(
    house: House, signed_in: SignIn
) -> None:
    legal, now = signed_in("legal"), house.now()
    both = {"handlers": ("甲", "乙"), "certificates": ("1", "2")}
    decided = Decision(kind="uphold", letter="武政复决〔2019〕3号", text="维持原决定")
    actor = Actor("user:9", "法制员", frozenset({Role.LEGAL}))
    follow = (
        Move("accept", ReconsiderationAcceptance(**both), actor),
        Move("hear_opinions", Heard(manner="phone", text="听取"), actor),
        Move("send_copy", None, actor),
        Move("reply", Material(text="答复"), actor),
        Move("decide", decided, actor),
    )
    asked = Application(party=0, text="不服处罚", respondent="区城管局", office="justice")
    opening = Opening(
        procedure="reconsideration", facts=asked, person=Person(name="张小示", phone="13900001234"), actor=actor,
        at=now, now=now, follow=follow,
    )  # fmt: skip
    written = house.ledger.write(opening)
    (letter,) = [one for one in legal.get(f"/cases/{written.number}").json()["letters"] if one["kind"] == "decision"]
    assert (letter["state"], letter["number"]) == ("elsewhere", "武政复决〔2019〕3号")
    assert "原文号" in legal.get(f"/cases/{written.number}", headers={"Accept": "text/html"}).text
    refused = legal.post(f"/cases/{written.number}/letters/{letter['seq']}/decision/issue", json={})
    assert refused.status_code == 409
    assert "武政复决〔2019〕3号" in refused.json()["detail"]
