"""The city's settings at the desk: versions, what they move and what they never move, two editors, every process."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select, update

from cases.clocks import latest
from cases.law import working_days
from cases.lists import load_file
from cases.rebuild import differences, rebuild
from cases.recompute import SETTLE
from cases.tables import AlertRow, ClockRow, OutboxRow
from hotline import texts
from hotline.alike.rules import alike_rules
from hotline.calendar import notices
from hotline.city import figures as city_figures
from hotline.city import letters as city_letters
from hotline.city import texts as city_texts
from hotline.city.deeds import Draft, Stale, save
from hotline.city.figures import least_confidence, word_of
from hotline.city.tables import CityVersionRow
from hotline.delivery import deliver
from hotline.house import House, open_house
from hotline.letters import sheets as letter_sheets
from hotline.settings import Misconfigured
from hotline.tables import AuditRow, UserRow
from hotline.worker import follow, look
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.desk_work import statements
from tests.hotline.rule_work import sit
from tests.notice import LONGER
from tests.people import a_case

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}
HANDLE = "/city/limits/wo.handle"
THREE = {"n": "3", "unit": "working_day", "more": "10", "source": "第八条", "why": "提速", "effective": "2026-11-24", "base": "0"}


@pytest.fixture
def signed_in(client: Client, people: dict[str, int]) -> SignIn:
    """As the house's own, without the time a password takes."""
    return lambda login="admin": sit(client, login)


def post(client: Client, at: str, **said: Any) -> Any:
    """The answer to what was posted, as JSON."""
    return client.post(at, json={"do": "save", **said})


def handle(house: House, case: int) -> str:
    """How long a case has for handling."""
    with house.reading() as connection:
        file = load_file(connection, case)
    assert file is not None
    found = latest(file.readings(house.city), "wo.handle")
    assert found is not None
    return found.lengths


def rows(house: House) -> list[Any]:
    """What is kept of every clock."""
    with house.reading() as connection:
        return [tuple(row) for row in connection.execute(select(ClockRow.__table__).order_by(ClockRow.case_id, ClockRow.clock))]


def test_a_new_limit_holds_from_its_day_and_moves_no_clock(
    house: House, signed_in: SignIn, now: Clock, settings: Any
) -> None:
    old = a_case(house).case
    admin = signed_in("admin")
    for wrong in ({"effective": "2026-11-23"}, {"effective": "gestern"}, {"n": "0"}, {"unit": "fortnight"}, {"source": " "}, {"why": ""}):
        answer = post(admin, HANDLE, **{**THREE, **wrong})
        assert answer.status_code == 422, wrong
        assert next(iter(wrong)) in answer.text
    foreseen = post(admin, HANDLE, **{**THREE, "do": "preview"}).json()
    assert "在办的1件案件不受影响" in foreseen["says"][0]
    assert all(row[1] != row[2] for row in foreseen["rows"])
    with house.reading() as connection:
        assert connection.scalar(select(func.count(CityVersionRow.id))) == 0
    before = rows(house)

    assert post(admin, HANDLE, **THREE).json()["number"] == 1
    assert post(admin, HANDLE, **{**THREE, "base": "1"}).status_code == 422  # nothing differs
    assert handle(house, a_case(house).case) == "5个工作日"  # the day has not come
    now.forward(days=1)
    new = a_case(house).case
    assert (handle(house, old), handle(house, new)) == ("5个工作日", "3个工作日")
    assert rows(house)[: len(before)] == before
    kept = rows(house)
    assert list(differences(house.engine, house.city, lambda *_: None)) == []
    assert rebuild(house.engine, house.city, lambda *_: None) == 0
    other = open_house(settings, now)  # a process that starts later reads the same
    try:
        assert other.city.limit("wo.handle", "complaint", False, date(2026, 11, 24)).length == working_days(3)
        assert list(differences(other.engine, other.city, lambda *_: None)) == []
    finally:
        other.close()
    assert rows(house) == kept

    admin = signed_in("admin")  # a day on
    restored = post(admin, HANDLE, do="restore", version="0", base="1", effective="2026-11-30", why="试行结束")
    assert restored.json()["number"] == 2
    now.forward(days=3)
    assert handle(house, a_case(house).case) == "3个工作日"
    now.forward(days=3)
    assert handle(house, a_case(house).case) == "5个工作日"
    assert handle(house, new) == "3个工作日"
    admin = signed_in("admin")
    compared = admin.get(f"{HANDLE}/compare?old=0&new=1").json()
    assert compared["differs"] == [["时长", "5个工作日", "3个工作日"]]
    assert admin.get(f"{HANDLE}/compare?old=0&new=9").status_code == 404
    assert admin.get(f"{HANDLE}/compare?old=x").status_code == 404
    with house.reading() as connection:
        noted = connection.execute(select(AuditRow.what, AuditRow.about, AuditRow.detail).where(AuditRow.what.like("city%"))).all()
    assert [row.what for row in noted] == ["city.change", "city.restore"]
    assert noted[1].about == "limits/wo.handle"
    assert "试行结束" in noted[1].detail


