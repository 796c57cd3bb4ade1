"""The duty list: a sheet and back to the letter, a table over the file, nothing half imported, every change undone."""

import tomllib
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from hotline.city import toml_text
from hotline.problems import Problem
from hotline.rules import duty_sheets, duty_table
from routing.catalogue import compiled, packaged
from routing.duties import STREET, Duty
from tests.hotline.desk_work import PAGE
from tests.hotline.rule_work import FILE, Client, drafted, sit, step

TEXTS = packaged()
BOOK = compiled(TEXTS)
ROWS = BOOK.duties.every
GAS = "duty.city.supply.gas"
OFFICES = sorted(BOOK.duties.offices)
AREAS = [(None, None), *((code, None) for code in list(BOOK.places.streets)[:4]),
         *((None, code) for code in list(BOOK.places.communities)[:4])]  # fmt: skip
printable = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
days = st.none() | st.dates(date(2020, 1, 1), date(2035, 12, 31))


@st.composite
def lines(draw: Any) -> tuple[Duty, ...]:
    rows: tuple[Duty, ...] = ()
    for _ in range(draw(st.integers(0, 6))):
        street, community = draw(st.sampled_from(AREAS))
        since, until = sorted((draw(days), draw(days)), key=lambda day: day or date.max)
        duty = Duty(
            topic=draw(st.sampled_from(sorted(BOOK.numbers))),
            office=draw(st.sampled_from([*OFFICES, STREET])),
            street=street,
            community=community,
            co=tuple(draw(st.lists(st.sampled_from(OFFICES), max_size=2))),
            kinds=tuple(draw(st.lists(st.sampled_from(["help", "complaint"]), max_size=2))),
            channels=tuple(draw(st.lists(st.sampled_from(["web", "sms"]), max_size=2))),
            urgent=draw(st.sampled_from([None, True, False])),
            since=since,
            until=until,
            reason=draw(st.sampled_from(["", "=1+1", "-x", "'q", "@a", "含“引号”,逗号"]) | printable),
        )
        rows = (*rows, duty_table.named(rows, duty))
    return rows


@settings(max_examples=15, deadline=None)
@given(rows=lines())
def test_a_sheet_comes_back_to_the_letter(rows: tuple[Duty, ...]) -> None:
    for name, out in (("a.csv", duty_sheets.as_csv), ("a.xlsx", duty_sheets.as_xlsx)):
        read = duty_sheets.read(name, out(rows, BOOK), BOOK)
        assert read.bad == ()
        assert read.rows == rows


@settings(max_examples=8, deadline=None)
@given(rows=lines())
def test_the_file_says_what_the_table_says(rows: tuple[Duty, ...]) -> None:
    every = (*ROWS, *(row for row in rows if row.id not in {one.id for one in ROWS}))
    text = duty_table.duty_file(TEXTS[FILE], BOOK.duties, every)
    again = compiled({**TEXTS, FILE: text})
    assert sorted(again.duties.every, key=lambda one: one.id) == sorted(every, key=lambda one: one.id)
    assert again.duties.offices == BOOK.duties.offices
    assert text.splitlines()[0] == TEXTS[FILE].splitlines()[0], "the comment at the head stays"


def test_what_was_not_changed_leaves_the_file_to_the_letter() -> None:
    read = duty_sheets.read("a.xlsx", duty_sheets.as_xlsx(ROWS, BOOK), BOOK)
    assert duty_table.duty_file(TEXTS[FILE], BOOK.duties, read.rows) == TEXTS[FILE]


plain = st.recursive(
    st.text(max_size=8) | st.booleans() | st.integers(-9, 9) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=50)
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), plain, max_size=4))
def test_what_is_written_is_read_again(rows: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text.table("[t]", rows))["t"] == rows


def test_a_handover_ends_one_and_begins_the_next_and_can_be_undone() -> None:
    rows = duty_table.handed_over(ROWS, GAS, date(2026, 11, 30), "urban")
    book = compiled({**TEXTS, FILE: duty_table.duty_file(TEXTS[FILE], BOOK.duties, rows)})
    gas = [one for one in book.duties.every if one.topic == "city.supply.gas"]
    assert [(one.office, one.since, one.until) for one in gas] == [
        ("gas_company", None, date(2026, 11, 30)),
        ("urban", date(2026, 12, 1), None),
    ]
    changes = duty_table.changes(ROWS, rows)
    assert [(one.kind, one.id) for one in changes] == [("changed", GAS), ("added", f"{GAS}~20261201")]
    for change in changes:
        rows = duty_table.undone(rows, ROWS, change.id)
    assert rows == ROWS
    with pytest.raises(Problem) as wrong:
        duty_table.handed_over(ROWS, GAS, date(2026, 11, 30), "gas_company")
    assert "to" in wrong.value.errors
    ended = duty_table.handed_over(ROWS, GAS, date(2026, 11, 30), "urban")
    with pytest.raises(Problem):
        duty_table.handed_over(ended, GAS, date(2026, 12, 5), "market")


