"""`hotline accounts`: the first three of an empty house, and the way back in for a power whose telephone is lost.

Who stands at the machine can read the database anyway; that it was done here stands in the trace as `console`.
"""

import click

CONSOLE = "console"


@click.group()
def accounts() -> None:
    """账号：空库的三员，和在服务器上生成设置密码的链接。"""


@accounts.command("begin")
@click.option("--admin", required=True, metavar="账号=姓名", help="系统管理员")
@click.option("--security", required=True, metavar="账号=姓名", help="安全管理员")
@click.option("--auditor", required=True, metavar="账号=姓名", help="审计员")
def begin(admin: str, security: str, auditor: str) -> None:
    """为没有三员的系统各开一个账号，给出设置密码的链接（72小时内有效，只能用一次）。"""
    from cases.people import Role
    from hotline.__main__ import settings
    from hotline.accounts.first_three import open_three
    from hotline.commands.parts import opened
    from hotline.problems import Problem

    said = {Role.ADMIN: admin, Role.SECURITY: security, Role.AUDITOR: auditor}
    try:
        with opened(settings()) as house:
            for role, link in open_three(house, {role: _pair(text) for role, text in said.items()}).items():
                click.echo(f"{role.label}  {link}")
    except Problem as wrong:
        raise click.ClickException("；".join(wrong.errors.values()) or str(wrong)) from wrong


@accounts.command("link")
@click.argument("login")
def link(login: str) -> None:
    """为一个账号生成设置密码的链接；先前的链接作废。"""
    from hotline.__main__ import settings
    from hotline.accounts.first_three import link_for
    from hotline.commands.parts import opened

    with opened(settings()) as house:
        made = link_for(house, login)
    if not made:
        raise click.ClickException(f"没有账号{login}，或者已经停用")
    click.echo(made)


def _pair(text: str) -> tuple[str, str]:
    login, mark, name = text.partition("=")
    if not mark:
        raise click.ClickException(f"应写成 账号=姓名，现为 {text}")
    return login.strip(), name.strip()