def test_a_limit_for_some_requests_is_added_and_taken_away(house: House, signed_in: SignIn, now: Clock) -> None:
    admin = signed_in("admin")
    new = {**THREE, "clock": "wo.handle", "kind.report": "1", "source": "第八条之二"}
    assert "重叠" in post(admin, "/city/limits/new", **{**new, "kind.consult": "1"}).text
    assert "一般期限已经有了" in post(admin, "/city/limits/new", **{**THREE, "clock": "wo.handle"}).text
    made = post(admin, "/city/limits/new", **new).json()
    assert made["name"] == "wo.handle~report"
    assert post(admin, "/city/limits/new", **new).status_code == 422
    listed = admin.get("/city/limits").json()["settings"]
    assert {"name": "wo.handle~report", "title": "办理（举报）", "value": "3个工作日，可延期10个工作日以内", "number": 0} in listed
    at = "/city/limits/wo.handle~report"
    gone = {**THREE, "source": "第八条之二", "gone": "1", "base": "1", "effective": "2026-11-26"}
    assert post(admin, at, **gone).json()["number"] == 2
    lengths = [str(house.city.limit("wo.handle", "report", False, date(2026, 11, day)).length) for day in (23, 24, 25, 26)]
    assert lengths == ["5个工作日", "3个工作日", "3个工作日", "5个工作日"]
    assert post(admin, HANDLE, **{**THREE, "gone": "1"}).json()["number"] == 1  # the general one stays
    assert house.city.limit("wo.handle", "complaint", False, date(2026, 11, 30)).length == working_days(3)
    page = admin.get("/city/limits", headers=HTML).text
    assert "《信访工作条例》第三十四条" in page
    assert "/city/limits/xf.handle" not in page
    assert admin.get("/city/limits/xf.handle").status_code == 404


