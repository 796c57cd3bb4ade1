"""What is sent to us, before any room reads it: no control characters, and JSON or a sentence that it is none.

Nobody types a NUL, PostgreSQL cannot keep one and no letter can be printed with one; so they are taken out here,
once for every form, body and query, and never in the rooms. Tabs and ends of lines stay. The text messages'
door alone takes its bytes as they are: there a NUL may be half of a letter.
"""

import re
from typing import Annotated, Any

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.params import Parameter
from litestar.types import Scope

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
IN_FORM = re.compile(rb"%(?:0[0-8bcef]|1[0-9a-f])", re.IGNORECASE)
IN_JSON = re.compile(rb"(?<!\\)((?:\\\\)*)\\(?:u00(?:0[0-8bBcCeEfF]|1[0-9a-fA-F])|[bf])")
HINTS = (b"\\u00", b"\\b", b"\\f")  # without one of these there is nothing to look for in JSON
UNREADABLE = (ValueError, RecursionError)  # what a decoder says of JSON that is none, or is nested without end
MOST = 2**53  # no number of ours is larger: every database and every browser can still count with it
Number = Annotated[int, Parameter(ge=-MOST, le=MOST)]  # one that an address asks with: else 400, with its name
DIGITS = 9  # of a number that is counted with; more are no number anybody was shown


def plain(text: str) -> str:
    """`text` without control characters."""
    return CONTROLS.sub("", text)


def whole_number(said: Any, digits: int = DIGITS) -> int | None:
    """The whole number that was sent as text or number; None for anything else, and for more than `digits`."""
    text = str(said)[: digits + 1]
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


class Asked(Request[Any, Any, Any]):
    """A request as the rooms are handed it."""

    def __init__(self, scope: Scope, *more: Any, **named: Any) -> None:
        scope["query_string"] = IN_FORM.sub(b"", scope["query_string"])
        super().__init__(scope, *more, **named)

    async def body(self) -> bytes:
        """The body of a form, or of what should be JSON."""
        body = await super().body()
        if self.content_type[0] == RequestEncodingType.URL_ENCODED:
            return IN_FORM.sub(b"", body)
        return IN_JSON.sub(rb"\1", body) if any(hint in body for hint in HINTS) else body

    async def form(self) -> FormMultiDict:
        """The fields of a form; files as they are."""
        form = await super().form()
        if self.content_type[0] != RequestEncodingType.MULTI_PART:
            return form
        fields = form.multi_items()
        return FormMultiDict([(plain(name), plain(said) if isinstance(said, str) else said) for name, said in fields])
