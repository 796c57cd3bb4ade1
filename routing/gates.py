"""Gates stand before the topics: a danger that is happening goes to 110/119/120/122 at once.

A danger is judged sentence by sentence, because a message that only speaks of fire lanes, of last year's
accident or of what might happen is a case and not an alarm. Legal gates advise with the article, the address and
the limit and divert nothing; what lies in another district is kept from our offices and handed over.
"""

import re
from typing import Any, Literal

from msgspec import Struct

from routing.asked import Asked
from routing.files import fail, shaped
from routing.words import Seen, parts, sentences, split

FILE = "gates.toml"
BLANK = "empty.blank"
ABUSIVE = "empty.abusive"
NEAR = 16  # characters between a danger and the word that makes it present
ALONE = 12  # the most characters in which somebody says the danger and nothing else
_DATED = re.compile(r"\d{4}年|\d{1,2}月\d|\d日|\d号晚|\d{4}[-/.]\d")
_LETTERS = re.compile(r"[^\W_]")


class Gate(Struct, frozen=True, kw_only=True):
    """One gate: what to say, on what ground, and where the matter belongs."""

    code: str
    title: str
    acts: Literal["emergency", "legal", "outside", "empty"]
    target: str
    say: str
    article: str = ""
    source: str = ""
    limit: str = ""
    address: str = ""

    @property
    def ground(self) -> str:
        """The article, or the document where there is no article."""
        return self.article or self.source

    @property
    def told(self) -> str:
        """What the citizen is told: the path, the limit, the address, the ground."""
        limit = f"期限：{self.limit}。" if self.limit else ""
        address = f"去处：{self.address}。" if self.address else ""
        return f"{self.say}{limit}{address}依据：{self.ground}。"


