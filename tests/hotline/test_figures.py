"""The figures: what each case leaves on which day, sums that stay right, pages that lead to the cases they count."""

import io
from datetime import date, timedelta
from typing import Any

import docx
import openpyxl
import pytest
from sqlalchemy import func, select

from cases.changes import Written
from cases.history import Note
from cases.lists import load_file
from cases.people import CITIZEN, SYSTEM, Actor, Role
from cases.procedures.work_order_facts import (
    Answer,
    CallBack,
    ExtensionAsked,
    ExtensionGiven,
    Rating,
    Reopening,
    Return,
    Ruling,
)
from hotline.figures.figures import Sum, Wanted, month_on, ranked, stretches, sums
from hotline.figures.keeper import keep_all, keep_up, rows_of
from hotline.figures.marks import again_at, marks_of
from hotline.figures.measures import RATES, quantile
from hotline.figures.tables import FigureCountRow, FigureMarkRow
from hotline.house import House
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.desk_work import AGENT, PAGE, handler, logged, statements, taken

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOVEMBER = Wanted(first=date(2026, 11, 1), last=date(2026, 11, 30))
SUPERVISOR = Actor("user:9", "督办员某", frozenset({Role.SUPERVISOR}))


def opened(house: House, office: str, phone: str = "") -> Written:
    """A matter for one office alone."""
    return logged(house, office=office, phone=phone, text="楼道里的灯不亮，晚上走路很不方便。")


def answered(house: House, people: dict[str, int], case: int) -> None:
    """Signed for, answered and approved by `housing`, at once."""
    man, chief = handler(people, "housing"), handler(people, "housing-chief", Role.CHIEF)
    taken(house, case, "sign_for", man)
    taken(house, case, "answer", man, Answer(text="已经处理完毕"))
    taken(house, case, "approve_answer", chief, Note(text="同意"))


def called_back(house: House, case: int, **said: Any) -> None:
    """Called back as `said`, and closed."""
    taken(house, case, "call_back", AGENT, CallBack(**{"reached": True, **said}))
    taken(house, case, "close", AGENT)


def counts(house: House, wanted: Wanted = NOVEMBER, by: str = "all") -> dict[str, dict[str, int]]:
    """What was counted, once the keeper has caught up."""
    while keep_up(house):
        pass
    with house.reading() as connection:
        return {value: {k: n for k, n in one.counts.items() if n} for value, one in sums(connection, wanted, by).items()}


def test_each_thing_counts_on_its_day_and_for_the_office_of_then(house: House, now: Clock, people: dict[str, int]) -> None:
    good = opened(house, office="housing", phone="13812340001")
    again = opened(house, office="housing", phone="13812340001")
    sent_back = opened(house, office="urban", phone="13812340002")
    slow = opened(house, office="housing", phone="13812340003")
    answered(house, people, good.case)
    called_back(house, good.case, contacted=True, solved=True, satisfied=True)
    taken(house, again.case, "sign_for", handler(people, "housing"))
    taken(house, sent_back.case, "send_back", handler(people, "urban"), Return(reason="not_ours", text="不属于本单位职责"))
    taken(house, sent_back.case, "reject_return", SUPERVISOR, Ruling(text="经核实属于本单位职责"))
    found = counts(house, by="office")
    assert found["housing"] == {
        "received": 3, "repeat": 1, "sent": 3, "signed.ok": 2, "handled.ok": 1, "answered": 1, "called.yes": 1,
        "contacted": 1, "solved": 1, "satisfied": 1, "closed": 1,
    }  # fmt: skip
    assert found["urban"] == {"received": 1, "sent": 1, "returned": 1, "returned.no": 1, "signed.ok": 1}

    now.forward(days=2)  # nobody touched `slow`: that it was not signed for counts by itself
    assert counts(house, by="office")["housing"]["signed.late"] == 1
    assert "handled.late" not in counts(house)[""]
    now.forward(days=14)
    assert counts(house)[""]["handled.late"] == 3, "an answer that never came is late on the day it was due"
    late = counts(house, by="day")
    assert [day for day, one in late.items() if "handled.late" in one] == ["2026-11-30"]

    taken(house, slow.case, "sign_for", handler(people, "housing"))
    assert counts(house)[""]["signed.late"] >= 1, "signing afterwards does not undo it"
    before, after = marks(house), counts(house)
    keep_all(house, lambda n: None)
    assert (marks(house), counts(house)) == (before, after), "made anew, it is the same"


def marks(house: House) -> list[str]:
    """Every mark and every sum that is not nought."""
    with house.reading() as connection:
        kept: list[Any] = [tuple(row) for row in connection.execute(select(FigureMarkRow.__table__))]
        summed = connection.execute(select(FigureCountRow.__table__).where(FigureCountRow.n != 0))
        return sorted(str(row) for row in [*kept, *map(tuple, summed)])


