"""What somebody types into the search box: words, “exact words”, -without, a number, a telephone, 姓名：…

Forms are recognised, not learned: thirteen or fourteen digits that begin with a day are a case number, what is a
telephone number here is one, everything else is words. A name is looked for whole and by its blind index.
"""

import re
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from cases.indexing import name_key
from cases.numbers import PER_DAY, parse_number
from cases.parties import Vault
from cases.phones import understand
from cases.wording import folded, plain
from hotline.problems import Problem

MOST, LONGEST = 8, 200
_WORD = re.compile(r'([-－—]?)(?:(姓名|当事人|电话|编号)[:：])?(?:"([^"]*)"|“([^”]*)”|(\S+))')
_NUMBER = re.compile(r"20\d{6}(?:\d{0,5}|\d{5}-?\d)")
_REACHED = ("mobile", "landline", "foreign")
_DIGITS = re.compile(r"[\d\- ]{7,}")


class Said(Struct, frozen=True, kw_only=True):
    """What was typed, understood. `phones` and `names` are blind indexes; `hints` say what cannot be found."""

    needles: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ids: tuple[tuple[int, int], ...] = ()  # first and last case id
    hints: tuple[str, ...] = ()

    @property
    def by_rows(self) -> bool:
        """Whether it names rows, which are there at once, and not words, which the index learns a little later."""
        return bool(self.phones or self.names or any(first == last for first, last in self.ids))


def understood(typed: str, vault: Vault) -> Said:
    """What `typed` asks for; `Problem` when it is more than can be meant."""
    if len(typed) > LONGEST:
        raise Problem("查找内容过长", {"q": f"请不要超过{LONGEST}字"})
    said = Said()
    for found in _WORD.finditer(typed):
        said = _with(said, found, vault)
    if len(said.needles) + len(said.without) > MOST:
        raise Problem("查找内容过多", {"q": f"请不要超过{MOST}个词"})
    return said


def _with(said: Said, found: re.Match[str], vault: Vault) -> Said:
    minus, kind, *words = found.groups()
    word, exact = next(filter(None, words), ""), words[2] is None
    if minus:
        return _also(said, "without", plain(word))
    if kind in ("姓名", "当事人"):
        return _also(said, "names", vault.index(name_key(word)))
    if not exact or kind:
        digits = folded(word)
        if _NUMBER.fullmatch(digits) or kind == "编号":
            return _numbered(said, digits)
        phone = understand(digits)
        if phone.kind in _REACHED:
            return _also(said, "phones", vault.index(phone.number))
        if _DIGITS.fullmatch(digits):
            return _nothing(said, f"“{word}”不是完整的电话或编号；固定电话请加区号")
    return _also(said, "needles", plain(word))


def _also(said: Said, name: str, value: object) -> Said:
    held = getattr(said, name)
    if not value or value in held:
        return said
    return replace(said, **{name: (*held, value)})


def _numbered(said: Said, digits: str) -> Said:
    """A whole number, or its beginning from the day on."""
    plain_digits = digits.replace("-", "")
    if len(plain_digits) == 14:
        case = parse_number(digits)
        return _also(said, "ids", (case, case)) if case else _nothing(said, f"编号“{digits}”的校验位不符")
    if not _NUMBER.fullmatch(digits):
        return _nothing(said, f"“{digits[:20]}”不像编号，编号以8位日期开头")
    low = int(plain_digits.ljust(13, "0"))
    return _also(said, "ids", (low, low + 10 ** (13 - len(plain_digits)) - 1))


def _nothing(said: Said, hint: str) -> Said:
    """What no case can be: texts are kept without long numbers."""
    return _also(_also(said, "ids", (0, 0)), "hints", hint)


def days(first: date | None, last: date | None) -> tuple[int, int]:
    """The case ids of those days of registration: a number begins with its day."""
    low = int(f"{first:%Y%m%d}") * PER_DAY if first else 0
    return low, int(f"{last:%Y%m%d}") * PER_DAY + PER_DAY - 1 if last else 2**62
