"""Words and where they were seen.

Every word of every topic, gate and place stands in one Aho-Corasick automaton, so a message is read
once whatever the number of rules. The automaton walks UTF-8 bytes: it looks for the next step one by one,
and a root with three thousand Chinese characters is five times slower than three roots of sixty-four bytes.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Protocol

import ahocorasick  # type: ignore[import-not-found,import-untyped,unused-ignore]
from msgspec import Struct

AND = "+"
_COMPATIBLE = re.compile("[０-９Ａ-Ｚａ-ｚ\u2460-\u24ff\u2f00-\u2fdf\u3300-\u33ff\uf900-\ufaff]")


class Automaton(Protocol):
    """The part of pyahocorasick used here."""

    def iter(self, string: str) -> Iterator[tuple[int, int]]:
        """Pairs of end position and word number."""
        ...


class Seen(Struct, frozen=True):
    """One reading of a message: the cleaned text and, by word number, how often and whether in the title."""

    text: str
    times: dict[int, int]
    in_title: set[int]
    in_place: set[int]


class Lexicon(Struct, frozen=True):
    """All words, numbered, and the automaton over them."""

    words: tuple[str, ...]
    numbers: dict[str, int]
    automaton: Automaton

    def read(self, title: str, text: str, place: str) -> Seen:
        """Reads title, text and place in one pass each; `Seen.text` is title and text on two lines."""
        head, tail = clean(title), clean(text)
        whole, edge = f"{head}\n{tail}", len(_bytes(head))
        times: dict[int, int] = {}
        in_title: set[int] = set()
        for end, number in self.automaton.iter(_bytes(whole)):
            times[number] = times.get(number, 0) + 1
            if end < edge:
                in_title.add(number)
        in_place = {number for _, number in self.automaton.iter(_bytes(clean(place)))} if place else set()
        return Seen(whole, times, in_title, in_place)


def lexicon(words: list[str]) -> Lexicon:
    """Numbers the words in the order given and builds the automaton."""
    automaton = ahocorasick.Automaton()
    numbers: dict[str, int] = {}
    for word in words:
        if word not in numbers:
            automaton.add_word(_bytes(word), len(numbers))
            numbers[word] = len(numbers)
    if not numbers:
        automaton.add_word("\0", 0)
        numbers["\0"] = 0
    automaton.make_automaton()
    return Lexicon(tuple(numbers), numbers, automaton)


def clean(text: str) -> str:
    """Full-width digits and letters made plain, letters small: ＫＴＶ is ktv. Punctuation may stay wide."""
    if _COMPATIBLE.search(text):
        text = unicodedata.normalize("NFKC", text)
    return text.lower()


def _bytes(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def split(words: str) -> list[str]:
    """The words of a line in a rule file, cleaned, in order."""
    return unicodedata.normalize("NFKC", words).lower().split()


def parts(word: str) -> list[str]:
    """「甲+乙」 is two words that must both occur."""
    return [part for part in word.split(AND) if part]


def points(word: str) -> float:
    """What one occurrence is worth: the longer, the surer (2 characters 1.0 … 6 and more 3.0)."""
    return min(max(sum(map(len, parts(word))), 2), 6) / 2


def sentences(text: str) -> list[str]:
    """The text cut at full stops, question and exclamation marks and line ends."""
    for mark in "。！!？?；;":
        text = text.replace(mark, "\n")
    return [line for line in text.split("\n") if line]