class Written(Gate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gate as the file has it."""

    sure: str = ""
    danger: str = ""
    hint: str = ""
    places: str = ""
    matters: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    not_: str = ""


class Watch(Struct, frozen=True):
    """A gate with its words; `sure` holds groups of words that must stand in one sentence."""

    gate: Gate
    sure: tuple[tuple[str, ...], ...]
    danger: tuple[str, ...]
    hint: tuple[str, ...]
    places: tuple[str, ...]
    matters: tuple[str, ...]
    kinds: tuple[str, ...]
    never: tuple[str, ...]
    words: frozenset[str]


class Sentence(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that tell what is happening from what was or might be; `brief` in characters."""

    now: str
    past: str
    unreal: str
    brief: int


class Home(Struct, frozen=True, forbid_unknown_fields=True):
    """What our own district is called: a text that names it is not sent elsewhere."""

    names: str


class Gates(Struct, frozen=True):
    """All gates in declared order, with the words by which a sentence is judged."""

    watches: tuple[Watch, ...]
    now: tuple[str, ...]
    past: tuple[str, ...]
    unreal: tuple[str, ...]
    brief: int
    home: tuple[str, ...]
    away: frozenset[str]

    @property
    def codes(self) -> set[str]:
        """The codes a rule may name."""
        return {watch.gate.code for watch in self.watches}

    @property
    def words(self) -> list[str]:
        """Every word that may open a gate."""
        own = [word for watch in self.watches for word in (*sorted(watch.words), *watch.places)]
        return own + list(self.home)


class Opened(Struct, frozen=True):
    """A gate that fired, and the words in the text that made it."""

    gate: Gate
    words: tuple[str, ...]


def compiled(raw: dict[str, Any]) -> Gates:
    """The gates of the file; refuses a gate without ground, without words, or twice the same code."""
    tone = shaped(raw.get("sentence"), Sentence, FILE, "sentence")
    addresses = shaped(raw.get("address", {}), dict[str, str], FILE, "address")
    home = shaped(raw.get("home", {"names": ""}), Home, FILE, "home")
    watches: dict[str, Watch] = {}
    for n, table in enumerate(raw.get("gate", ()), 1):
        written = shaped(
            {("not_" if k == "not" else k): v for k, v in table.items()}, Written, FILE, f"gate 第{n}个"
        )
        if not written.ground:
            raise fail(FILE, "gate", written.code, "没有写 article 或 source，理由必须有出处")
        if written.code in watches:
            raise fail(FILE, "gate", written.code, "代码重复")
        if written.address and written.address not in addresses:
            raise fail(FILE, "gate", written.code, f"[address] 里没有 {written.address}")
        watches[written.code] = _watch(written, addresses.get(written.address, ""))
    sentence = (_words(tone.now), _words(tone.past), _words(tone.unreal), tone.brief)
    away = frozenset(name for watch in watches.values() for name in watch.places)
    return Gates(tuple(watches.values()), *sentence, _words(home.names), away)


def _watch(written: Written, address: str) -> Watch:
    known = {name: getattr(written, name) for name in Gate.__struct_fields__}
    gate = Gate(**{**known, "address": address})
    sure = tuple(tuple(parts(word)) for word in split(written.sure))
    if not (sure or written.danger or written.hint or written.places or written.matters):
        raise fail(FILE, "gate", written.code, "没有 sure、danger、hint、places 或 matters，永远不会起作用")
    danger, hint, places = _words(written.danger), _words(written.hint), _words(written.places)
    every = frozenset((*(part for group in sure for part in group), *danger, *hint))
    never = _words(written.not_)
    return Watch(gate, sure, danger, hint, places, written.matters, written.kinds, never, every)


def _words(line: str) -> tuple[str, ...]:
    return tuple(split(line))


def blank(gates: Gates, text: str) -> Opened | None:
    """Opens for a text that says nothing: fewer than two letters, or one letter over and over."""
    letters = _LETTERS.findall(text)
    if len(letters) >= 2 and len(set(letters)) >= 2:
        return None
    return next((Opened(w.gate, ()) for w in gates.watches if w.gate.code == BLANK), None)


def named(gates: Gates, code: str) -> Opened | None:
    """The gate of that code, opened by a rule."""
    return next((Opened(watch.gate, ()) for watch in gates.watches if watch.gate.code == code), None)


def pending(gates: Gates, asked: Asked) -> Opened | None:
    """Opens when the same number has a petition or a suit open: the matter may be the same one."""
    if not asked.open_matters:
        return None
    return next(
        (Opened(w.gate, ()) for w in gates.watches if not set(asked.open_matters).isdisjoint(w.matters)), None
    )


def outside(gates: Gates, heard: list[str], place: str, titled: str) -> Opened | None:
    """Opens when the place is in another district: named in the place field, or in the text and ours is not."""
    if not place and gates.away.isdisjoint(heard):
        return None
    if any(name in heard or name in place for name in gates.home):
        return None
    for watch in gates.watches:
        said = tuple(name for name in watch.places if name in (place or titled))
        if said:
            return Opened(watch.gate, said[:1])
    return None


def judge(gates: Gates, asked: Asked, seen: Seen, heard: list[str]) -> Opened | None:
    """The first gate that opens, in declared order, or None. `heard` are the gate words in the text."""
    lines = [line for line in sentences(seen.text) if any(word in line for word in heard)]
    long = len(seen.text) > gates.brief
    urgent = asked.urgent or _alone(seen.text, heard)
    head = seen.text.partition("\n")[0]
    for watch in gates.watches:
        if watch.words.isdisjoint(heard):
            continue
        for line in lines:
            if watch.gate.acts == "emergency":
                words = _alarm(gates, watch, line, urgent, long)
            else:
                words = () if long and line not in head else _spoken(watch, line, asked.kind)
            if words and not any(word in line for word in watch.never):
                return Opened(watch.gate, words)
    return None


def _alone(text: str, heard: list[str]) -> bool:
    """Whether the text is one of the words and no more: who says only 着火 tells of no past fire."""
    return len(text) <= ALONE and "".join(_LETTERS.findall(text)) in heard


def _spoken(watch: Watch, line: str, kind: str) -> tuple[str, ...]:
    for group in watch.sure:
        if all(word in line for word in group):
            return group
    if kind in watch.kinds:
        return tuple(word for word in watch.hint if word in line)[:3]
    return ()


def _alarm(gates: Gates, watch: Watch, line: str, urgent: bool, long: bool) -> tuple[str, ...]:
    """A sure word alone in a short text; a danger, or any word of a long one, with a `now` word close by."""
    if any(word in line for word in gates.unreal):
        return ()
    group = next((group for group in watch.sure if all(word in line for word in group)), ())
    found = tuple(word for word in watch.danger if word in line)[:3]
    now = _close(line, group or found, gates.now)
    if not (now or urgent) and (_DATED.search(line) or any(word in line for word in gates.past)):
        return ()
    if group and (now or urgent or not long):
        return (*group, *now)
    return (*found, *now) if found and (urgent or (now and not long)) else ()


def _close(line: str, words: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        at = line.find(word)
        near = line[max(0, at - NEAR) : at + len(word) + NEAR]
        found = next((sign for sign in now if sign in near), None)
        if found:
            return (found,)
    return ()
