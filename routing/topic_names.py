"""What a topic is called: where and what, in words that several people used.

No dictionary and no grammar: of all stretches of characters in the titles, the one that the most people wrote
and that tells the most. What only one person wrote names nothing, so nobody's words stand on the supervisors'
page.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from routing.duplicates import TAILS, Commonness, pair_of, pairs
from routing.words import clean

LEAST = 2  # people who must have used a word
SHARE = 0.25  # of all people of the topic
LONGEST = 10
_RUN = re.compile("[0-9a-z一-鿿]+")
_DISTRICT = re.compile("[a-z][0-9]*[市区县]")
_PLACE = re.compile(f".+(?:{TAILS})")
_EDGE = frozenset(
    "的在了是和与及到被把对请关于其该本我你们求要将为有不没吗呢啊哪里谁个投诉举报反映咨询建议强烈再次第号附近旁边市"
)


def called(said: Iterable[tuple[str, str]], common: Commonness) -> tuple[str, str]:
    """Place and matter of what `(person, title)` say together; either may be empty."""
    titles = [(person, _DISTRICT.sub(" ", clean(title))) for person, title in said]
    people = {person for person, _ in titles}
    used = _used(titles)
    enough = max(LEAST, SHARE * len(people))
    known = {word: len(by) * _tells(word, common) for word, by in used.items() if len(by) >= enough}
    place = _best(
        {word: points for word, points in known.items() if len(word) > 2 and _PLACE.fullmatch(word)}
    )
    rest = _used([(person, title.replace(place, " ") if place else title) for person, title in titles])
    taken = pairs(place).keys()
    words = {word: by for word, by in rest.items() if len(by) >= enough and taken.isdisjoint(pairs(word))}
    return place, _best({word: len(by) * _tells(word, common) for word, by in words.items()})


def _used(titles: Sequence[tuple[str, str]]) -> Mapping[str, set[str]]:
    """Every stretch of characters that neither begins nor ends with a word of grammar, and who wrote it."""
    used: dict[str, set[str]] = defaultdict(set)
    for person, title in titles:
        for run in _RUN.findall(title):
            for begin in range(len(run)):
                for end in range(begin + 2, min(begin + LONGEST, len(run)) + 1):
                    if run[begin] not in _EDGE and run[end - 1] not in _EDGE:
                        used[run[begin:end]].add(person)
    return used


def _tells(word: str, common: Commonness) -> float:
    return sum(common.rarity(pair_of(word[at : at + 2])) for at in range(len(word) - 1))


def _best(words: Mapping[str, float]) -> str:
    return max(words, key=lambda word: (words[word], word), default="")
