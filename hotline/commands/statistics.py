"""`hotline statistics`: the yearly tables at the terminal, or as a file for whoever reports them."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table as Grid

from cases.yearbooks import YEARBOOKS
from hotline.commands.parts import opened
from hotline.figures.statistics import Sight, sections
from hotline.figures.statistics_pages import known
from hotline.figures.statistics_sheets import Table, as_csv, as_json, as_xlsx, tables
from hotline.settings import Settings

WIDE = 160


def year_in_figures(
    settings: Settings, year: int, procedure: str | None, files: tuple[Path | None, Path | None], as_json_: bool
) -> None:
    """Prints the tables of `year`, or writes them to the .xlsx and CSV of `files`."""
    if procedure and procedure not in YEARBOOKS:
        raise click.ClickException(f"没有“{procedure}”的年度统计，应为{'、'.join(YEARBOOKS)}之一")
    names = [procedure] if procedure else list(YEARBOOKS)
    with opened(settings) as house, house.reading() as connection:
        found = [sections(connection, known(house), year, name, Sight()) for name in names]
    if as_json_:
        told = [as_json(one) for one in found]
        click.echo(json.dumps(told[0] if procedure else told, ensure_ascii=False, indent=1, default=dict))
    xlsx, csv = files
    if xlsx:
        xlsx.write_bytes(as_xlsx([(one[0].book.title, tables(one)) for one in found]))
    if csv:
        csv.write_text("\n".join(as_csv(tables(one)) for one in found), encoding="utf-8-sig", newline="")
    for path in filter(None, files):
        click.echo(str(path))
    if not (as_json_ or xlsx or csv):
        for one in found:
            _show(tables(one))


def _show(found: list[Table]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    for table in found:
        grid = Grid(*table.heads, title=table.title, title_justify="left", box=None, pad_edge=False)
        for row in table.rows:
            grid.add_row(*(str(cell) for cell in row))
        console.print(grid)
