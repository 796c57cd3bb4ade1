"""Past requests from a CSV: nothing in the file is lost without a word, and nothing of it is taken twice."""

import csv
import random
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cases.tables import CaseRow
from hotline.csv_rows import GB18030, UTF_8, Row, encoding_of, rows_of
from hotline.house import House
from hotline.imports import COLUMNS, Tally, bring_in

HEADING = "id,title,time,detail"


def taken(house: House, file: Path) -> tuple[Tally, dict[int, str]]:
    """What became of the file, and the reason of each bad line."""
    bad: dict[int, str] = {}
    tally = bring_in(
        house, file, live=False, report=lambda one: bad.update({one.line: one.reason}), progress=lambda n: None
    )
    assert tally.bad == len(bad)
    return tally, bad


def saved(folder: Path, *lines: str, encoding: str = "utf-8", name: str = "past.csv", end: str = "\n") -> Path:
    file = folder / name
    file.write_bytes("".join(line + end for line in lines).encode(encoding))
    return file


def row(n: int, text: str = "小区电梯坏了") -> str:
    return f"{n},诉求{n},2026-03-02 09:05:00,{text}"


def cases(house: House) -> int:
    with house.reading() as connection:
        return connection.scalar(select(func.count()).select_from(CaseRow)) or 0


# -- quotes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("third", "last"),
    [
        (row(3, '"没有收尾'), row(7)),  # to the end of the file
        (row(3, '"没有收尾'), row(7, "屏幕有5\"")),  # to a quote that seems to close it
        ('3,"没有收尾,2026-03-02,电梯', row(7, '"好的"')),  # to the next quote, with a letter after it
        (row(3, '"他说"好"'), row(7)),  # within a line
    ],
)
def test_an_unclosed_quote_spoils_its_own_line_at_most(house: House, tmp_path: Path, third: str, last: str) -> None:
    lines = [HEADING, row(1), row(2, '"两行\n内容"'), third, *(row(n) for n in (4, 5, 6)), last]
    tally, bad = taken(house, saved(tmp_path, *lines))
    assert (tally.new, list(bad)) == (6, [5])
    assert "引号" in bad[5]


def test_what_follows_a_quote_that_is_never_closed_is_read_however_much_it_is(tmp_path: Path) -> None:
    lines = [HEADING, row(0, '"没有收尾'), *(row(n) for n in range(1, 20_001))]
    file = saved(tmp_path, *lines)
    found = list(rows_of(file, encoding_of(file), COLUMNS))
    assert [one.line for one in found if not isinstance(one, Row)] == [2]
    assert [one.cells["id"] for one in found if isinstance(one, Row)] == [str(n) for n in range(1, 20_001)]


@pytest.mark.parametrize("heading", ["id,detail", "detail,id", "id,detail,time", "detail,title"])
def test_a_swallowed_row_is_noticed_whatever_columns_there_are(tmp_path: Path, heading: str) -> None:
    cells = {"id": "{n}", "detail": "电梯{n}", "time": "2026-03-02", "title": "标题{n}"}
    lines = [",".join(cells[name].format(n=n) for name in heading.split(",")) for n in range(300)]
    lines[5] = lines[5].replace("电梯", '"电梯')
    lines[120] += '"'
    file = saved(tmp_path, heading, *lines)
    found = list(rows_of(file, UTF_8, COLUMNS))
    assert [one.line for one in found if not isinstance(one, Row)] == [7]
    assert len(found) == 300


def test_more_cells_than_the_heading_are_no_row(house: House, tmp_path: Path) -> None:
    tally, bad = taken(house, saved(tmp_path, HEADING, row(1, "电梯坏了,第二次"), row(2) + ",,", "", "3,少一栏,2026-03-02"))
    assert tally.new == 1
    assert "有5栏" in bad[2]
    assert "内容为空" in bad[5]


def test_any_text_that_is_written_properly_is_read_as_it_was(tmp_path: Path) -> None:
    pick = random.Random(12345)
    texts = ["".join(pick.choices('电梯坏了，,"\n\r；', k=pick.randint(1, 40))) + "x" for _ in range(2_000)]
    for encoding, name in (("utf-8", UTF_8), ("utf-8-sig", UTF_8), ("gb18030", GB18030)):
        file = tmp_path / f"{encoding}.csv"
        with file.open("w", encoding=encoding, newline="") as out:
            writer = csv.writer(out)
            writer.writerows([["编号", "内容"], *([str(n), text] for n, text in enumerate(texts))])
        assert encoding_of(file) == name
        found = list(rows_of(file, name, COLUMNS))
        assert [one.cells["text"] if isinstance(one, Row) else one for one in found] == [text.strip() for text in texts]


# -- times -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["0001/01/01", "9999/12/31", "1995-12-31"])
def test_a_time_that_no_calendar_knows_is_a_bad_row(house: House, tmp_path: Path, day: str) -> None:
    tally, bad = taken(house, saved(tmp_path, HEADING, f"1,诉求,{day},电梯坏了", row(2)))
    assert (tally.new, list(bad)) == (1, [2])
    assert day in bad[2]


# -- encodings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", UTF_8), ("utf-8-sig", UTF_8), ("gb18030", GB18030)])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_one_bad_byte_is_one_bad_row(house: House, tmp_path: Path, encoding: str, name: str, end: str) -> None:
    file = saved(tmp_path, HEADING, *(row(n) for n in range(1, 30)), encoding=encoding, end=end)
    file.write_bytes(file.read_bytes().replace("诉求20".encode(encoding.removesuffix("-sig")), b"\xff20"))
    tally, bad = taken(house, file)
    assert (tally.encoding, tally.new, list(bad)) == (name, 28, [21])
    assert f"第21行有不是{name}编码的字节" in bad[21]
    with house.reading() as connection:
        assert "诉求1" in set(connection.scalars(select(CaseRow.title)))
    again, _ = taken(house, file)
    assert (again.new, again.known) == (0, 28)


def test_a_file_that_is_no_such_text_says_what_it_should_be(house: House, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="UTF-16"):
        taken(house, saved(tmp_path, HEADING, row(1), encoding="utf-16"))


# -- each row once -----------------------------------------------------------------------------------


def test_a_copy_under_another_name_is_the_same_rows(house: House, tmp_path: Path) -> None:
    lines = [HEADING, row(1), row(2), ",,2026-03-02,没有编号"]
    assert taken(house, saved(tmp_path, *lines))[0].new == 3
    copy = saved(tmp_path, *lines, row(3), name="copy.csv", encoding="gb18030")
    tally, bad = taken(house, copy)
    assert (tally.new, tally.known, bad) == (1, 3, {})
    assert cases(house) == 4


def test_rows_alike_without_an_id_are_as_many_as_there_are(house: House, tmp_path: Path) -> None:
    one = ",,2026-03-02,没有编号"
    assert taken(house, saved(tmp_path, HEADING, one, one))[0].new == 2
    tally, _ = taken(house, saved(tmp_path, HEADING, one, row(1), one, one))
    assert (tally.new, tally.known) == (2, 2)


def test_an_id_that_comes_with_something_else_is_said(house: House, tmp_path: Path) -> None:
    tally, bad = taken(house, saved(tmp_path, HEADING, row(1), row(1), row(1, "路灯不亮"), f"{'9' * 101},,,电梯"))
    assert (tally.new, tally.known, sorted(bad)) == (1, 1, [4, 5])
    assert "编号已用于另一件" in bad[4]
