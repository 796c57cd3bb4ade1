"""Words in the rules that catch nothing: said twice, swallowed by a shorter one, or never seen in what people write."""

from collections import Counter
from collections.abc import Collection, Iterator

from msgspec import Struct

from routing.catalogue import Rulebook, TopicTable
from routing.rules import Rule
from routing.words import parts, split

STRENGTHS = ("strong", "words", "weak")
ENOUGH = 200  # texts below which it says nothing that a word was not seen
SHOWN = 8


class Mute(Struct, frozen=True):
    """A word without effect at a topic or rule (`where`), and a shortest text that shows it."""

    where: str
    say: str
    advice: str
    text: str = ""


def words(book: Rulebook, texts: Collection[str]) -> Iterator[Mute]:
    """Every word without effect; of `texts`, past ones, it is asked which word any of them holds."""
    for code, table in book.tables.items():
        yield from _twice(code, table)
        yield from _swallowed_group(code, table)
    for rule in book.rules.every:
        if not rule.duty:
            yield from _in_rule(rule)
    if len(texts) >= ENOUGH:
        yield from _unseen(book, texts)


def _twice(code: str, table: TopicTable) -> Iterator[Mute]:
    told: dict[str, str] = {}
    against = set(split(table.not_))
    for strength in STRENGTHS:
        for word in split(getattr(table, strength)):
            if word in told:
                yield Mute(code, f"[{code}] 的「{word}」在 {told[word]} 里已经有了，{strength} 里的不起作用。",
                           "请只留一处。", _shortest(word))  # fmt: skip
            elif word in against:
                yield Mute(code, f"[{code}] 的「{word}」既写在 {strength} 又写在 not，只算扣分。", "请删去一处。",
                           _shortest(word))  # fmt: skip
            told.setdefault(word, strength)


def _swallowed_group(code: str, table: TopicTable) -> Iterator[Mute]:
    for strength in STRENGTHS:
        for word in split(getattr(table, strength)):
            found = parts(word)
            inner = next((one for one in found for other in found if one != other and one in other), None)
            if inner:
                yield Mute(code, f"[{code}] 的「{word}」里「{inner}」总是跟着别的词一起出现，写了等于没写。",
                           f"请去掉「{inner}」。", _shortest(word))  # fmt: skip


def _in_rule(rule: Rule) -> Iterator[Mute]:
    when = rule.when
    for n, choice in enumerate(when.choices):
        wider = next((other for m, other in enumerate(when.choices)
                      if m != n and all(any(word in mine for mine in choice) for word in other)
                      and (set(other) != set(choice) or m < n)), None)  # fmt: skip
        if wider:
            yield Mute(rule.id, f"规则「{rule.title}」的「{'+'.join(choice)}」被「{'+'.join(wider)}」包住，写了等于没写。",
                       "请删去。", "，".join(choice))  # fmt: skip
        elif any(bad in word for bad in when.never for word in choice):
            yield Mute(rule.id, f"规则「{rule.title}」的「{'+'.join(choice)}」总被 none 挡住。", "请改 none。",
                       "，".join(choice))  # fmt: skip
    for clause in when.clauses:
        for word in clause:
            shorter = next((one for one in clause if one != word and one in word), None)
            if shorter:
                yield Mute(rule.id, f"规则「{rule.title}」的「{word}」被「{shorter}」包住，写了等于没写。", "请删去。", word)


def _unseen(book: Rulebook, texts: Collection[str]) -> Iterator[Mute]:
    seen: Counter[int] = Counter()
    for text in texts:
        seen.update(book.lexicon.read("", text, "").times.keys())
    numbers = book.lexicon.numbers
    for code, table in book.tables.items():
        silent = [
            word for strength in STRENGTHS for word in split(getattr(table, strength))
            if not all(seen[numbers[part]] for part in parts(word))
        ]  # fmt: skip
        if silent:
            more = f"等{len(silent)}个" if len(silent) > SHOWN else ""
            yield Mute(code, f"[{code}] 在{len(texts)}件来文中一次也没有出现的词：{'、'.join(silent[:SHOWN])}{more}。",
                       "可能是生僻的说法，可换成来电人常用的。")  # fmt: skip


def _shortest(word: str) -> str:
    return "，".join(parts(word))
