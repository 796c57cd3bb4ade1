"""Reading the rule files: TOML in, plain structs out, and every mistake said in one sentence.

The files are edited by administrators, so an error names the file, the table and the key.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_WHERE = re.compile(r"(.*?)(?: - at `\$?\.?(.*)`)?$", re.S)


class RulesError(ValueError):
    """The rule files cannot be used as they stand."""


def fail(file: str, table: str, key: str, why: str) -> RulesError:
    """A mistake at `key` in `[table]` of `file`."""
    place = f"{file} 的 [{table}]" + (f" 中 {key}" if key else "")
    return RulesError(f"{place}：{why}")


def read(folder: Path, name: str) -> dict[str, Any]:
    """The tables of one file."""
    try:
        return tomllib.loads((folder / name).read_text("utf-8"))
    except FileNotFoundError as gone:
        raise RulesError(f"{name}：找不到这个文件（目录 {folder}）") from gone
    except tomllib.TOMLDecodeError as bad:
        raise RulesError(f"{name}：不是正确的 TOML，{bad}") from bad


def shaped(raw: object, shape: type[T], file: str, table: str) -> T:
    """`raw` as a struct; unknown and missing keys and wrong types are refused by name."""
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as bad:
        found = _WHERE.match(str(bad))
        why, key = (found.group(1), found.group(2) or "") if found else (str(bad), "")
        raise fail(file, table, key, f"填写不对，{why}") from bad
