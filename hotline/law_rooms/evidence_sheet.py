"""The list of evidence as a Word file: a table that is signed for, in the order of the file."""

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from hotline.law_rooms.legal_file import Line

HEADS = ("编号", "证据名称", "提交人", "证明目的", "形式", "页数", "登记日期", "审查结论和理由")
WIDTHS = (14, 42, 30, 68, 18, 12, 24, 52)
FONT = "仿宋_GB2312"


def listing(about: str, lines: Sequence[Line]) -> bytes:
    """The list on A4 across; `about` says of which case."""
    page: Any = docx.Document()
    section = page.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(18)
    _words(page.add_paragraph(), "证据清单", 20)
    _words(page.add_paragraph(), about, 12)
    table = page.add_table(rows=1, cols=len(HEADS))
    table.style = "Table Grid"
    _row(table.rows[0], HEADS)
    for line in lines:
        said = "：".join(filter(None, (line.outcome, line.reason)))
        pages = str(line.pages or "")
        _row(table.add_row(), (line.item, line.name, line.side, line.proves, line.form, pages, line.on, said))
    _words(
        page.add_paragraph(),
        "提交人（签名）：　　　　　　　　接收人（签名）：　　　　　　　　　　年　　月　　日",
        12,
    )
    out = io.BytesIO()
    page.save(out)
    return out.getvalue()


def _row(row: Any, said: Sequence[str]) -> None:
    for cell, words, width in zip(row.cells, said, WIDTHS, strict=True):
        cell.width = Mm(width)
        _words(cell.paragraphs[0], words, 11)


def _words(paragraph: Any, words: str, size: int) -> None:
    run = paragraph.add_run(words)
    run.font.size, run.font.name = Pt(size), FONT
    run._element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
