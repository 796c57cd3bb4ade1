"""`hotline calendar`: the years as they stand, and a notice loaded: shown first, then done with a bar."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cases.calendar import Year
    from cases.moves import Tally
    from hotline.house import House

PATIENCE = 0.2  # seconds between two looks at whether every process has the new calendar
SORTS = {"moved": "调整", "late": "调整后即超期", "firmed": "暂定转为确定"}


@click.group()
def calendar() -> None:
    """放假安排。"""


@calendar.command("show")
@click.argument("year", type=int, required=False)
def show_(year: int | None) -> None:
    """列出现行各年的放假安排；写明年份时逐段列出。"""
    from hotline.__main__ import settings
    from hotline.commands.parts import opened

    with opened(settings()) as house:
        years = house.city.calendar.years
        if year is not None and year not in years:
            raise click.ClickException(f"没有{year}年的放假安排：该年的日期都是暂定")
        for number in sorted(years) if year is None else [year]:
            click.echo(f"{number}  {years[number].notice or '暂定：放假安排尚未公布'}")
            if year is not None:
                _show_days(years[number])


def _show_days(year: "Year") -> None:
    for rest in year.off:
        first, last = rest.days
        click.echo(f"  放假 {first} 至 {last}（{(last - first).days + 1}天）{rest.name}")
    for day in year.work:
        click.echo(f"  上班 {day}")


@calendar.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", "sure", is_flag=True, help="不再询问")
@click.option("--dry-run", "dry", is_flag=True, help="只看会移动哪些期限")
def load_(file: Path, sure: bool, dry: bool) -> None:
    """装入放假通知：先列出会移动的期限，确认后重算全部案件；中断后再次运行即接着做。"""
    from cases.notice import BadNotice, read_notice
    from hotline.__main__ import settings
    from hotline.commands.parts import opened

    try:
        text = file.read_text(encoding="utf-8")
        read_notice(text)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name}：不是UTF-8编码的文本") from error
    except BadNotice as bad:
        for mistake in bad.mistakes:
            click.echo(f"{file.name} {mistake}", err=True)
        raise SystemExit(2) from bad
    with opened(settings()) as house:
        _finish(house)  # one that was broken off goes first
        _load(house, text, sure, dry)


def _load(house: "House", text: str, sure: bool, dry: bool) -> None:
    from cases.procedure import Refused
    from cases.recompute import count_affected
    from hotline.calendar import notices
    from hotline.commands.parts import bar

    try:
        notices.check_new(house, text)
        plan = notices.plan_for(house, text)
        with house.reading() as connection:
            total = count_affected(connection, plan)
        with bar("预演", total) as progress:
            tally = notices.foresee(house, plan, progress)
        _tell(tally)
        if dry:
            return
        if not sure:
            click.confirm("装入并重算？", abort=True)
        notices.hand_in(house, text, "operator", confirmed=True)
    except Refused as refused:
        click.echo(str(refused))
        raise SystemExit(0 if refused.message == notices.KNOWN else 1) from refused
    _finish(house)


def _finish(house: "House") -> None:
    """Carries a confirmed load to its end, whoever began it, and says what it did."""
    from hotline.calendar import notices
    from hotline.commands.parts import bar

    row = notices.under_way_now(house)
    if row is None or row["state"] != "going":
        return
    load = row["id"]
    with bar("重算", row["total"]) as progress:
        progress(row["seen"])
        while (row := notices.under_way_now(house)) and row["id"] == load:
            notices.work_on(house, lambda: True, progress)
            time.sleep(PATIENCE)
    done = notices.one(house, load)
    tally = done.moved
    click.echo(f"{done.years}年放假安排已重算：{tally.cases}件案件的{tally.clocks}个在计期限调整，"
               f"{tally.firmed}个暂定转为确定，通知{tally.told}人次")  # fmt: skip


def _tell(tally: "Tally") -> None:
    click.echo(f"将调整{tally.cases}件案件的{tally.clocks}个在计期限，其中{tally.late}个调整后即超期；"
               f"改变{tally.promises}件的承诺日期；{tally.firmed}个暂定日期不变而转为确定")  # fmt: skip
    for kind, count in sorted(tally.kinds.items(), key=lambda item: -item[1]):
        click.echo(f"  {count:>8}  {kind}")
    for sort, title in SORTS.items():
        found = [one for one in tally.samples if one.sort == sort]
        if found:
            click.echo(f"{title}，例如：")
        for one in found:
            firm = "（暂定）" if one.provisional else ""
            click.echo(f"  {one.number}  {one.before} → {one.after}{firm}  {one.procedure}·{one.clock}")
