"""`hotline topics`: what many people report, of a file or of the cases kept here.

A file is gathered at once, by the same rules as the worker gathers cases. Its columns are named as in
`hotline import`, with `user` for who wrote it; without users every row is a person of its own.
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import click
import msgspec
from msgspec import Struct

from routing.duplicates import Commonness, pairs, sign
from routing.topic_names import called
from routing.topics import Report, Topic, gather, growth, heat, warmth

TIMES = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
COLUMNS = ("排名", "地点", "事项", "人数", "件数", "热度", "增长", "首次", "最近")


class Ranked(Struct, frozen=True, kw_only=True):
    """One topic as it is told. `members` are the ids of its messages, oldest first."""

    rank: int
    place: str
    matter: str
    people: int
    messages: int
    heat: float
    growth: float
    first: str
    last: str
    members: tuple[str, ...] = ()


@click.command("topics")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="本系统的案件：此日以来有人反映的热点")
@click.option("--top", default=20, show_default=True, help="列出多少个")
@click.option("--json", "as_json", is_flag=True, help="以JSON输出，含成员")
@click.option("--csv", "out", type=click.Path(dir_okay=False, path_type=Path), help="把成员逐行写入这个文件")
def topics(file: Path | None, since: datetime | None, top: int, as_json: bool, out: Path | None) -> None:
    """多人反映的热点：给出 FILE.csv（id,user,title,time,detail），或用 --since 看本系统的案件。"""
    if (file is None) == (since is None):
        raise click.UsageError("请给出一个文件，或用 --since 指定起始日期，二者取一")
    try:
        found = of_file(file, top) if file else _of_house(cast(datetime, since), top)
    except ValueError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    if out is not None:
        _write(out, found)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _print(found)


def of_file(path: Path, top: int) -> list[Ranked]:
    """The hottest topics of a file, as of its latest message. `ValueError` names a row that cannot be
    read."""
    rows = list(_rows(path))
    common = Commonness.empty()
    for row in rows:
        common.note(pairs(f"{row['title']}\n{row['detail']}"))
    reports = [
        Report(
            key=row["id"],
            person=row["user"] or f"#{row['id']}",
            at=_time(row["time"], line),
            signature=sign(row["title"], row["detail"], "", common),
        )
        for line, row in enumerate(rows, 2)
    ]
    now = max((report.at for report in reports), default=datetime.now(UTC))
    titles = {row["id"]: row["title"] or row["detail"][:60] for row in rows}
    gathered = [(_heat(topic, now), topic) for topic in gather(reports)]
    hottest = sorted(gathered, key=lambda item: (-item[0][0], -item[1].count))[:top]
    return [
        _ranked(rank, topic, measured, called(((r.person, titles[r.key]) for r in topic.reports), common))
        for rank, (measured, topic) in enumerate(hottest, 1)
    ]


def _heat(topic: Topic, now: datetime) -> tuple[float, float]:
    first, last = _spans(topic)
    growing = growth(first.values(), now)
    return heat(warmth(last.values()), growing, now), growing


def _spans(topic: Topic) -> tuple[dict[str, datetime], dict[str, datetime]]:
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    for report in sorted(topic.reports, key=lambda one: one.at):
        first.setdefault(report.person, report.at)
        last[report.person] = report.at
    return first, last


def _ranked(rank: int, topic: Topic, measured: tuple[float, float], name: tuple[str, str]) -> Ranked:
    told = sorted(topic.reports, key=lambda one: (one.at, one.key))
    return Ranked(
        rank=rank,
        place=name[0],
        matter=name[1],
        people=len({report.person for report in told}),
        messages=len(told),
        heat=round(measured[0], 2),
        growth=round(measured[1], 2),
        first=f"{told[0].at:%Y-%m-%d}",
        last=f"{told[-1].at:%Y-%m-%d}",
        members=tuple(report.key for report in told),
    )


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"title", "time", "detail"} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path.name}缺少列：{'、'.join(sorted(missing))}")
        for n, row in enumerate(reader, 1):
            yield {name: (row.get(name) or "").strip() for name in ("user", "title", "time", "detail")} | {
                "id": (row.get("id") or "").strip() or str(n)
            }


def _time(text: str, line: int) -> datetime:
    for shape in TIMES:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError(f"第{line}条的时间“{text}”认不出，应如 2026-11-23 09:30:00")


def _of_house(since: datetime, top: int) -> list[Ranked]:
    """The topics the worker keeps."""
    from hotline.__main__ import settings
    from hotline.alike.hot_topics import told_since
    from hotline.commands.parts import opened

    with opened(settings()) as house:
        begin = since.replace(tzinfo=house.city.calendar.zone)
        found = told_since(house, begin, top)
    return [Ranked(rank=rank, **fields) for rank, fields in enumerate(found, 1)]


def _write(out: Path, found: Sequence[Ranked]) -> None:
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("rank", "place", "matter", "people", "messages", "heat", "growth", "first", "last", "id")
        )
        for one in found:
            for member in one.members:
                fields: list[Any] = [getattr(one, name) for name in one.__struct_fields__[:-1]]
                writer.writerow((*fields, member))


def _print(found: Sequence[Ranked]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(
            column, justify="right" if column in COLUMNS[3:7] else "left", no_wrap=column != "事项"
        )
    for one in found:
        counts = str(one.people), str(one.messages), f"{one.heat:.1f}", f"×{one.growth:.2f}"
        table.add_row(str(one.rank), one.place, one.matter, *counts, one.first, one.last)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 140).print(table)
