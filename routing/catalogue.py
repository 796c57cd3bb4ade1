"""The catalogue of topics, compiled with gates, places and duties into one frozen rulebook.

What a word is worth to a topic and to the topics above it is reckoned once, when the files are loaded,
so that routing only adds up; the digest of the files is the version each routed case carries.
"""

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from msgspec import Struct

from routing import choosing, duties, gates, places, rules
from routing.choosing import Rules
from routing.duties import Duties
from routing.files import RulesError, fail, parsed, shaped, texts_of
from routing.gates import Gates
from routing.places import Places
from routing.words import Lexicon, lexicon, parts, points, split

FILE = "catalogue.toml"
FILES = (FILE, rules.FILE, gates.FILE, places.FILE, duties.FILE)
_STRENGTHS = {"strong": 2.0, "words": 1.0, "weak": 0.5}
_AGAINST = 2.0  # a `not` word takes twice what it would have given
_OWN = frozenset({"title", "not", "weight", *_STRENGTHS})


class TopicTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A topic as the file has it."""

    title: str
    strong: str = ""
    words: str = ""
    weak: str = ""
    not_: str = ""
    weight: float = 1.0


class Topic(Struct, frozen=True):
    """One node: `path` is its code and those above, deepest first; `full` its title with those above."""

    code: str
    title: str
    full: str
    path: tuple[str, ...]
    parent: int | None
    children: tuple[int, ...]


Gives = tuple[tuple[int, float], ...]  # topic number, points


class Group(Struct, frozen=True):
    """Words that speak only together; `needs` are the numbers of the others."""

    shown: tuple[str, ...]
    needs: frozenset[int]
    gives: Gives


class Rulebook(Struct, frozen=True):
    """Everything routing knows, compiled once."""

    version: str
    topics: tuple[Topic, ...]
    numbers: dict[str, int]
    lexicon: Lexicon
    gives: tuple[Gives, ...]
    scored: int  # words from this number on are no topic's
    groups: dict[int, tuple[Group, ...]]
    roots: frozenset[int]
    gates: Gates
    gate_words: frozenset[int]
    places: Places
    place_words: frozenset[int]
    duties: Duties
    rules: Rules
    tables: dict[str, TopicTable]  # the topics as they are written, for who checks the words


class Branch(Struct, frozen=True):
    """A topic and those below it, for a form's select."""

    code: str
    title: str
    branches: tuple["Branch", ...]


def packaged() -> dict[str, str]:
    """The rule set that comes with this package: file name → text."""
    return texts_of(Path(__file__).parent, FILES)


def load(folder: Path | None = None) -> Rulebook:
    """The rulebook of `folder`, by default this package's own, ready for use: RulesError if wrong or tied."""
    book = compiled(texts_of(folder, FILES) if folder else packaged())
    for one, other in choosing.ties(book.rules):
        file = duties.FILE if one.duty and other.duty else rules.FILE
        raise RulesError(
            f"{file}：{one.id} 与 {other.id} 同样具体又会同时适用，结果却不同，"
            f"请给其中一条加上地域、条件、日期或 rank",
            file,
        )
    return book


def compiled(texts: Mapping[str, str], version: str = "") -> Rulebook:
    """The rulebook of a rule set; `version` is by default the digest of its texts. RulesError names what is
    wrong; ties are left to the check, so that a draft with one can still be looked at and rehearsed."""
    raw = {name: parsed(texts, name) for name in FILES}
    tables: dict[str, TopicTable] = {}
    _collect(raw[FILE], (), tables)
    topics = _tree(tables)
    numbers = {topic.code: n for n, topic in enumerate(topics)}
    gate_rules, place_rules = gates.compiled(raw[gates.FILE]), places.compiled(raw[places.FILE])
    areas = {*place_rules.streets, *place_rules.communities}
    duty_list = duties.compiled(raw[duties.FILE], set(numbers), areas, set(place_rules.streets))
    codes = rules.Known(set(numbers), areas, set(duty_list.offices), gate_rules.codes)
    written = rules.compiled(raw[rules.FILE], codes, duty_list.every)
    given = _given(tables, topics, numbers)
    words = [part for word in given for part in parts(word)] + gate_rules.words + list(place_rules.spots)
    book = lexicon(words + [word for rule in written for word in rule.when.words])
    return Rulebook(
        version=version or digest(texts),
        topics=topics,
        numbers=numbers,
        lexicon=book,
        scored=len({part for word in given for part in parts(word)}),
        gives=tuple(tuple(given.get(word, {}).items()) for word in book.words),
        groups=_groups(given, book),
        roots=frozenset(n for n, topic in enumerate(topics) if topic.parent is None),
        gates=gate_rules,
        gate_words=frozenset(book.numbers[word] for word in gate_rules.words),
        places=place_rules,
        place_words=frozenset(book.numbers[name] for name in place_rules.spots),
        duties=duty_list,
        rules=choosing.indexed(written, duty_list, {t.code: t.title for t in topics}, book),
        tables=tables,
    )


