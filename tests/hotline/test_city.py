"""The city's settings at the desk: limits and ladders in versions, what they move and what they never move, two editors."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import func, select

from cases.law import working_days
from cases.rebuild import differences, rebuild
from cases.recompute import SETTLE
from cases.tables import AlertRow
from hotline.calendar import notices
from hotline.city import texts as city_texts
from hotline.city.deeds import Draft, Stale, save
from hotline.city.tables import CityVersionRow
from hotline.house import House, open_house
from hotline.tables import AuditRow
from hotline.worker import follow, look
from tests.hotline.city_work import HANDLE, HTML, THREE, Client, handle, post, rows
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.desk_work import statements
from tests.notice import LONGER
from tests.people import a_case


def test_a_new_limit_holds_from_its_day_and_moves_no_clock(
    house: House, seated: SignIn, now: Clock, settings: Any
) -> None:
    old = a_case(house).case
    admin = seated("admin")
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

    admin = seated("admin")  # a day on
    restored = post(admin, HANDLE, do="restore", version="0", base="1", effective="2026-11-30", why="试行结束")
    assert restored.json()["number"] == 2
    now.forward(days=3)
    assert handle(house, a_case(house).case) == "3个工作日"
    now.forward(days=3)
    assert handle(house, a_case(house).case) == "5个工作日"
    assert handle(house, new) == "3个工作日"
    admin = seated("admin")
    compared = admin.get(f"{HANDLE}/compare?old=0&new=1").json()
    assert compared["differs"] == [["时长", "5个工作日", "3个工作日"]]
    assert admin.get(f"{HANDLE}/compare?old=0&new=9").status_code == 404
    assert admin.get(f"{HANDLE}/compare?old=x").status_code == 404
    with house.reading() as connection:
        noted = connection.execute(select(AuditRow.what, AuditRow.about, AuditRow.detail).where(AuditRow.what.like("city%"))).all()
    assert [row.what for row in noted] == ["city.change", "city.restore"]
    assert noted[1].about == "limits/wo.handle"
    assert "试行结束" in noted[1].detail


def test_a_limit_for_some_requests_is_added_and_taken_away(house: House, seated: SignIn, now: Clock) -> None:
    admin = seated("admin")
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


def test_two_editors_are_told_of_each_other_and_nothing_typed_is_lost(house: House, seated: SignIn) -> None:
    admin, at = seated("admin"), "/city/texts/merged"
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
        reader = seated(login)
        seen = reader.get(at, headers=HTML)
        assert "工单{编号}已合并。" in seen.text
        assert "保存为新版本" not in seen.text
        assert post(reader, at, words="工单{编号}。", why="不许", base="2").status_code == 403
    assert seated("housing").get("/city", headers=HTML).status_code == 403


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


def test_a_ladder_holds_for_clocks_that_start_under_it(house: House, seated: SignIn, now: Clock) -> None:
    old = a_case(house).case
    admin, at = seated("admin"), "/city/ladder/all"
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
    house: House, seated: SignIn, now: Clock
) -> None:
    now.forward(days=34)  # 27 December
    admin, at = seated("admin"), "/city/ladder/all"
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
    house: House, seated: SignIn
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
    admin, at = seated("admin"), "/city/texts/merged"

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


def test_every_list_and_every_setting_opens(house: House, seated: SignIn) -> None:
    admin = seated("admin")
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
