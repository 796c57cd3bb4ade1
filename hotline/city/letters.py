"""The letters' templates as settings: a .docx handed in, checked in the sandbox with an example, and proofed.

What must stand in every letter (to whom, the words, the remedies) is asked of a template before it can be in
force; what could reach outside (macros, linked parts, entities) is refused. Issued letters stay as they are.
"""

import io
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from zipfile import BadZipFile, ZipFile

import docx
import msgspec
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment
from msgspec import Struct
from sqlalchemy import Connection, select

from cases.bulk import insert_rows
from cases.letter_kinds import KINDS
from cases.letter_kinds.kind import Kind
from cases.procedures import PROCEDURES
from cases.tables import table_of
from hotline.city.sorts import Foreseen, Line
from hotline.city.tables import CityFileRow
from hotline.fields import Field
from hotline.house import House
from hotline.letters.sheets import Sheet, general_template, own_template, word
from hotline.problems import Problem

SORT = "letters"
TITLE = "文书模板"
LEAD = "签发文书时填写的 Word 模板。有单独模板的文书用自己的，其余用通用模板；换上新模板只影响以后起草和签发的，已签发的文书一字不动。"
DATED = False
GENERAL = "letter"
LARGEST, UNPACKED = 2_000_000, 30_000_000  # bytes of a file, and of what it unpacks to
MUST = {
    "title": "文书名称", "number": "文号", "addressee": "受文者", "paragraphs": "正文各段", "remedies": "救济途径各段",
    "signed": "落款", "date": "日期",
}  # fmt: skip
MAY = {"head": "发文机关标志", "attached": "附件名称", "receipt": "是否附送达回证"}
LINKED = re.compile(rb'<Relationship\b[^>]*TargetMode="External"[^>]*>')
SAMPLE = Sheet(
    head="武陵区住房和城乡建设局", number="武住建信处〔2026〕1号", title="信访事项处理意见书", addressee="张某某",
    paragraphs=("你反映的房屋漏水问题，我单位已经受理并调查核实。", "经查，情况属实。现责令物业服务企业于15日内修复。"),
    remedies=("如对本处理意见不服，可以自收到本意见书之日起30日内请求复查。",), attached=("现场检查记录",),
    signed="武陵区住房和城乡建设局", date="2026年11月24日", receipt=False,
)  # fmt: skip


class LetterPaper(Struct, frozen=True):
    """A template by its digest; without one what comes with the house, or is kept in the data directory."""

    digest: str = ""
    file: str = ""


def template_name(procedure: str, kind: Kind) -> str:
    """The name of the own template of such letters."""
    return f"{procedure}-{kind.name}"


def template_of(house: House, connection: Connection, name: str) -> bytes:
    """The template in force for such letters: their own, else the general one."""
    for one in dict.fromkeys((name, GENERAL)):
        found = standing(house, one, house.now())
        if found.digest and (content := file_of(connection, found.digest)):
            return content
        if own := own_template(house.settings.data / "letters", one):
            return own
    return general_template(house.settings.data / "letters")


def file_of(connection: Connection, digest: str) -> bytes | None:
    """A template that was handed in."""
    content: bytes | None = connection.scalar(select(CityFileRow.content).where(CityFileRow.digest == digest))
    return content


def titles() -> Iterator[tuple[str, str, str]]:
    """Every template there can be: name, title, procedure."""
    yield GENERAL, "通用模板", "全部文书"
    for procedure, kinds in KINDS.items():
        for kind in kinds:
            yield template_name(procedure, kind), kind.title, PROCEDURES[procedure].title


def listed(house: House) -> list[Line]:
    """The general one, then every kind of letter."""
    return [
        Line(name=name, title=title, group=procedure, value=_words(house, name, standing(house, name, house.now())))
        for name, title, procedure in titles()
    ]


def title_of(house: House, name: str) -> str:
    """What the letter is called."""
    return next((f"{procedure}：{title}" for one, title, procedure in titles() if one == name), "") or _none(name)


def standing(house: House, name: str, at: datetime) -> LetterPaper:
    """The template in force then."""
    version = house.papers.standing(SORT, name, at)
    return (version.read(LetterPaper) if version else None) or LetterPaper()


def packaged(house: House, name: str) -> LetterPaper:
    """Version 0."""
    return LetterPaper()


def understood(name: str, content: str) -> LetterPaper:
    """From JSON."""
    return msgspec.json.decode(content, type=LetterPaper)


