"""The few marks an article's text may bear: a heading, a list, a paragraph. No HTML is ever made of what was typed:
the page is given values, and what bears no mark is words.

    ## heading      - one of a list      1. one of a numbered list      an empty line between paragraphs
"""

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

NUMBERED = re.compile(r"\d{1,2}[.、．]\s*")
Sort = Literal["heading", "list", "steps", "words"]


class Block(Struct, frozen=True):
    """A heading or a paragraph (one line), or a list (its lines)."""

    sort: Sort
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """The text in its blocks; lines of one paragraph or list stand together."""
    found: list[tuple[Sort, list[str]]] = []
    gap = True
    for line in text.replace("\r\n", "\n").split("\n"):
        said = line.strip()
        if not said:
            gap = True
            continue
        sort, words = _read(said)
        if gap or sort == "heading" or not found or found[-1][0] != sort:
            found.append((sort, [words]))
        else:
            found[-1][1].append(words)
        gap = sort == "heading"
    return [Block(sort, tuple(lines)) for sort, lines in found]


def _read(said: str) -> tuple[Sort, str]:
    if said.startswith("##"):
        return "heading", said.lstrip("#").strip()
    if said[:2] in ("- ", "* ", "• ") or said.startswith("·"):
        return "list", said[1:].strip()
    if mark := NUMBERED.match(said):
        return "steps", said[mark.end() :]
    return "words", said


def opening(found: Iterable[Block], most: int = 80) -> str:
    """The first words of a text, for lists."""
    words = next((" ".join(block.lines) for block in found if block.sort != "heading"), "")
    return words if len(words) <= most else words[:most] + "…"
