"""`hotline english`: the catalogues brought up to what templates and code say, and what still waits for its English."""

import click


@click.command()
@click.option("--missing", is_flag=True, help="只列出还没有英文的文字，不改动文件")
def english(missing: bool) -> None:
    """按模板和代码更新英文目录（hotline/locale），已有的英文保留。"""
    from hotline.english import extract

    if missing:
        for domain, messages in extract.missing(extract.found()).items():
            for message in messages:
                click.echo(f"{domain}\t{message!r}")
        return
    for domain, (said, all_) in extract.update().items():
        click.echo(f"{domain:<8} {said}/{all_}")
