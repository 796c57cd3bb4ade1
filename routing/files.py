"""Reading the rule files: TOML in, plain structs out, and every mistake said in one sentence.

The files are edited by administrators, so an error names the file, the table, the key and what would be right.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_WHERE = re.compile(r"(.*?)(?: - at `\$?\.?(.*)`)?$", re.S)
_NAMED = re.compile(r"`([^`]*)`")
_SHAPES = {
    "str": "文字", "int": "整数", "float": "数", "bool": "true 或 false", "array": "列表", "object": "表",
    "null": "空", "date": "日期（如 2026-12-01）", "datetime": "时间",
}  # fmt: skip


class RulesError(ValueError):
    """The rule files cannot be used as they stand; `file`, `table` and `key` say where."""

    def __init__(self, said: str, file: str = "", table: str = "", key: str = "") -> None:
        super().__init__(said)
        self.file, self.table, self.key = file, table, key


def fail(file: str, table: str, key: str, why: str) -> RulesError:
    """A mistake at `key` in `[table]` of `file`."""
    place = f"{file} 的 [{table}]" + (f" 中 {key}" if key else "")
    return RulesError(f"{place}：{why}", file, table, key)


def texts_of(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """The files of a folder as texts by name."""
    texts = {}
    for name in names:
        try:
            texts[name] = (folder / name).read_text("utf-8")
        except FileNotFoundError as gone:
            raise RulesError(f"{name}：找不到这个文件（目录 {folder}）", name) from gone
        except UnicodeDecodeError as odd:
            raise RulesError(f"{name}：不是 UTF-8 文本，请另存为 UTF-8", name) from odd
    return texts


def parsed(texts: Mapping[str, str], name: str) -> dict[str, Any]:
    """The tables of one file."""
    if name not in texts:
        raise RulesError(f"{name}：规则集里没有这个文件", name)
    try:
        return tomllib.loads(texts[name])
    except tomllib.TOMLDecodeError as bad:
        raise RulesError(f"{name}：不是正确的 TOML，{bad}", name) from bad


def shaped(raw: object, shape: type[T], file: str, table: str) -> T:
    """`raw` as a struct; unknown and missing keys and wrong types are refused by name."""
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as bad:
        found = _WHERE.match(str(bad))
        why, key = (found.group(1), found.group(2) or "") if found else (str(bad), "")
        raise fail(file, table, key, _told(why, _inner(shape, key))) from bad


def _told(why: str, shape: Any) -> str:
    """What msgspec says, in Chinese, with what would be right."""
    named = _NAMED.findall(why)
    if "unknown field" in why:
        return f"不认识 {named[0]}，只能用 {'、'.join(_keys(shape))}"
    if "missing required field" in why:
        return f"缺少 {named[0]}，请补上"
    if why.startswith("Expected") and len(named) == 2:
        want = "或".join(_SHAPES.get(kind.strip(), kind) for kind in named[0].split("|"))
        return f"应为{want}，现在写的是{_SHAPES.get(named[1], named[1])}"
    if "enum value" in why:
        return f"填写不对，没有 {named[0] if named else why} 这一种"
    return f"填写不对，{why}"


def _inner(shape: Any, key: str) -> Any:
    """The struct that stands at `key` within another."""
    for part in filter(None, key.split(".")):
        own = {field.encode_name: field.type for field in msgspec.structs.fields(shape)}
        inner = own.get(part)
        if not (isinstance(inner, type) and issubclass(inner, msgspec.Struct)):
            break
        shape = inner
    return shape


def _keys(shape: Any) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(shape)]