def test_a_text_keeps_what_it_must_and_every_process_sends_the_newest(
    house: House, signed_in: SignIn, now: Clock, settings: Any, people: dict[str, int]
) -> None:
    admin, at = signed_in("admin"), "/city/texts/signed"
    for words, said in (
        ("已经签收。", "不能缺少“{编号}”"), ("工单{编号}[，{天气}]", "没有“{天气}”这一项"), ("工单[{编号}]", "不能放在方括号里"),
        ("工单{编号}[，请等", "应当成对"), ("", "应有内容"),
    ):  # fmt: skip
        answer = post(admin, at, words=words, why="改", base="0")
        assert answer.status_code == 422
        assert said in answer.json()["errors"][0]["detail"]
    assert "不能缺少“119”" in post(admin, "/city/texts/danger", words="请打110、120！{编号}", why="改", base="0").text
    long = "工单{编号}已由承办单位签收办理[，{期限}答复您]。" + "请保持电话畅通。" * 5
    foreseen = post(admin, at, do="preview", words=long, base="0").json()
    assert foreseen["says"] == ["比现行的多计1条短信，每发一次都多付费。"]
    assert foreseen["rows"][2][2].endswith("字，计2条短信")
    new = "工单{编号}已签收[，{期限}答复您]。"
    other = open_house(settings, now)
    try:
        assert post(admin, at, words=new, why="短些", base="0").json()["number"] == 1
        other.almanac.look()  # as it does each second
        for one in (house, other):
            assert texts.render("signed", {"number": "7"}, one.city, one.vault, city_texts.words_of(one, "signed")) == (
                "【武陵区12345】工单7已签收。"
            )
    finally:
        other.close()
    later = {"words": new + "谢谢。", "why": "礼貌", "base": "1", "effective": "2026-11-25"}
    assert post(admin, at, **later).json()["number"] == 2
    assert city_texts.words_of(house, "signed") == new
    now.forward(days=2)
    assert city_texts.words_of(house, "signed") == new + "谢谢。"
    admin = signed_in("admin")  # two days on
    assert post(admin, at, do="restore", version="0", base="2", why="还是原来的好").json()["number"] == 3
    assert city_texts.words_of(house, "signed") == texts.packaged(settings.city)["signed"]

    no_telephone = post(admin, at, do="test", words=new, base="3")
    assert "没有登记手机号" in no_telephone.text
    with house.writing() as connection:
        connection.execute(update(UserRow).where(UserRow.login == "admin").values(phone=house.vault.seal("13800001111")))
    assert post(admin, at, do="test", words=new, base="3").json() == {"sent": True}
    assert deliver(house) == 1
    sent = (settings.data / "outgoing.jsonl").read_text("utf-8")
    assert "【武陵区12345】工单2026112300012-7已签收" in sent
    assert "138****1111" in sent
    with house.reading() as connection:
        assert connection.scalars(select(OutboxRow.recipient)).all() == [f"user:{people['admin']}"]


def test_two_editors_are_told_of_each_other_and_nothing_typed_is_lost(house: House, signed_in: SignIn) -> None:
    admin, at = signed_in("admin"), "/city/texts/merged"
    page = admin.get(at, headers=HTML).text
    assert 'name="base" value="0"' in page
    assert post(admin, at, words="工单{编号}已并入，办好后答复。", why="第一个人", base="0").status_code == 200
    mine = {"do": "save", "words": "工单{编号}已合并。", "why": "第二个人", "base": "0", "_csrf": admin.headers["X-CSRF-Token"]}
    answer = admin.post(at, data=mine, headers=HTML)
    assert answer.status_code == 409
    for said in ("别人已经存了第1版", "第一个人", "工单{编号}已并入，办好后答复。", "工单{编号}已合并。", "第二个人", 'name="base" value="1"'):
        assert said in answer.text
    assert city_texts.words_of(house, "merged") == "工单{编号}已并入，办好后答复。"
    told = post(admin, at, words="工单{编号}已合并。", why="第二个人", base="0").json()
    assert (told["status"], told["base"]) == (409, 1)
    saved = admin.post(at, data={**mine, "base": "1"}, headers=HTML, follow_redirects=False)
    assert (saved.status_code, saved.headers["Location"]) == (303, f"{at}?done=2")
    wrong = admin.post(at, data={**mine, "base": "2", "words": "忘了编号", "why": ""}, headers=HTML)
    assert wrong.status_code == 422
    for said in ("忘了编号", "不能缺少“{编号}”", "请写明为什么改"):
        assert said in wrong.text
    for login in ("supervisor", "legal", "auditor"):
        reader = signed_in(login)
        seen = reader.get(at, headers=HTML)
        assert "工单{编号}已合并。" in seen.text
        assert "保存为新版本" not in seen.text
        assert post(reader, at, words="工单{编号}。", why="不许", base="2").status_code == 403
    assert signed_in("housing").get("/city", headers=HTML).status_code == 403


def form_of(client: Client, at: str) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    page = client.get(at, headers=HTML).text
    found = {}
    for control in re.findall(r"<input[^>]*>", page):
        named = dict(re.findall(r'(\w+)="([^"]*)"', control))
        if named.get("name", "")[:1].isdigit() and (named.get("type") != "checkbox" or " checked" in control):
            found[named["name"]] = named.get("value", "")
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    return found


