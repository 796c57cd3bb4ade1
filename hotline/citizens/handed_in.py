"""Files that come with a citizen's form: those chosen now and those kept from the try before.

A form that comes back with a mistake keeps the files that were good, each by a slip of the house's own with the name
its sender knows it by, so that nobody chooses a photograph twice. Names go no further than the form.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from litestar.datastructures import UploadFile
from msgspec import Struct
from msgspec.structs import replace

from hotline import attachments
from hotline.attachments import Kept
from hotline.citizens import tickets
from hotline.house import House


class Handed(Struct, frozen=True):
    """What came: the files that were kept, and in a sentence what is wrong with the others."""

    kept: tuple[Kept, ...]
    refused: str = ""


NOTHING = Handed(())
MOST_LOOKED_AT = 20


def taken(house: House, typed: Mapping[str, Any]) -> Handed:
    """The files of a form: `files` and `camera` as they were sent, `kept` the slips of those sent before."""
    sent = [one for name in ("files", "camera") for one in _all(typed.get(name)) if isinstance(one, UploadFile)]
    slips = [one for one in _all(typed.get("kept")) if isinstance(one, str)]
    called = dict(found.partition(" ")[::2] for slip in slips if (found := tickets.read(house, tickets.FILE, slip)))
    chosen = [(one.filename, cast(BinaryIO, one.file)) for one in sent[:MOST_LOOKED_AT] if one.filename]
    new, refused = attachments.keep(house, chosen)
    called |= {one.digest: one.name for one in new}
    known = tuple(replace(one, name=called[one.digest]) for one in attachments.known(house, called))
    if len(known) > attachments.MOST:
        refused.append(f"最多{attachments.MOST}个附件，其余没有保留")
    return Handed(known[: attachments.MOST], "；".join(refused))


def drawn(house: House, kept: Sequence[Kept]) -> dict[str, Any]:
    """What a page needs to draw the choosing of files."""
    return {
        "kept": [(one, size_words(one.size), tickets.issue(house, tickets.FILE, f"{one.digest} {one.name}")) for one in kept],
        "accepts": ",".join((*attachments.SUFFIXES, *attachments.SUFFIXES.values())),
        "largest": attachments.LARGEST // 1024 // 1024,
        "most": attachments.MOST,
    }


def key(typed: Mapping[str, Any]) -> str:
    """The key of a form: the one it came with, or a new one."""
    return str(typed.get("key") or "")[:80] or secrets.token_urlsafe(12)


def size_words(size: int) -> str:
    """840千字节, 3.2兆."""
    return f"{size / 1024 / 1024:.1f}兆" if size >= 1024 * 1024 else f"{-(-size // 1024)}千字节"


def _all(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [] if given is None else [given]
