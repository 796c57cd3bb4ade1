"""The commands. Each opens its own room only when called, so that a small one starts at once."""

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING

import click

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
    from hotline.app import create_app
    from hotline.embedded import die_with_parent

    if multiprocessing.parent_process() is not None:
        die_with_parent(signal.SIGTERM, parent=os.getppid())()
    return create_app()


@main.command()
def worker() -> None:
    """后台：期限、提醒、投递。"""
    from hotline.worker import run

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


if __name__ == "__main__":
    main(prog_name="hotline")
