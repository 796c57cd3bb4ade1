"""Reading a notice: what cannot be meant is answered by a sentence that names the year, the day or the key."""

from datetime import date

import pytest

from cases.calendar import Calendar, published
from cases.notice import BadNotice, read_notice
from hotline.figures.year_sheet import field_of, lines_of, sheet, typed_notice
from tests.notice import NOTICE

OFF = 'off = [\n    { name = "元旦", days = [2027-01-01, 2027-01-03] },'


def test_a_notice_of_one_or_more_years_is_read() -> None:
    years = read_notice(NOTICE + NOTICE.replace("2027", "2028").replace("2028-01-09, 2028-02-20, 2028-09-26, 2028-10-09", ""))
    assert sorted(years) == [2027, 2028]
    calendar = published().with_years(years)
    assert calendar.works(date(2027, 1, 9))
    assert not calendar.works(date(2027, 2, 12))
    assert calendar.firm(date(2028, 6, 1))


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("[2027]\n", "[27]\n", r"\[27\]：表名应为1996至2075的年份"),
        ('notice = "国办发明电〔2026〕9号"', "", r"\[2027\].notice：应写明通知的文号"),
        ("work = [", "works = [", r"\[2027\].works（第4行）：没有这个字段"),
        ("2027-01-09", "2027-01-08", r"\[2027\].work\[0\]（第4行）：2027-01-08本来就是工作日"),
        ("2027-01-09", "2028-01-09", r"2028-01-09不在2027年"),
        ("2027-02-20, ", "2027-02-13, ", "2027-02-13同时列为“春节”放假"),
        ("2027-02-20, ", "2027-01-09, ", "2027-01-09重复"),
        ("[2027-01-01, 2027-01-03]", "[2027-01-03, 2027-01-01]", "（元旦）（第6行）：末日2027-01-01早于首日2027-01-03"),
        ("[2027-01-01, 2027-01-03]", "[2027-01-02, 2027-01-03]", "缺少法定节日1月1日"),
        ("[2027-05-01, 2027-05-05]", "[2027-04-30, 2028-05-05]", "2028-05-05不在2027年；"),
        ("[2027-05-01, 2027-05-05]", "[2027-04-05, 2027-05-05]", "2027-04-05已经列在“清明节”中"),
        ("2027-05-05", "2027-05-35", "第9行第.*列：不是有效的TOML"),
        ("[2027-05-01, 2027-05-05]", '["五月一日", 2027-05-05]', r"off\[3\].days\[0\]（第5行）：写法不对"),
        ("{ name = \"元旦\",", "{", "缺少name"),
        (NOTICE, "", "没有年份的表"),
    ],
)
def test_what_cannot_be_meant_is_named(was: str, now: str, said: str) -> None:
    assert was in NOTICE
    with pytest.raises(BadNotice, match=said):
        read_notice(NOTICE.replace(was, now, 1))


def test_every_mistake_is_said_at_once() -> None:
    text = NOTICE.replace("2027-01-09", "2027-01-08").replace("2027-09-26", "2027-09-24").replace('"国办发明电〔2026〕9号"', '""')
    with pytest.raises(BadNotice) as bad:
        read_notice(text)
    assert len(bad.value.mistakes) == 3


def test_what_is_typed_as_lines_is_the_file() -> None:
    table = read_notice(NOTICE)[2027]
    assert read_notice(typed_notice({"year": "2027", **lines_of(table)})) == {2027: table}
    chinese = {"year": "2027", **lines_of(table), "work": "2027年1月9日\n2027年2月20日、2027/9/26\n2027.10.9"}
    assert read_notice(typed_notice(chinese)) == {2027: table}


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"year": "二七"}, "year", "四位数字"),
        ({"off": "元旦 2027-01-01\n春节"}, "off", "没有看懂日期"),
        ({"off": "2027-01-01 2027-01-03"}, "off", "缺少节日名称"),
        ({"work": "2027-02-30"}, "work", "不是日历上的日期"),
        ({"work": "2027-02-19"}, "work", "本来就是工作日"),
        ({"notice": ""}, "notice", "文号"),
    ],
)
def test_a_mistyped_line_is_named_with_its_field(typed: dict[str, str], field: str, said: str) -> None:
    right = {"year": "2027", **lines_of(read_notice(NOTICE)[2027])}
    with pytest.raises(BadNotice, match=said) as bad:
        read_notice(typed_notice({**right, **typed}))
    assert field in {field_of(mistake) for mistake in bad.value.mistakes}


def test_a_year_is_drawn_with_its_marks() -> None:
    def marks(calendar: Calendar) -> dict[date, str]:
        months = sheet(calendar, 2027).months
        cells = [cell for month in months for week in month for cell in week if cell]
        assert len(cells) == 365
        return {cell.day: cell.mark for cell in cells if cell.mark}

    before, after = marks(published()), marks(published().with_years(read_notice(NOTICE)))
    assert sheet(published(), 2027).provisional
    assert "班" not in before.values()
    assert [day for day, mark in after.items() if mark == "班"] == [
        date(2027, 1, 9), date(2027, 2, 20), date(2027, 9, 26), date(2027, 10, 9)
    ]  # fmt: skip
    assert after[date(2027, 1, 3)] == "休"
