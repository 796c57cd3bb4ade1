"""Where in a rule file a mistake stands: the line that goes beside the field.

The reader of TOML tells the line itself; a mistake of meaning names table and key, which are looked for.
"""

import re
from collections.abc import Sequence
from tomllib import TOMLDecodeError

from msgspec import Struct

from routing.files import RulesError

AROUND = 2  # lines shown before and after

_TOLD = re.compile(r"at line (\d+), column (\d+)")
_NTH = re.compile(r"(\w+) 第(\d+)条")


class Place(Struct, frozen=True):
    """A line, counted from 1, with its neighbours: number and text."""

    line: int
    around: tuple[tuple[int, str], ...]


def place_of(error: RulesError, text: str) -> Place | None:
    """The place in the file's `text`; None where it cannot be told."""
    lines = text.splitlines()
    if isinstance(error.__cause__, TOMLDecodeError):
        found = _TOLD.search(str(error.__cause__))
        line = int(found.group(1)) if found else len(lines)  # "at end of document"
    else:
        line = _table_line(lines, error.table)
        line = _key_line(lines, line, error.key) if line else 0
    if not 0 < line <= len(lines):
        return None
    first = max(1, line - AROUND)
    return Place(line, tuple((n, lines[n - 1]) for n in range(first, min(len(lines), line + AROUND) + 1)))


def _table_line(lines: Sequence[str], table: str) -> int:
    """The line on which `table` begins; 0 when it is not found."""
    if nth := _NTH.fullmatch(table):
        heads = [n for n, line in enumerate(lines, 1) if line.strip() == f"[[{nth.group(1)}]]"]
        return heads[int(nth.group(2)) - 1] if int(nth.group(2)) <= len(heads) else 0
    last = table.rpartition(".")[2]
    code = table.rpartition(" ")[2]
    topic = code.removeprefix("duty.").partition("@")[0].partition("#")[0].partition("~")[0]
    for wanted in (
        {f"[{table}]", f'["{table}"]'},
        {f'id="{code}"', f'code="{code}"', f'topic="{topic}"', f'"{topic}"', f'["{code.partition(".")[0]}".communities]'},
        {last, topic},
    ):
        for n, line in enumerate(lines, 1):
            packed = line.replace(" ", "")
            if packed in wanted or packed.partition("=")[0] in wanted:
                return n
    return 0


def _key_line(lines: Sequence[str], start: int, key: str) -> int:
    """The line of `key` in the table that begins at `start`; the start when it has none of its own."""
    name = key.rpartition(".")[2]
    for n in range(start, len(lines) + 1):
        line = lines[n - 1].strip()
        if n > start and line.startswith("["):
            break
        if name and line.partition("=")[0].strip().rpartition(".")[2].strip('"') == name:
            return n
    return start
