"""Where a case comes from: the case that gave rise to it, and the act it is about.

Both are facts of the opening event, so that links can be written again from the histories alone. The other end
of a link is an event of the case that gave rise to it.
"""

import unicodedata
from typing import Annotated

from msgspec import Meta, Struct


class Origin(Struct, frozen=True, kw_only=True):
    """What every opening may name beside its own facts: the case it arises from, and the act in dispute."""

    from_case: Annotated[str, Meta(max_length=20, title="由何案另立")] = ""
    about: Annotated[str, Meta(max_length=100, title="所涉行政行为文号")] = ""


class GaveRise(Struct, frozen=True, kw_only=True):
    """另立案件: the number of the case that arose from this one, and its procedure."""

    case: Annotated[str, Meta(title="另立案件编号")]
    procedure: Annotated[str, Meta(title="程序")]


def act_key(about: str) -> str:
    """A document number as it is compared: however its brackets, digits and spaces were typed."""
    plain = unicodedata.normalize("NFKC", about).translate(str.maketrans("[]()【】", "〔〕〔〕〔〕"))
    return "".join(plain.split())[:100]