def sheet(*cells: list[Any]) -> bytes:
    made = Workbook()
    for line in ([*duty_sheets.COLUMNS], *cells):
        made.active.append(line)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def test_every_bad_cell_is_named_and_nothing_is_taken() -> None:
    good = ["", "health", "", "", "market", "", "", "", "", "", "", ""]
    bad = ["", "heath", "430702999", "", "nobody", "urban x", "whine", "fax", "也许", "1日", "2026-13-01", ""]
    read = duty_sheets.read("a.xlsx", sheet(good, bad, good), BOOK)
    assert read.rows == ()
    assert {(one.row, one.column) for one in read.bad} == {
        (3, title) for title in ("事项代码", "街道代码", "承办单位代码", "协办单位代码", "诉求类型", "渠道", "紧急", "起始日", "截止日")
    } | {(4, "编号")}
    assert "2026-12-01" in next(one.why for one in read.bad if one.column == "起始日")
    assert "第2行" in next(one.why for one in read.bad if one.row == 4)


def test_a_spreadsheet_s_own_dates_and_numbers_are_understood() -> None:
    read = duty_sheets.read("a.xlsx", sheet(["", "health", 430702001.0, None, "market", None, None, None, "是",
                                            date(2026, 12, 1), None, None]), BOOK)  # fmt: skip
    (one,) = read.rows
    assert (one.street, one.since, one.urgent) == ("430702001", date(2026, 12, 1), True)


@pytest.mark.parametrize(("name", "data"), [("a.xlsx", b"no zip"), ("a.csv", "编号\n".encode("gb18030")), ("a.csv", b"x,y\n1,2\n"),
                                        ("a.csv", b'"open')])  # fmt: skip
def test_what_is_no_sheet_is_said(name: str, data: bytes) -> None:
    with pytest.raises(Problem) as wrong:
        duty_sheets.read(name, data, BOOK)
    assert "file" in wrong.value.errors


# -- over HTTP ---------------------------------------------------------------------------------------


def put(client: Client, number: int, **said: Any) -> Any:
    revision = client.get(f"/rulesets/{number}").json()["revision"]
    return client.post(f"/rulesets/{number}/duties", json={"revision": revision, **said})


def rows_of(client: Client, number: int) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in client.get(f"/rulesets/{number}/duties").json()["rows"]}


def test_the_table_adds_changes_ends_removes_and_undoes(client: Client, people: dict[str, int]) -> None:
    number = drafted(sit(client, "admin"))
    assert put(client, number, do="add", topic="city.supply.gas", area="430702001", office="urban").status_code == 200
    assert put(client, number, do="change", id="duty.health", topic="health", office="market").status_code == 200
    assert put(client, number, do="end", id=GAS, last="2026-11-30", to="urban").status_code == 200
    assert put(client, number, do="remove", id="duty.culture").status_code == 200
    rows = rows_of(client, number)
    assert rows[f"{GAS}@430702001"]["office"] == "urban"
    assert rows["duty.health"]["office"] == "market"
    assert rows[GAS]["until"] == "2026-11-30"
    assert rows[f"{GAS}~20261201"]["office"] == "urban"
    assert "duty.culture" not in rows
    page = client.get(f"/rulesets/{number}/duties", headers=PAGE).text
    assert "这份草稿改了5条" in page
    for code in (f"{GAS}@430702001", "duty.health", GAS, f"{GAS}~20261201", "duty.culture"):
        assert put(client, number, do="undo", id=code).status_code == 200
    assert sorted(rows_of(client, number)) == sorted(duty.id for duty in ROWS)
    assert "这份草稿改了" not in client.get(f"/rulesets/{number}/duties", headers=PAGE).text
    filtered = client.get(f"/rulesets/{number}/duties", params={"office": "gas_company"}, headers=PAGE).text
    assert GAS in filtered
    assert "duty.health<" not in filtered
    assert client.get(f"/rulesets/{number}/duties", params={"id": GAS}, headers=PAGE).status_code == 200


