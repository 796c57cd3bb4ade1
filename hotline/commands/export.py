"""`hotline export` and `hotline verify FILE.zip`: the operator's way of taking a case out, and anybody's of checking."""

import os
from pathlib import Path

import click

from hotline.settings import Settings


def export_case(settings: Settings, number: str, out: Path | None, reason: str | None, papers: bool) -> None:
    """Writes the file of a case beside nothing that is there already; people in clear only for a reason."""
    from cases.lists import load_file
    from cases.numbers import parse_number, public_number
    from hotline.commands.parts import opened
    from hotline.export.export import Wish, export

    case = parse_number(number)
    if reason is not None and len(reason.strip()) < 4:
        raise click.ClickException("写入完整的当事人信息须说明理由：--with-parties “理由”")
    with opened(settings) as house:
        with house.reading() as connection:
            if case is None or load_file(connection, case) is None:
                raise click.ClickException(f"没有编号为{number}的案件")
        path = out or Path(f"{public_number(case)}.zip")
        if path.exists():
            raise click.ClickException(f"{path} 已经存在，请换一个文件名")
        wish = Wish(by="operator", reason=(reason or "").strip(), clear=reason is not None, papers=papers)
        draft = path.with_name(f".{path.name}.draft")
        try:
            with open(draft, "w+b", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                digest = export(house, case, wish, file)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    click.echo(f"{path}\nSHA-256 {digest}")


def verify_file(path: Path) -> int:
    """0 when the file is as it left the house and every date follows; else says the first difference, and 1."""
    from hotline.export.sealed import differences

    first = next(differences(path), None)
    click.echo(first or f"{path.name}：全部相符（清单、摘要链、程序定义、每一个期限、文书和附件）", err=first is not None)
    return 1 if first else 0
