"""A case file that left the house: whole, provable without the house, and broken by any single byte."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.changes import Taking
from cases.history import Correction
from cases.people import Actor, Role
from cases.procedures.work_order_facts import Material
from hotline.__main__ import main
from hotline.attachments import keep, place
from hotline.export.export import Wish, export
from hotline.export.sealed import SEAL, SUMS, Pack, differences
from hotline.house import House
from hotline.settings import Settings
from hotline.tables import AuditRow
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.test_letters import HANDLER, answered, issue

# What is inside the file is the same whichever database it came from
ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
KNOWN = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def full_case(house: House, now: Clock) -> tuple[int, str]:
    """A petition answered, with a picture, a correction and an issued letter."""
    case, number = answered(house)
    kept, _ = keep(house, [("漏水.png", io.BytesIO(PICTURE))])
    take(house, case, "add_material", HANDLER, Material(text="补充照片", attachments=(kept[0].digest,)))
    legal = Actor("user:9", "法制员", frozenset({Role.LEGAL}))
    take(house, case, "correct", legal, Correction(seq=3, reason="依据写漏", facts={"basis": "《物业管理条例》第五十一条"}))
    issue(house, case)
    now.forward(days=3)
    return case, number


def take(house: House, case: int, step: str, actor: Actor, facts: Any) -> None:
    at = house.now()
    house.ledger.write(Taking(case=case, step=step, actor=actor, at=at, now=at, facts=facts))


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def remade(path: Path, inside: dict[str, bytes]) -> list[str]:
    """What is found in a file whose lists and seal were all made again over `inside`."""
    with path.open("w+b") as out:
        pack = Pack(out)
        for name, content in inside.items():
            if name != SUMS:
                pack.put(name, [content])
        pack.close()
    return list(differences(path))


@pytest.fixture
def content(house: House, now: Clock) -> bytes:
    """The file of a full case."""
    case, _ = full_case(house, now)
    out = io.BytesIO()
    export(house, case, Wish(by="user:1"), out)
    return out.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "case.zip"


def test_who_sees_the_case_takes_its_file_away_and_it_is_written_down(
    house: House, now: Clock, signed_in: SignIn, client: TestClient[Litestar], path: Path
) -> None:
    _, number = full_case(house, now)
    page = signed_in("housing").get(f"/cases/{number}", headers={"Accept": "text/html"})
    assert f'href="/cases/{number}/export"' in page.text
    answer = client.get(f"/cases/{number}/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    path.write_bytes(answer.content)
    assert list(differences(path)) == []
    inside = members(answer.content)
    assert {"README.txt", "case.json", "events.jsonl", "procedure.json", "city.json", "calendar.json",
            "readings.json", "parties.json", "letters/3-opinion.docx", "letters/3-opinion.pdf"} < set(inside)  # fmt: skip
    assert json.loads(inside["parties.json"])["applicant"] == {
        "name": "张＊＊", "phone": "139****1234", "id_number": "", "address": "",
    }  # fmt: skip
    bare = members(client.get(f"/cases/{number}/export?papers=false").content)
    assert not [name for name in bare if "/" in name]
    with house.reading() as connection:
        told = connection.execute(select(AuditRow).where(AuditRow.what == "case.export")).all()
    assert [row.about for row in told] == [number, number]
    assert told[0].detail.startswith(hashlib.sha256(answer.content).hexdigest())
    assert signed_in("urban").get(f"/cases/{number}/export").status_code == 404
    assert signed_in("admin").get(f"/cases/{number}/export").status_code == 403


@ONE_DATABASE
def test_every_date_stands_with_its_explanation(content: bytes) -> None:
    inside = members(content)
    found = {run["limit"]: run for run in json.loads(inside["readings.json"])}["xf.handle"]
    assert found["article"] == "《信访工作条例》第三十四条"
    assert found["start_event"]["title"] == "受理并书面告知"
    assert (found["length"], found["due_day"], found["provisional"]) == ("60日", "2027-01-22", True)
    assert [day["counted"] for day in found["days"]] == [False] + [True] * 60
    limit = next(one for one in json.loads(inside["procedure.json"])["limits"] if one["figures"]["id"] == "xf.handle")
    assert (limit["article"], limit["length"]) == ("《信访工作条例》第三十四条", "60日")


@ONE_DATABASE
def test_the_readme_can_be_followed_with_what_every_machine_has(content: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    words = (tmp_path / "README.txt").read_text("utf-8")
    program = words.split("-----8<-----\n")[1]
    said = subprocess.run([sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = said.stdout.splitlines()
    assert lines[-1] == "末次摘要 相符"
    assert all(line.endswith(" 相符") for line in lines)
    assert len(lines) == 1 + len((tmp_path / "events.jsonl").read_text("utf-8").splitlines())
    assert json.loads((tmp_path / "case.json").read_text("utf-8"))["last_digest"] in words
    for line in (tmp_path / SUMS).read_text("utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert hashlib.sha256(content[:-SEAL]).hexdigest().encode() == content[-SEAL:]


@ONE_DATABASE
def test_any_single_changed_byte_is_found(content: bytes, path: Path) -> None:
    @KNOWN
    @given(at=st.integers(0, len(content) - 1), by=st.integers(1, 255))
    def changed(at: int, by: int) -> None:
        path.write_bytes(content[:at] + bytes([content[at] ^ by]) + content[at + 1 :])
        assert next(differences(path), None)

    changed()


@ONE_DATABASE
def test_a_file_cut_short_or_grown_is_found(content: bytes, path: Path) -> None:
    for wrong in (b"", content[:-1], content[: len(content) // 2], content + b"\0", b"\0" + content):
        path.write_bytes(wrong)
        assert next(differences(path), None)


@ONE_DATABASE
def test_any_changed_event_is_found_even_when_the_lists_are_made_again(content: bytes, path: Path) -> None:
    inside = members(content)
    lines = inside["events.jsonl"].splitlines()
    assert remade(path, inside) == []

    @settings(KNOWN, max_examples=40)
    @given(n=st.integers(0, len(lines) - 1), field=st.sampled_from(["step", "at", "recorded_at", "by", "facts", "digest"]))
    def changed(n: int, field: str) -> None:
        event = json.loads(lines[n])
        other = {"at": "2026-11-20T01:30:00.000000+00:00", "recorded_at": "2026-11-20T01:30:00.000000+00:00"}
        event[field] = other.get(field, event[field][:-1] + "z")
        told = [*lines[:n], json.dumps(event, ensure_ascii=False).encode(), *lines[n + 1 :]]
        found = remade(path, {**inside, "events.jsonl": b"\n".join(told)})
        assert found
        assert "events.jsonl" in found[0] or "读出" in found[0]

    changed()
    for fewer in (lines[:-1], lines[1:], [*lines[:2], *lines[3:]], [lines[1], lines[0], *lines[2:]], []):
        assert remade(path, {**inside, "events.jsonl": b"\n".join(fewer)})


TAMPERED = [
    ("readings.json", '"due_day": "2027-01-22"', '"due_day": "2027-01-25"', "出具处理意见（xf.handle）的届满日"),
    ("readings.json", '"because": "周二，第1日"', '"because": "周二，第一日"', "逐日说明"),
    ("readings.json", "《信访工作条例》第三十四条", "《信访工作条例》第三十五条", "依据"),
    ("calendar.json", '"2026-02-14"', '"2026-02-28"', "与其所注明的放假通知"),
    ("procedure.json", '"n": 60', '"n": 90', "xf.handle"),
    ("case.json", '"stage": "answered"', '"stage": "closed"', "环节与事件不符"),
    ("case.json", "2026", "2025", ""),
    ("case.json", '"kind": "opinion"', '"kind": "other"', "没有哪个事件应当制发"),
]  # fmt: skip


@ONE_DATABASE
@pytest.mark.parametrize(("member", "was", "now_is", "said"), TAMPERED)
def test_what_does_not_follow_from_the_events_is_named(
    content: bytes, path: Path, member: str, was: str, now_is: str, said: str
) -> None:
    inside = members(content)
    assert was in inside[member].decode(), inside[member].decode()
    found = remade(path, {**inside, member: inside[member].decode().replace(was, now_is).encode()})
    assert found
    assert said in found[0], found


@ONE_DATABASE
def test_papers_are_held_against_what_was_frozen(content: bytes, path: Path) -> None:
    inside = members(content)
    picture = next(name for name in inside if name.startswith("attachments/"))
    for name in ("letters/3-opinion.pdf", picture):
        assert remade(path, {**inside, name: inside[name] + b" "})[0].startswith(name)
    assert "没有登记的文件" in remade(path, {**inside, "letters/9-more.pdf": b"%PDF"})[0]
    lost = {name: kept for name, kept in inside.items() if name != picture}
    assert remade(path, lost)


@ONE_DATABASE
def test_an_attachment_is_never_whole_in_memory(house: House, path: Path) -> None:
    case, _ = answered(house)
    kept, _ = keep(house, [("大.pdf", io.BytesIO(b"%PDF-" + os.urandom(8 << 20)))])
    take(house, case, "add_material", HANDLER, Material(text="大附件", attachments=(kept[0].digest,)))
    assert place(house, kept[0].digest).stat().st_size > 8 << 20
    tracemalloc.start()
    with path.open("w+b") as out:
        export(house, case, Wish(by="user:1"), out)
    assert list(differences(path)) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 << 20


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words, prog_name="hotline")


def test_the_commands(
    house: House, now: Clock, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, number = full_case(house, now)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTLINE_DATA", str(settings.data))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", settings.database_url)
    done = run("export", number)
    assert done.exit_code == 0, done.output
    file = tmp_path / f"{number}.zip"
    assert hashlib.sha256(file.read_bytes()).hexdigest() in done.stdout
    assert "已经存在" in run("export", number).stderr
    assert "理由" in run("export", number, "--out", "c.zip", "--with-parties", "").stderr
    clear = run("export", number, "--out", "c.zip", "--with-parties", "移送人民法院", "--bare")
    assert clear.exit_code == 0, clear.output
    people = json.loads(members((tmp_path / "c.zip").read_bytes())["parties.json"])
    assert people["applicant"]["name"] == "张小示"
    with house.reading() as connection:
        wanted = select(AuditRow.detail).where(AuditRow.what == "case.export").order_by(AuditRow.id)
        told = connection.scalars(wanted).all()
    assert "完整" in told[1]
    assert "移送人民法院" in told[1]
    assert "没有编号" in run("export", "2026112399999-0").stderr

    monkeypatch.setenv("HOTLINE_DATABASE_URL", "no database")  # whoever read the settings would stop here
    good = run("verify", str(file))
    assert (good.exit_code, good.stderr) == (0, "")
    broken = bytearray(file.read_bytes())
    broken[len(broken) // 2] ^= 1
    file.write_bytes(bytes(broken))
    bad = run("verify", str(file))
    assert bad.exit_code == 1
    assert len(bad.stderr.strip().splitlines()) == 1


def test_verifying_needs_no_database_at_all() -> None:
    program = (
        "import sys, hotline.commands.export, hotline.export.sealed; "
        "print([m for m in ('sqlalchemy', 'litestar', 'redis', 'arq') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[2])  # fmt: skip
    assert said.stdout.strip() == "[]"
