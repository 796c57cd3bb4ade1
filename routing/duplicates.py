"""Whether two matters look like one event: words, place and time, scored with the reasons.

A matter is held as its weightiest pairs of neighbouring characters: no dictionary knows 丽发新城, but 丽发 is rare
wherever it stands. A pair before 小区, 路 or 苑 is likely a name and weighs double; names that differ speak
against. Nothing here joins anything: it says what looks alike and why, and a person decides.
"""

import math
import re
from array import array
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Self

from msgspec import Struct

from routing.words import clean

KEPT = 96  # pairs a matter is held by
INDEXED = 32  # of them the ones it is found by
TITLE = 2.0  # a pair in the title counts this often
NAME = 1.8  # a pair that likely names a place weighs this much more
ELSEWHERE = 0.7  # both name places, and none in common
HALF_LIFE = 180  # days after which two matters are half as likely one event
RARE = 3  # cases below which a pair is no rarer: a slip of the pen is no name
BEGUN = (
    200  # matters taken for read at the beginning, so that the first event of a new house is not common there
)
BUCKETS = 1 << 18

TAILS = (  # what names of places end in
    "小区|花园|新城|公寓|家园|家属院|宿舍|社区|广场|大厦|国际|小学|中学|学校|学院|幼儿园|医院|市场|车站|大道|工地|"
    "[苑城园府湾村镇路街巷桥]"
)
_RUN = re.compile("[0-9a-z一-鿿]+")
_TAIL = re.compile(TAILS)
_NAME = re.compile("[一-鿿]{2}")
_GENERAL = re.compile(f"^(?:{TAILS})|[的在个们和与我旁边住是本该各这那此某条座到]")


class Commonness(Struct):
    """In how many of `total` matters each pair of characters stands, by bucket; two may share one."""

    total: int
    counts: "array[int]"
    told: dict[int, float] = {}

    @classmethod
    def empty(cls) -> Self:
        """Nothing known yet: every pair weighs the same."""
        return cls(0, array("I", bytes(4 * BUCKETS)))

    def note(self, pairs: Iterable[int]) -> None:
        """Takes in the different pairs of one matter more."""
        self.total += 1
        self.told.clear()
        for pair in pairs:
            self.counts[_bucket(pair)] += 1

    def rarity(self, pair: int) -> float:
        """How much the pair tells: the logarithm of how seldom it stands."""
        found = self.told.get(pair)
        if found is None:
            found = math.log((self.total + BEGUN) / max(self.counts[_bucket(pair)], RARE))
            self.told[pair] = found
        return found


class Signature(Struct, frozen=True):
    """A matter as it is compared: its pairs with their weights, of length one, heaviest first; and the pairs
    that likely name a place."""

    weights: dict[int, float]
    names: frozenset[int]

    def sought(self, most: int = INDEXED) -> list[int]:
        """The pairs it is found by."""
        return list(self.weights)[:most]


class Likeness(Struct, frozen=True, kw_only=True):
    """How alike two matters are, nought to one, and why: words in common and days between."""

    score: float
    words: tuple[str, ...]
    days: int


def _bucket(pair: int) -> int:
    return (pair * 2654435761 >> 14) & (BUCKETS - 1)


def pair_of(two: str) -> int:
    """Two characters as one number below 2³²."""
    return ord(two[0]) << 16 | ord(two[1])


def letters(pair: int) -> str:
    """The two characters of a number."""
    return chr(pair >> 16) + chr(pair & 0xFFFF)


def pairs(text: str) -> dict[int, int]:
    """How often each pair of neighbouring characters stands in `text`; nothing joins across punctuation."""
    found: dict[int, int] = {}
    for run in _RUN.findall(clean(text)):
        codes = array("H", run.encode("utf-16-le"))
        for one, two in pairwise(codes):
            pair = one << 16 | two
            found[pair] = found.get(pair, 0) + 1
    return found


def names(text: str) -> frozenset[int]:
    """The pairs that stand before a word like 小区 or 路 and are no such word themselves."""
    cleaned = clean(text)
    before = (cleaned[max(0, tail.start() - 2) : tail.start()] for tail in _TAIL.finditer(cleaned))
    return frozenset(pair_of(two) for two in before if _NAME.fullmatch(two) and not _GENERAL.search(two))


