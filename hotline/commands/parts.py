"""What the commands do with an opened house, with a progress bar where it takes time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import func, select

from cases import indexing, rebuild
from cases.tables import CaseRow
from hotline.commands import verifying
from hotline.csv_rows import Bad
from hotline.figures.keeper import keep_all
from hotline.house import House, open_house
from hotline.imports import bring_in
from hotline.search.finding import room_of
from hotline.settings import Settings


def import_file(settings: Settings, path: Path, live: bool, bad: TextIO) -> int:
    """`hotline import`: 0, or 1 when some rows were not taken, or 2 when the file is none."""

    def report(row: Bad) -> None:
        bad.write(f"第{row.line}行：{row.reason}\n")

    with opened(settings) as house:
        with path.open("rb") as file:
            lines = sum(1 for _ in file)
        try:
            with bar("导入", lines) as advance:
                tally = bring_in(house, path, live=live, report=report, progress=advance)
        except ValueError as wrong:
            raise click.ClickException(f"{path.name}：{wrong}") from wrong
    click.echo(f"新导入 {tally.new}，已有 {tally.known}，未导入 {tally.bad}（按 {tally.encoding} 读取）")
    return 1 if tally.bad else 0


def rebuild_all(settings: Settings) -> int:
    """`hotline rebuild`: how many rows had to change."""
    with opened(settings) as house:
        with bar("重写", _count(house)) as advance:
            changed = rebuild.rebuild(house.engine, house.city, advance)
        with bar("统计", _count(house)) as advance:
            keep_all(house, advance)
        return changed


def index_all(settings: Settings) -> int:
    """`hotline rebuild --search`: forgets what the search knows and writes it anew; how many cases."""
    with opened(settings) as house, bar("检索", _count(house)) as advance:
        with house.writing() as connection:
            indexing.empty(connection)
        written = 0
        while more := indexing.catch_up(room_of(house), house.now(), advance):
            written += more
        return written


def verify_all(settings: Settings, everything: bool) -> int:
    """`hotline verify`: 0 when all is as it must be; otherwise prints the first difference, or all, and 1."""
    wrong = 0
    with opened(settings) as house, bar("核对", 2 * _count(house)) as advance:
        for difference in verifying.differences(house, advance):
            wrong += 1
            click.echo(str(difference), err=True)
            if not everything:
                break
        with house.reading() as connection:
            late = indexing.behind(connection)
    if late:
        click.echo(f"检索尚有 {late} 件待编入，由后台补上", err=True)
    click.echo(f"{'至少 ' if wrong and not everything else ''}{wrong} 处不符" if wrong else "全部相符")
    return 1 if wrong else 0


def _count(house: House) -> int:
    with house.reading() as connection:
        return connection.scalar(select(func.count()).select_from(CaseRow)) or 0


@contextmanager
def opened(settings: Settings) -> Iterator[House]:
    """The house, closed again whatever happens."""
    house = open_house(settings)
    try:
        yield house
    finally:
        house.close()


@contextmanager
def bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on the terminal; nothing where there is none."""
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda n: progress.update(task, advance=n)
