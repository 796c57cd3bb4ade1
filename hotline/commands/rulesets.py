"""`hotline rulesets`: which version is in force, publishing and rolling back where no browser is at hand.

Who acts is named by account: the rule of the second person holds here as on the page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hotline.house import House
    from hotline.rules.rulesets import Act

WHO = click.option("--as", "login", required=True, help="以哪个账号的名义")


@click.group()
def rulesets() -> None:
    """规则版本：列出、发布、恢复旧版。"""


@rulesets.command("list")
def list_() -> None:
    """列出现行版本、草稿和发布记录。"""
    from hotline.calendar.lights import moment_words
    from hotline.rules.publishing import in_force, line
    from hotline.rules.rulesets import STATES, listed

    with _house() as house, house.reading() as connection:
        published, calendar = line(connection), house.city.calendar
        click.echo(f"现行：第{in_force(published, house.now())}版 {house.book.version}")
        for row in listed(connection, tuple(STATES), 50):
            click.echo(f"{row['id']:>5}  {STATES[row['state']]}  {row['name']}")
        for entry in published:
            what = "恢复" if entry.kind == "rollback" else "发布"
            gone = "（已撤回）" if entry.recalled_at else ""
            click.echo(f"{moment_words(entry.from_at, calendar)} 起  {what}第{entry.set_id}版{gone}")


@rulesets.command("publish")
@click.argument("number", type=int)
@WHO
@click.option("--from", "from_at", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]), help="生效时间，不写则即刻")
@click.option("--note", default="", help="说明")
def publish_(number: int, login: str, from_at: object, note: str) -> None:
    """发布通过检查的草稿。"""
    from datetime import datetime

    from hotline.rules.publishing import publish
    from hotline.rules.rulesets import rule_set

    with _house() as house, _said(), house.writing() as connection:
        zone = house.city.calendar.zone
        moment = from_at.replace(tzinfo=zone) if isinstance(from_at, datetime) else None
        revision = rule_set(connection, number).revision
        told = publish(connection, _act(house, login, note), number, revision, moment)
        click.echo(f"第{number}版自 {told.astimezone(zone):%Y-%m-%d %H:%M:%S} 起生效")


@rulesets.command("rollback")
@click.argument("number", type=int)
@WHO
@click.option("--note", required=True, help="原因")
def rollback_(number: int, login: str, note: str) -> None:
    """恢复曾经生效的一版；0 为随系统提供的一版。"""
    from hotline.rules.publishing import roll_back

    with _house() as house, _said(), house.writing() as connection:
        told = roll_back(connection, _act(house, login, note), number)
        click.echo(f"第{number}版自 {told.astimezone(house.city.calendar.zone):%Y-%m-%d %H:%M:%S} 起恢复")


@contextmanager
def _house() -> "Iterator[House]":
    from hotline.__main__ import settings
    from hotline.commands.parts import opened

    with opened(settings()) as house:
        yield house


@contextmanager
def _said() -> Iterator[None]:
    """What may not be, as the command's own error."""
    from cases.procedure import Refused
    from hotline.problems import Problem

    try:
        yield
    except LookupError as gone:
        raise click.ClickException(f"没有第{gone}号规则") from gone
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    except Problem as wrong:
        raise click.ClickException("；".join(wrong.errors.values()) or str(wrong)) from wrong


def _act(house: "House", login: str, note: str) -> "Act":
    from sqlalchemy import select

    from hotline.matrix import RULERS
    from hotline.rules.rulesets import Act
    from hotline.tables import UserRow

    wanted = select(UserRow.id, UserRow.roles).where(UserRow.login == login, UserRow.active)
    with house.reading() as connection:
        row = connection.execute(wanted).one_or_none()
    if row is None or RULERS.isdisjoint(row.roles.split(",")):
        raise click.ClickException(f"账号{login}不存在，或者不是系统管理员、督办员")
    return Act(f"user:{row.id}", house.now(), note)