def topics(book: Rulebook) -> tuple[Branch, ...]:
    """The tree for a form's select, in declared order."""
    return tuple(_branch(book, n) for n in sorted(book.roots))


def _branch(book: Rulebook, n: int) -> Branch:
    topic = book.topics[n]
    return Branch(topic.code, topic.title, tuple(_branch(book, child) for child in topic.children))


def digest(texts: Mapping[str, str]) -> str:
    """The version of a rule set: the same texts have the same one."""
    made = blake2b(digest_size=6)
    for name in FILES:
        content = texts[name].encode()
        made.update(f"{name} {len(content)}\n".encode() + content)
    return made.hexdigest()


def _collect(raw: dict[str, Any], above: tuple[str, ...], tables: dict[str, TopicTable]) -> None:
    for key, value in raw.items():
        if above and key in _OWN:
            continue
        code = ".".join((*above, key))
        if not isinstance(value, dict):
            raise fail(FILE, ".".join(above) or key, key, f"不认识这个键，只能用 {'、'.join(sorted(_OWN))}")
        if len(above) == 3:
            raise fail(FILE, code, "", "事项最多三级")
        own = {("not_" if k == "not" else k): v for k, v in value.items() if k in _OWN}
        tables[code] = shaped(own, TopicTable, FILE, code)
        _collect(value, (*above, key), tables)


def _tree(tables: dict[str, TopicTable]) -> tuple[Topic, ...]:
    numbers = {code: n for n, code in enumerate(tables)}
    below: dict[str, list[int]] = {}
    for code, n in numbers.items():
        below.setdefault(code.rpartition(".")[0], []).append(n)
    found = []
    for code, table in tables.items():
        steps = code.split(".")
        path = tuple(".".join(steps[:depth]) for depth in range(len(steps), 0, -1))
        parent = numbers[path[1]] if len(path) > 1 else None
        full = "—".join(tables[above].title for above in reversed(path))
        found.append(Topic(code, table.title, full, path, parent, tuple(below.get(code, ()))))
    return tuple(found)


def _given(
    tables: dict[str, TopicTable], topics: tuple[Topic, ...], numbers: dict[str, int]
) -> dict[str, dict[int, float]]:
    """By word: what it gives to each topic. A topic above gets the most any below it gets, not the sum."""
    given: dict[str, dict[int, float]] = {}
    for topic in topics:
        table = tables[topic.code]
        for strength, factor in _STRENGTHS.items():
            for word in split(getattr(table, strength)):
                if min(map(len, parts(word)), default=0) < 1 or word in "+":
                    raise fail(FILE, topic.code, strength, f"「{word}」不成词")
                worth = given.setdefault(word, {})
                for code in topic.path:
                    n = numbers[code]
                    worth[n] = max(worth.get(n, 0.0), points(word) * factor * table.weight)
    for topic in topics:
        for word in split(tables[topic.code].not_):
            given.setdefault(word, {})[numbers[topic.code]] = -points(word) * _AGAINST
    return given


def _groups(given: dict[str, dict[int, float]], book: Lexicon) -> dict[int, tuple[Group, ...]]:
    """By the number of the first word of each group."""
    table: dict[int, list[Group]] = {}
    for word, gives in given.items():
        first, *others = (book.numbers[part] for part in parts(word))
        if others:
            group = Group(tuple(parts(word)), frozenset(others), tuple(gives.items()))
            table.setdefault(first, []).append(group)
    return {first: tuple(groups) for first, groups in table.items()}