def test_a_ladder_holds_for_clocks_that_start_under_it(house: House, signed_in: SignIn, now: Clock) -> None:
    old = a_case(house).case
    admin, at = signed_in("admin"), "/city/ladder/all"
    said = form_of(admin, at)
    packaged = [rung.title for rung in house.city.ladder]
    assert [said[f"{n}.title"] for n in range(len(packaged))] == packaged
    due = packaged.index("已到期")
    told = {"why": "到期即报督办员", "base": "0", "effective": "2026-11-24"}
    assert post(admin, at, **said, **told).status_code == 422  # as it is
    assert "请写名称" in post(admin, at, **{**said, f"{due}.title": ""}, **told).text
    timed = {f"{n}.gone": "1" for n in range(len(packaged)) if said[f"{n}.group"] == "moment"}
    assert "至少要有一档" in post(admin, at, **{**said, **timed}, **told).text
    changed = {**said, f"{due}.to": "supervisor", f"{due}.title": "到期，报督办员", **told}
    foreseen = post(admin, at, **{**changed, "do": "preview"}).json()
    assert [row[2] for row in foreseen["rows"] if row[1] != row[2]] == ["到期，报督办员：督办员"]
    assert post(admin, at, **changed).json()["number"] == 1
    mine = {**said, "known": str(len(packaged)), f"{len(packaged)}.title": "我加的一档"}
    token = {"_csrf": admin.headers["X-CSRF-Token"], "do": "save"}
    late = admin.post(at, data={**mine, **told, **token}, headers=HTML)
    assert late.status_code == 409
    assert "别人已经存了第1版" in late.text
    assert 'value="我加的一档"' in late.text
    before = rows(house)
    now.forward(days=1)
    new = a_case(house).case
    assert rows(house)[: len(before)] == before
    assert list(differences(house.engine, house.city, lambda *_: None)) == []
    now.forward(days=20)
    look(house)
    with house.reading() as connection:
        found = connection.execute(
            select(AlertRow.case_id, AlertRow.rung, AlertRow.recipient).where(AlertRow.clock == "wo.handle")
        ).all()
    titles = {
        case: {rung.title: row.recipient for row in found if row.case_id == case and (rung := house.city.rung(row.rung))}
        for case in (old, new)
    }
    assert titles[old]["已到期"].endswith(":chief")
    assert titles[new]["到期，报督办员"] == "role:supervisor"
    assert "已到期" not in titles[new]
    assert len(titles[old]) == len(titles[new]) == len(packaged) - 4


def test_a_holiday_notice_moves_the_rungs_of_the_ladder_a_clock_began_under(
    house: House, signed_in: SignIn, now: Clock
) -> None:
    now.forward(days=34)  # 27 December
    admin, at = signed_in("admin"), "/city/ladder/all"
    changed = {**form_of(admin, at), "3.n": "2", "3.title": "超期2个工作日"}
    assert post(admin, at, **changed, why="晚一天", base="0", effective="2026-12-28").json()["number"] == 1
    now.forward(days=1)
    case = a_case(house).case
    load = notices.hand_in(house, LONGER, "user:1")
    follow(house, 10)
    notices.confirm(house, load, "user:1")
    now.forward(seconds=SETTLE.total_seconds())
    follow(house, 10)
    assert notices.one(house, load).state == "done"
    assert list(differences(house.engine, house.city, lambda *_: None)) == []
    now.forward(days=30)
    look(house)
    with house.reading() as connection:
        rungs = connection.scalars(select(AlertRow.rung).where(AlertRow.case_id == case, AlertRow.clock == "wo.handle"))
        titles = [found.title for rung in rungs.all() if (found := house.city.rung(rung))]
    assert "超期2个工作日" in titles
    assert "超期1个工作日" not in titles