def test_what_makes_a_rate_look_better_is_a_figure_itself(house: House, now: Clock, people: dict[str, int]) -> None:
    man, chief = handler(people, "housing"), handler(people, "housing-chief", Role.CHIEF)
    extended, reopened, edge = (opened(house, office="housing", phone=f"1381234000{n}") for n in range(3))
    for case in (extended, reopened, edge):
        taken(house, case.case, "sign_for", man)
    taken(house, extended.case, "ask_extension", man, ExtensionAsked(days=5, reason="需要多家协调"))
    taken(house, extended.case, "approve_extension", chief, ExtensionGiven(days=5))
    for case in (extended, reopened):
        taken(house, case.case, "answer", man, Answer(text="已经处理"))
        taken(house, case.case, "approve_answer", chief, Note(text="同意"))
    called_back(house, extended.case, reached=False)
    taken(house, reopened.case, "rate", CITIZEN, Rating(score=2, solved=False))
    with house.reading() as connection:
        file = load_file(connection, edge.case)
    assert file
    due = again_at(file, house.city, now())
    assert due
    now.now = due - timedelta(minutes=40)
    taken(house, edge.case, "answer", man, Answer(text="已经处理"))
    taken(house, edge.case, "approve_answer", chief, Note(text="同意"))
    taken(house, reopened.case, "reopen", AGENT, Reopening(reason="问题又出现了"))
    found = counts(house)[""]
    assert [found[name] for name in ("extended", "edge", "reopened", "called.no", "rated")] == [1, 1, 1, 1, 1]
    assert "rated.good" not in found
    first = counts(house, by="day")["2026-11-23"]
    assert first["reopened"] == 1, "it counts against the answer it undoes"
    shares = {rate.code: rate.of(found) for rate in RATES}
    assert shares["unreachable"] == 100
    assert shares["extended"] == pytest.approx(100 / 3)
    assert shares["satisfaction"] is None, "nobody was reached: that is no nought"


def test_sums_and_marks_say_the_same_whatever_is_asked(house: House, now: Clock, people: dict[str, int]) -> None:
    for n in range(6):
        case = opened(house, office=("housing", "urban")[n % 2], phone=f"1381234100{n}")
        if n % 2 == 0:
            answered(house, people, case.case)
        now.forward(days=6)
    wide = Wanted(first=date(2026, 11, 20), last=date(2027, 1, 10))
    whole = counts(house, wide)[""]
    assert whole["received"] == 6
    by_office = counts(house, wide, "office")
    for office, one in by_office.items():
        narrow = Wanted(first=wide.first, last=wide.last, office=office or "-")
        assert counts(house, narrow)[""] == one
        assert sum(day.get("received", 0) for day in counts(house, narrow, "day").values()) == one["received"]
    for by in ("office", "street", "topic", "procedure", "day", "month"):
        parts = counts(house, wide, by).values()
        assert sum(one.get("received", 0) for one in parts) == 6, by
    with house.reading() as connection:
        cases = list(connection.scalars(select(FigureMarkRow.case_id).distinct()))
        fresh, _ = rows_of(connection, cases, house.city, now())
        assert len(fresh) == connection.scalar(select(func.count()).select_from(FigureMarkRow))


def test_stretches_are_whole_months_and_the_days_around_them() -> None:
    day = date.fromisoformat
    assert stretches(day("2026-11-01"), day("2026-11-30")) == [(day("2026-11-01"), day("2026-11-30"), "month")]
    assert [(a.isoformat(), b.isoformat(), g) for a, b, g in stretches(day("2025-12-30"), day("2026-02-02"))] == [
        ("2025-12-30", "2025-12-31", "day"), ("2026-01-01", "2026-01-31", "month"), ("2026-02-01", "2026-02-02", "day"),
    ]  # fmt: skip
    assert stretches(day("2026-11-03"), day("2026-11-20")) == [(day("2026-11-03"), day("2026-11-20"), "day")]
    assert month_on(day("2026-01-31"), -1) == day("2025-12-01")
    assert NOVEMBER.before() == Wanted(first=day("2026-10-01"), last=day("2026-10-31"))
    assert [quantile({1: 5, 9: 5}, share) for share in (0.5, 0.9)] == [1, 9]
    assert quantile({}, 0.5) is None


def test_few_are_not_ranked_and_equals_share_a_place() -> None:
    def one(reached: int, satisfied: int) -> Sum:
        found = Sum()
        found.counts.update({"called.yes": reached, "satisfied": satisfied})
        return found

    found = {"a": one(20, 10), "b": one(9, 9), "c": one(40, 20), "d": one(10, 1)}
    assert [(place, value) for place, value, _ in ranked(found, ("satisfaction",))] == [
        (1, "a"), (1, "c"), (3, "d"), (None, "b"),
    ]  # fmt: skip


