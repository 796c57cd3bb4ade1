"""A second opinion: what a model learned from confirmed dispatches says of a message, in plain Python.

A model is linear: each character, pair of characters and rule word speaks for or against each label. Weights
are one byte a label; spread to four bytes each they are one whole number, so that all labels are added up at
once and a message takes about a millisecond on the web process, without numpy.
"""

import re
import struct
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import exp, log, sqrt
from operator import add

from msgspec import Struct, field

from routing.catalogue import Rulebook
from routing.words import clean

BODY, TITLE, HEAD, WORD = "", "^", "<", "="  # the fields, by the mark before their tokens
SHARE = {BODY: 1.0, TITLE: 0.6, HEAD: 0.5, WORD: 0.4}  # the length of each field's part of the vector
OPENING = 100  # characters of the text that are heard once more: people say first what it is about
MOST = {BODY: 4000, TITLE: 200}  # characters read, before and after tidying: NFKC makes some longer
UNIT = 1 << 15  # a value as a whole number: with the lengths above no label's four bytes overflow
ZERO = 128  # the byte of a weight of nothing
SHOWN = 6  # words told
TOLD = 0.2  # of what the strongest gave: the least that is told
_MASKED = re.compile(r"[a-z]{1,2}\d*(?=[省市区县镇乡村])|西地(?=省)")
_MARKS = frozenset({TITLE, HEAD, WORD})  # none of them is left in a text by `tidy`
_DIGITS = re.compile(r"\d+")
_BLANK = re.compile(r"[\W_]+")
_CJK = re.compile("[\u4e00-\u9fff]+")
_TIMES = (0.0, *(1 + log(n) for n in range(1, 2 * MOST[BODY])))
_KEPT = 16_000_000  # bytes of spread weights a head keeps

Counts = Mapping[str, int]
Vector = list[tuple[int, float]]  # row of a token, its value


class Head(Struct, frozen=True, kw_only=True):
    """One question a model answers: `label` of a file, or `topic` and `office` of the city's own cases."""

    name: str
    labels: tuple[str, ...]
    weights: bytes  # a row a token, a byte a label
    step: float  # what one of those 256 steps is worth
    bias: tuple[float, ...]
    sharpness: float  # scores times this are log-odds that have been checked against what was right
    known: dict[int, int] = field(default_factory=dict)  # weights already spread, by row


class Model(Struct, frozen=True, kw_only=True):
    """A model in memory; `version` is the digest of its content."""

    version: str
    tokens: tuple[str, ...]  # each with the mark of its field before it
    rows: dict[str, dict[str, int]]  # by the mark of the field and the token
    rarity: "array[float]"  # inverse document frequency, by row
    heads: dict[str, Head]


class Reading(Struct, frozen=True):
    """One message and its vector."""

    title: str
    detail: str
    vector: Vector


class Weighed(Struct, frozen=True):
    """A word and how much it spoke for the first label against the second."""

    word: str
    points: float


class Proposal(Struct, frozen=True, kw_only=True):
    """What the model would say, how sure it is (0 … 1), and what it would say next."""

    label: str
    confidence: float
    second: str


def tidy(text: str) -> str:
    """Small plain letters, one digit for any number, one blank for all between words, no masked places."""
    return _BLANK.sub(" ", _DIGITS.sub("0", _MASKED.sub("", clean(text)))).strip()


def numbered(names: Iterable[str]) -> dict[str, dict[str, int]]:
    """The rows of marked tokens, by field."""
    rows: dict[str, dict[str, int]] = {mark: {} for mark in SHARE}
    for n, name in enumerate(names):
        mark = name[:1] if len(name) > 1 and name[0] in _MARKS else BODY
        rows[mark][name.removeprefix(mark)] = n
    return rows


def spoken(book: Rulebook, title: str, detail: str) -> list[str]:
    """The words of the rules that occur: what people who know the trade thought worth hearing."""
    seen = book.lexicon.read(title, detail, "")
    return [book.lexicon.words[number] for number in seen.times]


def tokens(title: str, detail: str, words: Iterable[str]) -> Iterator[tuple[str, Counts]]:
    """Each field's mark and its tokens with their number."""
    head, body = (tidy(text[:most])[:most] for text, most in ((title, MOST[TITLE]), (detail, MOST[BODY])))
    yield BODY, _grams(body)
    yield TITLE, _grams(head)
    yield HEAD, _grams(body[:OPENING])
    yield WORD, dict.fromkeys(words, 1)


