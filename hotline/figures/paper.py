"""The monthly report as a Word file: headings that Word knows as such, tables whose heads repeat, page numbers."""

import io
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from hotline.figures.report import Part, Report

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY, HEADING = "仿宋", "黑体"
INK, GREY = RGBColor(0x1B, 0x24, 0x30), RGBColor(0x5F, 0x6B, 0x7A)
WORDS = 20  # a column whose cells are longer stands to the left


def docx_of(report: Report) -> bytes:
    """The file."""
    made = docx.Document()
    _layout(made, report)
    _title(made, report)
    for n, part in enumerate(report.parts, start=1):
        made.add_heading(f"{n}. {part.heading}", level=1)
        for sentence in part.says:
            made.add_paragraph(sentence).paragraph_format.first_line_indent = Pt(28)
        if part.rows:
            _table(made, part)
        elif not part.says:
            made.add_paragraph("本月没有可统计的案件。")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _layout(made: Any, report: Report) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(24)
    for name, font, size in (("Normal", BODY, 14), ("Heading 1", HEADING, 16), ("Title", HEADING, 20)):
        style = made.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(attribute), font)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    made.styles["Normal"].paragraph_format.space_after = Pt(4)
    made.core_properties.title, made.core_properties.author = report.title, ""
    made.core_properties.language = "zh-CN"
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
    _page_number(foot.add_run())


def _page_number(run: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _title(made: Any, report: Report) -> None:
    title = made.add_heading(report.title, level=0)
    title.alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
    border = title._p.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)
    said = [report.scope] if report.scope else []
    day = report.made_on
    said.append(f"编制日期：{day.year}年{day.month}月{day.day}日")
    if not report.complete:
        said.append("本月尚未结束，数字还会变化")
    under = made.add_paragraph("　　".join(said))
    under.alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
    under.runs[0].font.size, under.runs[0].font.color.rgb = Pt(12), GREY


def _table(made: Any, part: Part) -> None:
    table = made.add_table(rows=0, cols=len(part.heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    left = {n for n in range(len(part.heads)) if n == 0 or any(len(row[n]) > WORDS for row in part.rows)}
    left |= {1} if part.heads[0] == "名次" else set()
    head = table.add_row()
    repeats = OxmlElement("w:tblHeader")
    head._tr.get_or_add_trPr().append(repeats)
    for cell, words in zip(head.cells, part.heads, strict=True):
        _write(cell, words, bold=True)
        shade = OxmlElement("w:shd")
        for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", "E8F0F8")):
            shade.set(qn(name), value)
        cell._tc.get_or_add_tcPr().append(shade)
    for n, row in enumerate(part.rows):
        line = table.add_row()
        whole = OxmlElement("w:cantSplit")
        line._tr.get_or_add_trPr().append(whole)
        for column, (cell, words) in enumerate(zip(line.cells, row, strict=True)):
            _write(cell, words, left=column in left, grey=n in part.few)
    _widths(table, part)


def _write(cell: Any, words: str, *, bold: bool = False, left: bool = False, grey: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.alignment = WD_PARAGRAPH_ALIGNMENT.LEFT if left else WD_PARAGRAPH_ALIGNMENT.CENTER
    run = paragraph.add_run(words)
    run.font.size, run.bold = Pt(10.5), bold
    if grey:
        run.font.color.rgb = GREY


def _widths(table: Any, part: Part) -> None:
    """Columns as wide as their longest words ask for, within reason; 166 mm in all."""
    longest = [
        min(24, max(4, *(len(row[n]) for row in part.rows), len(head) // 2 + 1)) for n, head in enumerate(part.heads)
    ]
    for n, column in enumerate(table.columns):
        width = Mm(166 * longest[n] / sum(longest))
        for cell in column.cells:
            cell.width = width
