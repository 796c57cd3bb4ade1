"""`hotline learn` and `hotline classify`: a second opinion trained, judged on what was held back, put in
force; what it would say of the messages of a file. Only training needs the extra `hotline[learn]`.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from routing.catalogue import Rulebook
    from routing.classify import Model, Proposal
    from routing.learning import Example, Lesson
    from routing.opinion_file import HeadReport, Written

    Matter = tuple[list[Example], tuple[str, ...], str, Rulebook]  # examples, questions, source, rules

CAPPED = 60_000  # examples learned from, the latest
QUESTIONS = {"label": "类别", "office": "承办单位", "topic": "事项"}
MISSING = "学习需要 scikit-learn：请在本系统的环境里执行 pip install 'scikit-learn>=1.7,<2'（附加项 hotline-12345[learn]）"


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="从这一天起办成的派单（默认全部）")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="模型写到哪里；默认即本市在用的模型"
)
@click.option("--anyway", metavar="理由", default="", help="不如上一版也发布；理由记入模型")
def learn(file: Path | None, since: datetime | None, out: Path | None, anyway: str) -> None:
    """学习二次意见：由本市办成的派单，或由 FILE（列 title,detail,label）。"""
    from hotline.__main__ import settings
    from hotline.rules.second_opinion import model_path

    if file and since:
        raise click.UsageError("FILE 与 --since 只能选一个")
    try:
        import sklearn.svm  # noqa: F401  # before anything is read
    except ImportError:
        raise click.ClickException(MISSING) from None
    path = out or model_path(settings())
    before = _earlier(path)
    lesson = _lesson(file, since)
    written = _learned(lesson)
    for head in written.report.heads:
        click.echo("\n".join(_told(head)))
    compared, worse = _compared(lesson, written, before) if before else ((), "")
    for line in compared:
        click.echo(line)
    if worse and not anyway.strip():
        raise click.ClickException(f"没有发布：{worse}。仍要发布请加 --anyway 理由")
    _publish(written, path, compared, anyway.strip() if worse else "")


def _earlier(path: Path) -> "Written | None":
    """The model that stands there; what is none is not overwritten."""
    from routing.opinion_file import ModelError, load

    try:
        return load(path) if path.exists() else None
    except (ModelError, OSError) as wrong:
        raise click.ClickException(f"{wrong}；不覆盖，请移开它或换一个 --out") from wrong


def _lesson(file: Path | None, since: datetime | None) -> "Lesson":
    from hotline.house import wall_clock
    from routing.learning import Lesson

    examples, heads, source, book = _from_file(file) if file else _from_cases(since)
    made = wall_clock().isoformat(timespec="seconds")
    return Lesson(examples=examples[-CAPPED:], heads=heads, book=book, source=source, made=made)


def _learned(lesson: "Lesson") -> "Written":
    from hotline.commands.parts import bar
    from routing.learning import FOLDS, TooFew, learn

    with bar("学习", 1 + len(lesson.heads) * (FOLDS + 1)) as advance:
        try:
            return learn(lesson, lambda stage: advance(1))
        except TooFew as few:
            raise click.ClickException(str(few)) from few


def _from_file(file: Path) -> "Matter":
    from hotline.commands.message_sheets import rows
    from hotline.house import packaged_rules
    from routing.learning import Example

    examples, bad = [], 0
    try:
        for row in rows(file, ("title", "detail", "label"), needs=("label",)):
            if row.wrong:
                bad += 1
                click.echo(f"第{row.line}行：{row.wrong}", err=True)
                continue
            cells = row.cells
            examples.append(Example(cells["title"], cells["detail"], (cells["label"].strip(),)))
    except ValueError as wrong:
        raise click.ClickException(f"{file.name}：{wrong}") from wrong
    click.echo(f"{file.name}：{len(examples)}条{f'，另有{bad}行不能用' if bad else ''}")
    return examples, ("label",), file.name, packaged_rules()


def _from_cases(since: datetime | None) -> "Matter":
    from hotline.__main__ import settings
    from hotline.commands.parts import opened
    from hotline.confirmed import confirmed
    from routing.learning import FEWEST, Example

    with opened(settings()) as house, house.reading() as connection:
        day = since or datetime(1970, 1, 1)  # noqa: DTZ001  # the day is the office's own
        found = list(confirmed(connection, day.replace(tzinfo=house.city.calendar.zone)))
        book = house.book
    topics = Counter(one.topic for one in found if one.topic)
    several = sum(n >= FEWEST for n in topics.values()) > 1
    heads = ("office", "topic") if several else ("office",)
    examples = [Example(one.title, one.detail, (one.office, one.topic)[: len(heads)]) for one in found]
    told = f"{since:%Y-%m-%d}以来办成的派单" if since else "全部办成的派单"
    click.echo(f"{told}：{len(examples)}件")
    return examples, heads, told, book


def _told(head: "HeadReport") -> Iterator[str]:
    """The report of one question in lines."""
    yield f"\n{QUESTIONS.get(head.name, head.name)}：留出检验{head.rows}条"
    yield f"{'准确率':>6}{'召回率':>7}{'F1':>10}{'条数':>8}"
    for one in head.classes:
        yield f"{one.precision:9.3f}{one.recall:10.3f}{one.f1:10.3f}{one.support:10}  {one.label}"
    yield (
        f"宏平均F1 {head.macro_f1:.4f}，正确率 {head.accuracy:.4f}，前两位 {head.top2:.4f}，"
        f"最有把握的八成 {head.surest:.4f}，置信度平均偏差 {head.miscalibration:.4f}"
    )
    yield "置信度→实际正确：" + "；".join(
        f"{one.confidence:.2f}→{one.right:.2f}（{one.rows}条）" for one in head.bins
    )
    if head.omitted:
        yield f"样例太少，没有学：{'、'.join(head.omitted)}"


def _publish(written: "Written", path: Path, compared: tuple[str, ...], anyway: str) -> None:
    from msgspec.structs import replace

    from routing.opinion_file import save

    report = replace(written.report, compared=compared, anyway=anyway)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    save(replace(written, report=report), path)
    click.echo(f"已发布 {path}（模型 {written.model.version}，{path.stat().st_size / 1e6:.1f} MB）")


def _compared(lesson: "Lesson", written: "Written", before: "Written") -> tuple[tuple[str, ...], str]:
    """What is said of the two on the same messages, and why the new one is worse, if it is."""
    from routing.learning import compared

    if set(written.model.heads) != set(before.model.heads):
        asked = "、".join(QUESTIONS.get(name, name) for name in before.model.heads)
        return (), f"原有模型答的是{asked}，不是同一个问题，无从比较"
    lines, worse = [], []
    for name in written.model.heads:
        new, old, rows = compared(lesson, written, before, name)
        said = (
            f"{QUESTIONS.get(name, name)}：同样{rows}条留出检验上，"
            f"新模型宏平均F1 {new:.4f}，上一版（{before.model.version}）{old:.4f}"
        )
        lines.append(said)
        worse += [said] if new < old else []
    return tuple(lines), "；".join(worse)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--model", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="默认即本市在用的模型"
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="结果写到哪里")
@click.option("--of", "question", help="模型答几个问题时，要哪一个：office、topic")
def classify(file: Path, model: Path | None, out: Path, question: str | None) -> None:
    """FILE（列 title,detail）的每一行属于哪一类：写出 label,confidence,second，行序不变。"""
    from hotline.__main__ import settings
    from hotline.commands.parts import bar
    from hotline.rules.second_opinion import model_path
    from routing.opinion_file import ModelError, load

    try:
        told = load(model or model_path(settings())).model
    except (ModelError, OSError) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    head = told.heads.get(question or next(iter(told.heads)))
    if head is None:
        raise click.ClickException(f"模型不答“{question}”，只答{'、'.join(told.heads)}")
    with file.open("rb") as lines:
        total = sum(1 for _ in lines)
    try:
        with bar("归类", total) as advance:
            done, bad = _classified(file, out, _asker(told, head.name), advance)
    except ValueError as wrong:
        raise click.ClickException(f"{file.name}：{wrong}") from wrong
    click.echo(f"已归类{done}行{f'，{bad}行不能用，留空' if bad else ''}：{out}")


def _asker(model: "Model", question: str) -> "Callable[[str, str], Proposal]":
    from hotline.house import packaged_rules
    from routing.classify import propose, read, spoken

    book, head = packaged_rules(), model.heads[question]
    return lambda title, detail: propose(head, read(model, title, detail, spoken(book, title, detail)))


def _classified(
    file: Path, out: Path, ask: "Callable[[str, str], Proposal]", advance: Callable[[int], None]
) -> tuple[int, int]:
    """Row by row into a draft that is put in place at the end; a bad row is named and stays, empty."""
    from hotline.commands.message_sheets import rows

    done, bad, draft = 0, 0, out.with_name(f".{out.name}.draft")
    try:
        with draft.open("w", encoding="utf-8", newline="") as made:
            writer = csv.writer(made, lineterminator="\n")
            writer.writerow(("label", "confidence", "second"))
            for row in rows(file, ("title", "detail")):
                advance(row.lines)
                if row.wrong:
                    bad += 1
                    click.echo(f"第{row.line}行：{row.wrong}", err=True)
                    writer.writerow(("", "", ""))
                    continue
                said = ask(row.cells["title"], row.cells["detail"])
                writer.writerow((said.label, f"{said.confidence:.4f}", said.second))
                done += 1
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return done, bad
