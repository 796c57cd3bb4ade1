"""The duty list as .xlsx and CSV: out to a spreadsheet and in again, the same to the letter.

A sheet is taken whole or not at all: every bad cell is named with row, column and what would be right, and
nothing of it is imported while one is left. Columns of titles stand there for the reader and are not read.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from hotline.problems import Problem
from hotline.rules.duty_table import FIELDS, wrong
from routing.catalogue import Rulebook
from routing.duties import Duty

MOST = 20_000  # lines of a sheet
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = {"编号": "id", **{f"{title}代码": name for name, title in list(FIELDS.items())[:4]}, "协办单位代码": "co",
           "诉求类型": "kinds", "渠道": "channels", "紧急": "urgent", "起始日": "since", "截止日": "until",
           "说明": "reason"}  # fmt: skip
TITLES = ("事项", "地域", "承办单位")  # for the reader
URGENT = {None: "", True: "是", False: "否"}
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")  # what a spreadsheet would take for a formula


class Bad(Struct, frozen=True):
    """A cell that cannot be meant: its row as the spreadsheet counts, its column, and what would be right."""

    row: int
    column: str
    why: str


class Sheet(Struct, frozen=True):
    """What was read: all lines, or what is wrong with them."""

    rows: tuple[Duty, ...] = ()
    bad: tuple[Bad, ...] = ()


def as_csv(rows: Sequence[Duty], book: Rulebook) -> bytes:
    """UTF-8 with the mark that spreadsheets want; what looks like a formula is quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    for line in _lines(rows, book):
        writer.writerow("'" + cell if cell.startswith(_FORMULA) else cell for cell in line)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Duty], book: Rulebook) -> bytes:
    """A workbook of one sheet, every cell a text."""
    from openpyxl import Workbook  # only here: where numpy is there, it brings numpy into the web process

    made = Workbook(write_only=True)
    sheet = made.create_sheet("权责清单")
    sheet.freeze_panes = "B2"
    for line in _lines(rows, book):
        sheet.append([_text_cell(sheet, cell) for cell in line])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(name: str, data: bytes, book: Rulebook) -> Sheet:
    """The lines of a sheet, each checked against the rules it will stand among. `Problem` where it is none."""
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        cells = _xlsx_cells(data) if name.lower().endswith(".xlsx") else _csv_cells(data)
        header = [cell.strip() for cell in next(cells, [])]
        if missing := [title for title in ("事项代码", "承办单位代码") if title not in header]:
            raise Problem("这个表不能导入", {"file": f"第1行缺少“{'”“'.join(missing)}”列"})
        return _checked(_named(header, cells), book)
    except (UnicodeDecodeError, csv.Error) as odd:
        raise Problem("这个表不能导入", {"file": "不是 UTF-8 编码的 CSV，请另存为“CSV UTF-8”或 .xlsx"}) from odd
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError) as odd:
        raise Problem("这个表不能导入", {"file": "不是可以打开的 .xlsx 文件"}) from odd


def _lines(rows: Sequence[Duty], book: Rulebook) -> Iterator[list[str]]:
    yield [*COLUMNS, *TITLES]
    names = {**book.places.streets, **book.places.communities}
    for duty in rows:
        number = book.numbers.get(duty.topic)
        office = book.duties.offices.get(duty.office)
        yield [
            *(_cell(getattr(duty, field)) for field in COLUMNS.values()),
            book.topics[number].full if number is not None else "",
            names.get(duty.area, ""),
            office.title if office else "",
        ]


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return URGENT[value] if value is None or isinstance(value, bool) else str(value)


def _text_cell(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=text or None)
    if text:
        cell.data_type = "s"  # never a formula, whatever it begins with
    return cell


def _xlsx_cells(data: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
    for row in sheet.iter_rows(values_only=True):
        yield [_plain(value) for value in row]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():  # a code that a spreadsheet has taken for a number
        return str(int(value))
    return "" if value is None else str(value)


def _csv_cells(data: bytes) -> Iterator[list[str]]:
    text = data.decode("utf-8-sig")
    for line in csv.reader(io.StringIO(text, newline=""), strict=True):
        yield [cell[1:] if cell.startswith("'") else cell for cell in line]


def _named(header: Sequence[str], cells: Iterable[Sequence[str]]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line that is not blank, by our fields, with its row number."""
    for number, line in enumerate(cells, 2):
        if number > MOST + 1:
            raise Problem("这个表不能导入", {"file": f"超过{MOST}行"})
        told = dict(zip(header, line, strict=False))
        if any(cell.strip() for cell in line):
            yield number, {field: told.get(title, "") for title, field in COLUMNS.items()}


def _checked(lines: Iterable[tuple[int, dict[str, str]]], book: Rulebook) -> Sheet:
    titles = {field: title for title, field in COLUMNS.items()}
    rows: list[Duty] = []
    bad: list[Bad] = []
    taken: dict[str, int] = {}
    for number, told in lines:
        errors, duty = _duty(told)
        errors = wrong(duty, book) | errors
        if duty.id in taken:
            errors["id"] = f"与第{taken[duty.id]}行重复，每行的编号应不同；同一事项、地域有几条的请各写编号"
        taken.setdefault(duty.id, number)
        rows.append(duty)
        bad += [Bad(number, titles[field], why) for field, why in errors.items()]
    return Sheet(bad=tuple(bad)) if bad else Sheet(tuple(rows))


def _duty(told: dict[str, str]) -> tuple[dict[str, str], Duty]:
    """The line that was told, as far as it can be understood, and what cannot."""
    errors: dict[str, str] = {}
    code = {name: told[name].strip() for name in told if name != "reason"}
    urgent = {said: value for value, said in URGENT.items()}
    if code["urgent"] not in urgent:
        errors["urgent"] = "应为“是”“否”或者空着"
    days = {}
    for name in ("since", "until"):
        try:
            days[name] = date.fromisoformat(code[name]) if code[name] else None
        except ValueError:
            errors[name], days[name] = f"“{code[name]}”不是日期，应如 2026-12-01", None
    if not all(c.isprintable() for c in told["reason"]) or len(told["reason"]) > 500:
        errors["reason"] = "应为不超过500字的一行文字"
    area = code["community"] or code["street"]
    duty = Duty(
        id=code["id"] or f"duty.{code['topic']}" + (f"@{area}" if area else ""),
        topic=code["topic"],
        office=code["office"],
        street=code["street"] or None,
        community=code["community"] or None,
        co=tuple(code["co"].split()),
        kinds=tuple(code["kinds"].split()),
        channels=tuple(code["channels"].split()),
        urgent=urgent.get(code["urgent"]),
        since=days["since"],
        until=days["until"],
        reason=told["reason"],
    )
    return errors, duty
