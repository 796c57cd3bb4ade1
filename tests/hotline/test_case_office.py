"""The case page for those who work on it: notes inside the office, parts, attachments in place, history, paper."""

from sqlalchemy import select

from cases.procedures.work_order_facts import CoAnswer, CoHandler, Material
from hotline.attachments import keep_own
from hotline.house import House
from hotline.office.tray_tables import OfficeNoteRow
from hotline.tables import AuditRow
from tests.hotline.conftest import SignIn
from tests.hotline.desk_work import AGENT, NOISE, PAGE, handler, logged, taken

SECRET = "楼长私下说业主大会还没有开"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def test_a_note_inside_the_office_is_read_there_and_nowhere_else(
    house: House, signed_in: SignIn, people: dict[str, int]
) -> None:
    case = logged(house, office="housing")
    taken(house, case.case, "add_co_handler", AGENT, CoHandler(office="urban"))
    at = f"/cases/{case.number}"
    client = signed_in("housing")
    page = client.post(f"{at}/notes", data={"text": SECRET}, headers=PAGE).text
    assert SECRET in page
    assert "承办人某" in page
    empty = client.post(f"{at}/notes", data={"text": "  "}, headers=PAGE)
    assert empty.status_code == 422
    assert "请填写，最多2000个字" in empty.text
    long = client.post(f"{at}/notes", data={"text": "长" * 2001}, headers=PAGE)
    assert long.status_code == 422
    assert "长" * 2001 in long.text, "what was typed comes back"
    assert SECRET in signed_in("housing-chief").get(at, headers=PAGE).text, "a colleague reads it"
    for outside in ("urban", "agent", "supervisor"):
        client = signed_in(outside)
        assert SECRET not in client.get(at, headers=PAGE).text, outside
        assert SECRET not in client.get(at).text
    client = signed_in("housing")
    assert SECRET not in client.get(f"{at}/print", headers=PAGE).text
    assert SECRET not in client.get(at).text, "no event, so in no export"
    assert signed_in("agent").post(f"{at}/notes", json={"text": "中心自己的记录"}).json()["office"] == "centre"
    assert "中心自己的记录" in signed_in("supervisor").get(at, headers=PAGE).text
    with house.reading() as connection:
        bodies = connection.scalars(select(OfficeNoteRow.body)).all()
    assert len(bodies) == 2
    assert SECRET.encode() not in bodies[0], "sealed"


def test_co_handlers_parts_and_attachments_are_seen_in_place(
    house: House, signed_in: SignIn, people: dict[str, int]
) -> None:
    case = logged(house, office="housing", text="说不清楚的一件事")
    taken(house, case.case, "add_co_handler", AGENT, CoHandler(office="urban", part="核实违建面积"))
    client = signed_in("housing")
    page = client.get(f"/cases/{case.number}", headers=PAGE).text
    assert "核实违建面积" in page
    assert "等待意见" in page
    taken(house, case.case, "co_answer", handler(people, "urban"), CoAnswer(office="urban", text="面积为十二平方米"))
    with house.writing() as connection:
        files = [
            keep_own(house, connection, *file)
            for file in (("image/png", PNG), ("application/pdf", b"%PDF-1.4\n"),
                         ("audio/mpeg", b"ID3\x03"), ("audio/amr", b"#!AMR\n"))
        ]  # fmt: skip
    taken(house, case.case, "add_material", AGENT, Material(text="补充照片和合同", attachments=tuple(files)))
    page = client.get(f"/cases/{case.number}", headers=PAGE).text
    assert "面积为十二平方米" in page
    assert "等待意见" not in page
    picture, contract, sound, other = (f"/attachments/{digest}?case={case.number}" for digest in files)
    assert f'<img src="{picture}" alt="附件1.png"' in page
    assert f'<iframe src="{contract}" title="附件2.pdf"' in page
    assert f'src="{sound}" aria-label="附件3.mp3"' in page
    assert f'<a href="{other}"' in page
    framed = client.get(contract)
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in framed.headers["Content-Security-Policy"]
    assert client.get(picture).headers["X-Frame-Options"] == "DENY"


def test_the_history_is_narrowed_by_kind_and_tells_the_weekday(
    house: House, signed_in: SignIn, people: dict[str, int]
) -> None:
    case = logged(house, office="housing")
    taken(house, case.case, "sign_for", handler(people, "housing"))
    taken(house, case.case, "add_material", AGENT, Material(text="来电人补充了门牌号"))
    client = signed_in("housing")
    page = client.get(f"/cases/{case.number}", headers=PAGE).text
    assert "2026年11月23日 周一" in page
    course = client.get(f"/cases/{case.number}?history=course", headers=PAGE).text
    talk = client.get(f"/cases/{case.number}?history=talk", headers=PAGE).text
    timeline = [part.partition('<ol class="timeline">')[2].partition("</ol>")[0] for part in (page, course, talk)]
    assert ["来电人补充了门牌号" in part for part in timeline] == [True, False, True]
    assert ["<strong>签收</strong>" in part for part in timeline] == [True, True, False]


def test_the_file_on_paper_is_masked_whole_and_recorded(house: House, signed_in: SignIn) -> None:
    case = logged(house, office="housing", phone="13812340001", title="物业费")
    page = signed_in("housing").get(f"/cases/{case.number}/print", headers=PAGE).text
    for said in (case.number, NOISE, "12345工单卷宗", "物业费", "138****0001", "李＊＊", "登记", "派单", "第五条", "文书目录"):
        assert said in page, said
    assert "13812340001" not in page
    with house.reading() as connection:
        printed = connection.execute(select(AuditRow.about).where(AuditRow.what == "case.print")).scalars().all()
    assert printed == [case.number]
    assert signed_in("urban").get(f"/cases/{case.number}/print", headers=PAGE).status_code == 404
