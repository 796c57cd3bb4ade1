"""The second opinion in the house: its commands, its proposals, and that it dispatches only where it may."""

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from sqlalchemy import select

from cases.history import Note
from cases.lists import load_file
from cases.people import CITIZEN, Role
from cases.tables import CaseRow
from hotline import intake
from hotline.__main__ import main
from hotline.house import House, open_house
from hotline.rules.second_opinion import RULE, model_path, opinion
from routing.learning import Example, Lesson, learn
from routing.opinion_file import Written, load, save
from tests.hotline.conftest import SignIn
from tests.hotline.desk_work import PAGE, handler, logged, taken
from tests.invented import messages

SILENT = "计件的钱压了三个月，领班说再等等"  # no word of the packaged rules
Run = Callable[..., Result]
Let = Callable[[float], House]


@pytest.fixture(scope="module")
def model() -> Written:
    topics = {"housing": "housing.property", "urban": "city", "hr": "work"}
    examples = [Example(title, detail, (label, topics[label])) for title, detail, label in messages()]
    lesson = Lesson(examples=examples, heads=("office", "topic"), book=None, source="test", made="2026-11-23")
    return learn(lesson, lambda stage: None)


@pytest.fixture
def opinionated(house: House, model: Written) -> House:
    """A house with a model in force."""
    model_path(house.settings).parent.mkdir(parents=True, exist_ok=True)
    save(model, model_path(house.settings))
    return house


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return lambda *words: CliRunner().invoke(
        main, [str(word) for word in words], env={"HOTLINE_DATA": str(tmp_path)}
    )


def sheet(
    path: Path, rows: list[tuple[str, ...]], heading: tuple[str, ...] = ("title", "detail", "label")
) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    return path


@pytest.fixture
def letting(opinionated: House, tmp_path: Path) -> Iterator[Let]:
    """The same house under a city's rules that let a second opinion of that confidence dispatch."""
    opened: list[House] = []

    def let(least: float) -> House:
        folder = tmp_path / "city"
        shutil.copytree(opinionated.settings.city, folder)
        rules = (folder / "rules.toml").read_text("utf-8")
        assert "# second_opinion = 0.97" in rules
        (folder / "rules.toml").write_text(
            rules.replace("# second_opinion = 0.97", f"second_opinion = {least}"), "utf-8"
        )
        opened.append(open_house(replace(opinionated.settings, city=folder), opinionated.now))
        return opened[-1]

    yield let
    for one in opened:
        one.close()


def test_the_web_process_imports_nothing_that_learns() -> None:
    look = "import sys, hotline.app, hotline.worker; print({'sklearn', 'scipy', 'numpy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_learn_reports_and_classify_keeps_every_row(run: Run, tmp_path: Path) -> None:
    rows = [*messages(), ("只有标题", "", ""), ("", " ", "hr")]
    out = tmp_path / "m.model"
    done = run("learn", sheet(tmp_path / "in.csv", rows), "--out", out)
    assert done.exit_code == 0, done.output
    assert "第122行：label是空的" in done.output
    assert "第123行：title、detail都是空的" in done.output
    assert "宏平均F1" in done.output
    asked = sheet(
        tmp_path / "new.csv",
        [("", ""), ("电梯", "小区电梯停运，\n物业不管"), ("工资", "单位拖欠工资")],
        ("title", "detail"),
    )
    done = run("classify", asked, "--model", out, "--out", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    assert "第2行：title、detail都是空的" in done.output
    text = (tmp_path / "out.csv").read_text("utf-8")
    assert text.startswith("label,confidence,second\n")
    told = list(csv.DictReader(text.splitlines()))
    assert [row["label"] for row in told] == ["", "housing", "hr"]
    assert all(
        0 < float(row["confidence"]) <= 1 and row["second"] not in ("", row["label"]) for row in told[1:]
    )


def test_bad_bytes_and_broken_rows_are_named_and_the_rest_is_read(
    run: Run, model: Written, tmp_path: Path
) -> None:
    save(model, tmp_path / "m.model")
    asked = tmp_path / "new.csv"
    asked.write_bytes(
        "title,detail\n甲,乙,丙\n".encode() + b"\xff\xfe,x\n" + "工资,拖欠工资没有发\n只有一格\n".encode()
    )
    done = run(
        "classify", asked, "--model", tmp_path / "m.model", "--out", tmp_path / "out.csv", "--of", "office"
    )
    assert "第2行：列数与首行不同" in done.output
    assert "第3行：有不是UTF-8的字节" in done.output
    assert "第5行：列数与首行不同" in done.output
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        assert [row["label"] for row in csv.DictReader(file)] == ["", "", "hr", ""]
    asked.write_text("标题,内容\n", "utf-8")
    done = run("classify", asked, "--model", tmp_path / "m.model", "--out", tmp_path / "out2.csv")
    assert done.exit_code == 1
    assert "缺少列title、detail" in done.output
    assert not (tmp_path / "out2.csv").exists()


def test_a_worse_model_is_not_published_but_for_a_reason(run: Run, tmp_path: Path) -> None:
    out, rows = tmp_path / "m.model", messages()
    assert run("learn", sheet(tmp_path / "all.csv", rows), "--out", out).exit_code == 0
    before = out.read_bytes()
    few = sheet(tmp_path / "few.csv", rows[:18])
    done = run("learn", few, "--out", out)
    assert done.exit_code == 1
    assert "没有发布：类别：同样18条留出检验上" in done.output
    assert out.read_bytes() == before
    done = run("learn", few, "--out", out, "--anyway", "新的分类口径")
    assert done.exit_code == 0, done.output
    assert load(out).report.anyway == "新的分类口径"
    assert "上一版" in load(out).report.compared[0]


def test_what_is_no_model_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    letter = tmp_path / "letter.docx"
    letter.write_bytes(b"not a model")
    done = run("learn", sheet(tmp_path / "in.csv", messages()), "--out", letter)
    assert done.exit_code == 1
    assert "不覆盖" in done.output
    assert letter.read_bytes() == b"not a model"


def test_without_the_extra_one_sentence_says_how_to_get_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    done = run("learn", sheet(tmp_path / "in.csv", messages()), "--out", tmp_path / "m.model")
    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert "hotline-12345[learn]" in done.output


def test_the_city_learns_from_its_own_confirmed_dispatches(house: House, people: dict[str, int]) -> None:
    for title, detail, office in messages(8):
        if office == "hr":
            continue
        case = logged(house, office=office, text=f"{title}。{detail}").case
        actor = handler(people, office, Role.HANDLER)
        taken(house, case, "sign_for", actor)
        taken(house, case, "start", actor, Note(text="已到现场"))
    logged(house, office="hr", text="还没有人签收的，不算数")
    env = {"HOTLINE_DATA": str(house.settings.data), "HOTLINE_DATABASE_URL": house.settings.database_url}
    done = CliRunner().invoke(main, ["learn"], env=env)
    assert done.exit_code == 0, done.output
    assert "全部办成的派单：16件" in done.output
    written = load(model_path(house.settings))
    assert written.model.heads["office"].labels == ("housing", "urban")
    assert written.report.rules == house.book.version
    done = CliRunner().invoke(main, ["learn", "--since", "2030-01-01"], env=env)
    assert done.exit_code == 1
    assert "至少要有两个类别" in done.output


def test_it_proposes_where_no_rule_speaks_and_says_by_which_words(
    opinionated: House, signed_in: SignIn
) -> None:
    waiting = logged(opinionated, text=SILENT)
    client = signed_in("agent")
    page = client.get("/triage", headers=PAGE).text
    office = opinionated.city.offices["hr"]
    assert f"二次意见：{office}" in page
    assert f"按二次意见派给{office}" in page
    assert "计件" in page.partition("看重的用语")[2][:200]
    sent = client.post(f"/cases/{waiting.number}/steps", data=_dispatch_form(page, office), headers=PAGE)
    assert sent.status_code < 400, sent.text
    with opinionated.reading() as connection:
        assert connection.scalar(select(CaseRow.office).where(CaseRow.id == waiting.case)) == "hr"
    preview = client.post("/desk/preview", data={"text": SILENT, "kind": "complaint"}, headers=PAGE).text
    assert f"二次意见：{office}" in preview
    assert "只作建议" in preview


def _dispatch_form(page: str, office: str) -> dict[str, str]:
    """The hidden fields of the form that follows the second opinion."""
    form = page.partition(f"按二次意见派给{office}")[0].rpartition("<form")[2]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))


