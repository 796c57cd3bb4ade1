"""Messages in CSV files of any size, row by row: one that cannot be meant is named and the next one read."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

LONGEST = 1 << 24  # characters of a field


class Row(Struct, frozen=True):
    """One row with the line it begins on and the lines it takes; `wrong` says why it cannot be meant."""

    line: int
    lines: int
    cells: Mapping[str, str]
    wrong: str = ""


def rows(path: Path, columns: tuple[str, ...], needs: tuple[str, ...] = ()) -> Iterator[Row]:
    """The rows with the cells of `columns`; text is wanted in the first two together and in each of `needs`.

    Raises:
        ValueError: the file has not these columns.
    """
    csv.field_size_limit(LONGEST)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.DictReader(file, restkey="", restval=None)
        try:
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
        except csv.Error as wrong:
            raise ValueError(f"不是CSV文件（{wrong}）") from wrong
        if missing:
            raise ValueError(f"缺少列{'、'.join(missing)}；首行应为{','.join(columns)}")
        yield from _each(reader, columns, needs)


def _each(reader: "csv.DictReader[str]", columns: tuple[str, ...], needs: tuple[str, ...]) -> Iterator[Row]:
    while True:
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(before + 1, reader.line_num - before, {}, f"不合CSV格式（{error}）")
            continue
        wrong = _wrong(cells, columns, needs)
        told = {name: cells[name] or "" for name in columns}
        yield Row(before + 1, reader.line_num - before, told, wrong)


def _wrong(cells: Mapping[str, str | None], columns: tuple[str, ...], needs: tuple[str, ...]) -> str:
    if "" in cells or None in cells.values():
        return "列数与首行不同"
    if any("\udc80" <= sign <= "\udcff" for name in columns for sign in cells[name] or ""):
        return "有不是UTF-8的字节"
    if not any((cells[name] or "").strip() for name in columns[:2]):
        return f"{'、'.join(columns[:2])}都是空的"
    empty = [name for name in needs if not (cells[name] or "").strip()]
    return f"{'、'.join(empty)}是空的" if empty else ""
