"""The Babel catalogues as they are read: once, when the first English page is asked for.

Four domains, so that a file stays readable; a text of one that another has translated is found there.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import denormalize, read_po

DOMAINS = ("pages", "hotline", "cases", "routing")
FOLDER = Path(__file__).parent.parent / "locale" / "en" / "LC_MESSAGES"
STOPS = str.maketrans(
    {"，": ", ", "。": ". ", "：": ": ", "；": "; ", "、": ", ", "（": " (", "）": ") ", "？": "? ", "！": "! ", "＋": " + "}
)
_OUTSIDE = re.compile(r"《(?:[^《》]|《[^《》]*》)*》|[^《]+|《")  # a title that has no English stays as it is
_LOOSE = ((" ,", ","), (" .", "."), (" ;", ";"), (" :", ":"), ("( ", "("), (" )", ")"))


def read(domain: str) -> Catalog:
    """The catalogue of `domain`; empty while there is none."""
    file = FOLDER / f"{domain}.po"
    if not file.is_file():
        return Catalog(locale="en")
    with file.open("rb") as source:
        return read_po(source, locale="en")


@cache
def entries() -> dict[str, dict[str, str]]:
    """Chinese to English, by domain; only what is translated."""
    return {domain: dict(_pairs(FOLDER / f"{domain}.po")) for domain in DOMAINS}


def _pairs(file: Path) -> Iterator[tuple[str, str]]:
    """The messages of a catalogue as Babel writes it. Its own reader takes seconds, and somebody waits here."""
    for block in file.read_text("utf-8").split("\n\n"):
        _, _, rest = block.partition("msgid ")
        message, _, said = rest.partition("\nmsgstr ")
        if said.strip() not in ("", '""'):
            yield denormalize(message), denormalize(said.strip())


@cache
def everything() -> dict[str, str]:
    """All domains as one; what templates say gives way to what code says."""
    merged: dict[str, str] = {}
    for domain in DOMAINS:
        merged.update(entries()[domain])
    return merged


def printed(message: str) -> str:
    """The English of a text that stands in a template; empty when there is none."""
    return entries()["pages"].get(message) or everything().get(message, "")


def stops(text: str) -> str:
    """Full stops, commas and brackets of the width that English has."""
    made = _OUTSIDE.sub(lambda found: found[0] if found[0][-1] == "》" else found[0].translate(STOPS), text)
    if made == text:
        return text
    for loose, tight in _LOOSE:
        made = made.replace(loose, tight)
    made = made.replace("  ", " ")
    if not made.strip(" ,.:;()?!+"):
        return made  # only a stop, that joins two texts
    begins, ends = text[0].isspace() or text[0] == "，", text[-1].isspace() or text[-1] == "："
    made = made if begins else made.lstrip()
    return made if ends else made.rstrip()
