"""A template cut into runs: each stretch of text or spoken attribute, with the variables in it, is one message.

Both the extraction and the English templates are made by this one cut, so that what is translated is what was asked.
"""

import re
from collections.abc import Iterable, Iterator

from jinja2.lexer import Token
from msgspec import Struct
from msgspec.structs import replace

from hotline.english.markup import INLINE, SPOKEN, Bit, Scanner, Where

CHINESE = re.compile("[\u3400-\u9fff]")
STOPPED = ("，", "。", "；", "：", "、", "）", "")
ENDS = {"variable_begin": "variable_end", "block_begin": "block_end"}
SAME = frozenset({"equalto", "eq", "ne", "in", "sameas"})  # what stands beside these is compared, not shown

Part = str | tuple[Token, ...]


class Run(Struct, frozen=True, kw_only=True):
    """One message of a template. `parts` are texts and the tokens of variables; `opens` and `closes` tell that
    something that is seen stands right before or behind, so that English words need a space there."""

    parts: tuple[Part, ...]
    line: int
    where: Where
    attribute: str = ""
    opens: bool = False
    closes: bool = False

    @property
    def message(self) -> str:
        """The Chinese with {0}, {1} … for the variables, its white space made plain."""
        texts, n = [], 0
        for part in self.parts:
            texts.append(part.replace("{", "{{").replace("}", "}}") if isinstance(part, str) else f"{{{n}}}")
            n += not isinstance(part, str)
        return " ".join("".join(texts).split())

    @property
    def variables(self) -> list[tuple[Token, ...]]:
        """The variables in their order."""
        return [part for part in self.parts if not isinstance(part, str)]


Piece = Run | tuple[Token, ...]


def cut(tokens: Iterable[Token]) -> list[Piece]:
    """The tokens of one template as runs and, in between, tokens to be left as they are."""
    made: list[Piece] = []
    scanner, held = Scanner(), _Held(made)
    for group in _groups(tokens):
        first = group[0]
        if first.type == "data":
            for bit in scanner.read(first.value):
                held.bit(bit, first.lineno)
        elif first.type == "variable_begin":
            held.variable(group, scanner)
        else:
            held.flush(closes=True)
            made.append(group)
            held.opens = True
    held.flush()
    return [_tight(piece, made[at + 1 :]) if isinstance(piece, Run) else piece for at, piece in enumerate(made)]


def _tight(run: Run, after: list[Piece]) -> Run:
    """No space behind a run when what a condition adds to it begins with a stop."""
    follower = next((piece for piece in after if isinstance(piece, Run) or piece[0].type != "block_begin"), None)
    if not run.closes or not isinstance(follower, Run) or not isinstance(follower.parts[0], str):
        return run
    return replace(run, closes=follower.parts[0][:1] not in STOPPED)


class _Held:
    """The run that is being gathered."""

    def __init__(self, made: list[Piece]) -> None:
        self._made, self._parts, self._line = made, list[Part](), 0
        self._where, self._attribute = Where.TEXT, ""
        self.opens = False

    def bit(self, bit: Bit, line: int) -> None:
        """A piece of source: text goes on, anything else ends the run."""
        told = bit.name.startswith("data-") and CHINESE.search(bit.text)  # a text that a script shows
        if bit.where is Where.TEXT or (bit.where is Where.VALUE and (_speaks(bit.name) or told)):
            self._add(bit.text, bit.where, bit.name, line)
            return
        inline = bit.where is Where.TAG and bit.name in INLINE
        self.flush(closes=inline and not bit.closing and self._where is Where.TEXT)
        self._made.append((Token(line, "data", bit.text),))
        self.opens = inline and bit.closing

    def variable(self, group: tuple[Token, ...], scanner: Scanner) -> None:
        """A `{{ … }}`: part of the text it stands in, or left alone where nothing is read."""
        where = scanner.where
        begun = bool(self._parts) and self._where is Where.VALUE
        if where is Where.TEXT or (where is Where.VALUE and (begun or _speaks(scanner.attribute))):
            self._add(group, where, scanner.attribute if where is Where.VALUE else "", group[0].lineno)
            return
        self.flush()
        self._made.append(_kept(group))

    def _add(self, part: Part, where: Where, attribute: str, line: int) -> None:
        if not self._parts:
            self._where, self._attribute, self._line = where, attribute, line
        self._parts.append(part)

    def flush(self, closes: bool = False) -> None:
        """Ends the run."""
        if self._parts:
            run = Run(
                parts=tuple(self._parts), line=self._line, where=self._where, attribute=self._attribute,
                opens=self.opens, closes=closes,
            )  # fmt: skip
            self._made.append(run)
            self._parts = []
            self.opens = False


def _speaks(attribute: str) -> bool:
    return attribute in SPOKEN


def _kept(group: tuple[Token, ...]) -> tuple[Token, ...]:
    """`{{ x }}` as `{{ (x) | e }}`: a value that is sent back, or a link, is never translated."""
    line = group[0].lineno
    inner = group[1:-1]
    opening, closing = Token(line, "lparen", "("), Token(line, "rparen", ")")
    return (group[0], opening, *inner, closing, Token(line, "pipe", "|"), Token(line, "name", "e"), group[-1])


def _groups(tokens: Iterable[Token]) -> Iterator[tuple[Token, ...]]:
    """Data alone, and each `{{ … }}` and `{% … %}` whole."""
    held: list[Token] = []
    for token in tokens:
        held.append(token)
        if held[0].type not in ENDS or token.type == ENDS[held[0].type]:
            yield tuple(held)
            held = []


def literals(group: Iterable[Token]) -> Iterator[tuple[int, Token]]:
    """The texts written inside `{{ … }}` or `{% … %}`, with their place; what is compared or looked up is left."""
    tokens = list(group)
    for at, token in enumerate(tokens):
        if token.type == "string" and not _compared(tokens, at):
            yield at, token


def _compared(tokens: list[Token], at: int) -> bool:
    before = [(token.type, token.value) for token in tokens[max(0, at - 2) : at]]
    after = [(token.type, token.value) for token in tokens[at + 1 : at + 2]]
    near = before[-1:] + after
    walked = tokens[1].value == "for" and before[-1][1] == "in"
    if not walked and any(kind in ("eq", "ne") or (kind == "name" and value in SAME) for kind, value in near):
        return True
    if len(before) < 2:
        return False
    (kind, value), (last, _) = before
    looked_up = last == "lparen" and kind == "name" and value == "get"
    indexed = last == "lbracket" and kind in ("name", "rparen", "rbracket")
    return looked_up or indexed or (last == "comma" and kind == "string" and value in SAME)
