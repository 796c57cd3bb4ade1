"""What Python made is put into English when it is printed: known texts, known patterns, dates, articles, lengths.

An f-string is a pattern anchored at both ends, and what stood in its places is translated in its turn. Where two
answers are possible, the one that leaves less Chinese is taken.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache

from msgspec import Struct

from cases.law import Article, Length
from hotline.english.catalogue import entries, everything, stops
from hotline.english.lawful import lawful, plain_law
from hotline.english.runs import CHINESE

LONGEST = 400  # a longer text was written by somebody
DEEPEST = 4
_BETWEEN = re.compile(r"(《(?:[^《》]|《[^《》]*》)*》|[\s，。；：、？！（）()＋·“”\"→,;:/【】]+)")
_SENTENCE = re.compile(r"[^。]+。?")
_PLACE = re.compile(r"\{(\d+)\}")
_ONE = re.compile(r"(?<![\d.,:/-])1 ((?:working |office )?(?:day|hour|minute|month|year|item|case|person|time))s\b")


class Pattern(Struct, frozen=True):
    """An f-string of the code: what it matches, its English, and the letters that must be in a text, how many of
    its letters are Chinese, and whether it begins with a place."""

    shape: str
    said: str
    letters: str
    weight: int
    open: bool


def spoken(value: object) -> object:
    """What is printed on an English page for `value`; marked-up text is as somebody wrote it."""
    if isinstance(value, Article | Length):
        return english(str(value))
    if type(value) is not str or value.isascii() or len(value) > LONGEST:
        return value
    return english(value)


@lru_cache(maxsize=20_000)
def english(text: str, depth: int = 0) -> str:
    """`text` in English as far as it is known."""
    if not CHINESE.search(text):
        return stops(text)
    if known := _known(text.strip()):
        return _with_edges(text, known)
    if depth >= DEEPEST:
        return text
    answers = (_by_sentence(text, depth), *_by_pattern(text, depth), _in_pieces(text, depth))
    return min(filter(None, answers), key=left, default=text)


def _known(text: str) -> str:
    """The English of a text as a whole; empty when it has none."""
    return everything().get(text.replace("{", "{{").replace("}", "}}")) or lawful(text)


def left(text: str) -> int:
    """How much Chinese is left."""
    return len(CHINESE.findall(text))


def _with_edges(text: str, said: str) -> str:
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return before + said.replace("{{", "{").replace("}}", "}") + after


def _by_sentence(text: str, depth: int) -> str:
    """Several sentences, each by itself; empty for a single one."""
    sentences = _SENTENCE.findall(text)
    return " ".join(english(one, depth + 1) for one in sentences) if len(sentences) > 1 else ""


def _by_pattern(text: str, depth: int) -> Iterator[str]:
    for one in _candidates(text):
        found = _compiled(one.shape).fullmatch(text)
        if not found:
            continue
        if one.weight <= 2 and one.open and CHINESE.search(found[1]) and not _known(found[1]):
            continue  # 件, 日 and the like end many a sentence
        values = {str(n): _translated(value, depth) for n, value in enumerate(found.groups())}
        if one.weight <= 2 and any(CHINESE.search(value) for value in values.values()):
            continue
        said = _PLACE.sub(lambda place, values=values: values[place[1]], one.said)  # type: ignore[misc]
        answer = _ONE.sub(r"1 \1", stops(said))
        yield answer
        if not CHINESE.search(answer):
            return


@cache
def _compiled(shape: str) -> re.Pattern[str]:
    return re.compile(shape, re.DOTALL)


def _translated(value: str, depth: int) -> str:
    return english(value, depth + 1).strip() if value else ""


def _in_pieces(text: str, depth: int) -> str:
    """Texts that were joined: each by itself, with the stops of English between."""
    eased = plain_law(text)
    if eased != text:
        return english(eased, depth + 1)
    pieces = _BETWEEN.split(text)
    if len(pieces) == 1:
        return ""
    said = [_piece(piece, depth) if at % 2 == 0 else piece for at, piece in enumerate(pieces)]
    return stops("".join(said))


def _piece(piece: str, depth: int) -> str:
    """One of the joined texts; what the code joins on with a comma is known with it."""
    said = english(piece, depth + 1) if piece else ""
    if not CHINESE.search(said):
        return said
    joined = next(_by_pattern(f"，{piece}", depth), "")
    return said if not joined or CHINESE.search(joined) else joined.lstrip(", ")


def _candidates(text: str) -> list[Pattern]:
    begun, others = _patterns()
    near = sorted((*begun.get(text[:2], ()), *begun.get(text[:1], ())), key=lambda one: -one.weight)
    return near + [one for one in others if one.letters in text]


@cache
def _patterns() -> tuple[dict[str, list[Pattern]], list[Pattern]]:
    """The f-strings of the code by their first two letters, and those that begin with a place."""
    begun: dict[str, list[Pattern]] = defaultdict(list)
    others: list[Pattern] = []
    for domain in ("hotline", "cases", "routing"):
        for message, said in entries()[domain].items():
            if _PLACE.search(message) and not _dates(message):
                first, one = _PLACE.split(message)[0], _pattern(message, said)
                (begun[first[:2]] if first else others).append(one)
    return begun, sorted(others, key=lambda one: -one.weight)


def _dates(message: str) -> bool:
    """Whether a pattern is a date and nothing else: `lawful` reads those."""
    letters = set(CHINESE.findall(message))
    return letters <= set("年月日周至") and not letters.isdisjoint("年月日")


def _pattern(message: str, said: str) -> Pattern:
    literals = [part.replace("{{", "{").replace("}}", "}") for part in _PLACE.split(message)[::2]]
    places = (("(.*?)" if literal else r"(\d+|.*?)") + re.escape(literal) for literal in literals[1:])
    shape = re.escape(literals[0]) + "".join(places)
    return Pattern(shape, said, max(literals, key=len), sum(map(left, literals)), not literals[0])
