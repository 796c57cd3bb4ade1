"""TOML written from plain values: what the tables of a page become in a rule file.

Python reads TOML and does not write it. A duty list is tables of short lines, so this writes just what
`tomllib` gives back: reading what was written is what was given.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def key(name: str) -> str:
    """A key, quoted where it must be."""
    return name if _BARE.fullmatch(name) else quoted(name)


def quoted(text: str) -> str:
    """A basic string."""
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _escaped(c)) for c in text) + '"'


def value(given: Any) -> str:
    """A value on one line: text, number, yes or no, a day or moment, a list, an inline table."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return quoted(given)
    if isinstance(given, date | datetime | time):
        return given.isoformat()
    if isinstance(given, Mapping):
        inner = ", ".join(f"{key(name)} = {value(one)}" for name, one in given.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(given, Sequence):
        return "[" + ", ".join(value(one) for one in given) + "]"
    assert isinstance(given, int | float), f"TOML has no {type(given).__name__}"
    return repr(given)


def table(header: str, rows: Mapping[str, Any]) -> str:
    """A table under its header, one line a key."""
    return "\n".join([header, *(f"{key(name)} = {value(one)}" for name, one in rows.items())]) + "\n"


def _escaped(c: str) -> str:
    return f"\\u{ord(c):04X}" if ord(c) < 0x10000 else f"\\U{ord(c):08X}"
