"""A letter on paper: Word from a template that the office may replace, PDF laid out as official documents are.

Version 0 of the templates is `letters/letter.docx` in the data directory, and `<procedure>-<kind>.docx` beside it,
which goes before it; what was uploaded (`hotline.city.letters`) goes before both. The PDF's words are data to typst
and never its source; fonts the office puts into `letters/fonts` (方正小标宋, 仿宋_GB2312) go before the package's.
"""

import io
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import docx
import msgspec
import pylopdf_fonts_zh_cn
import typst
from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment
from msgspec import Struct

from hotline.problems import Problem

LAYOUT = Path(__file__).with_name("letter.typ")
DEFAULT = "letter.docx"
RED = RGBColor(0xD7, 0x00, 0x0F)


class Sheet(Struct, frozen=True, kw_only=True):
    """What stands on the paper, as words. `receipt`: whether a page to be signed for it follows."""

    head: str
    number: str
    title: str
    addressee: str
    paragraphs: tuple[str, ...]
    remedies: tuple[str, ...]
    attached: tuple[str, ...]
    signed: str
    date: str
    receipt: bool


def pdf(sheet: Struct, folder: Path, layout: Path = LAYOUT) -> bytes:
    """The sheet as PDF/A-2b; `folder` is the letters' own in the data directory."""
    return typst.compile(
        layout,
        format="pdf",
        sys_inputs={"letter": msgspec.json.encode(sheet).decode()},
        font_paths=fonts(folder),
        ignore_system_fonts=True,
        pdf_standards=["a-2b"],
    )


def word(sheet: Sheet, template: bytes) -> bytes:
    """The sheet as an editable .docx, by that template; `Problem` says why it cannot be filled."""
    values = msgspec.to_builtins(sheet)
    try:
        filled = DocxTemplate(io.BytesIO(template))
        filled.render(values, jinja_env=SandboxedEnvironment(autoescape=True), autoescape=True)
        out = io.BytesIO()
        filled.save(out)
    except (TemplateError, BadZipFile, PackageNotFoundError, KeyError, ValueError) as broken:
        raise Problem("文书模板不能使用", {"template": f"文书模板不能使用：{broken}"}) from broken
    return out.getvalue()


def own_template(folder: Path, name: str) -> bytes | None:
    """The template that the office keeps for such letters in the data directory."""
    file = folder / f"{name}.docx"
    return file.read_bytes() if file.is_file() else None


def general_template(folder: Path) -> bytes:
    """The template for all letters; the first time it is left in the data directory."""
    return _default(folder).read_bytes()


def fonts(folder: Path) -> list[Path]:
    """Where the fonts of a letter lie."""
    own = folder / "fonts"
    package = pylopdf_fonts_zh_cn.serif_path().parent
    return [own, package] if own.is_dir() else [package]


@lru_cache(maxsize=1)
def _made() -> bytes:
    """The template as it is first given: the layout of GB/T 9704 in Word."""
    page: Any = docx.Document()
    section = page.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _line(page, "{{ head }}", WD_PARAGRAPH_ALIGNMENT.CENTER, 30, font="方正小标宋简体", colour=RED)
    _ruled(_line(page, "{{ number }}", WD_PARAGRAPH_ALIGNMENT.CENTER, 16))
    _line(page, "{{ title }}", WD_PARAGRAPH_ALIGNMENT.CENTER, 22, font="方正小标宋简体", before=24, after=18)
    _line(page, "{{ addressee }}：", WD_PARAGRAPH_ALIGNMENT.LEFT, 16)
    for name in ("paragraphs", "remedies"):
        _line(page, f"{{%p for words in {name} %}}", WD_PARAGRAPH_ALIGNMENT.LEFT, 16)
        _line(page, "{{ words }}", WD_PARAGRAPH_ALIGNMENT.JUSTIFY, 16, indent=32)
        _line(page, "{%p endfor %}", WD_PARAGRAPH_ALIGNMENT.LEFT, 16)
    _line(page, "{%p for name in attached %}", WD_PARAGRAPH_ALIGNMENT.LEFT, 16)
    _line(page, "附件{{ loop.index }}：{{ name }}", WD_PARAGRAPH_ALIGNMENT.LEFT, 16, indent=32)
    _line(page, "{%p endfor %}", WD_PARAGRAPH_ALIGNMENT.LEFT, 16)
    _line(page, "{{ signed }}", WD_PARAGRAPH_ALIGNMENT.RIGHT, 16, before=48)
    _line(page, "（印章）", WD_PARAGRAPH_ALIGNMENT.RIGHT, 10, colour=RED)
    _line(page, "{{ date }}", WD_PARAGRAPH_ALIGNMENT.RIGHT, 16)
    out = io.BytesIO()
    page.save(out)
    return out.getvalue()


def _default(folder: Path) -> Path:
    file = folder / DEFAULT
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_bytes(_made())
        draft.replace(file)
    return file


def _line(page: Any, words: str, side: WD_PARAGRAPH_ALIGNMENT, size: int, **more: Any) -> Any:
    """One paragraph. `more`: font, colour, and in points indent, before, after."""
    paragraph = page.add_paragraph()
    paragraph.alignment = side
    shape = paragraph.paragraph_format
    shape.line_spacing = Pt(max(28, size * 1.5))
    shape.space_before, shape.space_after = Pt(more.get("before", 0)), Pt(more.get("after", 0))
    shape.first_line_indent = Pt(more.get("indent", 0))
    run = paragraph.add_run(words)
    run.font.size, run.font.name = Pt(size), more.get("font", "仿宋_GB2312")
    run.font.color.rgb = more.get("colour", RGBColor(0, 0, 0))
    run._element.rPr.rFonts.set(qn("w:eastAsia"), more.get("font", "仿宋_GB2312"))
    return paragraph


def _ruled(paragraph: Any) -> None:
    """The red line under the number."""
    edges, edge = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "8"), ("color", "D7000F")):
        edge.set(qn(f"w:{name}"), value)
    edges.append(edge)
    paragraph._p.get_or_add_pPr().append(edges)
