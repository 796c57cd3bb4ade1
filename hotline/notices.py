"""Loading a year's holiday notice: shown first, then stored, then every case it touches brought along.

The command and the page do the same in the same order. A notice that is already the newest of its year is not
stored twice; loading it again goes on with a recompute that was broken off.
"""

from collections.abc import Callable
from pathlib import Path

import click
from msgspec.structs import replace
from sqlalchemy import insert, select

from cases.calendar import ONE, Year
from cases.notice import BadNotice, read_notice
from cases.recompute import Tally, count_affected, foresee, recompute
from cases.tables import CalendarYearRow
from hotline.accounts import audit
from hotline.commands import bar, opened
from hotline.house import House
from hotline.settings import Settings

Progress = Callable[[int], None]


def foreseen(house: House, number: int, year: Year, progress: Progress) -> Tally:
    """What that table would move; writes nothing."""
    city = replace(house.city, calendar=house.city.calendar.with_year(number, year))
    return foresee(house.engine, city, number, progress)


def store(house: House, text: str, by: str) -> int:
    """Stores a checked notice, with its row in the audit; the row of `calendar_years`."""
    number, year = read_notice(text)
    with house.writing() as connection:
        newest = connection.execute(
            select(CalendarYearRow.id, CalendarYearRow.text)
            .where(CalendarYearRow.year == number)
            .order_by(CalendarYearRow.id.desc())
            .limit(1)
        ).one_or_none()
        if newest and newest.text == text:
            return int(newest.id)
        row = {"year": number, "notice": year.notice, "text": text, "loaded_at": house.now(), "by": by}
        counts = dict.fromkeys(("done", "cases", "clocks", "told"), 0)
        total = count_affected(connection, number)
        stored = insert(CalendarYearRow).values(**row, **counts, total=total).returning(CalendarYearRow.id)
        audit(connection, house.now(), by, "calendar", about=str(number), detail=year.notice)
        return int(connection.execute(stored).scalar_one())


def carry_out(house: House, load: int, progress: Progress) -> Tally:
    """Brings all cases to the calendar as it now stands."""
    house.almanac.look()
    return recompute(house.engine, house.city, load, house.now(), progress)


# -- the command -------------------------------------------------------------------------------------


def load_file(settings: Settings, path: Path, dry: bool, sure: bool) -> int:
    """`hotline calendar load`: 0, or 2 with every mistake of the file."""
    text = path.read_text(encoding="utf-8")
    try:
        number, year = read_notice(text)
    except BadNotice as bad:
        for mistake in bad.mistakes:
            click.echo(f"{path.name} {mistake}", err=True)
        return 2
    with opened(settings) as house:
        with house.reading() as connection:
            total = count_affected(connection, number)
        with bar("预演", total) as advance:
            _show(number, year, foreseen(house, number, year, advance))
        if dry:
            return 0
        if not sure:
            click.confirm("装入并重算？", abort=True)
        load = store(house, text, "operator")
        with bar("重算", total) as advance:
            done = carry_out(house, load, advance)
    click.echo(f"已装入{number}年（{year.notice}），移动{done.clocks}个期限，通知{done.told}人")
    return 0


def _show(number: int, year: Year, tally: Tally) -> None:
    click.echo(f"{number}年 {year.notice}：移动{tally.cases}件案件的{tally.clocks}个在计期限，其中改变承诺"
               f"{tally.promises}件；{tally.firmed}个暂定日期不变而转为确定")
    for move in tally.sample:
        click.echo(f"  {move.number}  {move.before} → {move.after}  {move.clock}")
    if tally.clocks > len(tally.sample):
        click.echo(f"  …… 以上为前{len(tally.sample)}个")


def show(settings: Settings, number: int | None) -> int:
    """`hotline calendar show`: one year's days, or all years in a line each."""
    with opened(settings) as house:
        years = house.city.calendar.years
        for year in sorted(years) if number is None else [number]:
            if year not in years:
                raise click.ClickException(f"没有{year}年的放假安排")
            click.echo(f"{year}  {years[year].notice or '暂定：放假安排尚未公布'}")
            if number is not None:
                _show_days(years[year])
    return 0


def _show_days(year: Year) -> None:
    for rest in year.off:
        first, last = rest.days
        click.echo(f"  放假 {first} 至 {last}（{(last - first + ONE).days}天）{rest.name}")
    for day in year.work:
        click.echo(f"  上班 {day}")
