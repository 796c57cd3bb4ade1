"""A Word template to be looked at without Word: filled with the example and laid out as PDF or picture.

It shows words, sizes, colours and places, which is what goes wrong in a template; line breaks may be others in
Word. As with letters, what the file says is data to typst and never its source.
"""

from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import docx
import msgspec
import typst
from docx.enum.text import WD_PARAGRAPH_ALIGNMENT as SIDE
from docx.oxml.ns import qn
from docx.table import Table

from hotline.letters.sheets import fonts

LAYOUT = Path(__file__).with_name("proof.typ")
SIDES = {SIDE.CENTER: "center", SIDE.RIGHT: "right", SIDE.JUSTIFY: "justify", SIDE.DISTRIBUTE: "justify"}
USUAL = 12.0  # points
DOTS = 80  # an inch, of the picture
MOST = 400  # paragraphs and tables


def proof(filled: bytes, folder: Path, form: Literal["pdf", "png"]) -> bytes:
    """The pages as PDF, or the first as a picture."""
    document = docx.Document(BytesIO(filled))
    blocks = [_block(one) for one in list(document.iter_inner_content())[:MOST]]
    made: Any = typst.compile(
        LAYOUT,
        format=form,
        ppi=DOTS,
        sys_inputs={"blocks": msgspec.json.encode(blocks).decode()},
        font_paths=fonts(folder),
        ignore_system_fonts=True,
    )
    return bytes(made[0]) if isinstance(made, list) else bytes(made)


def _block(one: Any) -> dict[str, Any]:
    if isinstance(one, Table):
        rows = [[cell.text for cell in row.cells] for row in one.rows]
        columns = max((len(row) for row in rows), default=1)
        return {"columns": columns, "rows": [row + [""] * (columns - len(row)) for row in rows]}
    shape = one.paragraph_format
    return {
        "side": SIDES.get(one.alignment, "left"),
        "indent": _points(shape.first_line_indent),
        "before": _points(shape.space_before),
        "after": _points(shape.space_after),
        "ruled": one._p.find(f".//{qn('w:pBdr')}/{qn('w:bottom')}") is not None,
        "runs": [_run(run, one) for run in one.runs] or [{"text": " ", "size": USUAL, "bold": False, "colour": "#000000"}],
    }


def _run(run: Any, paragraph: Any) -> dict[str, Any]:
    size = run.font.size or (paragraph.style.font.size if paragraph.style else None)
    colour = run.font.color.rgb if run.font.color is not None else None
    return {
        "text": run.text,
        "size": _points(size) or USUAL,
        "bold": bool(run.font.bold),
        "colour": f"#{colour}" if colour is not None else "#000000",
    }


def _points(length: Any) -> float:
    return max(0.0, min(float(length.pt), 200.0)) if length is not None else 0.0