def test_it_gainsays_a_rule_only_when_it_is_sure_and_agrees_in_silence(opinionated: House) -> None:
    agreed = opinion(opinionated, "", "工地拖欠工资，计件的钱压着", "hr")
    assert agreed is None
    against = opinion(opinionated, "", "工地拖欠工资，计件的钱压着", "housing")
    assert against is not None
    assert against.against
    assert against.says.startswith("二次意见与规则不同")
    assert against.topic
    assert against.topic.code == "work"
    assert opinion(opinionated, "", "", "housing") is None, "no words, no certainty"


def test_by_default_it_only_proposes(opinionated: House) -> None:
    assert _sent(opinionated, SILENT) == ("registered", None)


def test_above_the_citys_confidence_it_dispatches_under_its_own_name(letting: Let, model: Written) -> None:
    stage, facts = _sent(letting(0.6), SILENT)
    assert stage == "dispatched"
    assert facts.office == "hr"
    assert facts.rule == RULE
    assert model.model.version in facts.because[-1]
    assert "置信度" in facts.because[-1]
    assert "自动派出" in facts.because[-1]


@pytest.mark.parametrize(("least", "text"), [(1.0, SILENT), (0.6, "长沙市岳麓区这边" + SILENT)])
def test_it_does_not_dispatch_when_unsure_or_where_a_gate_has_spoken(
    letting: Let, least: float, text: str
) -> None:
    stage, facts = _sent(letting(least), text)
    assert (stage, facts) == ("registered", None)


def test_danger_is_an_alarm_and_no_dispatch(letting: Let) -> None:
    incoming = intake.Incoming(kind="complaint", text=f"有人持刀行凶！{SILENT}", channel="web", actor=CITIZEN)
    follow = intake.opening(letting(0.6), incoming).follow
    assert [move.step for move in follow] == ["raise_alarm"]


def test_an_agent_who_leaves_it_to_triage_is_not_overruled(letting: Let) -> None:
    waiting = logged(letting(0.6), text=SILENT)
    assert waiting.stage == "registered"


def test_a_broken_model_is_no_opinion_and_stops_nothing(opinionated: House, signed_in: SignIn) -> None:
    model_path(opinionated.settings).write_bytes(b"broken")
    assert opinion(opinionated, "", SILENT) is None
    logged(opinionated, text=SILENT)
    assert signed_in("agent").get("/triage", headers=PAGE).status_code == 200


def _sent(house: House, text: str) -> tuple[str, object]:
    """A request of the web: its stage at once, and the facts of its dispatch if there was one."""
    incoming = intake.Incoming(kind="complaint", text=text, channel="web", actor=CITIZEN)
    written = house.ledger.write(intake.opening(house, incoming))
    with house.reading() as connection:
        file = load_file(connection, written.case)
    assert file
    return written.stage, next((event.facts for event in file.history if event.step == "dispatch"), None)
