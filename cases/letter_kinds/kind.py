"""A kind of letter as a lawyer reads it: which step owes it, by which article, to whom, in which words.

In the words `{…}` names what the file knows (see `cases.letters`), `{until:clock|start}` a last day with its
article, and `[…]` is left out whole where what it names is empty.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Literal

from msgspec import Struct

from cases.law import Article

NUMBERED = re.compile(r"[〔\[（(]\d{4}[〕\]）)]")  # the year of a document number: 武政复决〔2026〕3号


class Pick(Struct, frozen=True):
    """A paragraph that depends on a fact of the step; none where the fact has no text here."""

    fact: str
    texts: Mapping[str, str]


Paragraph = str | Pick


class Kind(Struct, frozen=True, kw_only=True):
    """One kind. `word` is its part of the document number (empty: a paper without number), `by` in whose name
    it goes out, `when` the facts of the step it is owed for, `serving` the step that records its service (with
    the facts `serves`), at which the clocks that count from service start; `serving_at` another by stage;
    `theirs` the fact where the number stands that such a letter had elsewhere (imported, or before this house)."""

    name: str
    title: str
    word: str
    steps: AbstractSet[str]
    article: Article
    to: str
    body: tuple[Paragraph, ...]
    remedies: tuple[Paragraph, ...] = ()
    attached: tuple[str, ...] = ()
    signed: str = "{issuer}"
    by: Literal["office", "table", "centre", "petition", "government"] = "office"
    when: Mapping[str, AbstractSet[Any]] = {}
    words: Mapping[str, Mapping[str, str]] = {}
    serving: str = ""
    serving_at: Mapping[str, str] = {}
    serves: Mapping[str, Any] = {}
    theirs: str = ""

    def owed_for(self, facts: Any) -> bool:
        """Whether a step with these facts owes it."""
        return all(getattr(facts, name, None) in wanted for name, wanted in self.when.items())

    def number_elsewhere(self, facts: Any) -> str:
        """The document number it already has, or empty. A word that is no document number is only what the letter
        is called within its file; its number comes from the register."""
        said = str(getattr(facts, self.theirs, "")) if self.theirs else ""
        return said if NUMBERED.search(said) else ""