def _grams(text: str) -> Counts:
    counts = Counter(text)
    counts.update(map(add, text, text[1:]))
    return counts


def read(model: Model, title: str, detail: str, words: Iterable[str]) -> Reading:
    """The message as the model sees it: rare tokens count more, repeats little, each field its share."""
    rarity, found = model.rarity, []
    for mark, counts in tokens(title, detail, words):
        rows = model.rows[mark]
        part = [
            (row, _TIMES[n] * rarity[row])
            for token, n in counts.items()
            if (row := rows.get(token)) is not None
        ]
        length = sqrt(sum(value * value for _, value in part))
        found += [(row, value * SHARE[mark] / length) for row, value in part]
    return Reading(title, detail, found)


def odds(head: Head, vector: Vector) -> list[float]:
    """Log-odds of each label."""
    n = len(head.labels)
    total, values, known = 0, 0, head.known
    for row, value in vector:
        whole = int(value * UNIT)
        total += whole * (known.get(row) or _spread(head, row))
        values += whole
    sums = struct.unpack(f"<{n}I", total.to_bytes(4 * n, "little"))
    return [
        ((lane - ZERO * values) * head.step / UNIT + bias) * head.sharpness
        for lane, bias in zip(sums, head.bias, strict=True)
    ]


def _spread(head: Head, row: int) -> int:
    """A token's weights as one whole number; the first are kept: a few thousand make up most texts."""
    n = len(head.labels)
    lanes = bytearray(4 * n)
    lanes[::4] = head.weights[row * n : row * n + n]
    spread = int.from_bytes(lanes, "little")
    if len(head.known) * (4 * n + 100) < _KEPT:
        head.known[row] = spread
    return spread


def propose(head: Head, seen: Reading) -> Proposal:
    """The likeliest label and the next."""
    found = odds(head, seen.vector)
    best, second = sorted(range(len(found)), key=lambda n: (-found[n], n))[:2]
    mass = sum(exp(odd - found[best]) for odd in found)
    return Proposal(label=head.labels[best], confidence=1 / mass, second=head.labels[second])


def weighed(model: Model, head: Head, seen: Reading, proposal: Proposal) -> tuple[Weighed, ...]:
    """The words that gave most to the first label above the second, most first. Pairs of characters that
    stand one upon the other in the text are told as the word they make."""
    gave = _gave(model, head, seen, proposal)
    strong = max(gave.values(), default=0.0) * TOLD
    if strong <= 0:
        return ()
    told: dict[str, float] = {}
    for run in _runs(f"{tidy(seen.title)}\n{tidy(seen.detail)}", gave, strong):
        told[run] = sum(gave[pair] for pair in {run[n : n + 2] for n in range(len(run) - 1)})
    for word, points in gave.items():
        if len(word) > 2 and points >= strong:
            home = next((run for run in told if word in run), word)
            told[home] = told.get(home, 0.0) + points
    first = sorted(told.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Weighed(word, round(points, 2)) for word, points in first[:SHOWN])


def _gave(model: Model, head: Head, seen: Reading, proposal: Proposal) -> dict[str, float]:
    """By word of two characters and more: what it gave, all fields together."""
    n, worth = len(head.labels), head.step * head.sharpness
    best, second = head.labels.index(proposal.label), head.labels.index(proposal.second)
    points: dict[str, float] = {}
    for row, value in seen.vector:
        word = model.tokens[row].lstrip(f"{TITLE}{HEAD}{WORD}")
        if len(word) > 1 and _CJK.fullmatch(word):
            lead = head.weights[row * n + best] - head.weights[row * n + second]
            points[word] = points.get(word, 0.0) + lead * value * worth
    return points


def _runs(text: str, gave: Mapping[str, float], strong: float) -> Iterator[str]:
    """The stretches of the text whose every pair of characters is strong."""
    start = None
    for n in range(len(text)):
        spoke = n + 1 < len(text) and gave.get(text[n : n + 2], 0.0) >= strong
        if spoke and start is None:
            start = n
        elif not spoke and start is not None:
            yield text[start : n + 1]
            start = None