def test_of_two_who_save_at_once_one_is_first_and_no_page_asks_more_for_more_versions(
    house: House, signed_in: SignIn
) -> None:
    def one(n: int) -> str:
        draft = Draft(
            sort=city_texts, name="merged", content=city_texts.TextPaper(f"工单{{编号}}已并案{n}。"), base=0,
            from_at=house.now(), by="user:1", why="同时",
        )  # fmt: skip
        try:
            return str(save(house, draft))
        except Stale as stale:
            return f"stale {stale.number}"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == ["1", "stale 1", "stale 1", "stale 1"]
    admin, at = signed_in("admin"), "/city/texts/merged"

    def asked(page: str) -> int:
        with statements(house) as sent:
            assert admin.get(page, headers=HTML).status_code == 200
        return sum("city_" in statement or "users.name" in statement for statement in sent)

    few = [asked(page) for page in ("/city", at, "/city/texts")]
    for n in range(1, 24):
        assert post(admin, at, words=f"工单{{编号}}已并入第{n}件。", why="再改", base=str(n)).status_code == 200
    assert [asked(page) for page in ("/city", at, "/city/texts")] == few
    older = re.search(r'href="(/city/texts/merged\?before=\d+)"', admin.get(at, headers=HTML).text)
    assert older
    assert "随系统提供" in admin.get(older[1], headers=HTML).text
    assert "/city?before=" in admin.get("/city", headers=HTML).text


def template(*lines: str) -> bytes:
    """A Word file of these paragraphs."""
    page, out = docx.Document(), io.BytesIO()
    for line in lines:
        page.add_paragraph(line)
    page.save(out)
    return out.getvalue()


GOOD = (
    "本市样式 {{ title }} {{ number }}", "{{ addressee }}：", "{%p for words in paragraphs %}", "{{ words }}", "{%p endfor %}",
    "{%p for words in remedies %}", "{{ words }}", "{%p endfor %}", "{{ signed }} {{ date }}",
)  # fmt: skip


def test_a_letters_template_is_checked_proofed_put_in_force_and_taken_back(
    house: House, signed_in: SignIn
) -> None:
    admin, at = signed_in("admin"), "/city/letters/petition-opinion"
    token = {"_csrf": admin.headers["X-CSRF-Token"]}

    def hand_in(content: bytes, do: str = "preview", **said: str) -> Any:
        return admin.post(at, data={"do": do, "base": "0", **token, **said}, files={"file": ("新.docx", content)}, headers=HTML)

    macro = io.BytesIO(template(*GOOD))
    with ZipFile(macro, "a") as packed:
        packed.writestr("word/vbaProject.bin", b"x")
    for content, said in (
        (b"hello", "这不是 Word"), (template("{{ title }}"), "缺少文号"), (template(*GOOD, "{{ secret }}"), "不认识{{ secret }}"),
        (template(*GOOD, "{% for %}"), "花括号写错了"), (template(*GOOD, "{% for n in range(9) %}{% endfor %}"), "range"),
        (template(*GOOD, "{{ title.__class__.__mro__ }}"), "不能使用"), (macro.getvalue(), "带有宏"),
    ):  # fmt: skip
        answer = hand_in(content)
        assert answer.status_code == 422, said
        assert said in answer.text
    page = hand_in(template(*GOOD))
    assert page.status_code == 200, page.text
    proofs = sorted(set(re.findall(r"/letter-templates/[^\"]+", page.text)))
    digest = proofs[0].split("/")[3]
    kinds = [admin.get(one).content[:4] for one in proofs]
    assert kinds == [b"PK\x03\x04", b"%PDF", b"\x89PNG"]
    saved = post(admin, at, digest=digest, why="换成本市样式", base="0")
    assert saved.json()["number"] == 1
    with house.reading() as connection:
        used = [city_letters.template_of(house, connection, name) for name in ("petition-opinion", "petition-accept")]
    drawn = [docx.Document(io.BytesIO(letter_sheets.word(city_letters.SAMPLE, one))).paragraphs[0].text for one in used]
    assert drawn[0].startswith("本市样式 信访事项处理意见书")
    assert not drawn[1].startswith("本市样式")
    assert admin.get(f"/letter-templates/petition-opinion/{digest}/template.docx").content == template_bytes(house, digest)
    compared = admin.get(f"{at}/compare?old=0&new=1", headers=HTML).text
    assert "本市样式 {{ title }}" in compared
    assert post(admin, at, do="restore", version="0", why="换回", base="1").json()["number"] == 2
    with house.reading() as connection:
        assert city_letters.template_of(house, connection, "petition-opinion") == used[1]
    assert admin.get("/letter-templates/letter/0/preview.pdf").content.startswith(b"%PDF")
    assert admin.get("/letter-templates/letter/none/preview.pdf").status_code == 404


