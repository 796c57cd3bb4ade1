"""The commands. Each opens its own room only when called, so that a small one starts at once."""

import gc
import multiprocessing
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from hotline.commands.accounts import accounts
from hotline.commands.calendar import calendar
from hotline.commands.english import english
from hotline.commands.learn import classify, learn
from hotline.commands.routes import routes
from hotline.commands.rulesets import rulesets
from hotline.settings import Settings, from_environment

if TYPE_CHECKING:
    from litestar import Litestar

# Whose word about the caller's address is taken, when the operator says a proxy stands in front.
_PROXIES = "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """12345 政务服务便民热线与矛盾纠纷化解。"""


def settings() -> Settings:
    """The settings of this process; a wrong variable ends the command with the sentence that names it."""
    return from_environment(os.environ)


@main.command()
def up() -> None:
    """整套系统：队列、数据表、示范数据、网页与后台，直到 Ctrl-C。"""
    from hotline.up import up as run

    run(settings())


@main.command()
def web() -> None:
    """网页与接口。"""
    import uvicorn

    told = settings()
    uvicorn.run(
        "hotline.__main__:application",
        factory=True,
        host=told.host,
        port=told.port,
        workers=told.web_processes,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=told.trust_proxy,
        forwarded_allow_ips=_PROXIES if told.trust_proxy else None,
        timeout_graceful_shutdown=8,  # up waits 10
    )


def application() -> "Litestar":
    """The web application of one process; a process of several ends with the one that started it."""
    gc.disable()  # what is being built stays: to look for rubbish meanwhile is a fifth of the start
    from hotline.app import create_app
    from hotline.embedded import die_with_parent

    if multiprocessing.parent_process() is not None:
        die_with_parent(signal.SIGTERM, parent=os.getppid())()
    made = create_app()
    gc.collect()
    gc.freeze()  # the rulebook and the routes live as long as the process: no collection need walk them
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
    return made


@main.command()
def worker() -> None:
    """后台：期限、提醒、投递。"""
    gc.disable()
    from hotline.worker import run

    gc.freeze()
    gc.enable()
    run(settings())


@main.command()
@click.option("--to", "revision", default="head", show_default=True, help="升到哪一版")
@click.option("--down", help="降到哪一版；base 为全部撤销")
@click.option("--draft", "message", help="由代码与最新一版之差起草新的一版")
def migrate(revision: str, down: str | None, message: str | None) -> None:
    """数据表升级。"""
    from hotline import migrate as tables

    url = settings().database_url
    if message is not None:
        tables.draft(message)
    elif down is not None:
        tables.downgrade(url, down)
    else:
        tables.upgrade(url, revision)


@main.command()
def seed() -> None:
    """空库时装入示范数据。"""
    from hotline.seed import seed_if_empty
    from hotline.sign_ins import SIGN_INS

    held = seed_if_empty(settings())
    for account, password, who in SIGN_INS if held else ():
        click.echo(f"{account:<14} {password:<14} {who}")


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--live", is_flag=True, help="按在办诉求导入，期限从其时间起算（默认作为历史存档）")
@click.option("--bad", type=click.File("w", encoding="utf-8"), default="-", help="未导入的行写到哪里")
def import_(file: Path, live: bool, bad: TextIO) -> None:
    """导入历史诉求（CSV）；可随时中断，再次运行不会重复。"""
    from hotline.commands.parts import import_file

    raise SystemExit(import_file(settings(), file, live, bad))


@main.command()
@click.option("--search", is_flag=True, help="只把检索的内容全部重编")
def rebuild(search: bool) -> None:
    """按历史重写旁列数据；正常时应无一行变化。"""
    from hotline.commands.parts import index_all, rebuild_all

    if search:
        click.echo(f"编入 {index_all(settings())} 件")
        return
    click.echo(f"改动 {rebuild_all(settings())} 行")


@main.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="列出全部不符之处，而不是第一处")
def verify(file: Path | None, everything: bool) -> None:
    """核对摘要链、旁列数据与不变式；给出卷宗 FILE 时只核对它，不需要数据库。有不符时退出码为1。"""
    if file is not None:
        from hotline.commands.export import verify_file

        raise SystemExit(verify_file(file))
    from hotline.commands.parts import verify_all

    raise SystemExit(verify_all(settings(), everything))


@main.command()
@click.argument("number")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写到哪里，默认为 编号.zip")
@click.option("--with-parties", "reason", metavar="理由", help="写入完整的当事人信息，理由记入操作记录；默认隐去")
@click.option("--bare", is_flag=True, help="不含文书和附件，只列其摘要")
def export(number: str, out: Path | None, reason: str | None, bare: bool) -> None:
    """导出一件案件的卷宗，可以脱离本系统核对。"""
    from hotline.commands.export import export_case

    export_case(settings(), number, out, reason, papers=not bare)


@main.command("statistics")
@click.argument("year", type=click.IntRange(2000, 2075))
@click.option("--procedure", help="只统计一种程序，如 reconsideration；默认全部")
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="写成 .xlsx")
@click.option("--csv", type=click.Path(dir_okay=False, path_type=Path), help="写成 CSV")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def statistics_(year: int, procedure: str | None, xlsx: Path | None, csv: Path | None, as_json: bool) -> None:
    """法律要求的年度统计：行政复议、应诉、信访、依申请公开、调解。"""
    from hotline.commands.statistics import year_in_figures

    year_in_figures(settings(), year, procedure, (xlsx, csv), as_json)


@main.command("due", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def due_(arguments: tuple[str, ...]) -> None:
    """计算一个期限并说明理由。"""
    from hotline.calendar.due import due

    due.main(list(arguments), prog_name="hotline due")


@main.command("law", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def law_(arguments: tuple[str, ...]) -> None:
    """列出全部程序与法定期限。"""
    from hotline.calendar.law import law

    law.main(list(arguments), prog_name="hotline law")


@main.command("topics", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def topics_(arguments: tuple[str, ...]) -> None:
    """多人反映的热点：一个文件的，或本系统案件的。"""
    from hotline.commands.topics import topics

    topics.main(list(arguments), prog_name="hotline topics")


main.add_command(accounts)
main.add_command(calendar)
main.add_command(english)
main.add_command(learn)
main.add_command(classify)
main.add_command(routes)
main.add_command(rulesets)

if __name__ == "__main__":
    main(prog_name="hotline")
