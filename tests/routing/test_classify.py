"""The second opinion: learned and judged honestly, kept in a file that cannot run, spoken in plain Python."""

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from routing import load as rulebook
from routing.catalogue import Rulebook
from routing.classify import MOST, SHARE, odds, propose, read, spoken, tidy, weighed
from routing.learning import (
    FOLDS,
    Example,
    Lesson,
    TooFew,
    compared,
    counted,
    fit,
    folded,
    learn,
    rare,
    weighted,
)
from routing.opinion_file import FORMAT, ModelError, Written, dump, fingerprint, load, save
from tests.invented import messages


def lesson(book: Rulebook | None, rows: list[tuple[str, str, str]]) -> Lesson:
    examples = [Example(title, detail, (label,)) for title, detail, label in rows]
    return Lesson(examples=examples, heads=("label",), book=book, source="test", made="2026-11-23")


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return rulebook()


@pytest.fixture(scope="module")
def written(book: Rulebook) -> Written:
    return learn(lesson(book, messages()), lambda stage: None)


def said(written: Written, title: str, detail: str, book: Rulebook | None = None) -> tuple[str, float, str]:
    words = spoken(book, title, detail) if book else ()
    found = propose(written.model.heads["label"], read(written.model, title, detail, words))
    return found.label, found.confidence, found.second


def test_it_learns_what_the_examples_teach_and_reports_every_label(written: Written, book: Rulebook) -> None:
    report = written.report.heads[0]
    assert {one.label for one in report.classes} == {"housing", "hr", "urban"}
    assert sum(one.support for one in report.classes) == report.rows == 120
    assert report.macro_f1 > 0.9
    assert report.accuracy <= report.top2 <= 1
    assert sum(one.rows for one in report.bins) == 120
    label, confidence, second = said(written, "老板跑了", "工地拖欠我们三个月工资，计件的钱也压着", book)
    assert label == "hr"
    assert 0.5 < confidence <= 1
    assert second in {"housing", "urban"}


def test_the_same_examples_give_the_same_file(written: Written, book: Rulebook) -> None:
    assert dump(learn(lesson(book, messages()), lambda stage: None)) == dump(written)


def test_plain_python_says_what_was_judged(book: Rulebook) -> None:
    """The figures are of the very model that is published: same vector, same byte of every weight."""
    import numpy as np

    asked = lesson(book, messages())
    made = learn(asked, lambda stage: None)
    table = counted(asked.examples, book)
    kept, rarity = rare(table, np.arange(len(asked.examples)), 1)
    seen = weighted(table, kept, rarity)
    numbers = {label: n for n, label in enumerate(made.model.heads["label"].labels)}
    y = np.asarray([numbers[example.labels[0]] for example in asked.examples])
    wanted = fit(seen, y, 3).odds(seen) * made.model.heads["label"].sharpness
    for row, example in enumerate(asked.examples):
        reading = read(made.model, example.title, example.detail, spoken(book, example.title, example.detail))
        assert odds(made.model.heads["label"], reading.vector) == pytest.approx(list(wanted[row]), abs=0.02)


def test_what_shares_a_long_sentence_is_held_back_together() -> None:
    long = "二〇二六年三月起我家楼上每天夜里两点装修到天亮没有任何一个部门来管过一次"
    rows = [Example(f"第{n}次", f"又来一次：{long}。其余{n}", ("a",)) for n in range(40)]
    assert len(set(folded(rows))) == 1
    others = [Example("", f"各说各话第{n}句", ("a",)) for n in range(200)]
    assert set(folded(others)) == set(range(FOLDS))


def test_the_words_that_weighed_stand_in_the_message(written: Written, book: Rulebook) -> None:
    title, detail = "工资", "包工头拖欠工资，养老金也停发了。"
    reading = read(written.model, title, detail, spoken(book, title, detail))
    head = written.model.heads["label"]
    words = weighed(written.model, head, reading, propose(head, reading))
    assert words
    assert all(one.word in f"{tidy(title)} {tidy(detail)}" and one.points > 0 for one in words)
    assert any("工资" in one.word for one in words)
    assert [one.points for one in words] == sorted((one.points for one in words), reverse=True)