def form(house: House, name: str, content: LetterPaper | None) -> list[Field]:
    """The page draws the control for the file itself."""
    return []


def parsed(house: House, name: str, typed: Mapping[str, Any], at: datetime) -> LetterPaper:
    """The file that was handed in, or one handed in before; kept as soon as it has passed."""
    file, digest = typed.get("file"), str(typed.get("digest", ""))
    if isinstance(file, tuple) and file[1]:
        if wrong := faults(file[1]):
            raise Problem("模板没有通过检查", {"file": "；".join(wrong)})
        row = {"digest": sha256(file[1]).hexdigest(), "name": str(file[0])[-120:], "content": file[1], "at": house.now()}
        with house.writing() as connection:
            insert_rows(connection, table_of(CityFileRow), [row], or_leave=True)
        return LetterPaper(row["digest"], row["name"])
    with house.reading() as connection:
        known = connection.scalar(select(CityFileRow.name).where(CityFileRow.digest == digest)) if digest else None
    if known is None:
        raise Problem("没有文件", {"file": "请选择一个 Word 文件（.docx）"})
    return LetterPaper(digest, known)


def faults(content: bytes) -> list[str]:
    """Why a template cannot be used, a sentence each; none when it was filled with the example."""
    if wrong := _unsafe(content):
        return [wrong]
    try:
        bare = SandboxedEnvironment()
        bare.globals.clear()  # a letter needs no function that can be called without end
        named = DocxTemplate(io.BytesIO(content)).get_undeclared_template_variables(bare)
    except (TemplateError, BadZipFile, KeyError, ValueError) as broken:
        return [f"模板里的花括号写错了：{broken}"]
    found = [f"不认识{{{{ {name} }}}}" for name in sorted(named - {*MUST, *MAY})]
    found += [f"缺少{title}{{{{ {name} }}}}" for name, title in MUST.items() if name not in named]
    if not found:
        try:
            word(SAMPLE, content)
        except Problem as broken:
            found += broken.errors.values()
    return found


def told(house: House, name: str, content: LetterPaper) -> list[tuple[str, str]]:
    """Which file it is, and the template's paragraphs as they stand in it."""
    with house.reading() as connection:
        kept = file_of(connection, content.digest) if content.digest else zero(house, name)
        kept = kept or template_of(house, connection, GENERAL)
    which = f"{_words(house, name, content)} {content.digest[:12]}".strip()
    return [("", which), *(("", line.text) for line in docx.Document(io.BytesIO(kept)).paragraphs if line.text.strip())]


def zero(house: House, name: str) -> bytes | None:
    """Version 0 of a template as a file; None for a letter that then has no own one."""
    folder = house.settings.data / "letters"
    return general_template(folder) if name == GENERAL else own_template(folder, name)


def foreseen(house: House, name: str, pair: tuple[LetterPaper | None, LetterPaper], at: datetime) -> Foreseen:
    """That it passed; the page shows the example filled in."""
    whose = "没有单独模板的全部文书" if name == GENERAL else "这一种文书"
    return Foreseen(says=(f"模板已在隔离环境中用样例填写通过，将用于以后起草和签发的{whose}；已经签发的不变。",))


def _words(house: House, name: str, content: LetterPaper) -> str:
    if content.digest:
        return content.file
    if name == GENERAL:
        return "随系统提供"
    return "数据目录里的模板" if own_template(house.settings.data / "letters", name) else "用通用模板"


def _unsafe(content: bytes) -> str:
    """Why a file is not even opened as a template."""
    if len(content) > LARGEST:
        return f"文件超过{LARGEST // 1_000_000}兆"
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
            if sum(one.file_size for one in packed.infolist()) > UNPACKED:
                return "文件展开后过大"
            if "word/document.xml" not in names:
                return "这不是 Word 的 .docx 文件"
            if any("vbaproject" in name.casefold() for name in names):
                return "文件带有宏，请去掉宏再上传"
            parts = [packed.read(name) for name in names if name.endswith((".xml", ".rels"))]
    except (BadZipFile, OSError, RuntimeError, NotImplementedError):
        return "这不是 Word 的 .docx 文件"
    if any(b"<!DOCTYPE" in part or b"<!ENTITY" in part for part in parts):
        return "文件里有不允许的定义"
    outside = [link for part in parts for link in LINKED.findall(part) if b"/hyperlink" not in link]
    return "文件引用了外部的图片或者模板，请嵌入后再上传" if outside else ""


def _none(name: str) -> str:
    raise LookupError(name)
