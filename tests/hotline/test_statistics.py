"""The yearly tables over real cases: right on both databases, true to corrections, each figure with its cases."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from litestar import Litestar
from litestar.testing import TestClient
from openpyxl import load_workbook

from cases.changes import Move, Opening, Taking
from cases.history import Correction, Note
from cases.numbers import public_number
from cases.parties import Person
from cases.people import Actor, Role
from cases.procedures.disclosure_facts import Application as Records
from cases.procedures.disclosure_facts import Reply
from cases.procedures.petition_facts import Acceptance, Declining, Opinion, Petition
from cases.procedures.reconsideration_facts import Acceptance as Taken
from cases.procedures.reconsideration_facts import Application, Rejection, Termination
from hotline.__main__ import main
from hotline.figures.statistics import Sight, sections
from hotline.figures.statistics_pages import known
from hotline.house import House
from hotline.settings import Settings
from tests.hotline.conftest import Clock, SignIn, add, sign_in
from tests.hotline.desk_work import PAGE, statements

LEGAL = Actor("user:9", "法制员", frozenset({Role.LEGAL}))
TWO: dict[str, Any] = {"handlers": ("甲", "乙"), "certificates": ("复001", "复002")}
ANSWER = Opinion(result="support", text="情况属实", basis="《物业管理条例》")


def handler(office: str) -> Actor:
    return Actor("user:2", "承办人", frozenset({Role.HANDLER}), office)


def opened(house: House, procedure: str, facts: Any, actor: Actor, *follow: tuple[str, Any]) -> int:
    now = house.now()
    moves = tuple(Move(step, told, actor) for step, told in follow)
    person = Person(name="张小示", phone="13900001234")
    asked = Opening(procedure=procedure, facts=facts, person=person, actor=actor, at=now, now=now, follow=moves)
    return house.ledger.write(asked).case


def petition(house: House, office: str, *follow: tuple[str, Any], people: int = 1) -> int:
    facts = Petition(party=0, text="房屋漏水", received_by="agency", office=office, people=people, channel="web")
    return opened(house, "petition", facts, handler(office), *follow)


def take(house: House, case: int, step: str, facts: Any = None, actor: Actor = LEGAL) -> None:
    now = house.now()
    house.ledger.write(Taking(case=case, step=step, actor=actor, at=now, now=now, facts=facts))


@pytest.fixture
def petitions(house: House, now: Clock) -> dict[str, int]:
    """One carried in and answered late, one in time, one declined, one open, one whose answer was taken back."""
    now.now = datetime.fromisoformat("2025-12-20T09:00+08:00")
    late = petition(house, "housing", ("accept", Acceptance()))
    now.now = datetime.fromisoformat("2026-03-02T09:00+08:00")
    take(house, late, "answer", ANSWER, handler("housing"))
    prompt = petition(house, "housing", ("accept", Acceptance()), ("answer", ANSWER), people=6)
    declined = petition(house, "urban", ("decline", Declining(ground="not_ours", text="不属于职责")))
    waiting = petition(house, "urban", ("accept", Acceptance()))
    back = petition(house, "urban", ("accept", Acceptance()), ("answer", ANSWER))
    take(house, back, "correct", Correction(seq=3, reason="误录", void=True))
    return {"late": late, "prompt": prompt, "declined": declined, "waiting": waiting, "back": back}


def figures(house: House, year: int, procedure: str, sight: Sight | None = None) -> dict[str, int]:
    with house.reading() as connection:
        found = sections(connection, known(house), year, procedure, sight or Sight())
    return {line.key: section.tally.figures.get(line.key, 0) for section in found for line in section.lines}


def test_petitions_of_a_year(house: House, petitions: dict[str, int]) -> None:
    told = figures(house, 2026, "petition")
    assert {name: n for name, n in told.items() if n} == {
        "carried_in": 1, "received": 4, "received.grievance": 4, "joint": 1, "joint.five": 1, "accepted": 3,
        "concluded": 3, "concluded.answered": 2, "concluded.answered.support": 2, "concluded.declined": 1,
        "concluded.declined.not_ours": 1, "timed": 2, "timed.in_time": 1, "timed.late": 1, "carried_out": 2,
    }  # fmt: skip
    before = figures(house, 2025, "petition")
    assert (before["received"], before["concluded"], before["carried_out"]) == (1, 0, 1)
    after = figures(house, 2027, "petition")
    assert (after["carried_in"], after["received"], after["carried_out"]) == (2, 0, 2)
    own = figures(house, 2026, "petition", Sight("urban"))
    assert (own["received"], own["concluded"], own["carried_out"]) == (3, 1, 2)


def test_reconsiderations_and_the_disclosure_report(house: House, now: Clock) -> None:
    def applied(*follow: tuple[str, Any], source: str = "") -> int:
        asked = Application(party=0, text="请求撤销", respondent="区住建局", office="justice", from_case=source)
        return opened(house, "reconsideration", asked, LEGAL, *follow)

    urban = handler("urban")
    records = Records(party=0, office="urban", text="申请公开拆迁公告")
    refusal = Reply(kind="refused", ground="secret", basis="《政府信息公开条例》第十四条", text="不予公开", remedies_told=True)
    refused = opened(house, "disclosure", records, urban, ("answer", refusal))
    opened(house, "disclosure", records, urban, ("withdraw", Note(text="不需要了")))
    number = public_number(refused)
    applied(("reject", Rejection(reason="不属于受理范围")))
    applied(("accept", Taken(**TWO)), ("terminate", Termination(ground="withdrawn", text="达成和解，申请人撤回")))
    applied(("accept_simplified", Taken(**TWO)), source=number)
    told = figures(house, 2026, "reconsideration")
    assert (told["received"], told["accepted"], told["accepted.simplified"]) == (3, 2, 1)
    assert (told["concluded"], told["concluded.refused.rejected"], told["concluded.terminated.withdrawn"]) == (2, 1, 1)
    assert (told["carried_out"], told["disclosure.pending"]) == (1, 1)
    report = figures(house, 2026, "disclosure")
    assert (report["received"], report["concluded.refused.secret"], report["concluded.other.withdrawn"]) == (2, 1, 1)
    assert (report["disclosure"], report["disclosure.pending"]) == (1, 1)
    with house.reading() as connection:
        (own, *_) = sections(connection, known(house), 2026, "reconsideration", Sight())
    assert {who: row["received"] for who, row in own.tally.respondents.items()} == {"区住建局": 3}
    assert list(own.tally.fields) == ["住房城乡建设"]


def test_the_page_its_bars_and_the_cases_behind_a_figure(
    house: House, petitions: dict[str, int], signed_in: SignIn, client: TestClient[Litestar]
) -> None:
    signed_in("supervisor")
    page = client.get("/statistics?year=2026&procedure=petition", headers=PAGE)
    assert page.status_code == 200
    assert "2026年信访" in page.text
    assert '<svg class="bar' in page.text
    assert "《信访工作条例》第三十二条" in page.text
    assert "/statistics/cases?year=2026&amp;procedure=petition&amp;line=timed.late" in page.text
    told = client.get("/statistics?year=2026&procedure=petition").json()
    assert {line["line"]: line["cases"] for line in told["lines"]}["concluded"] == 3
    assert told["by_respondent"]["区城市管理和综合执法局"]["received"] == 3
    late = client.get("/statistics/cases?year=2026&procedure=petition&line=timed.late").json()
    assert [number[:13] for number in late["cases"]] == [str(petitions["late"])]
    own = client.get(
        "/statistics/cases?year=2026&procedure=petition&line=received&by=field&value=城市管理", headers=PAGE
    )
    assert "共3件" in own.text
    assert str(petitions["declined"]) in own.text
    assert str(petitions["prompt"]) not in own.text


def test_who_may_not_open_a_case_is_told_how_many(
    house: House, petitions: dict[str, int], signed_in: SignIn, client: TestClient[Litestar]
) -> None:
    application = Application(party=0, text="请求撤销", respondent="区住建局", office="justice")
    opened(house, "reconsideration", application, LEGAL)
    behind = signed_in("supervisor").get("/statistics/cases?year=2026&procedure=reconsideration&line=received").json()
    assert (behind["total"], behind["cases"], behind["hidden"]) == (1, [], 1)
    assert len(signed_in("legal").get("/statistics/cases?year=2026&line=received").json()["cases"]) == 1


def test_an_office_sees_its_own_figures(
    house: House, petitions: dict[str, int], signed_in: SignIn, client: TestClient[Litestar]
) -> None:
    add(house, "urban-lawyer", Role.LEGAL, "urban")
    for login, received in (("legal", 4), ("supervisor", 4), ("housing-chief", 1)):
        lines = signed_in(login).get("/statistics?year=2026&procedure=petition").json()["lines"]
        assert {line["line"]: line["cases"] for line in lines}["received"] == received, login
    lines = sign_in(client, "urban-lawyer").get("/statistics?year=2026&procedure=petition").json()["lines"]
    assert {line["line"]: line["cases"] for line in lines}["received"] == 3
    assert signed_in("housing").get("/statistics").status_code == 403


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/statistics?year=1", 422, "年份"), ("/statistics?year=９", 422, "年份"), ("/statistics?procedure=x", 422, "年度统计"),
     ("/statistics/cases?line=x", 404, ""), ("/statistics/cases?line=received&by=x", 404, ""), ("/statistics/pdf", 404, "")],
)  # fmt: skip
def test_what_is_no_question_is_refused(signed_in: SignIn, path: str, status: int, said: str) -> None:
    answer = signed_in("legal").get(path)
    assert answer.status_code == status
    assert said in answer.text


def test_the_sheets_say_the_same_and_hold_no_formula(house: House, signed_in: SignIn) -> None:
    asked = Application(party=0, text="请求撤销", respondent="=1+1", office="justice")
    opened(house, "reconsideration", asked, LEGAL)
    client = signed_in("legal")
    answer = client.get("/statistics/csv?year=2026")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["本年新收", "1", ""] in rows
    assert next(row for row in rows if row and row[0].endswith("=1+1"))[0] == "'=1+1"
    book = load_workbook(io.BytesIO(client.get("/statistics/xlsx?year=2026").content))
    cells = {row[0].value: row for row in book["行政复议"].iter_rows() if row and row[0].value}
    assert cells["本年新收"][1].value == 1
    assert (cells["=1+1"][0].data_type, cells["=1+1"][2].value) == ("s", 1)
    assert cells["合计"][2].value == 1


def test_the_command(
    house: House, petitions: dict[str, int], settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_DATA", str(settings.data))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", settings.database_url)
    run = CliRunner().invoke
    told = json.loads(run(main, ["statistics", "2026", "--procedure", "petition", "--json"]).stdout)
    assert {line["line"]: line["cases"] for line in told["lines"]}["concluded"] == 3
    shown = run(main, ["statistics", "2026", "--procedure", "petition"]).stdout
    assert "2026年信访" in shown
    xlsx, sheet = tmp_path / "a.xlsx", tmp_path / "a.csv"
    done = run(main, ["statistics", "2026", "--xlsx", str(xlsx), "--csv", str(sheet)])
    assert done.exit_code == 0, done.output
    assert load_workbook(xlsx).sheetnames == ["行政复议", "行政诉讼应诉", "信访", "依申请公开", "调解"]
    assert "2026年信访" in sheet.read_text("utf-8-sig")
    assert run(main, ["statistics", "2026", "--procedure", "x"]).exit_code == 1


def test_the_number_of_statements_does_not_grow_with_the_cases(
    house: House, petitions: dict[str, int], signed_in: SignIn, client: TestClient[Litestar], now: Clock
) -> None:
    now.now += timedelta(minutes=5)
    signed_in("supervisor")
    counts = []
    for more in (1, 12):
        for _ in range(more):
            petition(house, "housing", ("accept", Acceptance()))
        with statements(house) as sent:
            assert client.get("/statistics?year=2026&procedure=petition", headers=PAGE).status_code == 200
        counts.append(sum("cases" in statement for statement in sent))
    assert counts[0] == counts[1], sent