def test_names_of_places_that_were_masked_say_nothing() -> None:
    assert tidy("Ａ市A3区的１２路公交，西地省") == "市区的0路公交 省"


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_is_too_strange(written: Written, title: str, detail: str) -> None:
    label, confidence, second = said(written, title, detail)
    assert {label, second} < {"housing", "hr", "urban"}
    assert label != second
    assert 1 / 3 - 1e-9 <= confidence <= 1


def test_the_longest_text_does_not_overflow(written: Written) -> None:
    every = "".join(chr(0x4E00 + n % 20000) for n in range(2 * MOST[""]))
    for text in (every, "\ufdfa" * MOST[""], "工资" * 9000):
        assert said(written, text, text)[0] in {"housing", "hr", "urban"}
    assert (
        sum(SHARE.values()) * (2 * MOST[""]) ** 0.5 * (1 << 15) * 255 < 1 << 32
    )  # the bound `odds` rests on


def test_too_few_examples_are_refused_with_the_number() -> None:
    with pytest.raises(TooFew, match="每个不少于5条"):
        learn(lesson(None, messages(4)), lambda stage: None)
    lone = [*messages(), ("", "只有一条的事", "rare")]
    assert learn(lesson(None, lone), lambda stage: None).report.heads[0].omitted == ("rare",)


def test_a_file_comes_back_whole_and_replaces_the_old_in_one_move(written: Written, tmp_path: Path) -> None:
    path = tmp_path / "m.model"
    path.write_bytes(b"old")
    save(written, path)
    back = load(path)
    assert dump(back) == dump(written)
    assert (back.report, back.trials) == (written.report, written.trials)
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_model_is_refused_whole(written: Written, tmp_path: Path) -> None:
    path = tmp_path / "m.model"
    path.write_bytes(b"PK but no zip")
    with pytest.raises(ModelError, match="不是本系统的模型"):
        load(path)
    save(written, path)
    with zipfile.ZipFile(path) as file:
        parts = {part.filename: file.read(part) for part in file.infolist()}
    changed = {**parts, "0.u8": bytes(len(parts["0.u8"]))}
    newer = {
        **parts,
        "header.json": json.dumps({**json.loads(parts["header.json"]), "format": FORMAT + 1}).encode(),
    }
    bomb = {**parts, "more": bytes(65_000_000)}
    for strange, why in (
        (changed, "校验码"),
        (newer, "格式"),
        (bomb, "过大"),
        ({"x": b""}, "不是本系统的模型"),
    ):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in strange.items():
                file.writestr(name, content)
        with pytest.raises(ModelError, match=why):
            load(path)


def test_a_model_is_compared_on_messages_neither_was_taught(book: Rulebook) -> None:
    rows = messages()
    asked = lesson(book, rows)
    good = learn(asked, lambda stage: None)
    turned = {"housing": "urban", "urban": "hr", "hr": "housing"}
    half = [
        (title, detail, turned[label] if n % 2 else label) for n, (title, detail, label) in enumerate(rows)
    ]
    muddled = learn(lesson(book, half), lambda stage: None)
    new, old, n = compared(asked, good, muddled, "label")
    assert n == 120
    assert new == pytest.approx(good.report.heads[0].macro_f1)
    assert new > old + 0.1
    first = fingerprint(rows[0][0], rows[0][1])
    lied = replace(good, trials={"label": {**good.trials["label"], first: turned[rows[0][2]]}})
    assert compared(asked, good, lied, "label")[1] < new, (
        "what it said when it did not know the message counts"
    )
    forgot = replace(good, trials={"label": {}})
    assert compared(asked, good, forgot, "label")[1] == pytest.approx(1.0, abs=0.05), (
        "asked now: it knows them all"
    )