def sign(title: str, text: str, place: str, common: Commonness) -> Signature:
    """The signature of a matter; `place` is told apart from the text and counts like a title."""
    head = f"{title}\n{place}"
    counts: dict[int, float] = dict(pairs(text))
    for pair, times in pairs(head).items():
        counts[pair] = counts.get(pair, 0.0) + TITLE * times
    named = names(f"{head}\n{text}")
    weights = {
        pair: (1 + math.log(times)) * common.rarity(pair) * (NAME if pair in named else 1.0)
        for pair, times in counts.items()
    }
    return _of_length_one(weights, named)


def _of_length_one(weights: Mapping[int, float], named: frozenset[int]) -> Signature:
    heaviest = sorted(weights, key=lambda pair: (-weights[pair], pair))[:KEPT]
    length = math.sqrt(sum(weights[pair] ** 2 for pair in heaviest)) or 1.0
    kept = {pair: weights[pair] / length for pair in heaviest}
    return Signature(kept, named & kept.keys())


def overlap(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    """The cosine of two weighings of length one."""
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * large[pair] for pair, weight in small.items() if pair in large)


def score(one: Signature, other: Signature, days: float) -> float:
    """How alike two matters are that were told `days` apart, nought to one."""
    found = overlap(one.weights, other.weights)
    if one.names and other.names and one.names.isdisjoint(other.names):
        found *= ELSEWHERE
    return float(found * 0.5 ** (days / HALF_LIFE))


def likeness(one: Signature, other: Signature, text: str, days: float) -> Likeness:
    """The score with its reasons; `text` is what the words in common are read from."""
    shared = {
        pair: weight * other.weights[pair] for pair, weight in one.weights.items() if pair in other.weights
    }
    return Likeness(score=score(one, other, days), words=phrases(text, shared), days=round(days))


def phrases(text: str, shared: Mapping[int, float], most: int = 4) -> tuple[str, ...]:
    """Pairs that overlap in `text` read as the words they make, the weightiest first."""
    found: dict[str, float] = {}
    for run in _RUN.findall(clean(text)):
        begin, weight = 0, 0.0
        for at in range(len(run)):
            gain = shared.get(pair_of(run[at : at + 2]), 0.0) if at + 1 < len(run) else 0.0
            weight += gain
            if not gain:
                if at > begin:
                    found[run[begin : at + 1]] = weight
                begin, weight = at + 1, 0.0
    order = sorted(found, key=lambda word: (-found[word], word))
    kept = [word for n, word in enumerate(order) if not any(word in other for other in order[:n])]
    return tuple(kept[:most])


# -- as bytes, to be kept ----------------------------------------------------------------------------


def packed(signature: Signature) -> bytes:
    """Five bytes a pair: its number, then its weight in 127ths, the top bit set where it names a place."""
    numbers = array("I", signature.weights)
    steps = bytes(
        max(1, round(127 * weight)) | (128 if pair in signature.names else 0)
        for pair, weight in signature.weights.items()
    )
    return numbers.tobytes() + steps


def score_packed(one: Signature, content: bytes, days: float) -> float:
    """`score` against what was packed, without unpacking what they do not share."""
    count = len(content) // 5
    weights, found, named, shares_name = one.weights, 0.0, False, False
    for pair, step in zip(array("I", content[: 4 * count]), content[4 * count :], strict=True):
        if step & 128:
            named = True
            shares_name = shares_name or pair in one.names
        if pair in weights:
            found += weights[pair] * (step & 127)
    apart = bool(named and one.names and not shares_name)
    return float(found / 127 * (ELSEWHERE if apart else 1.0) * 0.5 ** (days / HALF_LIFE))


def unpacked(content: bytes) -> Signature:
    """What was packed, as near as 127ths come."""
    count = len(content) // 5
    numbers, steps = array("I", content[: 4 * count]), content[4 * count :]
    weights = {pair: (step & 127) / 127 for pair, step in zip(numbers, steps, strict=True)}
    return Signature(weights, frozenset(p for p, step in zip(numbers, steps, strict=True) if step & 128))
