"""The templates' HTML as a reader meets it: what is text, what is a tag, what is an attribute's value.

A scanner of its own, since tags in templates are cut through by variables and conditions; it remembers across
pieces where it is.
"""

import re
from collections.abc import Iterator
from enum import Enum

from msgspec import Struct

INLINE = frozenset({"a", "abbr", "b", "code", "em", "i", "kbd", "mark", "s", "small", "span", "strong", "time", "u"})
SILENT = frozenset({"script", "style", "textarea"})  # what stands in them is no text of ours
SPOKEN = frozenset({"placeholder", "title", "aria-label", "alt", "label", "aria-description", "data-label"})
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)|<!--|<!")
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)\s*=\s*(["'])|>|[^\s=>"'/]+""")


class Where(Enum):
    """In what a piece of a template stands."""

    TEXT = "text between tags"
    VALUE = "the value of an attribute"
    TAG = "a tag, but for values"
    HIDDEN = "a script, a comment, a field that people type in"


class Bit(Struct, frozen=True):
    """A piece of source in one place. `name` is the attribute's, or the tag's that ends here; `closing` tells
    `</b>` from `<b>`."""

    where: Where
    text: str
    name: str = ""
    closing: bool = False


class Scanner:
    """Reads the data of one template piece by piece."""

    def __init__(self) -> None:
        self.where = Where.TEXT
        self.attribute = ""
        self._quote = ""
        self._tag = ""
        self._closing = False

    def read(self, data: str) -> Iterator[Bit]:
        """The bits of `data`, in order; joined they are `data` again."""
        at = 0
        while at < len(data):
            step = {Where.TEXT: self._text, Where.VALUE: self._value, Where.TAG: self._in_tag}
            end = step.get(self.where, self._hidden)(data, at)
            where, after = self._was, end
            yield Bit(where, data[at:after], self._name, self._closing)
            at = end

    _was = Where.TEXT
    _name = ""

    def _text(self, data: str, at: int) -> int:
        self._was, self._name = Where.TEXT, ""
        found = _TAG.search(data, at)
        if found is None:
            return len(data)
        if found.start() > at:
            return found.start()
        self._was = Where.TAG
        if found[2] is None:
            end = data.find("-->" if found[0] == "<!--" else ">", at)
            return len(data) if end < 0 else end + (3 if found[0] == "<!--" else 1)
        self._tag, self._closing = found[2].lower(), bool(found[1])
        self._name, self.where = self._tag, Where.TAG
        return found.end()

    def _in_tag(self, data: str, at: int) -> int:
        self._was, self._name = Where.TAG, self._tag
        for found in _ATTRIBUTE.finditer(data, at):
            if found[0] == ">":
                self.where = Where.HIDDEN if self._tag in SILENT and not self._closing else Where.TEXT
                return found.end()
            if found[1]:
                self.where, self.attribute, self._quote = Where.VALUE, found[1].lower(), found[2]
                return found.end()
        return len(data)

    def _value(self, data: str, at: int) -> int:
        end = data.find(self._quote, at)
        self._was, self._name = Where.VALUE, self.attribute
        if end == at:
            self._was, self._name, self.where = Where.TAG, self._tag, Where.TAG
            return at + 1
        return len(data) if end < 0 else end

    def _hidden(self, data: str, at: int) -> int:
        end = data.find(f"</{self._tag}", at)
        self._was, self._name = Where.HIDDEN, ""
        if end == at:
            self.where = Where.TEXT
            return self._text(data, at)
        return len(data) if end < 0 else end
