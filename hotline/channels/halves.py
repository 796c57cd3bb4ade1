"""Characters that a text message cuts apart: an emoji is two halves in UCS-2, and a part may end between them.

Until its other half has come a half is kept in a private plane of its own, since UTF-8 can write no half.
"""

import re

from hotline.sent import plain

KEPT = {half: 0x100000 + half for half in range(0xD800, 0xE000)}
CUT = re.compile("[\ud800-\udfff\U0010d800-\U0010dfff]")  # a half, as it came or as it is kept
HALVES = {there: half for half, there in KEPT.items()}


def kept(text: str) -> str:
    """`text` as it can be stored, halves and all."""
    return text.translate(KEPT) if CUT.search(text) else text


def joined(*parts: str) -> str:
    """One text of its parts, stored or as they came: halves that meet are whole again, those that meet none are left
    out, and so are control characters."""
    text = "".join(parts)
    if CUT.search(text):
        text = text.translate(HALVES).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return plain(text)
