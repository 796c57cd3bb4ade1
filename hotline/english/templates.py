"""The English templates: a Jinja extension that puts English into the token stream before it is compiled.

What it costs is paid once a template; a page is drawn as fast as the Chinese one. What has no English yet stays
Chinese.
"""

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from hotline.english.catalogue import printed, stops
from hotline.english.markup import Where
from hotline.english.runs import CHINESE, Run, cut, literals

_PLACE = re.compile(r"\{\{|\}\}|\{(\d+)\}|[^{}]+")
_TIGHT_BEFORE = tuple(",.;:!?)”’%")
_TIGHT_BEHIND = tuple("(“‘/")
_FRAME = ("<html", ' lang="')  # what stands behind it is the page's own language


class English(Extension):
    """Translates a template while it is compiled."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The tokens of the English template."""
        return list(_english(stream))


def _english(stream: Iterable[Token]) -> Iterator[Token]:
    before = ("", "")
    for piece in cut(stream):
        if isinstance(piece, Run):
            yield from _spoken(piece)
        elif piece[0].type != "data":
            yield from _inside(piece)
        else:
            yield Token(piece[0].lineno, "data", "en" if before == _FRAME else piece[0].value)
            before = (before[1], piece[0].value)


def _inside(group: tuple[Token, ...]) -> list[Token]:
    """A variable or a block with its own texts in English."""
    made = list(group)
    for at, token in literals(group):
        said = printed(token.value) if CHINESE.search(token.value) else stops(token.value)
        if said and said != token.value:
            near = {made[at - 1].type, made[at + 1].type}
            made[at] = Token(token.lineno, "string", f" {said.strip()} " if "tilde" in near else said)
    return made


def _spoken(run: Run) -> Iterator[Token]:
    message = run.message
    if CHINESE.search(message):
        said = printed(message)
    elif (said := stops(message)) == message:
        said = ""
    if not said:
        for part in run.parts:
            yield from [Token(run.line, "data", part)] if isinstance(part, str) else _inside(part)
        return
    first, last = run.parts[0], run.parts[-1]
    spaced = isinstance(first, str) and first[:1].isspace()
    if spaced or (run.opens and not said.startswith(_TIGHT_BEFORE)):
        yield Token(run.line, "data", " ")
    yield from _filled(run, said)
    spaced = isinstance(last, str) and last[-1:].isspace()
    if spaced or (run.closes and not said.endswith(_TIGHT_BEHIND)):
        yield Token(run.line, "data", " ")


def _filled(run: Run, said: str) -> Iterator[Token]:
    """`said` with the run's variables in the places the translation gives them."""
    variables = run.variables
    for found in _PLACE.finditer(said.strip()):
        if found[1]:
            yield from _inside(variables[int(found[1])])
            continue
        text = {"{{": "{", "}}": "}"}.get(found[0], found[0])
        yield Token(run.line, "data", text.replace('"', "&quot;") if run.where is Where.VALUE else text)
