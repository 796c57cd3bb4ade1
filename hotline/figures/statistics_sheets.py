"""The yearly tables as plain rows, and as .xlsx, CSV and JSON: the same figures in the same order everywhere."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cases.yearly import Line
from hotline.figures.statistics import Section

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")  # what a spreadsheet would take for a formula
BY = {"field": "行政管理领域", "respondent": "被申请人、被告或者承办机关"}


class Table(Struct, frozen=True):
    """One table: its title, the heads of its columns, its rows of words and figures."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


def tables(found: Sequence[Section]) -> list[Table]:
    """The lines of every section, then the first section's figures by field and by respondent."""
    own = found[0]
    made = [
        Table(
            f"{own.tally.year}年{own.book.title}" if section is own else f"{section.lines[0].title}",
            ("项目", "件数", "依据"),
            tuple((f"{'　' * line.depth}{line.title}", section.tally.figures.get(line.key, 0), line.article)
                  for line in section.lines),
        )
        for section in found
    ]  # fmt: skip
    columns = columns_of(own)
    for by, rows in by_rows(own).items():
        heads = (BY[by], *(line.title for line in columns))
        told: list[tuple[str | int, ...]] = [(who, *(row.get(line.key, 0) for line in columns)) for who, row in rows.items()]
        told.append(("合计", *_sums(rows, columns)))
        made.append(Table(f"按{BY[by]}", heads, tuple(told)))
    return made


def columns_of(section: Section) -> list[Line]:
    """The lines that stand as columns by field and by respondent."""
    known = {line.key: line for line in section.book.lines}
    return [known[key] for key in section.book.columns]


def by_rows(section: Section) -> dict[str, Mapping[str, Mapping[str, int]]]:
    """The two ways in which the columns are broken down."""
    return {"field": section.tally.fields, "respondent": section.tally.respondents}


def _sums(rows: Mapping[str, Mapping[str, int]], columns: Sequence[Line]) -> Iterator[int]:
    return (sum(row.get(line.key, 0) for row in rows.values()) for line in columns)


def as_csv(found: Sequence[Table]) -> str:
    """Table below table, a free line between; what looks like a formula is quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    for table in found:
        writer.writerow([table.title])
        for row in (table.heads, *table.rows):
            writer.writerow("'" + cell if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in row)
        writer.writerow([])
    return out.getvalue()


def as_xlsx(found: Sequence[tuple[str, Sequence[Table]]]) -> bytes:
    """A workbook with a sheet for each (name, tables); words are words and figures are numbers."""
    from openpyxl import Workbook  # only here: where numpy is there, it brings numpy into the web process

    made = Workbook(write_only=True)
    for name, parts in found:
        sheet = made.create_sheet(name)
        sheet.column_dimensions["A"].width = 44
        for table in parts:
            sheet.append([_cell(sheet, table.title, bold=True)])
            sheet.append([_cell(sheet, head, bold=True) for head in table.heads])
            for row in table.rows:
                sheet.append([_cell(sheet, cell) for cell in row])
            sheet.append([])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: str | int, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # and never a formula
    if bold:
        cell.font = Font(bold=True)
    return cell


def as_json(found: Sequence[Section]) -> dict[str, Any]:
    """The figures for programs: lines with their articles, and the two breakdowns."""
    own = found[0]
    return {
        "year": own.tally.year,
        "procedure": own.book.procedure,
        "title": own.book.title,
        "basis": own.book.basis,
        "lines": [
            {"procedure": section.book.procedure, "line": line.key, "title": line.title, "article": line.article,
             "of": line.whole or None, "part": bool(line.whole) and line.part,
             "cases": section.tally.figures.get(line.key, 0)}
            for section in found for line in section.lines
        ],
        "by_field": own.tally.fields,
        "by_respondent": own.tally.respondents,
    }  # fmt: skip
