"""`hotline topics` on a file: both styles of date, people and not posts, members written out."""

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.alike.hot_topics import told_since
from hotline.commands.topics import of_file, topics
from hotline.house import House
from hotline.worker import compare_all
from tests.hotline.test_alike import OTHERS, PLANT, plants

HEAD = ("id", "user", "title", "time", "detail", "likes", "dislikes")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Six people on one event, one person ninety times on another, and some who stand alone."""
    rows = [(f"p{n}", f"u{n}", text[:20], "2019/11/2 10:18", text, "0", "0") for n, text in enumerate(PLANT)]
    same = "柳岸家园门口路灯不亮"
    rows += [(f"l{n}", "loud", same, "2019-11-03 08:00:00", f"{same}，请修复", "99", "0") for n in range(90)]
    rows += [(f"o{n}", f"x{n}", text, "2019/11/4 9:00:00", text, "2000", "0") for n, text in enumerate(OTHERS)]
    path = tmp_path / "messages.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([HEAD, *rows])
    return path


def test_people_count_and_neither_posts_nor_likes(file: Path) -> None:
    first = of_file(file, 3)[0]
    assert set(first.members) == {f"p{n}" for n in range(len(PLANT))}
    assert (first.people, first.messages, first.first) == (6, 6, "2019-11-02")
    assert "青禾花园" in first.place
    loud = next(one for one in of_file(file, 10) if "l0" in one.members)
    assert (loud.people, loud.messages) == (1, 90)
    assert loud.heat < first.heat / 2


def test_table_json_and_csv_tell_the_same(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "members.csv"
    table = CliRunner().invoke(topics, [str(file), "--top", "2", "--csv", str(out)])
    assert table.exit_code == 0, table.output
    assert "青禾花园" in table.output
    told = json.loads(CliRunner().invoke(topics, [str(file), "--top", "2", "--json"]).output)
    with out.open(encoding="utf-8-sig", newline="") as written:
        rows = list(csv.DictReader(written))
    assert [row["id"] for row in rows if row["rank"] == "1"] == told[0]["members"]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("title,time,detail\n甲,昨天,乙\n", encoding="utf-8")
    assert "第2条的时间“昨天”认不出" in CliRunner().invoke(topics, [str(path)]).output
    path.write_text("title,detail\n甲,乙\n", encoding="utf-8")
    assert "缺少列：time" in CliRunner().invoke(topics, [str(path)]).output
    assert "二者取一" in CliRunner().invoke(topics, []).output


def test_the_cases_kept_here_are_told_by_number(house: House) -> None:
    plants(house)
    compare_all(house)
    (one,) = told_since(house, house.now() - timedelta(days=1), 5)
    assert (one["people"], len(one["members"])) == (6, 6)
    assert told_since(house, house.now() + timedelta(days=1), 5) == []
