"""`hotline routes`: check a rule set, rehearse it on past requests, explain one request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hotline.house import House
    from routing import Rulebook
    from routing.check import Finding
    from routing.rehearse import Move, Past, Rehearsal

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
CSV = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 20  # moves printed


@click.group()
def routes() -> None:
    """分派规则：检查、试算、说明理由。"""


@contextmanager
def _house() -> "Iterator[House]":
    from hotline.__main__ import settings
    from hotline.commands.parts import opened

    with opened(settings()) as house:
        yield house


def _book(house: "House", rules: Path | None, draft: int | None) -> "Rulebook":
    """The rule set meant: a folder's, a numbered draft's, else the one in force."""
    from hotline.rules.rulesets import texts_of_draft
    from routing.catalogue import FILES, compiled
    from routing.files import RulesError, texts_of

    try:
        if rules is not None:
            return compiled(texts_of(rules, FILES))
        if draft is not None:
            with house.reading() as connection:
                return compiled(texts_of_draft(connection, draft))
    except LookupError as gone:
        raise click.ClickException(f"没有第{draft}号规则") from gone
    except RulesError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    return house.book


@routes.command("check")
@click.option("--rules", type=FOLDER, help="规则文件所在目录；不写则为现行规则")
@click.option("--draft", type=int, help="第几号草稿")
@click.option("--texts", type=CSV, help="过去的来文（CSV），用来找从不出现的词")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def check_(rules: Path | None, draft: int | None, texts: Path | None, as_json: bool) -> None:
    """检查规则：冲突、永远轮不到、过期、无承办单位、不起作用的词；不能发布时退出码为1。"""
    import msgspec

    from hotline.past_requests import of_file
    from hotline.rules.publishing import reachable
    from routing.check import World, check, refused

    with _house() as house:
        book = _book(house, rules, draft)
        with house.reading() as connection:
            offices = reachable(connection, book)
        calendar = house.city.calendar
        try:
            past = [one.asked.text for one in of_file(texts, calendar)] if texts else []
        except ValueError as wrong:
            raise click.ClickException(f"{texts}：{wrong}") from wrong
        found = check(book, World(calendar.day_of(house.now()), offices, house.city.limit_sets, past))
    if as_json:
        told = [{**msgspec.to_builtins(one), "refuses": one.refuses} for one in found]
        click.echo(msgspec.json.encode({"version": book.version, "findings": told}))
    else:
        _print_findings(found, book.version)
    raise SystemExit(1 if refused(found) else 0)


def _print_findings(found: "tuple[Finding, ...]", version: str) -> None:
    from routing.check import KINDS

    for one in found:
        click.echo(f"{'✗' if one.refuses else '·'} {KINDS[one.kind]}：{one.say}{one.advice}")
        if one.example:
            click.echo(f"    例：{_asked_in_words(one.example)}")
    stopping = sum(one.refuses for one in found)
    click.echo(
        f"规则版本 {version}：{len(found)} 处，其中 {stopping} 处不能发布"
        if found
        else f"规则版本 {version}：没有问题"
    )


def _asked_in_words(asked: object) -> str:
    from hotline.rules.route_view import in_words
    from routing import Asked

    assert isinstance(asked, Asked)
    return in_words(asked)


@routes.command("explain")
@click.argument("text")
@click.option("--title", default="", help="标题")
@click.option("--place", default="", help="地点")
@click.option("--street", help="街道代码")
@click.option("--topic", help="事项代码")
@click.option("--kind", default="complaint", help="类别：consult help complaint report suggestion praise")
@click.option("--who", default="", help="诉求人：individual enterprise group")
@click.option("--urgent", is_flag=True, help="紧急")
@click.option("--rules", type=FOLDER, help="规则文件所在目录；不写则为现行规则")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def explain_(text: str, rules: Path | None, as_json: bool, urgent: bool, **said: str | None) -> None:
    """说明一件诉求会派到哪里、为什么、为什么不是别处。"""
    import msgspec

    from hotline.rules.asking import is_open
    from hotline.rules.route_view import as_json as told
    from hotline.rules.route_view import shown
    from routing import Asked, explain

    if said["kind"] not in _kinds():
        raise click.BadParameter(
            f"没有 {said['kind']} 这一类，可用的有 {'、'.join(_kinds())}", param_hint="--kind"
        )
    with _house() as house:
        book, at = _book(house, rules, None), house.now().astimezone(house.city.calendar.zone)
        asked = Asked(text=text, urgent=urgent, at=at, office_hours=is_open(house.city.calendar, at), channel="phone",
                      **said)  # type: ignore[arg-type]  # fmt: skip
        found = shown(house, asked, book)
    if as_json:
        click.echo(msgspec.json.encode(told(found)))
        return
    click.echo(explain(found.routed, book))
    for other in found.others:
        click.echo(f"不是{other.title}：{other.say}（{other.rule}）")
    if found.opinion:
        click.echo(found.opinion.says)
    click.echo(f"承诺答复：{found.promised}，{found.because}")


def _kinds() -> list[str]:
    from routing.asked import KINDS

    return list(KINDS)


@routes.command("rehearse")
@click.option("--since", "since_day", type=click.DateTime(["%Y-%m-%d"]), help="从哪一天起的诉求")
@click.option("--file", type=CSV, help="改用 CSV 里的诉求")
@click.option("--rules", type=FOLDER, help="新规则的目录")
@click.option("--draft", type=int, help="新规则为第几号草稿")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def rehearse_(
    since_day: object, file: Path | None, rules: Path | None, draft: int | None, as_json: bool
) -> None:
    """试算：过去的诉求按新规则会派到哪里，会少退多少单、多退多少单。"""
    import msgspec

    if (since_day is None) == (file is None):
        raise click.UsageError("请写 --since 日期，或 --file 文件，二者取一")
    if rules is None and draft is None:
        raise click.UsageError("请写 --rules 目录，或 --draft 号，说明新规则是哪一套")
    with _house() as house:
        book = _book(house, rules, draft)
        try:
            found = _rehearsed(house, book, since_day, file)
        except (ValueError, UnicodeDecodeError) as wrong:
            raise click.ClickException(f"{file or since_day}：{wrong}") from wrong
        titles = dict(house.city.offices)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _print_rehearsal(found, titles)


def _rehearsed(house: "House", book: "Rulebook", since_day: object, file: Path | None) -> "Rehearsal":
    from datetime import datetime

    from hotline import past_requests
    from hotline.commands.parts import bar
    from routing.rehearse import rehearse

    calendar = house.city.calendar

    def told(past: "Iterator[Past]", total: int) -> "Rehearsal":
        with bar("试算", total) as advance:
            return rehearse(_counted(past, advance), house.book, book)

    if file is not None:
        with file.open("rb") as lines:
            return told(past_requests.of_file(file, calendar), sum(1 for _ in lines))
    assert isinstance(since_day, datetime)
    moment = calendar.midnight(since_day.date())
    with house.reading() as connection:
        return told(
            past_requests.since(connection, moment, calendar), past_requests.count(connection, moment)
        )


def _counted(past: "Iterator[Past]", advance: Callable[[int], None]) -> "Iterator[Past]":
    waiting = 0
    for one in past:
        yield one
        waiting += 1
        if waiting == 200:
            advance(waiting)
            waiting = 0


def _print_rehearsal(found: "Rehearsal", titles: dict[str, str]) -> None:
    click.echo(f"共 {found.asked} 件，改派 {found.changed} 件；少退单 {found.avoided} 件，多退单 {found.caused} 件；"
               f"只改事项 {found.topics} 件，紧急程度改变 {found.urgent} 件")  # fmt: skip
    for move in found.moves[:SHOWN]:
        _print_move(move, titles)
    if len(found.moves) > SHOWN:
        click.echo(f"另有 {len(found.moves) - SHOWN} 种改派")


def _print_move(move: "Move", titles: dict[str, str]) -> None:
    before, after = (titles.get(code, code) or "人工分派" for code in (move.before, move.after))
    click.echo(f"{move.count:>7}  {before} → {after}")
    for sample in move.samples[:2]:
        click.echo(f"         {sample.number} {sample.text}")