def test_a_wrong_line_comes_back_with_what_was_typed(client: Client, people: dict[str, int]) -> None:
    number = drafted(sit(client, "admin"))
    form = {"do": "add", "revision": "1", "topic": "health", "office": "", "reason": "新设的科室", "since": "2026-12-02",
            "until": "2026-12-01", "_csrf": client.headers["X-CSRF-Token"]}  # fmt: skip
    page = client.post(f"/rulesets/{number}/duties", data=form, headers=PAGE)
    assert page.status_code == 422
    assert "新设的科室" in page.text
    assert "截止日不能早于起始日" in page.text
    assert "请填写承办单位" in page.text
    assert put(client, number, do="end", id=GAS, last="later", to="urban").status_code == 422
    assert put(client, number, do="change", id="nothing", topic="health", office="urban").status_code == 422
    late = client.post(f"/rulesets/{number}/duties", json={"do": "remove", "id": GAS, "revision": 0})
    assert late.status_code == 409
    assert rows_of(client, number).keys() == {duty.id for duty in ROWS}


def test_a_sheet_is_looked_at_then_taken(client: Client, people: dict[str, int]) -> None:
    number = drafted(sit(client, "admin"))
    out = client.get(f"/rulesets/{number}/duties/sheet?form=xlsx")
    book = load_workbook(BytesIO(out.content))
    line = next(row for row in book.active.iter_rows(min_row=2) if row[0].value == GAS)
    line[4].value = "urban"
    changed = BytesIO()
    book.save(changed)
    files = {"file": ("list.xlsx", changed.getvalue(), duty_sheets.XLSX)}
    told = client.post(f"/rulesets/{number}/duties/sheet", files=files)
    assert [(one["kind"], one["id"], one["fields"]) for one in told.json()["changes"]] == [("changed", GAS, ["office"])]
    assert rows_of(client, number)[GAS]["office"] == "gas_company", "only looked at"
    page = client.post(f"/rulesets/{number}/duties/sheet", files=files, headers=PAGE)
    assert "会改1条" in page.text
    typed = {"sheet": out_of(page.text), "take": "1", "revision": "1", "_csrf": client.headers["X-CSRF-Token"]}
    assert client.post(f"/rulesets/{number}/duties/sheet", data=typed, headers=PAGE, follow_redirects=False).status_code == 303
    assert rows_of(client, number)[GAS]["office"] == "urban"
    assert step(client, number, "check").json()["state"] == "checked"
    bad = client.post(f"/rulesets/{number}/duties/sheet", files={"file": ("a.xlsx", sheet(["", "x", "", "", "y"]), "")})
    assert bad.status_code == 422
    assert [one["field"] for one in bad.json()["errors"]] == ["第2行 事项代码", "第2行 承办单位代码"]
    csv = client.get(f"/rulesets/{number}/duties/sheet?form=csv").content
    same = client.post(f"/rulesets/{number}/duties/sheet", files={"file": ("a.csv", csv, "text/csv")})
    assert same.json()["changes"] == []


def out_of(page: str) -> str:
    return unescape(page.partition("<textarea name=\"sheet\" hidden>\n")[2].partition("</textarea>")[0])


def test_an_office_is_added_and_changed(client: Client, people: dict[str, int]) -> None:
    number = drafted(sit(client, "admin"))
    new = {"code": "heating", "title": "区供热中心", "kind": "company", "address": "朗州路1号", "phone": "0736-7000001", "revision": 1}
    assert client.post(f"/rulesets/{number}/offices", json=new).status_code == 200
    offices = client.get(f"/rulesets/{number}/offices").json()["offices"]
    assert offices["heating"]["address"] == "朗州路1号"
    assert put(client, number, do="change", id=GAS, topic="city.supply.gas", office="heating").status_code == 200
    taken = {**new, "code": "other", "street": "430702001", "revision": 3}
    answer = client.post(f"/rulesets/{number}/offices", json=taken)
    assert answer.status_code == 422
    assert "启明街道办事处" in answer.json()["detail"]
    wrong = {**new, "code": "a b", "title": "", "kind": "guild", "revision": 3}
    assert client.post(f"/rulesets/{number}/offices", json=wrong).status_code == 422
    assert "区供热中心" in client.get(f"/rulesets/{number}/offices", headers=PAGE).text


def test_a_table_over_a_broken_file_says_where_to_mend_it(client: Client, people: dict[str, int]) -> None:
    number = drafted(sit(client, "admin"))
    client.post(f"/rulesets/{number}/files/{FILE}", json={"text": "[offices", "revision": 1})
    answer = client.get(f"/rulesets/{number}/duties")
    assert answer.status_code == 422
    assert FILE in answer.json()["detail"]