def template_bytes(house: House, digest: str) -> bytes | None:
    """A template as it is kept."""
    with house.reading() as connection:
        return city_letters.file_of(connection, digest)


def test_figures_take_effect_at_once_and_are_bounded(house: House, signed_in: SignIn, now: Clock) -> None:
    admin = signed_in("admin")
    assert least_confidence(house) is None
    assert post(admin, "/city/figures/second_opinion", least="0.3", why="试", base="0").status_code == 422
    post(admin, "/city/figures/second_opinion", least="0.97", why="试行", base="0")
    assert least_confidence(house) == 0.97
    post(admin, "/city/figures/second_opinion", least="", why="停用", base="1")
    assert least_confidence(house) is None
    known = {field.name: field.value for field in city_figures.form(house, "alike", alike_rules(house))}
    assert post(admin, "/city/figures/alike", **{**known, "near": "7"}, why="试", base="0").status_code == 422
    post(admin, "/city/figures/alike", **{**known, "near": "0.4"}, why="少些打扰", base="0", effective="2026-11-24")
    assert alike_rules(house).near == 0.28
    now.forward(days=1)
    assert alike_rules(house).near == 0.4
    admin = signed_in("admin")
    twice = post(admin, "/city/figures/words", **{"word.housing": "武建", "word.urban": "武建"}, why="试", base="0")
    assert "已经是别的单位的" in twice.text
    post(admin, "/city/figures/words", **{"word.housing": "武建"}, why="改名", base="0")
    assert word_of(house, "housing") == "武建"
    assert word_of(house, "urban") == house.city.offices["urban"]


def test_every_list_and_every_setting_opens(house: House, signed_in: SignIn) -> None:
    admin = signed_in("admin")
    home = admin.get("/city", headers=HTML).text
    for sort in admin.get("/city").json()["sorts"]:
        listed = admin.get(f"/city/{sort}").json()["settings"]
        assert listed
        assert admin.get(f"/city/{sort}", headers=HTML).status_code == 200
        for one in listed[:: max(1, len(listed) // 4)]:
            page = admin.get(f"/city/{sort}/{one['name']}", headers=HTML)
            assert page.status_code == 200, one
            assert page.text.count("<h1>") == 1
        assert f'href="/city/{sort}"' in home
        assert admin.get(f"/city/{sort}/nothing").status_code == 404


def test_a_text_of_the_city_s_folder_that_cannot_be_meant_is_named(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / texts.FILE).write_text('merged = "工单{编号}已并案。"', "utf-8")
    assert texts.packaged(own)["merged"] == "工单{编号}已并案。"
    assert texts.packaged(own)["signed"] == texts.packaged(texts.PACKAGED)["signed"]
    for content, said in (('merged = "没有编号"', "编号"), ('nothing = "x"', "nothing"), ("merged = ", "texts.toml")):
        wrong = tmp_path / said
        wrong.mkdir()
        (wrong / texts.FILE).write_text(content, "utf-8")
        with pytest.raises(Misconfigured, match=said):
            texts.packaged(wrong)


def test_what_an_older_house_wrote_breaks_nothing(house: House, now: Clock) -> None:
    with house.writing() as connection:
        for sort, name, content in (("limits", "wo.handle", "{}"), ("texts", "signed", '{"words": "没有编号"}'), ("ladder", "all", "[]")):
            row = {"sort": sort, "name": name, "number": 1, "content": content, "from_at": now(), "at": now(), "by": "user:1", "why": "旧"}
            connection.execute(CityVersionRow.__table__.insert().values(row))  # type: ignore[attr-defined]
    house.almanac.look()
    assert house.city.limit("wo.handle", "complaint", False, date(2026, 11, 24)).length == working_days(5)
    assert city_texts.words_of(house, "signed").startswith("工单{编号}")
    assert house.city.ladder_on(now() + timedelta(days=1)) == house.city.ladder
    assert msgspec.json.encode(house.papers.names("limits")) == b'["wo.handle"]'


