"""`hotline law`: every limit this house counts, with its article, as a table for people
or JSON for programs."""

import json
from collections.abc import Iterable
from typing import Any

import click

from cases.city import City
from cases.clocks import ByCity, Extends, Given
from cases.law import Length
from cases.limits import Limit, limits
from cases.procedure import Procedure
from cases.procedures import PROCEDURES
from hotline.calendar.due import CITY
from hotline.city.local import load_city

BINDS = {"office": "承办单位", "centre": "热线中心", "citizen": "当事人", "respondent": "被申请人等", "court": "法院"}
COLUMNS = ("程序", "期限", "依据", "长短", "自", "至", "不计入", "延长", "谁的")
NARROW = (0, 1, 2, 3, 7, 8)
WIDE = 320
KNOWN = {"text": "", "secondary": "（二手资料，待核）", "memory": "（未见原文，待核）"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--outside", is_flag=True, help="只列没有程序承载的期限和理由")
@click.option("--markdown", is_flag=True, help="输出 Markdown 表（程序、期限、依据、长短、延长、谁的）")
def law(as_json: bool, outside: bool, markdown: bool) -> None:
    """全部期限及其依据。"""
    city = load_city(CITY)
    rows = [limit for limit in limits().values() if not outside or not limit.procedure]
    if as_json:
        click.echo(json.dumps([_row(limit, city, outside) for limit in rows], ensure_ascii=False, indent=1))
    elif markdown:
        click.echo(in_markdown(rows, city))
    else:
        _show(rows, city, outside)


def in_markdown(rows: Iterable[Limit], city: City) -> str:
    """The table as Markdown, without from, to and what does not count: those are for a wide screen."""
    lines = [tuple(COLUMNS[n] for n in NARROW), ("---",) * len(NARROW)]
    lines += [tuple(cells[n] for n in NARROW) for cells in (_cells(limit, city) for limit in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(limit: Limit, city: City, outside: bool) -> dict[str, Any]:
    clock, (length, source) = limit.clock, _length(limit, city)
    in_force = limit.in_force
    found = {
        "id": limit.id,
        "title": clock.title,
        "procedure": limit.procedure,
        "law": source,
        "in_force": in_force.isoformat() if in_force else None,
        "article": clock.article.number,
        "citation": str(clock.article),
        "length": length.n if length else None,
        "unit": length.unit.value if length else limit.unit,
        "direction": "before" if clock.backward else "after",
        "extension": _extension(limit, city),
        "rolls": clock.rolls,
        "binds": clock.binds.value,
        "first_day_counted": False,  # 《民法典》第二百零一条
        "starts": sorted(clock.starts | clock.restarts),
        "stops": sorted(clock.stops),
        "pauses": dict(clock.pauses),
        "soft": clock.soft,
        "verified": limit.verified,
        "setting": limit.setting,  # the city's own or unverified
    }
    return {**found, "reason": limit.reason} if outside else found


def _length(limit: Limit, city: City) -> tuple[Length | None, str]:
    """The length and the instrument; the city's latest rule for its own limits."""
    if isinstance(limit.clock.length, ByCity):
        edition = city.editions[-1]
        return city.limit(limit.id, "", False, edition.effective).length, edition.name
    return limit.clock.length if isinstance(limit.clock.length, Length) else None, limit.law


def _extension(limit: Limit, city: City) -> dict[str, Any] | None:
    extends = limit.clock.extends
    if extends is None:
        return None
    most = _most(limit, extends, city)
    unit = most.unit if most else extends.by.unit
    return {"length": most.n if most else None, "unit": unit.value, "by": limit.approver, "times": extends.times}


def _most(limit: Limit, extends: Extends, city: City) -> Length | None:
    if isinstance(extends.cap, ByCity):
        return city.limit(limit.id, "", False, city.editions[-1].effective).extension
    return extends.by if isinstance(extends.by, Length) else extends.cap


def _show(rows: list[Limit], city: City, outside: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*("理由" if outside and name == "不计入" else name for name in COLUMNS), box=None, pad_edge=False)
    for limit in rows:
        cells = list(_cells(limit, city))
        if outside:
            cells[COLUMNS.index("不计入")] = limit.reason
        table.add_row(*cells)
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)  # into a file or a pipe nothing is folded away
    console.print(table)


def _cells(limit: Limit, city: City) -> tuple[str, ...]:
    """One row in the order of `COLUMNS`."""
    procedure = PROCEDURES.get(limit.procedure)
    clock, (length, _) = limit.clock, _length(limit, city)
    given = "个案确定" if isinstance(clock.length, Given) else ""
    return (
        procedure.title if procedure else "（程序外）",
        f"{limit.id} {clock.title}",
        f"{clock.article}{KNOWN[limit.verified]}",
        (f"{length}" if length else given) + ("（倒算）" if clock.backward else ""),
        _steps(procedure, clock.starts | clock.restarts),
        _steps(procedure, clock.stops),
        _steps(procedure, clock.pauses),
        _more(limit, city),
        BINDS[clock.binds],
    )


def _steps(procedure: Procedure | None, names: Any) -> str:
    if procedure is None:
        return "、".join(sorted(names))
    return "、".join(step.title for step in procedure.steps if step.name in names)


def _more(limit: Limit, city: City) -> str:
    extends = limit.clock.extends
    if extends is None:
        return ""
    most = _most(limit, extends, city)
    return f"{limit.approver}批准，{f'至多{most}' if most else '没有定数'}"


if __name__ == "__main__":
    law()
