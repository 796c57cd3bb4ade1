"""The rows of a CSV as people save them: UTF-8 or what Excel writes here, each with the line it begins on.

Whatever cannot be read is a bad row and never a silent one. A quote that is not closed would swallow the rows
after it: then only the line it stands on is bad, and reading goes on with the next.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from msgspec import Struct

UTF_8, GB18030 = "UTF-8", "GB18030"
MOST_LINES = 100  # of one row, where neither a time nor an id tells that another row was swallowed
QUOTES = "引号不成对，或有一栏过长：有引号的一栏要以引号收尾，其中的引号要写成两个"
SWALLOWED = "引号没有收尾：后面的行也成了这一栏的内容"
DAY = re.compile(r"\s*\d{4}[-/]\d{1,2}[-/]\d")


class Row(Struct, frozen=True):
    """A row by our column names, without spaces around its cells; empty where the file has no such column."""

    line: int
    cells: Mapping[str, str]


class Bad(Struct, frozen=True):
    """A row that was not taken: the line of the file it begins on, and why."""

    line: int
    reason: str


def encoding_of(path: Path) -> str:
    """UTF-8 or GB18030: what more of the lines that are not plain ASCII can be read as.

    Raises:
        ValueError: UTF-16.
    """
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            raise ValueError("文件是UTF-16编码，请另存为“CSV UTF-8”")
    readable = unreadable = 0
    with _lines(path) as file:
        for line in file:
            if not line.isascii():
                good = _reads(line.encode("latin-1"))
                readable, unreadable = readable + good, unreadable + (not good)
    return UTF_8 if readable >= unreadable else GB18030


def rows_of(path: Path, encoding: str, columns: Mapping[str, tuple[str, ...]]) -> Iterator[Row | Bad]:
    """Every row, good or bad, in the order of the file; `columns` are our names and what files call them.

    Raises:
        ValueError: the first line is no heading, or has no column of text.
    """
    with _lines(path) as file:
        lines = _Lines(file, encoding)
        reader = csv.reader(lines, strict=True)
        heading = _Heading(lines, reader, columns)
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                lines.give_back()
                yield Bad(lines.line, QUOTES)
                continue
            reason = heading.broken(cells, lines.taken)
            if reason:
                lines.give_back()
            reason = reason or lines.garbled
            if reason:
                yield Bad(lines.line, reason)
            elif cells:
                yield Row(lines.line, heading.named(cells))


def _lines(path: Path) -> TextIO:
    """The lines as they are, a letter a byte: neither encoding has a line end or a quote within a letter."""
    return path.open(encoding="latin-1", newline="")


def _reads(raw: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        return bool(raw.decode(UTF_8))
    return False


class _Lines(Iterator[str]):
    """The lines of a file for the reader of its rows. `line` and `taken` are of the row being read, `garbled`
    says which of its bytes are no text."""

    def __init__(self, file: TextIO, encoding: str) -> None:
        self._file, self._encoding = file, encoding
        self._back: deque[str] = deque()
        self.line, self.taken, self.garbled = 1, list[str](), ""

    def __next__(self) -> str:
        raw = self._back.popleft() if self._back else next(self._file)
        self.taken.append(raw)
        data = raw.encode("latin-1")
        try:
            return data.decode(self._encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            self.garbled = self.garbled or f"第{self.line + len(self.taken) - 1}行有不是{self._encoding}编码的字节"
            return data.decode(self._encoding, "replace")

    def begin(self) -> None:
        """Another row begins."""
        self.line += len(self.taken)
        self.taken, self.garbled = [], ""

    def give_back(self) -> None:
        """All but the first line of this row is to be read again."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


class _Heading:
    """Which column is which, and thereby what cannot be one row."""

    def __init__(self, lines: _Lines, reader: Iterator[list[str]], columns: Mapping[str, tuple[str, ...]]) -> None:
        try:
            names = [name.strip() for name in next(reader, [])]
        except csv.Error:
            raise ValueError(f"第1行：{QUOTES}") from None
        if lines.garbled:
            raise ValueError(lines.garbled)
        self._width = len(names)
        self._at = {
            ours: next((names.index(name) for name in theirs if name in names), None)
            for ours, theirs in columns.items()
        }
        if self._at["text"] is None:
            raise ValueError("文件没有内容列：需要 detail、text 或“内容”之一")

    def named(self, cells: Sequence[str]) -> dict[str, str]:
        """The cells by our names."""
        return {ours: self._cell(cells, ours) for ours in self._at}

    def broken(self, cells: Sequence[str], taken: Sequence[str]) -> str:
        """Why what was read as one row is none; empty for one that is."""
        text = self._at["text"]
        assert text is not None, "no file without it"
        if len(taken) > 1 and (len(cells) <= text or self._swallowed(cells, taken)):
            return SWALLOWED
        if any(cell.strip() for cell in cells[self._width :]):
            return f"有{len(cells)}栏，标题只有{self._width}栏：内容中有逗号的一栏要加引号"
        return ""

    def _swallowed(self, cells: Sequence[str], taken: Sequence[str]) -> bool:
        """Whether a later line of the row is by itself a row of this file."""
        if self._at["time"] is None and self._at["id"] is None:
            return len(taken) > MOST_LINES
        return any(self._alike(cells, next(csv.reader([line]), [])) for line in taken[1:])

    def _alike(self, own: Sequence[str], later: Sequence[str]) -> bool:
        if len(later) != self._width or self._width < 2:
            return False
        if self._at["time"] is not None:
            return bool(DAY.match(self._cell(later, "time")))
        mine, other = (re.sub(r"\d", "0", self._cell(cells, "id")) for cells in (own, later))
        return len(own) < self._width or (mine == other and "0" in mine)

    def _cell(self, cells: Sequence[str], ours: str) -> str:
        at = self._at[ours]
        return cells[at].strip() if at is not None and at < len(cells) else ""
