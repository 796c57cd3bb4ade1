"""The rooms of legal officer and mediator over HTTP: handlers in view, evidence, service, the calendar and its feed."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import docx
from icalendar import Calendar
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.history import Event
from cases.people import Actor, Role
from cases.procedure import File
from cases.procedures import RECONSIDERATION
from cases.procedures.reconsideration_facts import Acceptance, Application
from hotline.house import House
from hotline.knowledge import seed as knowledge_seed
from hotline.law_rooms import law_seed
from hotline.law_rooms.legal_file import handling
from hotline.tables import UserRow
from tests.hotline import desk_work
from tests.hotline.conftest import Clock, client_of
from tests.stories.conftest import PERSON, Desk, on

HTML = {"Accept": "text/html"}
ASKED: dict[str, Any] = {"text": "不服罚款决定", "title": "不服罚款", "respondent": "武陵区城管局", "office": "justice", "channel": "counter"}
HANDLED: dict[str, Any] = {"handlers": ["张承办", "王承办"], "certificates": ["湘A001", "湘A002"]}
SUED: dict[str, Any] = {"office": "housing", "docketed": "2026-03-02", "court": "武陵区人民法院", "court_number": "（2026）湘0702行初5号"}
PAPER = {"item": "申1", "name": "处罚决定书", "side": "applicant", "proves": "罚款的数额", "form": "copy", "pages": 2}
PDF = b"%PDF-1.4 evidence"


def test_fewer_than_two_handlers_are_said_in_red_whatever_let_it_happen() -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    opened = Event(seq=1, step="receive", at=at, recorded_at=at, by="user:1", facts=Application(party=1, text="甲", respondent="乙"))
    alone = Acceptance(handlers=("甲",), certificates=("A1",))
    accepted = Event(seq=2, step="accept", at=at, recorded_at=at, by="user:1", facts=alone)
    found = handling(File(id=1, number="1", procedure=RECONSIDERATION, events=(opened, accepted)))
    assert found is not None
    assert found.wrong == "行政复议案件自受理至决定应当始终有二名以上承办人（《行政复议法实施条例》第三十九条），现有1名"
    before = handling(File(id=1, number="1", procedure=RECONSIDERATION, events=(opened,)))
    assert before is not None
    assert (before.needed, before.wrong) == (False, "")


def page(desk: Desk, address: str) -> str:
    """The page at an address."""
    answer = desk.send("GET", address, headers=HTML)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def entries(desk: Desk, query: str) -> list[tuple[str, str, str]]:
    """The calendar as kind, day and state."""
    found = desk.send("GET", f"/sittings?{query}").json()["entries"]
    return [(one["kind"], one["day"], one["state"]) for one in found]


def test_a_file_of_reconsideration_shows_handlers_evidence_and_service(
    now: Clock, desk: Callable[[str], Desk]
) -> None:
    on(now, "2026-03-02T09:00")
    legal = desk("legal")
    number = str(legal.opens("reconsideration", **ASKED).json()["number"])
    at = f"/cases/{number}"
    assert "尚未指定承办人" in page(legal, at)
    assert "现有" not in page(legal, at)
    on(now, "2026-03-03T09:00")
    legal.takes(number, "accept", **HANDLED)
    top = page(legal, at)
    assert top.index("湘A001") < top.index("h-asked"), "always in view at the top"
    assert "自2026年3月3日 周二起承办" in top
    on(now, "2026-03-04T09:00")
    legal.takes(number, "recuse", handler="王承办", reason="是申请人的邻居", replacement="李承办", certificate="湘A003")
    now_shown = page(legal, at)
    assert "王承办：回避" in now_shown
    assert "湘A003" in now_shown
    assert "湘A002" not in now_shown[: now_shown.index("h-history")]
    assert legal.tries(number, "release_handler", handler="李承办", reason="调离").status_code == 409

    evidence_story(legal, at)
    for step, facts in (("send_copy", {}), ("copy_received", {}), ("reply", {"text": "答复"}), ("hear_opinions", {"manner": "phone", "text": "已听取"})):
        legal.takes(number, step, **facts)
    on(now, "2026-03-25T09:00")
    legal.takes(number, "decide", kind="uphold", letter="武政复决〔2026〕3号", text="维持")
    assert "原文号，送达另行登记" in page(legal, at)
    legal.takes(number, "serve_applicant", what="decision", manner="post")
    served = page(legal, at)
    line = served[served.index('id="service"') :]
    assert "邮寄送达" in line
    assert "不服复议决定起诉" in line
    assert "4月9日（周四）" in line, "fifteen days from 25 March"


def evidence_story(legal: Desk, at: str) -> None:
    """Handed in with its file, numbered once, examined with a reason, printed."""
    form = {"act": "submit", "_csrf": legal.client.headers["X-CSRF-Token"], **{f"facts.{n}": str(v) for n, v in PAPER.items()}}
    sent = legal.send("POST", f"{at}/evidence", data=form, files={"file": ("决定书.pdf", PDF, "application/pdf")}, headers=HTML, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    again = legal.send("POST", f"{at}/evidence", data=form, headers=HTML)
    assert again.status_code == 409
    assert "证据编号申1已经使用" in again.text
    assert 'value="处罚决定书"' in again.text, "nothing typed is lost"
    wrong = {**form, "facts.item": "申2"}
    film = legal.send("POST", f"{at}/evidence", data=wrong, files={"file": ("a.exe", b"MZ", "application/pdf")}, headers=HTML)
    assert film.status_code == 422
    assert "只能上传" in film.text
    unknown = legal.send("POST", f"{at}/evidence", json={"act": "examine", "facts": {"item": "申9", "outcome": "accepted", "reason": "来源合法"}})
    assert unknown.status_code == 409
    examined = {"act": "examine", "facts": {"item": "申1", "outcome": "rejected", "reason": "没有原件核对"}}
    assert legal.send("POST", f"{at}/evidence", json=examined).status_code == 200
    shown = page(legal, f"{at}/evidence")
    assert "没有原件核对" in shown
    link = next(part for part in shown.split('"') if part.startswith("/attachments/"))
    assert legal.send("GET", link).content == PDF
    line = legal.send("GET", f"{at}/evidence").json()["evidence"][0]
    assert (line["item"], line["outcome"], line["form"], line["pages"]) == ("申1", "不予采纳", "复制件", 2)
    table = docx.Document(io.BytesIO(legal.send("GET", f"{at}/evidence?paper=docx").content)).tables[0]
    assert [cell.text for cell in table.rows[1].cells][:4] == ["申1", "处罚决定书", "申请人（原告）", "罚款的数额"]
    assert "处罚决定书" in page(legal, at)


def test_hearings_sessions_and_deadlines_stand_in_one_calendar_and_in_a_feed(
    house: House, now: Clock, desk: Callable[[str], Desk]
) -> None:
    on(now, "2026-03-05T09:00")
    legal, housing, mediator = desk("legal"), desk("housing"), desk("mediator")
    suit = str(legal.opens("litigation", **SUED).json()["number"])
    review = str(legal.opens("reconsideration", **ASKED).json()["number"])
    legal.takes(review, "accept", **HANDLED)
    dispute = str(mediator.opens("mediation", kind="people", text="漏水", title="漏水", office="housing").json()["number"])
    mediator.takes(dispute, "consent", side="respondent", how="spoken")
    mediator.takes(dispute, "accept_people")
    table = f"/cases/{dispute}/table"
    mediator.send("POST", table, json={"act": "choose", "facts": {"mediator": "mediator"}})
    planned = {"on": "2026-03-12", "start": "09:30", "end": "11:00", "room": "一室"}
    assert mediator.send("POST", table, json={"act": "plan", "facts": planned}).status_code == 200
    legal.takes(suit, "set_hearing", hearing="2026-03-20", place="第三法庭")
    legal.takes(review, "arrange_hearing", held_on="2026-03-18", place="三楼会议室")

    sits = "view=month&on=2026-03-01&kind="
    assert entries(legal, sits + "court") == [("court", "2026-03-20", "set")]
    assert entries(legal, sits + "hearing") == [("hearing", "2026-03-18", "set")]
    assert entries(legal, sits + "session") == [("session", "2026-03-12", "set")]
    assert ("deadline", "2026-03-20", "set") in entries(legal, sits + "deadline&procedure=litigation"), "the defence: fifteen days"
    assert entries(housing, sits + "court") == [("court", "2026-03-20", "set")]
    assert entries(housing, sits + "hearing") == [], "another office's"
    assert entries(mediator, sits + "court") == []
    assert entries(legal, "view=week&on=2026-03-12&kind=session") == [("session", "2026-03-12", "set")]
    assert entries(legal, "view=week&on=2026-03-19&kind=session") == []
    shown = page(legal, "/sittings?view=list&on=2026-03-05")
    assert "第三法庭" in shown
    assert "李青禾" not in shown
    assert legal.send("GET", "/sittings?on=never", headers=HTML).status_code == 422
    feed_story(house, now, (legal, mediator), (suit, review, table))


def feed_story(house: House, now: Clock, people: tuple[Desk, Desk], numbers: tuple[str, str, str]) -> None:
    """Read without a cookie; moved and called off under the same name; replaced, withdrawn, guessed at."""
    (legal, mediator), (suit, review, table) = people, numbers
    url = legal.send("POST", "/sittings/feed").json()["url"]
    with client_of(house) as reader:
        first = read(reader, url)
        court = next(one for uid, one in first.items() if uid.startswith(f"sitting-{suit}"))
        assert (str(court["dtstart"].dt), str(court["status"]), str(court["summary"])) == ("2026-03-20", "CONFIRMED", f"开庭 行政诉讼应诉 {suit}")
        session = next(one for one in first.values() if "调解" in str(one["summary"]) and "期限" not in str(one["summary"]))
        assert session["dtstart"].dt.isoformat() == "2026-03-12T09:30:00+08:00"
        assert session["dtstart"].params["TZID"] == "Asia/Shanghai"
        assert PERSON["name"] not in str(first)
        assert "罚款" not in str(first)

        on(now, "2026-03-06T09:00")
        legal.takes(suit, "set_hearing", hearing="2026-03-24")
        legal.takes(review, "call_off_hearing", text="申请人请求取消")
        mediator.send("POST", table, json={"act": "plan", "facts": {"on": "2026-03-13", "start": "14:30", "end": "16:00"}})
        second = read(reader, url)
        assert set(first) <= set(second), "names stay"
        moved = second[str(court["uid"])]
        assert str(moved["dtstart"].dt) == "2026-03-24"
        assert moved["sequence"] > court["sequence"]
        off = next(one for uid, one in second.items() if uid.startswith(f"sitting-{review}"))
        assert str(off["status"]) == "CANCELLED"
        again = second[str(session["uid"])]
        assert again["dtstart"].dt.isoformat() == "2026-03-13T14:30:00+08:00"
        defence = next(uid for uid, one in first.items() if uid.startswith(f"due-{suit}-al.defence"))
        legal.takes(suit, "file_defence", text="答辩", evidence=3, norms=1)
        assert str(read(reader, url)[defence]["status"]) == "CANCELLED", "met"
        legal.takes(suit, "withdraw_suit", kind="withdrawn", court_number="（2026）湘0702行初5号")
        assert str(read(reader, url)[str(court["uid"])]["status"]) == "CANCELLED", "the case ended before it"

        fresh = legal.send("POST", "/sittings/feed").json()["url"]
        assert reader.get(path(url)).status_code == 404, "replaced"
        assert read(reader, fresh)
        assert legal.send("POST", "/sittings/feed/withdrawal").status_code == 200
        assert reader.get(path(fresh)).status_code == 404
        wrong = [reader.get(f"/feeds/guess{n}.ics").status_code for n in range(20)]
        assert wrong[0] == 404
        assert wrong[-1] == 429


def path(url: str) -> str:
    """The address without its host."""
    return "/feeds/" + url.rpartition("/")[2]


def read(reader: TestClient[Litestar], url: str) -> dict[str, Any]:
    """The feed's entries by name, read as any other program would."""
    answer = reader.get(path(url))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/calendar")
    made = Calendar.from_ical(answer.content)
    assert [str(zone["tzid"]) for zone in made.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    return {str(one["uid"]): one for one in made.walk("VEVENT")}


def test_a_case_that_rests_on_a_lapsed_document_says_so(now: Clock, desk: Callable[[str], Desk]) -> None:
    on(now, "2026-03-02T09:00")
    legal = desk("legal")
    norm = {"title": "罚款基准", "number": "武示发〔2019〕8号", "issuer": "区政府办", "issued_on": "2019-01-01", "in_force_on": "2019-01-01"}
    assert legal.send("POST", "/knowledge/norms", json=norm).status_code == 201
    number = str(legal.opens("reconsideration", **ASKED).json()["number"])
    assert "罚款基准" not in page(legal, f"/cases/{number}")
    legal.takes(number, "note", text="决定依据《罚款基准》第三条")
    shown = page(legal, f"/cases/{number}")
    assert "引用了《罚款基准》（武示发〔2019〕8号），该文件当时有效期届满，已经失效" in shown


def test_the_mediator_s_table_shows_who_said_yes_and_who_signed(now: Clock, desk: Callable[[str], Desk]) -> None:
    on(now, "2026-03-02T09:00")
    mediator = desk("mediator")
    number = str(mediator.opens("mediation", kind="people", text="漏水", title="漏水", office="housing").json()["number"])
    table = f"/cases/{number}/table"
    before = page(mediator, table)
    assert "申请调解即为同意" in before
    assert "尚未表示" in before
    mediator.takes(number, "consent", side="respondent", how="written")
    mediator.takes(number, "accept_people")
    after = page(mediator, table)
    assert "书面同意" in after
    assert "尚未表示" not in after
    mediator.send("POST", table, json={"act": "choose", "facts": {"mediator": "mediator"}})
    met = {f"{side}_{what}": True for side in ("applicant", "respondent") for what in ("present", "heard", "signed")}
    assert mediator.send("POST", table, json={"act": "minutes", "facts": {**met, "text": "双方陈述"}}).status_code == 200
    mediator.takes(number, "agree_in_writing", text="赔偿八百元", applicant_signed=True, respondent_signed=True, mediator_signed=True, sealed=True)
    signed = page(mediator, table)
    assert "赔偿八百元" in signed
    assert signed.count("已有</span>") == 4


def test_the_demonstration_has_something_in_every_room(house: House, now: Clock, desk: Callable[[str], Desk]) -> None:
    on(now, "2026-03-02T09:00")
    legal, mediator = desk("legal"), desk("mediator")
    with house.reading() as connection:
        known = {row.login: row.id for row in connection.execute(select(UserRow.login, UserRow.id))}
    actors = {
        login: Actor(f"user:{known[login]}", login, frozenset({role}))
        for login, role in (("legal", Role.LEGAL), ("mediator", Role.MEDIATOR))
    }
    knowledge_seed.load(house, actors)
    law_seed.load(house, actors, "law:test")
    articles = legal.send("GET", "/knowledge").json()
    assert articles["total"] == 12
    assert {one["slug"] for one in articles["articles"] if one["flagged"]} == {"property-fee", "street-stalls"}
    assert len(legal.send("GET", "/knowledge/norms?view=soon").json()["norms"]) == 1
    assert legal.client.get("/answers").json()["total"] == 10
    assert {kind for kind, _, _ in entries(legal, "view=list&on=2026-03-02")} == {"court", "hearing", "session", "deadline"}
    assert {kind for kind, _, _ in entries(mediator, "view=list&on=2026-03-02")} == {"session", "deadline"}
    few, many = (statements(house, legal, f"/knowledge?state={state}") for state in ("flagged", ""))
    assert few == many, "two articles or twelve"
    few, many = (statements(house, legal, f"/sittings?on=2026-03-02&view={view}") for view in ("week", "list"))
    assert few == many, "two entries or seven"


def statements(house: House, desk: Desk, address: str) -> int:
    """How many statements a page asks the database for."""
    with desk_work.statements(house) as asked:
        page(desk, address)
    return len(asked)
