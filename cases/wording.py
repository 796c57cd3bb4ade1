"""Text as it is searched: what counts as the same letter, and the pieces by which a database finds it.

Chinese has no spaces, so every two neighbouring letters are a piece: whatever the two databases know of
words, they find exactly what reading every text would find, two letters and one letter included.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from zlib import crc32

from msgspec import Struct

EDGE, BREAK = "_", "#"  # the end of a run, the end of a text; neither is a letter
BEFORE, AROUND = 24, 60  # letters of a snippet before the first hit, and after it


class _Folded(dict[int, str]):
    """Full width as half width, capitals as small letters; always one letter for one, so places stay."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = unicodedata.normalize("NFKC", letter).lower()
        self[code] = plain if len(plain) == 1 else letter
        return self[code]


_FOLDED = _Folded()


class Piece(Struct, frozen=True):
    """A stretch of a snippet, marked where it is what was asked for."""

    text: str
    hit: bool = False


def folded(text: str) -> str:
    """`text` letter by letter as it is compared."""
    return text.translate(_FOLDED)


def plain(text: str) -> str:
    """The letters and digits of `text`, everything between them one space: what a search looks through."""
    return " ".join(runs(text))


def runs(text: str) -> list[str]:
    """The unbroken runs of letters and digits."""
    return "".join(letter if letter.isalnum() else " " for letter in folded(text)).split()


def plain_lines(text: str) -> str:
    """`plain` line by line: nothing is found across two lines."""
    return "\n".join(filter(None, map(plain, text.split("\n"))))


def pairs(text: str) -> str:
    """A `plain_lines` text as words for a full-text index: every letter with the next, the last of a run alone."""
    return f" {BREAK} ".join(" ".join(_line(line)) for line in text.split("\n"))


def _line(line: str) -> Iterator[str]:
    for run in line.split():
        yield from map("".join, zip(run, run[1:] + EDGE, strict=True))


def phrase(needle: str) -> str:
    """A `plain` needle as FTS5 asks for it among `pairs`: words in a row, a last lone letter as a beginning."""
    words = list(_line(needle))
    if len(needle.rpartition(" ")[2]) > 1:
        return f'"{" ".join(words[:-1])}"'  # the last run may go on
    return f'"{" ".join(words)[:-1]}" *'


def numbers(text: str) -> list[int]:
    """A `plain_lines` text as a set of signed 32-bit numbers, one a letter and one a pair, for an index of numbers."""
    return sorted({_number(piece) for run in text.split() for piece in (*run, *_pairs(run))})


def needle_numbers(needle: str) -> list[int]:
    """The numbers that any text with this needle has; a pair says its letters already."""
    return sorted({_number(piece) for run in needle.split() for piece in (_pairs(run) or run)})


def _pairs(run: str) -> list[str]:
    return [one + other for one, other in pairwise(run)]


def mark_numbers(marks: Iterable[str]) -> list[int]:
    """Marks (`#o:housing`) as numbers beside those of a text."""
    return sorted(map(_number, marks))


def _number(piece: str) -> int:
    return crc32(piece.encode()) - 2**31


def snippet(text: str, needles: Iterable[str]) -> tuple[Piece, ...]:
    """The part of `text` around the first hit, in pieces; its beginning when there is none."""
    flat, found = " ".join(text.split()), _pattern(needles)
    hit = found.search(folded(flat)) if found else None
    begin = max(0, hit.start() - BEFORE) if hit else 0
    end = min(len(flat), (hit.start() if hit else 0) + AROUND)
    shown = _marked(flat[begin:end], found)
    return ((Piece("…"),) if begin else ()) + shown + ((Piece("…"),) if end < len(flat) else ())


def marked(text: str, needles: Iterable[str]) -> tuple[Piece, ...]:
    """The whole of `text` in pieces."""
    return _marked(text, _pattern(needles))


def _marked(text: str, found: re.Pattern[str] | None) -> tuple[Piece, ...]:
    pieces, at = [], 0
    for hit in found.finditer(folded(text)) if found else ():
        pieces += [Piece(text[at : hit.start()]), Piece(text[hit.start() : hit.end()], hit=True)]
        at = hit.end()
    pieces.append(Piece(text[at:]))
    return tuple(piece for piece in pieces if piece.text)


def _pattern(needles: Iterable[str]) -> re.Pattern[str] | None:
    said = [
        r"[\W_]+".join(map(re.escape, needle.split())) for needle in sorted(needles, key=len, reverse=True)
    ]
    return re.compile("|".join(said)) if said else None