def test_pages_lead_to_the_cases_and_keep_what_was_typed(
    house: House, now: Clock, people: dict[str, int], signed_in: SignIn
) -> None:
    mine, theirs = opened(house, office="housing"), opened(house, office="urban")
    answered(house, people, mine.case)
    called_back(house, mine.case, contacted=True)
    keep_up(house)
    client = signed_in("supervisor")
    page = client.get("/figures", headers=PAGE).text
    assert "按时办理率" in page
    assert "回访接通的工单中，来电人说满意的占多少" in page, "each rate says how it is counted"
    assert 'data-series="stack"' in page
    assert "measure=handled.ok" in page
    found = client.get("/figures/cases?measure=received&period=month").json()
    assert found == {"total": 2, "hidden": 0, "page": 1, "cases": [theirs.number, mine.number]}
    listed = client.get("/figures/cases?measure=handled.ok&office=housing", headers=PAGE).text
    assert mine.number in listed
    assert theirs.number not in listed

    wrong = client.get("/figures?period=custom&first=2026-11-20&last=2026-11-02&office=housing", headers=PAGE)
    assert wrong.status_code == 422
    assert "截止日不能早于起始日" in wrong.text
    assert 'value="2026-11-20"' in wrong.text
    assert client.get("/figures?procedure=none").status_code == 422
    assert client.get("/figures/cases?measure=none").status_code == 404

    book = openpyxl.load_workbook(io.BytesIO(client.get("/figures/xlsx").content))
    assert book.sheetnames[:3] == ["指标", "逐日走势", "各单位"]
    rows = list(openpyxl.load_workbook(io.BytesIO(client.get("/figures/cases/xlsx?measure=closed").content)).active.values)
    assert rows[2][1] == mine.number
    assert "李青禾" not in str(rows)

    told = client.get("/figures").json()
    assert told["rates"]["response"] == {"share": 100.0, "of": 1, "before": None}


def test_who_sees_which_figures(house: House, people: dict[str, int], signed_in: SignIn) -> None:
    for office in ("housing", "housing", "urban"):
        opened(house, office=office)
    keep_up(house)

    def received(login: str, query: str = "") -> int:
        return int(signed_in(login).get(f"/figures{query}").json()["counts"]["received"])

    assert received("supervisor") == 3
    assert received("supervisor", "?office=urban") == 1
    assert received("housing-chief") == 2
    assert received("housing-chief", "?office=urban") == 2, "a chief cannot ask for another office"
    assert received("legal") == 0, "work orders are not the lawyer's"
    assert signed_in("legal").get("/figures?procedure=work_order").status_code == 422
    assert "urban" not in signed_in("housing-chief").get("/figures/xlsx").text
    assert signed_in("housing").get("/figures").status_code == 403


def test_a_page_asks_no_more_for_more_cases(house: House, signed_in: SignIn) -> None:
    client = signed_in("supervisor")

    def asked(path: str) -> int:
        while keep_up(house):
            pass
        with statements(house) as sent:
            assert client.get(path, headers=PAGE).status_code == 200
        ours = ("FROM figure_", "JOIN cases", "FROM clocks", "FROM calls", "FROM hot_topics")
        return sum(any(name in one for name in ours) for one in sent)

    paths = ("/figures", "/figures?office=housing", "/figures/cases?measure=received", "/figures/report?month=2026-11", "/board")
    opened(house, office="housing")
    few = [asked(path) for path in paths]
    for n in range(12):
        opened(house, office=("housing", "urban", "hr")[n % 3], phone=f"1381234200{n % 4}")
    assert [asked(path) for path in paths] == few


def test_the_monthly_report_compares_three_months_and_names_nobody(
    house: House, now: Clock, people: dict[str, int], signed_in: SignIn
) -> None:
    for _ in range(2):
        opened(house, office="housing")
    now.forward(days=20)
    opened(house, office="urban")
    keep_up(house)
    client = signed_in("supervisor")
    page = client.get("/figures/report?month=2026-12", headers=PAGE).text
    assert "2026年12月共收到诉求1件，比上月减少50.0%" in page
    assert "本月尚未结束" in page
    assert client.get("/figures/report?month=2031-01").status_code == 422
    assert "请写成年-月" in client.get("/figures/report?month=x", headers=PAGE).text
    paper = docx.Document(io.BytesIO(client.get("/figures/report/docx?month=2026-12").content))
    heads = [one.text for one in paper.paragraphs if one.style and one.style.name == "Heading 1"]
    assert heads[0] == "1. 总体情况"
    assert heads[-1].endswith("口径说明")
    table = [[cell.text for cell in row.cells] for row in paper.tables[0].rows]
    assert table[1] == ["收到诉求", "1", "2", "-50.0%", "0", "–"]
    assert "李青禾" not in str([[cell.text for cell in row.cells] for one in paper.tables for row in one.rows])
    own = docx.Document(io.BytesIO(signed_in("housing-chief").get("/figures/report/docx?month=2026-11").content))
    assert own.tables[0].rows[1].cells[1].text == "2"


def test_past_cases_brought_in_are_not_counted(house: House) -> None:
    case = opened(house, office="housing")
    taken(house, case.case, "archive", SYSTEM, Note(text="历史导入"))
    with house.reading() as connection:
        file = load_file(connection, case.case)
    assert file
    assert marks_of(file, house.city, house.now(), again=False) == []
